"""Fetching or doing one thing: sent in its turn, and again where that is polite and safe."""

from collections.abc import Mapping
from http import HTTPStatus

from msgspec import Struct
from multidict import CIMultiDict
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from bot.catalogue import Site
from bot.clock import Clock

from .answers import Interrupted, Judge, Kind, Raw, Unsent
from .errors import CoolingDown, Unavailable
from .expiry import Kept, Shelf
from .flights import Flight
from .gate import Priority
from .host import Host, Hosts
from .tally import Tallies
from .wire import Call, Wire

#: How many seconds after its beginning a request may still be sent once more.
BUDGET = {Priority.INTERACTIVE: 8.0, Priority.BACKGROUND: 60.0, Priority.TYPING: 0.0}
#: How often a request is sent at most, the first time included.
MOST_TRIES = 3


class Reply(Struct, frozen=True):
    """A good answer. `value` is its decoded JSON, shared by all callers: not to be changed."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    value: object
    """`None` also where a change was answered without JSON."""


class Errand(Struct, frozen=True, kw_only=True):
    """What is to be fetched or done, and what that means for doing it again."""

    site: Site
    call: Call
    kind: Kind = Kind.READ
    key_refusals: frozenset[int] = frozenset()
    shared: str | None = None
    """Under what name the answer is shared and kept; `None` for what is not."""


class Errands:
    """Runs errands over one wire, each under the rules of its host."""

    def __init__(
        self, clock: Clock, wire: Wire, hosts: Hosts, shelf: Shelf, tallies: Tallies
    ) -> None:
        self._clock = clock
        self._wire = wire
        self._hosts = hosts
        self._shelf = shelf
        self._tallies = tallies

    async def fetch(self, errand: Errand, flight: Flight[Reply]) -> Reply:
        """Return the good answer to an errand, sent again as often as that is polite and safe.

        `flight` says how urgent it is at the moment, and is told when a change may have been
        made. Raises the `SiteError` that the last answer was; a kept answer stands in for one
        that fails where the site allows it (rule L5).
        """
        host = self._hosts.of(errand.site)
        began = self._clock.monotonic()
        upload = errand.call.upload

        def wait(_state: RetryCallState) -> float:
            return host.circuit.left

        def give_up(state: RetryCallState) -> bool:
            left = host.circuit.left
            spent = left if upload else self._clock.monotonic() - began + left
            return (
                state.attempt_number >= (MOST_TRIES if upload is None or upload.again else 1)
                or host.circuit.is_open
                or spent > BUDGET[flight.priority]
            )

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(Unsent if errand.kind is Kind.CHANGE else Interrupted),
            wait=wait,
            stop=give_up,
            sleep=self._clock.sleep,
            reraise=True,
        )
        try:
            return await retrying(self._try, errand, host, flight)
        except (CoolingDown, Unavailable):
            spare = self._shelf.spare(errand.shared) if errand.shared else None
            if spare is None:
                raise
            self._tallies.of(errand.site.name).reused["stale"] += 1
            return Reply(spare.status, spare.body, spare.headers, spare.value)

    async def _try(self, errand: Errand, host: Host, flight: Flight[Reply]) -> Reply:
        site, call = errand.site, errand.call
        judge = Judge(
            site, self._clock, host.circuit, kind=errand.kind, key_refusals=errand.key_refusals
        )
        tally = self._tallies.of(site.name)
        with tally.waiting():
            await host.enter(site, judge, call.url, flight)
        epoch = host.circuit.epoch
        kept = self._shelf.any(errand.shared) if errand.shared else None
        if kept is not None:
            call = Call(url=call.url, headers=kept.validators)
        try:
            flight.gone = errand.kind is Kind.CHANGE
            with tally.sending():
                raw = await self._wire.send(call, judge, epoch)
                host.obey_limits(call.url, raw)
                if raw.status == HTTPStatus.NOT_MODIFIED and kept is not None:
                    # The new headers say how long it holds now; what they leave out stays
                    # (RFC 9111).
                    headers = CIMultiDict({**kept.headers, **raw.headers})
                    raw = Raw(kept.status, headers, kept.body, epoch)
                    value = kept.value
                    tally.reused["unchanged"] += 1
                else:
                    value = judge.value(raw)
            host.circuit.works(epoch)
        except Unsent:
            flight.gone = False
            raise
        finally:
            host.leave(site)
        if errand.shared:
            fresh = Kept(raw.status, raw.body, raw.headers, value, 0.0, 0.0)
            self._shelf.put(errand.shared, fresh)
        return Reply(raw.status, raw.body, raw.headers, value)

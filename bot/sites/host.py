"""Everything about one host that all its callers share: its gate, its circuit, its cool-down."""

from collections.abc import Callable, Iterator
from datetime import datetime

from yarl import URL

from bot.catalogue import Site
from bot.clock import Clock
from bot.texts import _

from . import headers as read
from .answers import Judge, Raw
from .circuit import SWITCHED_OFF_AFTER, Circuit
from .errors import Busy
from .gate import Crowded, Gate, Paused, Priority, Ticket
from .memory import CoolDown, Memory

#: How many seconds a caller waits for its turn before it is told to come back.
PATIENCE = {Priority.INTERACTIVE: 5.0, Priority.BACKGROUND: 60.0, Priority.TYPING: 0.1}
#: Requests to one host at the same time.
MOST_IN_FLIGHT = 4


class Turn:
    """One request's wait for its turn, which somebody more urgent may shorten."""

    def __init__(self, priority: Priority) -> None:
        self.priority = priority
        self.ticket: Ticket | None = None


class Host:
    """One host, under the limits of its site."""

    def __init__(
        self, site: Site, clock: Clock, jitter: Callable[[], float], memory: Memory
    ) -> None:
        self._clock = clock
        self._memory = memory
        self._gate = Gate(clock, site.limits, most_in_flight=MOST_IN_FLIGHT)
        self.circuit = Circuit(clock, jitter, site.name)
        self._remember(site)

    async def enter(self, site: Site, judge: Judge, url: URL, turn: Turn) -> None:
        """Return when the request may be sent; `leave` must follow.

        Raises `CoolingDown` or `Busy` where that would take longer than anybody waits.
        """
        try:
            turn.ticket = self._gate.ask(url.raw_path, turn.priority, PATIENCE[turn.priority])
            await self._gate.wait(turn.ticket)
        except Paused as error:
            raise (
                judge.away()
                if self.circuit.left
                else _busy(site, self.circuit.instant(error.until))
            ) from None
        except Crowded as error:
            raise _busy(site, self.circuit.instant(error.until)) from None
        finally:
            turn.ticket = None

    def leave(self, site: Site) -> None:
        """Bring the gate in line with what the answer said, and let the next request go."""
        self._gate.prove(proven=self.circuit.failures == 0)
        self._gate.pause(self.circuit.until, hard=self.circuit.is_open)
        self._gate.leave()
        self._keep(site)

    def hasten(self, turn: Turn, priority: Priority) -> None:
        """Let a request that waits go as `priority`, if that is more urgent."""
        if priority < turn.priority:
            turn.priority = priority
            if turn.ticket is not None:
                self._gate.promote(turn.ticket, priority, PATIENCE[priority])

    def obey_limits(self, url: URL, raw: Raw) -> None:
        """Leave the route alone until the site's own count of us begins anew (rule L7, F14)."""
        seconds = read.rate_reset(raw.headers, self._clock.now())
        if seconds is None:
            return
        if seconds > SWITCHED_OFF_AFTER:
            self.circuit.rest(seconds, "", asked=True)
        else:
            # The header names whole seconds: the count begins anew within the one it names.
            self._gate.pause_route(url.raw_path, self._clock.monotonic() + seconds + 1.0)

    async def close(self) -> None:
        """End the host's only task."""
        await self._gate.close()

    def _remember(self, site: Site) -> None:
        """Go on with a cool-down that began before we were started (rule L6, fault F13)."""
        kept = self._memory.find(site.base_url)
        if kept is not None and kept.until > self._clock.now():
            self.circuit.resume(kept.until, kept.reason, kept.failures)
            self._gate.pause(self.circuit.until, hard=self.circuit.is_open)

    def _keep(self, site: Site) -> None:
        """Keep a cool-down over a restart; being switched off is what a restart ends (F14)."""
        until = self.circuit.instant(self.circuit.until)
        if self.circuit.asked and self.circuit.left and until is not None:
            kept = CoolDown(until, self.circuit.reason, self.circuit.failures)
            self._memory.keep(site.base_url, kept)


class Hosts:
    """The hosts that were asked so far, by their address."""

    def __init__(self, clock: Clock, jitter: Callable[[], float], memory: Memory) -> None:
        self._clock = clock
        self._jitter = jitter
        self._memory = memory
        self._hosts: dict[str, Host] = {}

    def of(self, site: Site) -> Host:
        """Return the host of `site`, whose address may be asked."""
        host = self._hosts.get(site.base_url)
        if host is None:
            host = Host(site, self._clock, self._jitter, self._memory)
            self._hosts[site.base_url] = host
        return host

    def __iter__(self) -> Iterator[Host]:
        return iter(self._hosts.values())


def _busy(site: Site, until: datetime | None) -> Busy:
    return Busy(
        site.name,
        _("{site} is asked for too much at the moment; please try again shortly.").format(
            site=site.title
        ),
        until=until,
    )

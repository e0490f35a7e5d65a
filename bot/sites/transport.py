"""The one way to the sites over HTTP: polite, bounded, and the same for all callers.

Every rule of `reference: safety, 2 and 5` that concerns requests is kept here or in the files
beside it: limits and priorities (`gate`, `host`), back-off and cool-downs (`circuit`, `answers`),
sizes (`bounds`), expiry (`expiry`), trying again (`errands`), what is sent at all (`address`,
`wire`).
"""

import random
from collections.abc import Callable, Mapping
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from itertools import count
from types import TracebackType
from typing import NamedTuple, Self

from msgspec import MsgspecError, json

from bot.catalogue import Site
from bot.clock import Clock
from bot.texts import _

from .address import Addresses
from .agent import user_agent as default_user_agent
from .answers import Kind
from .circuit import Circuit
from .errands import Errand, Errands, Reply
from .errors import BadRequest, Unavailable
from .expiry import Shelf
from .flights import Closing, Flight, Flights
from .gate import Priority
from .host import Host, Hosts
from .memory import FORGETFUL, Memory
from .tally import Tallies, Tally
from .upload import Content, Progress, Upload
from .wire import Call, File, Wire

#: Seconds for which an upload may stand still.
STALL_SECONDS = 30.0
#: By which answers a site refuses the key that a request carried (rule L8, fault F15).
KEY_REFUSALS = frozenset({HTTPStatus.UNAUTHORIZED.value, HTTPStatus.FORBIDDEN.value})
TOTAL_SECONDS = 15.0
CONNECT_SECONDS = 5.0


class Standing(NamedTuple):
    """How a host stands with us at the moment; see `SiteStatus` for the meaning."""

    circuit: Circuit
    paused: bool


class Transport:
    """Makes the requests of all clients.

    `clock` gives every deadline but the time-outs of HTTP itself, which are real. Only https is
    spoken, and http to this machine alone where `allow_loopback_http` (for simulated sites). A
    request goes to the host of its site's `base_url` and no other: redirects are not followed,
    cookies neither kept nor sent, proxies of the environment not used. In `memory` cool-downs
    outlive a restart.

    Use it as an asynchronous context manager, or `close` it: no task is left behind.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        user_agent: str | None = None,
        allow_loopback_http: bool = False,
        total_seconds: float = TOTAL_SECONDS,
        connect_seconds: float = CONNECT_SECONDS,
        stall_seconds: float = STALL_SECONDS,
        jitter: Callable[[], float] = random.random,
        memory: Memory = FORGETFUL,
    ) -> None:
        self._clock = clock
        self._addresses = Addresses(allow_loopback_http=allow_loopback_http)
        self._wire = Wire(
            user_agent or default_user_agent(),
            total_seconds=total_seconds,
            connect_seconds=connect_seconds,
            stall_seconds=stall_seconds,
        )
        self._hosts = Hosts(clock, jitter, memory)
        self._flights = Flights[Reply]()
        self._numbers = count()
        self._shelf = Shelf(clock)
        self._tallies = Tallies(clock)
        self._errands = Errands(clock, self._wire, self._hosts, self._shelf, self._tallies)
        self._closed = False

    @property
    def clock(self) -> Clock:
        """Return the clock that gives the deadlines, for clients that keep answers themselves."""
        return self._clock

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def admit(self, site: Site) -> None:
        """Check that a site's address is one that may be asked; raise `BadRequest` if not.

        https without user, port or path of its own; or http to this machine where that is allowed.
        """
        self._addresses.admit(site)

    async def get(
        self,
        site: Site,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        priority: Priority = Priority.INTERACTIVE,
        key: str | None = None,
    ) -> Reply:
        """Return the good answer to a GET; everything else is a `SiteError` that says what to do.

        `path` is percent-encoded already and begins with a slash; `params` are not. `key` is the
        operator's own for this site, sent as the parameter `key` and to be found in no message.
        Callers with the same request share one, and its answer; one of them being cancelled
        changes nothing for the others.
        """
        self._check_open(site)
        url = self._addresses.of(site, path, params or {}, key)
        request = sha256(str(url).encode()).hexdigest()
        kept = self._shelf.fresh(request)
        if kept is not None:
            self._tallies.of(site.name).reused["fresh"] += 1
            return Reply(kept.status, kept.body, kept.headers, kept.value)
        flight = self._flights.find(request)
        if flight is None:
            refusals = frozenset[int]() if key is None else KEY_REFUSALS
            errand = Errand(site=site, call=Call(url=url), key_refusals=refusals, shared=request)
            flight = self._flights.start(request, priority, partial(self._errands.fetch, errand))
        else:
            self._tallies.of(site.name).reused["shared"] += 1
            self._hosts.of(site).hasten(flight, priority)
        return await self._landing(site, flight)

    async def send(
        self,
        site: Site,
        method: str,
        path: str,
        params: Mapping[str, str] | None = None,
        *,
        body: object | None = None,
        file: File | None = None,
        fields: Mapping[str, str] | None = None,
        key: str | None = None,
        bearer: str | None = None,
        idempotent: bool = False,
        key_refusals: frozenset[int] = KEY_REFUSALS,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Reply:
        """Return the good answer to a request that is no GET; see `get` for the rest.

        `body` is sent as JSON; or `file`, with `fields` beside it, as a form of several parts.
        `bearer` is the operator's key for sites that want it as `Authorization`; it goes to the
        site's own host alone (rule L8). A status among `key_refusals` refuses it, or `key`. The
        answer is neither shared nor kept.

        The request is taken for a change: it is sent again only where it never left, and an
        answer that does not come, or is none, is `Unconfirmed`. A caller that is cancelled before
        it left takes it back. `idempotent` is for what only reads (a reverse search), which may
        be sent again as any read. Raises `NeedsBrowser` where the site wants to see a person
        (rule L15).
        """
        self._check_open(site)
        headers = {} if bearer is None else {"Authorization": f"Bearer {_bearer(site, bearer)}"}
        call = Call(
            url=self._addresses.of(site, path, params or {}, key),
            method=method,
            headers=headers,
            json=None if body is None else _encoded(site, body),
            file=file,
            fields=fields or {},
        )
        keyed = key is not None or bearer is not None
        errand = Errand(
            site=site,
            call=call,
            kind=Kind.READ if idempotent else Kind.CHANGE,
            key_refusals=key_refusals if keyed else frozenset(),
        )
        name = f"{method} {next(self._numbers)}"
        work = partial(self._errands.fetch, errand)
        return await self._landing(site, self._flights.start(name, priority, work, alone=True))

    async def upload(
        self,
        site: Site,
        url: str,
        content: Content,
        *,
        size: int,
        mime: str,
        progress: Progress | None = None,
    ) -> None:
        """Put a file of `size` bytes where `site` said, at a presigned address.

        The address must be on one of the site's `upload_hosts`. No key goes there; there is no
        time-out but for standing still; and a try that was cut begins again from the start,
        where `content` can be read again (reference: safety, 5). `progress` hears how many bytes
        have gone of how many. A caller that is cancelled ends it. Raises `BadRequest` for a host
        that is not listed and for content of another size.
        """
        self._check_open(site)
        host, address = self._addresses.of_upload(site, url)
        upload = Upload(content, size, progress)
        headers = {"Content-Type": mime, "Content-Length": str(size)}
        call = Call(url=address, method="PUT", headers=headers, upload=upload)
        errand = Errand(site=host, call=call, kind=Kind.UPLOAD)
        name = f"PUT {next(self._numbers)}"
        work = partial(self._errands.fetch, errand)
        flight = self._flights.start(name, Priority.BACKGROUND, work, alone=True)
        await self._landing(site, flight)

    def note_page(self, site: Site, *, good: int, bad: int) -> None:
        """Note how many entries of a page could be read: more than half bad is degraded (F18)."""
        self._host(site).circuit.degraded = bad > good

    def standing(self, site: Site) -> Standing:
        """Return how the site's host stands with us."""
        host = self._host(site)
        return Standing(host.circuit, host.circuit.left > 0)

    def tally(self, site: Site) -> Tally:
        """Return what came of the requests to the site since we were started."""
        return self._tallies.of(site.name)

    async def close(self) -> None:
        """End every request and close the session; calls that wait are told so."""
        self._closed = True
        await self._flights.close()
        for host in self._hosts:
            await host.close()
        await self._wire.close()

    async def _landing(self, site: Site, flight: Flight[Reply]) -> Reply:
        try:
            return await self._flights.landing(flight)
        except Closing:
            raise self._closing(site) from None

    def _host(self, site: Site) -> Host:
        self.admit(site)
        return self._hosts.of(site)

    def _check_open(self, site: Site) -> None:
        if self._closed:
            raise self._closing(site)

    def _closing(self, site: Site) -> Unavailable:
        return Unavailable(site.name, _("The bot is stopping."))


def _bearer(site: Site, key: str) -> str:
    if key and key.isascii() and key.isprintable() and " " not in key:
        return key
    raise BadRequest(
        site.name, _("The key for {site} is not one that can be sent.").format(site=site.title)
    )


def _encoded(site: Site, body: object) -> bytes:
    try:
        return json.encode(body)
    except (MsgspecError, ValueError, TypeError, RecursionError):
        raise BadRequest(site.name, _("That holds characters that cannot be sent.")) from None

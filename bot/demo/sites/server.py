"""What every simulated site has: a request log, misbehaviour on demand, media, limits."""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import msgspec
from aiohttp import web

from bot.catalogue import Site
from bot.clock import SYSTEM_CLOCK, Clock
from bot.demo.sites.misbehaviour import misbehave
from bot.demo.sites.modes import OK, Mode
from bot.demo.world import World

#: Whether this request is to be answered with what was not asked for.
EVIL: web.RequestKey[bool] = web.RequestKey("evil", bool)


class RefusedError(Exception):
    """A route does not do what it was asked; the site answers with `response`."""

    def __init__(self, response: web.Response) -> None:
        super().__init__(response.status)
        self.response = response


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Request:
    """One request that a simulated site received, bad ones and refused ones included."""

    method: str
    path: str
    """Path as sent, still percent-encoded, without the query."""
    query: Mapping[str, str]
    headers: Mapping[str, str]
    at: float
    """Seconds on the clock's monotonic scale."""


def logged(request: web.Request, clock: Clock) -> Request:
    """Return what is remembered of a request."""
    return Request(
        request.method,
        request.rel_url.raw_path,
        dict(request.query),
        dict(request.headers),
        clock.monotonic(),
    )


class Loopback(Protocol):
    """A server that can be started on a loopback port, and is told its address then."""

    url: str
    closing: asyncio.Event

    def application(self) -> web.Application:
        """Return the server as an aiohttp application."""


class Window:
    """Counts the requests of the last `seconds`; at most `most` are within the limit."""

    def __init__(self, most: int, seconds: float) -> None:
        self.most = most
        self.seconds = seconds
        self._times: deque[float] = deque()

    def count(self, now: float) -> int:
        """Count one more request at `now` and return how many the window holds with it."""
        while self._times and self._times[0] <= now - self.seconds:
            self._times.popleft()
        self._times.append(now)
        return len(self._times)

    def reset_in(self, now: float) -> float:
        """Return seconds until the oldest counted request leaves the window."""
        return self._times[0] + self.seconds - now if self._times else 0.0


def json_response(body: Any, status: int = 200) -> web.Response:
    """Return `body` as the JSON answer of a site."""
    return web.Response(
        body=msgspec.json.encode(body),
        status=status,
        content_type="application/json",
        charset="utf-8",
    )


class SiteServer(ABC):
    """A simulated site; subclasses give its routes, limits and error bodies."""

    media_paths: ClassVar[tuple[str, ...]] = ("/img", "/file", "/files")

    def __init__(
        self, site: Site, world: World, *, clock: Clock = SYSTEM_CLOCK, rules: bool = False
    ) -> None:
        self.site = site
        self.world = world
        self.clock = clock
        self.rules = rules
        self.url = ""
        self.requests: list[Request] = []
        self.closing = asyncio.Event()
        self.companions: tuple[Loopback, ...] = ()
        """Other hosts of the site, each with a port of its own."""
        self._mode = OK
        self._mode_left: int | None = None

    @abstractmethod
    def routes(self) -> list[web.RouteDef]:
        """Return the site's routes."""

    @abstractmethod
    def not_found(self) -> web.Response:
        """Return the site's answer to what it does not have."""

    def limited(self, request: web.Request) -> web.Response | None:  # noqa: ARG002
        """Return the refusal where the site's limits are exceeded, else `None`."""
        return None

    @abstractmethod
    def finish(self, request: web.Request, response: web.StreamResponse) -> None:
        """Put the site's usual headers on an answer."""

    def set_mode(self, mode: Mode = OK) -> None:
        """Misbehave like that from the next request on."""
        self._mode = mode
        self._mode_left = mode.times

    def mode_of(self, request: web.Request) -> Mode:
        """Return how the site behaves towards `request`, which uses one of the mode's times."""
        mode = self._mode
        if not request.path.startswith(mode.path):
            return OK
        if self._mode_left is not None:
            if self._mode_left <= 0:
                return OK
            self._mode_left -= 1
        return mode

    def application(self) -> web.Application:
        """Return the server as an aiohttp application."""
        app = web.Application(middlewares=[self._middleware])
        app.add_routes(self.routes())
        for path in self.media_paths:
            app.router.add_get(f"{path}/{{rest:.+}}", self._media)
        return app

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests.append(logged(request, self.clock))
        refusal = self.limited(request)
        if refusal is not None:
            self.finish(request, refusal)
            return refusal
        mode = self.mode_of(request)
        request[EVIL] = mode.kind == "evil"

        async def answer() -> web.Response:
            try:
                response = await handler(request)
            except web.HTTPNotFound:
                response = self.not_found()
            except RefusedError as refused:
                response = refused.response
            if not isinstance(response, web.Response):
                raise TypeError("a route answers with a plain response")
            self.finish(request, response)
            return response

        return await misbehave(request, mode, answer, clock=self.clock, closing=self.closing)

    async def _media(self, request: web.Request) -> web.Response:
        for host in sorted(self.site.media_hosts | {self.site.domain}):
            url = f"https://{host}{request.rel_url.raw_path}"
            if url in self.world.media:
                mime, data = await asyncio.to_thread(self.world.picture, url)
                return web.Response(
                    body=data,
                    content_type=mime,
                    headers={"cache-control": "public, max-age=31536000, immutable"},
                )
        return self.not_found()

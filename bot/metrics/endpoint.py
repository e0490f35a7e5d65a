"""The endpoint itself: `/health` for a supervisor, `/metrics` for Prometheus."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from aiohttp import web
from msgspec import Struct, json
from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    Metric,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from bot.app import App
from bot.clock import Clock
from bot.health import Health, State, check
from bot.texts import _

from . import families
from .address import is_meant, listen
from .door import GRACE, LONGEST, Door
from .outbox import OutboxWatch

#: How long a question that is under way may take when the endpoint closes, in seconds.
_LAST_WORD = 1.0


class _Word(Struct, frozen=True):
    """What `/health` answers; troubles themselves are for the log, as they may quote anything."""

    ok: bool
    state: State


class _Collected(Collector):
    """Metrics that were collected already."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


class _Watched(Struct, frozen=True):
    app: App
    connected: Callable[[], bool]
    outbox: OutboxWatch


class Endpoint:
    """Answers at `host` and `port` from entering to leaving; entering raises EndpointError.

    How the bot is it knows from the file `heartbeat`, as `mailmare health` does. It tells of an
    app while it is `watching` it. A connection is ended after `longest` seconds, with `grace` for
    what is under way.
    """

    def __init__(
        self,
        heartbeat: Path,
        clock: Clock,
        *,
        host: str,
        port: int,
        longest: float = LONGEST,
        grace: float = GRACE,
    ) -> None:
        self._heartbeat = heartbeat
        self._clock = clock
        self._host = host
        self._port = port
        self._times = longest, grace
        self._watched: _Watched | None = None
        self._of_library = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._of_library)
        pages = web.Application(middlewares=[self._check_name])
        pages.router.add_get("/health", self._tell_health)
        pages.router.add_get("/metrics", self._tell_metrics)
        self._runner = web.AppRunner(pages, access_log=None, shutdown_timeout=_LAST_WORD)

    @property
    def port(self) -> int:
        """The port that it is at, once it is entered."""
        return self._port

    async def __aenter__(self) -> Self:
        listening = listen(self._host, self._port)
        self._port = listening.getsockname()[1]
        await self._runner.setup()
        server = self._runner.server
        assert server is not None  # noqa: S101  it is set up
        longest, grace = self._times
        self._listening = await asyncio.get_running_loop().create_server(
            Door(server, longest=longest, grace=grace), sock=listening
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._listening.close()
        await self._runner.cleanup()

    @asynccontextmanager
    async def watching(self, app: App, connected: Callable[[], bool]) -> AsyncIterator[None]:
        """Tell of an entered app, too; `connected` says whether it is connected to Discord."""
        outbox = OutboxWatch(app.store, self._clock)
        self._watched = _Watched(app, connected, outbox)
        try:
            yield
        finally:
            self._watched = None
            await outbox.close()

    @web.middleware
    async def _check_name(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        if is_meant(self._host, request.headers.get("Host")):
            return await handler(request)
        raise web.HTTPMisdirectedRequest(text=_("Ask under localhost or an IP address.") + "\n")

    async def _health(self) -> Health:
        # A disk that hangs must not hold up everything else.
        return await asyncio.to_thread(check, self._heartbeat, self._clock.now())

    async def _tell_health(self, _request: web.Request) -> web.Response:
        health = await self._health()
        return web.Response(
            body=json.encode(_Word(health.ok, health.state)),
            status=200 if health.ok else 503,
            content_type="application/json",
            headers={"Cache-Control": "no-store"},
        )

    async def _tell_metrics(self, _request: web.Request) -> web.Response:
        health = await self._health()
        watched = self._watched
        backlog = None if watched is None else await watched.outbox.ask()
        metrics = list(families.of_process(health))
        if watched is not None:
            app, client = watched.app, watched.app.client
            metrics += families.of_discord(
                connected=watched.connected(), servers=len(client.guilds), latency=client.latency
            )
            metrics += families.of_sites(app.sites.figures())
            metrics += families.of_feeds(app.feeds)
            metrics += families.of_outbox(backlog, self._clock.now())
            metrics += families.of_commands(client.command_tally)
            metrics += families.of_loops(app.loops.pulses(), app.lag)
        text = generate_latest(_Collected(metrics)) + generate_latest(self._of_library)
        return web.Response(body=text, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

"""A loopback server that misbehaves on demand, and clients that talk to it."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from msgspec import structs

from bot.catalogue import Limit, Site
from bot.demo.sites import SimulatedSites
from bot.sites import (
    CATALOGUE,
    PhilomenaBoard,
    PonyAggregate,
    Sites,
    Transport,
    TwibooruBoard,
)
from tests.clock import MovableClock
from tests.sites.archive import archives
from tests.sites.simulated import clients

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

#: Real seconds for one request: more than the slowest machine takes.
PATIENCE = 60.0


def says(
    status: int = 200,
    text: str = '{"ok": true}',
    content_type: str = "application/json",
    **headers: str,
) -> Answer:
    """Answer with that, always; `_` in the names of headers stands for `-`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text, content_type=content_type, headers=named)

    return answer


OK = says()


@dataclass
class Server:
    """One site on this machine. `script` is used up first, then `answer` goes on for ever."""

    url: str = ""
    answer: Answer = OK
    script: list[Answer] = field(default_factory=list)
    requests: list[web.Request] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        self.times.append(time.monotonic())
        self.arrived.set()
        return await (self.script.pop(0) if self.script else self.answer)(request)

    async def reached(self, count: int) -> None:
        """Return when so many requests have come."""
        while self.count < count:
            self.arrived.clear()
            await self.arrived.wait()

    @property
    def count(self) -> int:
        return len(self.requests)

    def says(
        self,
        status: int = 200,
        text: str = '{"ok": true}',
        content_type: str = "application/json",
        **headers: str,
    ) -> None:
        self.answer = says(status, text, content_type, **headers)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    place = web.TCPSite(runner, "127.0.0.1", 0)
    await place.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def transport(clock: MovableClock) -> AsyncIterator[Transport]:
    async with Transport(
        clock, allow_loopback_http=True, total_seconds=PATIENCE, connect_seconds=PATIENCE,
        jitter=lambda: 0.0,
    ) as transport:  # fmt: skip
        yield transport


def at(server: Server, name: str = "derpibooru", *limits: Limit) -> Site:
    """Return the catalogue's row of a site, moved to the server, with limits of its own."""
    row = structs.replace(CATALOGUE[name], base_url=server.url)
    return structs.replace(row, limits=limits) if limits else row


@pytest.fixture
def site(server: Server) -> Site:
    return at(server, "derpibooru", Limit("/", 1000, 1.0))


async def refused_while(
    transport: Transport, server: Server, site: Site, callers: int = 100
) -> set[type[BaseException]]:
    """Let many callers ask for different things; none of them may reach the server."""
    before = server.count
    outcomes = await asyncio.gather(
        *(transport.get(site, "/x", {"n": str(n)}) for n in range(callers)), return_exceptions=True
    )
    assert server.count == before
    return {type(outcome) for outcome in outcomes}  # type: ignore[misc]


def body(**envelope: object) -> str:
    return json.dumps(envelope)


def tag(name: str, **more: object) -> dict[str, Any]:
    return {"id": 1, "name": name, "slug": name.replace(" ", "+"), "images": 5, **more}


@pytest.fixture
def board(server: Server, transport: Transport) -> PhilomenaBoard:
    return PhilomenaBoard(at(server), transport)


@pytest.fixture
def twibooru(server: Server, transport: Transport) -> TwibooruBoard:
    return TwibooruBoard(at(server, "twibooru"), transport)


@pytest.fixture
async def simulated() -> AsyncIterator[SimulatedSites]:
    async with SimulatedSites() as simulated:
        yield simulated


@pytest.fixture
async def archive(simulated: SimulatedSites) -> AsyncIterator[PonyAggregate]:
    async for archive in archives(simulated):
        yield archive


@pytest.fixture
async def sites() -> AsyncIterator[tuple[Sites, SimulatedSites]]:
    """Clients with the operator's key on all sites, and the simulated sites that they ask."""
    async with clients() as found:
        yield found


@pytest.fixture
def derpibooru(sites: tuple[Sites, SimulatedSites]) -> PhilomenaBoard:
    """The client of the simulated Derpibooru."""
    found = sites[0].boards["derpibooru"]
    assert isinstance(found, PhilomenaBoard)
    return found

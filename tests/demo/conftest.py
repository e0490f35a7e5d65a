"""The sample world and its simulated sites, up for a test."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import PONYAGGREGATE_KEY
from bot.demo.world import World

BEARER = {"Authorization": f"Bearer {PONYAGGREGATE_KEY}"}


@pytest.fixture(scope="session")
def world() -> World:
    """Only to be read; a test that changes it makes its own."""
    return World()


class Visitor:
    """Asks the simulated sites as any client would."""

    def __init__(self, sites: SimulatedSites, session: aiohttp.ClientSession) -> None:
        self.sites = sites
        self.session = session

    async def raw(
        self, site: str, path: str, method: str = "GET", **options: Any
    ) -> tuple[int, aiohttp.ClientResponse, bytes]:
        async with self.session.request(
            method, self.sites.urls[site] + path, allow_redirects=False, **options
        ) as response:
            return response.status, response, await response.read()

    async def json(self, site: str, path: str, expected: int = 200, /, **params: str) -> Any:
        status, _, body = await self.raw(site, path, params=params)
        assert status == expected, body
        return json.loads(body)


@pytest.fixture
async def visitor(world: World) -> AsyncIterator[Visitor]:
    async with SimulatedSites(world) as sites, aiohttp.ClientSession() as session:
        yield Visitor(sites, session)


class Operator(Visitor):
    """Somebody with PonyAggregate's key, in a world that may be changed."""

    async def send(
        self, method: str, path: str, body: Any = None, expected: int = 200, **options: Any
    ) -> Any:
        options = {"headers": BEARER} | options
        if body is not None:
            options["json"] = body
        status, _, data = await self.raw("ponyaggregate", f"/api/{path}", method, **options)
        assert status == expected, data
        return json.loads(data)

    async def attach(self, data: bytes = b"twelve bytes", **changes: Any) -> dict[str, str]:
        body = {"name": "a.mp4", "mime": "video/mp4", "size": len(data)} | changes
        return dict(await self.send("POST", "attachments/create", body))

    async def put(self, url: str, data: bytes = b"twelve bytes", **options: Any) -> int:
        async with self.session.put(url, data=data, **options) as response:
            return response.status

    async def file(self) -> str:
        made = await self.attach()
        assert await self.put(made["presignedUrl"]) == 200
        await self.send("PUT", f"attachments/{made['uuid']}/finalize")
        return made["uuid"]


@pytest.fixture
async def operator() -> AsyncIterator[Operator]:
    async with SimulatedSites(World()) as sites, aiohttp.ClientSession() as session:
        yield Operator(sites, session)

"""The sample world and its simulated sites, up for a test."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.sites import SimulatedSites
from bot.demo.world import World


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

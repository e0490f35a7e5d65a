"""The bot on simulated sites and without Discord, and its endpoint asked over real HTTP."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import App
from bot.demo.page import demo_settings
from bot.demo.sites import SimulatedSites
from bot.health import FILE_NAME
from bot.metrics.endpoint import Endpoint
from tests.clock import MovableClock
from tests.discord_stage import WORLD


class Scrape:
    """One answer of `/metrics`, read as Prometheus reads it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.families = list(text_string_to_metric_families(text))

    def find(self, name: str, **labels: str) -> float | None:
        """Return the value of the series with that name and exactly these labels."""
        found = [
            sample.value
            for family in self.families
            for sample in family.samples
            if (sample.name, sample.labels) == (name, labels)
        ]
        assert len(found) <= 1
        return found[0] if found else None

    def of(self, name: str) -> dict[tuple[str, ...], float]:
        """Return the values of all series with that name, by their labels' values.

        Those are in the order of the labels' names.
        """
        return {
            tuple(value for _label, value in sorted(sample.labels.items())): sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name
        }


class Monitor:
    """Whoever asks the endpoint; `connected` is what the bot says of Discord."""

    def __init__(self, endpoint: Endpoint, session: aiohttp.ClientSession) -> None:
        self.endpoint = endpoint
        self.session = session
        self.connected = True

    def watching(self, app: App) -> AbstractAsyncContextManager[None]:
        return self.endpoint.watching(app, lambda: self.connected)

    async def ask(self, path: str, method: str = "GET") -> tuple[int, str]:
        url = f"http://127.0.0.1:{self.endpoint.port}{path}"
        async with self.session.request(method, url) as reply:
            return reply.status, await reply.text()

    async def scrape(self) -> Scrape:
        status, text = await self.ask("/metrics")
        assert status == 200
        return Scrape(text)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def heartbeat(tmp_path: Path) -> Path:
    return tmp_path / FILE_NAME


@pytest.fixture
async def monitor(heartbeat: Path, clock: MovableClock) -> AsyncIterator[Monitor]:
    async with (
        Endpoint(heartbeat, clock, host="127.0.0.1", port=0) as endpoint,
        aiohttp.ClientSession() as session,
    ):
        yield Monitor(endpoint, session)


@pytest.fixture
async def sites(clock: MovableClock) -> AsyncIterator[SimulatedSites]:
    async with SimulatedSites(WORLD, clock=clock) as sites:
        yield sites


@pytest.fixture
async def app(
    sites: SimulatedSites, tmp_path: Path, clock: MovableClock, monitor: Monitor
) -> AsyncIterator[App]:
    """The bot, watched by the monitor."""
    async with App(demo_settings(sites, tmp_path), clock) as app, monitor.watching(app):
        yield app

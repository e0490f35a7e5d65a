"""Starting and stopping the simulated sites."""

from collections.abc import Iterable
from typing import Self

import msgspec
from aiohttp import web

from bot.catalogue import CATALOGUE, Site
from bot.clock import SYSTEM_CLOCK, Clock
from bot.demo.sites.modes import OK, Mode
from bot.demo.sites.philomena import PhilomenaServer
from bot.demo.sites.ponyaggregate import PonyAggregateServer
from bot.demo.sites.ponyapi import PonyApiServer
from bot.demo.sites.server import Loopback, Request, SiteServer
from bot.demo.sites.twibooru import TwibooruServer
from bot.demo.world import World
from bot.demo.world_post import WorldPost

_SERVERS: dict[str, type[SiteServer]] = {
    "philomena": PhilomenaServer,
    "twibooru": TwibooruServer,
    "ponyapi": PonyApiServer,
    "ponyaggregate": PonyAggregateServer,
}


class SimulatedSites:
    """One loopback server per site of the world, up for as long as the context is entered.

    `rules` switches the sites' own limits on (rules L7-L9: 501 with HTML, 500 with an empty
    body, 429), which are off by default so that tests need not wait; Twibooru's `X-RL` headers
    are always there.
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        sites: Iterable[Site] = tuple(CATALOGUE.values()),
        rules: bool = False,
        clock: Clock = SYSTEM_CLOCK,
    ) -> None:
        self.world = world if world is not None else World()
        self.servers: dict[str, SiteServer] = {
            site.name: _SERVERS[site.family](site, self.world, clock=clock, rules=rules)
            for site in sites
            if site.name in self.world.sites
        }
        self.urls: dict[str, str] = {}
        self._runners: list[web.AppRunner] = []

    async def __aenter__(self) -> Self:
        for name, server in self.servers.items():
            for part in (server, *server.companions):
                await self._start(part)
            self.urls[name] = server.url
        return self

    async def _start(self, part: Loopback) -> None:
        runner = web.AppRunner(part.application(), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        self._runners.append(runner)
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        part.url = f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def __aexit__(self, *_error: object) -> None:
        for server in self.servers.values():
            for part in (server, *server.companions):
                part.closing.set()
        for runner in self._runners:
            await runner.cleanup()
        self._runners.clear()

    @property
    def requests(self) -> dict[str, list[Request]]:
        """Return the log of requests by site, oldest first; clear a list to start afresh."""
        return {name: server.requests for name, server in self.servers.items()}

    @property
    def ponyaggregate(self) -> PonyAggregateServer:
        """Return PonyAggregate's server, for its switches and its storage."""
        server = self.servers["ponyaggregate"]
        if not isinstance(server, PonyAggregateServer):
            raise TypeError("the catalogue's row is of another family")
        return server

    @property
    def catalogue(self) -> dict[str, Site]:
        """Return the catalogue's rows with the servers' addresses; only while running."""
        return {
            name: msgspec.structs.replace(server.site, base_url=self.urls[name])
            for name, server in self.servers.items()
        }

    def set_mode(self, site: str, mode: Mode = OK) -> None:
        """Make `site` misbehave from the next request on; without a mode it is well again."""
        self.servers[site].set_mode(mode)

    def publish(self, site: str) -> WorldPost:
        """Let the next post of the future appear on `site`."""
        return self.world.publish(site)

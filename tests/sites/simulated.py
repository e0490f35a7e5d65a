"""Clients of the simulated sites, and what those were asked for."""

import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from functools import cache

from msgspec import structs

from bot.catalogue import Limit, Site
from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import Request, SimulatedSites
from bot.demo.sites.keys import BOARD_KEY
from bot.demo.world import World
from bot.sites import Sites, Transport
from bot.sites.routes import Route

#: Nobody waits in these tests; the limits have tests of their own.
_LIMITS = (Limit("/", 1000, 1.0),)


@cache
def world() -> World:
    """Return a world for tests that only read it."""
    return World()


@asynccontextmanager
async def clients(
    of: World | None = None, *, key: str | None = BOARD_KEY
) -> AsyncIterator[tuple[Sites, SimulatedSites]]:
    """Give clients with the operator's key on all sites, and the sites."""
    async with SimulatedSites(of or world()) as simulated:
        rows: dict[str, Site] = {
            name: structs.replace(row, limits=_LIMITS) for name, row in simulated.catalogue.items()
        }
        keys: dict[str, str] = dict.fromkeys(rows, key) if key else {}
        transport = Transport(
            SYSTEM_CLOCK, allow_loopback_http=True, total_seconds=60.0, connect_seconds=60.0
        )
        async with Sites(rows, transport, keys=keys) as sites:
            yield sites, simulated


def asked(requests: Iterable[Request], route: Route) -> bool:
    """Tell whether a site was asked for a route, and for no parameter that it does not take."""
    pattern = re.compile(re.sub(r":\w+|<\w+>|\[\w+\]", "[^/]+", route.path))
    found = [
        one
        for one in requests
        if one.method == route.method
        and pattern.fullmatch(one.path)
        and not (set(one.query) - route.takes)
    ]
    return bool(found)

"""Clients of the simulated sites, and what those were asked for."""

import re
import threading
from asyncio import Event, new_event_loop
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from bot.catalogue import Limit, Site
from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import Request, SimulatedSites
from bot.demo.sites.keys import BOARD_KEY
from bot.demo.world import World
from bot.demo.world_post import WorldPost
from bot.sites import Sites, Transport
from bot.sites.routes import Route

#: Nobody waits in these tests; the limits have tests of their own.
_LIMITS = (Limit("/", 1000, 1.0),)

#: What tests post to a board, and the tags with it.
LINK = "https://example.com/files/new.png"
TAGS = "safe, artist:somebody, pony, mare"


@cache
def world() -> World:
    """Return a world for tests that only read it."""
    return World()


def shown(site: str = "derpibooru") -> WorldPost:
    """Return a post that anybody may find."""
    return next(
        post
        for post in world().posts(site).values()
        if not post.hidden and post.approved and post.thumbnails_generated
    )


def talked_about(site: str = "derpibooru") -> tuple[int, Any]:
    """Return a shown post and its first comment."""
    posts = world().posts(site)
    return next(
        (number, thread[0])
        for number, thread in world().comments[site].items()
        if thread and number in posts and not posts[number].hidden and not thread[0].hidden
    )


def file(post: WorldPost) -> str:
    """Return the address of a post's file."""
    return next(url for url, (one, *_rest) in world().media.items() if one is post)


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


@contextmanager
def in_a_thread() -> Iterator[SimulatedSites]:
    """Run the sites in a thread of their own, for commands that run a loop themselves."""
    loop = new_event_loop()
    started, sites, over = threading.Event(), SimulatedSites(world()), Event()

    async def serve() -> None:
        async with sites:
            started.set()
            await over.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    started.wait()
    yield sites
    loop.call_soon_threadsafe(over.set)
    thread.join()
    loop.close()


def lead_to(sites: SimulatedSites, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have commands ask these sites, and keep what they keep in a folder."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("MAILMARE_DATA_DIR", str(folder))
    monkeypatch.setenv("MAILMARE_ALLOW_LOOPBACK_SITES", "true")
    for site, url in sites.urls.items():
        monkeypatch.setenv(f"MAILMARE_{site.upper()}_URL", url)


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

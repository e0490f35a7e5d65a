"""A simulated board in a process of its own, so that its work is not counted as ours.

It lives in the time that it is told: a line with the seconds since the beginning comes in, and a
line with the number of requests so far goes out, once everything until then has happened. A post
appears every minute; its thumbnails are there a little later, and one in three is edited.
"""

import asyncio
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from heapq import heapify, heappop
from types import TracebackType
from typing import NamedTuple, Self

from msgspec import structs

from benchmarks.query_corpus import NOW, make
from bot.catalogue import CATALOGUE, Site
from bot.demo.sites import SimulatedSites
from bot.demo.world import World, WorldPost
from bot.posts.model import Post
from tests.clock import MovableClock

SITE = "derpibooru"
POSTS_PER_HOUR = 60
#: Posts that are there in the beginning, besides those of the demo, which are older.
BEFORE = 60
THUMBNAILS_AFTER = 20.0
EDITED_AFTER = 600.0
EDITED = 3
#: What comes of posts: more than is ever waited for.
_HOURS = 2
#: Ids that no post of the world has.
_FIRST_ID = 2_090_000_000
#: Every post is for everybody: those of other ratings cost nothing, as they are not read.
_RATINGS = ("safe", "explicit")


class Happening(NamedTuple):
    """Something that happens to a post, as it is from then on."""

    at: float
    """Seconds since the beginning."""
    number: int
    post: WorldPost


class History:
    """What happens on the board, from a while before the beginning on."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._template = next(
            post
            for post in world.posts(SITE).values()
            if not post.awkward and post.safe and not post.animated
        )
        posts = make(0, BEFORE + _HOURS * POSTS_PER_HOUR).posts
        self._coming = [
            one for number, post in enumerate(posts) for one in self._life(number, post)
        ]
        heapify(self._coming)

    def let_happen(self, until: float) -> None:
        """Let everything happen until that many seconds after the beginning."""
        while self._coming and self._coming[0].at <= until:
            post = heappop(self._coming).post
            self._world.tags[SITE].count(post.tags)
            self._world.change(SITE, post)

    def _life(self, number: int, post: Post) -> Iterator[Happening]:
        at = (number - BEFORE) * 3600 / POSTS_PER_HOUR + 1
        seen = NOW + timedelta(seconds=at)
        tags = tuple(tag for tag in post.tags if tag not in _RATINGS)
        new = replace(
            self._template,
            id=_FIRST_ID + number,
            tags=("safe", f"artist:painter {number % 40}", *tags),
            created_at=seen,
            updated_at=seen,
            first_seen_at=seen,
            sources=(f"https://art.example.org/{number}",),
            sha512_hash=f"{number:0128x}",
            orig_sha512_hash=None,
            upvotes=post.upvotes if isinstance(post.upvotes, int) else 0,
            thumbnails_generated=False,
        )
        yield Happening(at, number, new)
        whole = replace(new, thumbnails_generated=True)
        yield Happening(at + THUMBNAILS_AFTER, number, whole)
        if number % EDITED == 0:
            edited = replace(
                whole,
                tags=(*whole.tags, "looking at you"),
                updated_at=seen + timedelta(seconds=EDITED_AFTER),
            )
            yield Happening(at + EDITED_AFTER, number, edited)


class ChildBoard:
    """The board as whoever asks it sees it; up for as long as the context is entered."""

    def __init__(self) -> None:
        self.requests = 0
        """How many requests it received, as of the last `live`."""
        self.url = ""

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "benchmarks.feeds_board",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        self.url = await self._line()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.terminate()
        await self._process.wait()

    @property
    def site(self) -> Site:
        """Return the catalogue's row with the board's address."""
        return structs.replace(CATALOGUE[SITE], base_url=self.url)

    async def live(self, until: float) -> None:
        """Let everything happen until that many seconds after the beginning."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{until}\n".encode())
        await self._process.stdin.drain()
        self.requests = int(await self._line())

    async def _line(self) -> str:
        assert self._process.stdout is not None
        line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError("the simulated board has ended")
        return str(json.loads(line))


async def _serve() -> None:
    clock = MovableClock(NOW)
    world = World()
    history = History(world)
    history.let_happen(0.0)
    received, passed = 0, 0.0
    async with SimulatedSites(world, sites=[CATALOGUE[SITE]], clock=clock) as sites:
        print(json.dumps(sites.urls[SITE]), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            until = float(line)
            clock.advance(until - passed)
            passed = until
            history.let_happen(until)
            received += len(sites.requests[SITE])
            sites.requests[SITE].clear()
            print(json.dumps(received), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())

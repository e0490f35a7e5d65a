"""Tails that follow the simulated boards, with the real outbox, in time that tests move."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from bot.demo.sites import Request, SimulatedSites
from bot.demo.world import World, WorldPost
from bot.feeds.announce import Announcer
from bot.feeds.new_posts import broadest
from bot.feeds.reading import Reader
from bot.feeds.roster import Roster
from bot.feeds.tail import SiteTail
from bot.policies import Policies
from bot.sites import Sites, Transport
from bot.store import Announcement, Pending, Status, Store, Subscription, Tail
from bot.store.announcement_rows import COLUMNS, announcement_of
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord

GUILD, CHANNEL = 11, 21
#: Ids that no post of the world has, and that grow.
_IDS = 2_090_000_000


class Following:
    """One set of boards and those who follow them; `restart` is a new process on the same data."""

    def __init__(
        self,
        simulated: SimulatedSites,
        sites: Sites,
        store: Store,
        policies: Policies,
        discord: MemoryDiscord,
        clock: MovableClock,
        *,
        profile: str,
    ) -> None:
        self.simulated = simulated
        self.world: World = simulated.world
        self.sites = sites
        self.store = store
        self.policies = policies
        self.discord = discord
        self.clock = clock
        self.woken = 0
        self._profile = profile
        self._ids = count(_IDS)
        self._template = next(
            post
            for post in self.world.posts("derpibooru").values()
            if not post.awkward and post.safe and not post.animated
        )
        self.restart()

    def restart(self) -> None:
        """Begin anew, knowing nothing but what is in the database; `load` comes next."""
        self.roster = Roster(self.store)
        self.reader = Reader(self.sites, self.store, self.clock)
        self.announcer = Announcer(self.roster, self.policies, self.discord, self.clock)
        self.tails = {site: self.tail_with(self.announcer, site) for site in self.sites.boards}

    def tail_with(self, keeps: Any, site: str = "derpibooru") -> SiteTail:
        """Return a tail that hands what it finds to somebody else."""
        return SiteTail(
            self.sites.boards[site],
            self.store,
            self.roster,
            self.reader,
            keeps,
            self.policies,
            broadest(self._profile),
            self.clock,
            wake=self._wake,
        )

    def _wake(self) -> None:
        self.woken += 1

    async def subscribe(self, query: str = "", **changes: Any) -> Subscription:
        """Keep a wish that begins now, and let the roster know."""
        site = changes.get("site", "derpibooru")
        async with self.store.write() as tx:
            wish = await tx.subscriptions.add(
                Subscription(
                    **{
                        "guild_id": GUILD,
                        "channel_id": CHANNEL,
                        "site": site,
                        "query": query,
                        "since": await tx.tails.beginning(site),
                        "created_at": self.clock.now(),
                        **changes,
                    }
                )
            )
        await self.roster.changed(wish.id)
        return wish

    def publish(
        self, *tags: str, site: str = "derpibooru", at: datetime | None = None, **changes: Any
    ) -> WorldPost:
        """Let a safe post with these tags appear now, or as first seen `at` another time."""
        seen = self.clock.now() if at is None else at
        made = {
            "id": next(self._ids),
            "site": site,
            "tags": ("safe", "artist:velvet_acorn", *tags),
            "created_at": seen,
            "updated_at": seen,
            "first_seen_at": seen,
            "upvotes": 0,
            "downvotes": 0,
            # No two pictures are the same.
            "sha512_hash": f"{next(self._ids):0128x}",
            "orig_sha512_hash": None,
            "sources": (),
            **changes,
        }
        post = replace(self._template, **made)
        self.world.change(site, post)
        return post

    def edit(self, post: WorldPost, **changes: Any) -> WorldPost:
        """Let a post be edited now; a vote is no edit and is made with `vote`."""
        return self.vote(post, **{"updated_at": self.clock.now(), **changes})

    def vote(self, post: WorldPost, **changes: Any) -> WorldPost:
        """Change a post without its site calling that an update."""
        changed = replace(self.world.posts(post.site)[post.id], **changes)
        self.world.change(post.site, changed)
        return changed

    def vanish(self, post: WorldPost) -> None:
        """Let a post be as if it had never been."""
        del self.world._posts[post.site][post.id]

    async def reached(self, site: str = "derpibooru") -> None:
        """Return when the site is being asked something."""
        while not self.simulated.requests[site]:  # noqa: ASYNC110  the log tells nobody
            await asyncio.sleep(0.001)

    async def turn(self, site: str = "derpibooru") -> None:
        """Do what is due now."""
        await self.clock.hurry(self.tails[site].turn())

    async def pass_by(
        self, time: timedelta, site: str = "derpibooru", step: float | None = None
    ) -> None:
        """Let time pass, with a turn at the end, or one after each step of so many seconds."""
        end = self.clock.now() + time
        while self.clock.now() < end:
            left = (end - self.clock.now()).total_seconds()
            self.clock.advance(left if step is None else min(step, left))
            await self.turn(site)

    async def rows(self, channel_id: int = CHANNEL) -> list[Announcement]:
        """Return a channel's announcements, oldest first."""
        async with self.store.read() as tx:
            found = await tx.connection.execute(
                select(*COLUMNS)
                .where(announcements.c.channel_id == channel_id)
                .order_by(announcements.c.id)
            )
            return [announcement_of(row) for row in found.mappings()]

    async def owed(self, channel_id: int = CHANNEL) -> list[int | None]:
        """Return the ids of the posts that a channel is owed, in order."""
        return [row.post_id for row in await self.rows(channel_id) if row.status is Status.QUEUED]

    async def pending(self, site: str = "derpibooru") -> list[Pending]:
        """Return the posts that wait, whenever they are due."""
        async with self.store.read() as tx:
            far = self.clock.now() + timedelta(days=365)
            return list(await tx.pending.due(site, far, limit=1000))

    async def kept(self, site: str = "derpibooru") -> Tail:
        """Return how far the site was read, as the database has it."""
        async with self.store.read() as tx:
            tail = await tx.tails.get(site)
        assert tail is not None
        return tail

    def asked(self, site: str = "derpibooru") -> list[Request]:
        """Return what the site was asked since the last time."""
        log = self.simulated.requests[site]
        asked = list(log)
        log.clear()
        return asked


def _small_world() -> World:
    """Return a world with few posts, which is quicker to search."""
    world = World()
    for posts in world._posts.values():
        for post_id in list(posts)[:-30]:
            del posts[post_id]
    return world


@asynccontextmanager
async def following(
    store: Store,
    policies: Policies,
    discord: MemoryDiscord,
    clock: MovableClock,
    *,
    profile: str = "safe",
    rules: bool = True,
) -> AsyncIterator[Following]:
    """Give a world of boards whose limits hold, and tails that have not read anything yet."""
    async with SimulatedSites(_small_world(), clock=clock, rules=rules) as simulated:
        transport = Transport(
            clock, allow_loopback_http=True, total_seconds=60.0, connect_seconds=60.0,
            jitter=lambda: 0.0,
        )  # fmt: skip
        async with Sites(simulated.catalogue, transport) as sites:
            stage = Following(simulated, sites, store, policies, discord, clock, profile=profile)
            yield stage
            await stage.reader.close()

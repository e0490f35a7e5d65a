"""Announcements through the outbox by the real clock: as fast as they go, and at Discord's pace."""

import asyncio
from collections import deque
from pathlib import Path
from time import perf_counter, process_time

from msgspec import Struct, structs

from benchmarks.feeds_board import SITE
from benchmarks.feeds_hour import Channels
from benchmarks.feeds_wishes import channel_of
from benchmarks.query_corpus import make
from bot.clock import SYSTEM_CLOCK, Clock
from bot.feeds.announce import Match
from bot.feeds.destination import Delivered, Outgoing
from bot.feeds.feeds import Feeds
from bot.loops import Loops
from bot.messenger.pace import Pace
from bot.policies import Policies
from bot.posts.model import Post
from bot.settings import Settings
from bot.sites import Sites, Transport
from bot.store import SeenPost, Store, Subscription
from bot.texts import Languages

#: What Discord lets one bot do, all requests together (reference: faults, F04).
DISCORD = 50
#: Seconds that Discord takes for a message.
LATENCY = 0.1


class Rates(Struct, frozen=True, kw_only=True):
    """How fast announcements go; in one second, by the clock."""

    announcements: int
    channels: int
    kept_per_second: float
    """Put into the outbox: verified, known again by their pictures, committed."""
    delivered_per_second: float
    """Delivered into the memory, each written, committed before and after."""
    work_ms_each: float
    """Processor time for both, in milliseconds."""
    paced: int
    paced_per_second: float
    """The same to a Discord that takes its time and counts."""
    paced_refused: int
    """How many were more than Discord's limit allows."""


class Discord(Channels):
    """Channels behind a pace; counts what comes faster than Discord allows."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.refused = 0
        self._clock = clock
        self._pace = Pace(clock)
        self._latest: deque[float] = deque(maxlen=DISCORD)

    async def send(self, message: Outgoing) -> Delivered:
        """Send at the pace, and answer after a while."""
        await self._pace.wait()
        now = self._clock.monotonic()
        self.refused += len(self._latest) == DISCORD and now - self._latest[0] < 1.0
        self._latest.append(now)
        await asyncio.sleep(LATENCY)
        return await super().send(message)


async def rates(folder: Path, *, announcements: int, paced: int, channels: int) -> Rates:
    """Send so many announcements to so many channels, first unpaced and then paced."""
    fast, slow = Channels(), Discord(SYSTEM_CLOCK)
    begun = process_time()
    kept, delivered = await _through(folder / "fast.db", fast, announcements, channels)
    work = process_time() - begun
    _, held = await _through(folder / "slow.db", slow, paced, channels)
    return Rates(
        announcements=fast.sent,
        channels=channels,
        kept_per_second=fast.sent / kept,
        delivered_per_second=fast.sent / delivered,
        work_ms_each=1000 * work / max(1, fast.sent),
        paced=slow.sent,
        paced_per_second=slow.sent / held,
        paced_refused=slow.refused,
    )


async def _through(
    database: Path, destination: Channels, announcements: int, channels: int
) -> tuple[float, float]:
    """Return the seconds until all was in the outbox, and from then until all was delivered."""
    transport = Transport(SYSTEM_CLOCK)
    loops = Loops(SYSTEM_CLOCK, redact=str)
    async with (
        Store(database, SYSTEM_CLOCK) as store,
        Sites({}, transport) as sites,
    ):
        feeds = Feeds(
            store, sites, Policies(store), destination, SYSTEM_CLOCK, loops, Settings(), Languages()
        )
        wishes = await _subscribe(store, channels)
        await feeds.changed(*wishes)
        posts = _posts(announcements // channels)
        now = SYSTEM_CLOCK.now()
        begun = perf_counter()
        for post in posts:
            prepared = await feeds.announcer.prepare([Match(post, wishes)])
            async with store.write() as tx:
                await tx.posts.saw(
                    [SeenPost(site=SITE, id=post.id, first_seen_at=now, seen_at=now)]
                )
                await feeds.announcer.keep(tx, prepared)
        kept = perf_counter()
        await feeds.deliverer.turn()
        done = perf_counter()
        await feeds.stop()
    return kept - begun, done - kept


async def _subscribe(store: Store, channels: int) -> tuple[int, ...]:
    now = SYSTEM_CLOCK.now()
    made = []
    async with store.write() as tx:
        for number in range(channels):
            guild_id, channel_id = channel_of(number)
            one = Subscription(
                guild_id=guild_id,
                channel_id=channel_id,
                site=SITE,
                query="safe",
                since=now,
                created_at=now,
            )
            made.append((await tx.subscriptions.add(one)).id)
    return tuple(made)


def _posts(count: int) -> list[Post]:
    """Return posts that a SAFE channel is shown, no two with the same picture."""
    now = SYSTEM_CLOCK.now()
    return [
        structs.replace(
            post,
            tags=("safe", "artist:painter", *(tag for tag in post.tags if tag != "explicit")),
            first_seen_at=now,
            sha512_hash=f"{number:0128x}",
            orig_sha512_hash=None,
            sources=(f"https://art.example.org/{number}",),
            format="png",
            mime_type="image/png",
            media_hosts=frozenset({"derpicdn.net"}),
            hidden_from_users=False,
            deletion_reason=None,
            representations={
                size: f"https://derpicdn.net/img/2026/11/22/{post.id}/{size}.png"
                for size in ("full", "large", "medium")
            },
        )
        for number, post in enumerate(make(0, count).posts)
    ]

"""One hour of feeds in time that is moved: ours, and the usual way, on the same feeds and board.

Ours is everything that `bot.feeds.feeds` starts, on a database, with messages that go into the
memory. Its loops have their turns one after the other, so that each one's work can be told.
"""

import asyncio
import gc
from collections.abc import Awaitable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from time import process_time
from typing import TypeVar

from msgspec import Struct, structs

from benchmarks.feeds_board import SITE, ChildBoard
from benchmarks.query_corpus import NOW
from bot.catalogue import Limit
from bot.clock import SYSTEM_CLOCK
from bot.feeds.destination import Delivered, Outgoing
from bot.feeds.feeds import Feeds
from bot.loops import Loops, Turn, Worker
from bot.policies import Policies, Where
from bot.query import QueryError
from bot.safety import ChannelFacts, ChannelKind, Profile, canonical, policy_for
from bot.settings import Settings
from bot.sites import PhilomenaBoard, Priority, Sites, Transport
from bot.store import Store
from bot.texts import Languages
from bot.ui.announcement import render
from tests.clock import MovableClock

HOUR = 3600.0
#: Seconds that pass between two looks at which loop is due: a tail's own.
STEP = 5.0
#: Seconds after which delivery looks for what is due, or before when it is told.
DELIVER_EVERY = 10.0
#: Seconds between two searches of one feed in the usual design.
SEARCH_EVERY = 300.0
#: Searches of the usual design that are made for real; the others take as long.
SAMPLE = 60
_MIB = 2**20
_FACTS = ChannelFacts(kind=ChannelKind.TEXT, nsfw=False, guild_available=True)

T = TypeVar("T")


class Hour(Struct, frozen=True, kw_only=True):
    """What an hour of ours took."""

    site_requests: int
    seconds: Mapping[str, float]
    """Of processor time, by loop."""
    announcements: int
    """Put into the outbox; a post is announced once in a channel."""
    messages: int
    start_seconds: float
    """Of processor time, for reading all feeds at the start."""
    mib: float
    """By which memory grew as they were read."""
    database_mib: float
    """With the feeds in it."""
    database_mib_after: float


class Usual(Struct, frozen=True, kw_only=True):
    """What an hour of one search per feed and interval takes, but for its messages."""

    site_requests: float
    seconds: float
    """Of processor time; that of a sample, times what the others would be."""
    sample: int
    mib: float


class Channels:
    """Channels in memory; implements `bot.feeds.destination.Destination`, and writes messages."""

    def __init__(self) -> None:
        self.sent = 0

    def where(self, guild_id: int, channel_id: int) -> Where:
        """Return an ordinary text channel."""
        return Where(guild_id=guild_id, channel_id=channel_id, facts=_FACTS)

    def is_reachable(self, _guild_id: int) -> bool:
        """Tell that it is."""
        return True

    async def send(self, message: Outgoing) -> Delivered:
        """Write the message as Discord would get it, and count it."""
        form = render(message).form
        self.sent += 1
        return Delivered(self.sent, message.channel_id, form)

    async def find(
        self, _channel_id: int, _markers: Sequence[int], _after: datetime
    ) -> Mapping[int, Delivered]:
        """Return nothing: nobody looks, as no process is killed here."""
        return {}

    async def edit(self, delivered: Delivered, message: Outgoing) -> Delivered:
        """Write the message anew."""
        return structs.replace(delivered, form=render(message, delivered.form).form)

    async def remove(self, _delivered: Delivered) -> None:
        """Forget a message that nobody keeps."""

    async def publish(self, _delivered: Delivered) -> None:
        """Pass a message on to nobody."""

    async def exists(self, _channel_id: int) -> bool:
        """Tell that it does."""
        return True

    async def notify(
        self,
        _guild_id: int,
        _channel_ids: Sequence[int],
        _text: str,
        *,
        resume: int | None = None,  # noqa: ARG002
    ) -> bool:
        """Take the notice."""
        return True


class Turns(Loops):
    """Loops whose turns are taken one after the other, each measured in processor time."""

    def __init__(self, clock: MovableClock) -> None:
        super().__init__(clock, redact=str)
        self.seconds: dict[str, float] = {}
        self._moved = clock
        self._works: dict[str, tuple[float, Turn]] = {}
        self._due: dict[str, float] = {}

    def start(self, name: str, seconds: float, work: Turn) -> asyncio.Task[None]:
        """Take this loop's turn as often as it wants; return a task that ends at once."""
        self._works[name] = seconds, work
        self._due[name] = self._moved.monotonic()
        self.seconds[name] = 0.0
        return asyncio.ensure_future(asyncio.sleep(0))

    def keep(self, _name: str, _work: Worker, *, quiet: float | None = None) -> asyncio.Task[None]:  # noqa: ARG002
        """Leave a worker out: whoever has one starts its turns."""
        return asyncio.ensure_future(asyncio.sleep(0))

    async def take(self) -> None:
        """Take every turn that is due."""
        for name, (seconds, work) in self._works.items():
            if self._due[name] <= self._moved.monotonic():
                self._due[name] = self._moved.monotonic() + seconds
                begun = process_time()
                await _hurried(self._moved, work())
                self.seconds[name] += process_time() - begun


def memory() -> float:
    """Return this process's resident memory in MiB, garbage left out."""
    gc.collect()
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _size(database: Path) -> float:
    return database.stat().st_size / _MIB


async def ours(database: Path, seconds: float) -> Hour:
    """Let an hour, or another time in seconds, pass over the feeds of a database."""
    clock = MovableClock(NOW)
    started = clock.monotonic()
    channels, turns = Channels(), Turns(clock)
    transport = Transport(clock, allow_loopback_http=True)
    async with (
        ChildBoard() as board,
        Store(database, clock) as store,
        Sites({SITE: board.site}, transport) as sites,
    ):
        feeds = Feeds(
            store, sites, Policies(store), channels, clock, turns, Settings(), Languages()
        )
        filled = _size(database)
        before, begun = memory(), process_time()
        await feeds.start()
        start_seconds, mib = process_time() - begun, memory() - before
        feeds.connected()
        turns.start("delivery", DELIVER_EVERY, feeds.deliverer.turn)
        while (passed := clock.monotonic() - started) <= seconds:
            await board.live(passed)
            await turns.take()
            clock.advance(STEP)
        await board.live(passed)
        async with store.read() as tx:
            queued = await tx.connection.exec_driver_sql("SELECT count(*) FROM announcements")
            announcements = int(queued.scalar_one())
        await feeds.stop()
    return Hour(
        site_requests=board.requests,
        seconds=turns.seconds,
        announcements=announcements,
        messages=channels.sent,
        start_seconds=start_seconds,
        mib=mib,
        database_mib=filled,
        database_mib_after=_size(database),
    )


async def usual(database: Path, seconds: float) -> Usual:
    """Search for some of the feeds of a database, as if each was searched for by itself."""
    policy = policy_for(Profile.SAFE)
    transport = Transport(SYSTEM_CLOCK, allow_loopback_http=True)
    async with ChildBoard() as board, Store(database, MovableClock(NOW)) as store:
        before = memory()
        async with store.read() as tx:
            wishes = await tx.subscriptions.all()
        newest = {one.id: NOW for one in wishes}
        mib = memory() - before
        await board.live(seconds)
        # Its limits would be in the way of what is measured here: the work.
        site = structs.replace(board.site, limits=(Limit("/", 100_000, 1.0),))
        async with transport:
            client = PhilomenaBoard(site, transport)
            sample, spent = 0, 0.0
            for one in wishes[:: max(1, len(wishes) // SAMPLE)]:
                begun = process_time()
                try:
                    asked = canonical(one.query, policy, "philomena")
                except QueryError:
                    continue
                page = await client.search(asked, sort="newest", priority=Priority.BACKGROUND)
                new = [
                    post.first_seen_at
                    for post in page.posts
                    if isinstance(post.first_seen_at, datetime)
                    and post.first_seen_at > newest[one.id]
                ]
                newest[one.id] = max(new, default=newest[one.id])
                spent += process_time() - begun
                sample += 1
    searches = len(wishes) * seconds / SEARCH_EVERY
    return Usual(
        site_requests=searches,
        seconds=spent / max(1, sample) * searches,
        sample=sample,
        mib=mib,
    )


async def _hurried(clock: MovableClock, work: Awaitable[T]) -> T:
    """Return what `work` gives; where it only waits for the clock, that is moved."""
    task = asyncio.ensure_future(work)
    while not (await asyncio.wait({task}, timeout=0.3))[0]:
        clock.advance_to_next()
    return await task

"""Killed at every step and at random moments, each post comes exactly once, in order (fault F31).

`MAILMARE_KILLS` says how often; a step of its own takes 200.
"""

import asyncio
import os
import random
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import Path

import msgspec
import pytest

from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import SimulatedSites
from bot.demo.world import World, WorldPost
from bot.store import Status, Store, Subscription
from tests.discord_loopback import GUILD_ID, LoopbackDiscord
from tests.feeds.killing import Order
from tests.loopback_faults import Fault
from tests.loopback_rooms import ANNOUNCEMENT, FORUM, THREAD, Room, custom_ids

# Read when this is imported: tests do not see such settings.
KILLS = int(os.environ.get("MAILMARE_KILLS", "24"))
SEED = int(os.environ.get("MAILMARE_SEED", "6"))

TEXT_ID, SECRET_ID, NEWS_ID, FORUM_ID, THREAD_ID = 31, 32, 33, 34, 35
#: Every third post goes to the forum too, each of whose threads has to be looked into.
IN_FORUM = "unicorn"
PLAIN = (TEXT_ID, SECRET_ID, NEWS_ID, THREAD_ID)
ROOT = Path(__file__).parents[2]


class ForkServer:
    """The process that victims are forked from; its pipes are read in threads."""

    def __init__(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self._orders, self._answers = process.stdin, process.stdout

    async def begin(self, order: Order) -> int:
        """Fork a victim; return its number."""
        self._orders.write(msgspec.json.encode(order) + b"\n")
        self._orders.flush()
        return await self.line()

    async def line(self) -> int:
        """Return the next number that the server says."""
        return int(await asyncio.to_thread(self._answers.readline))


class Undertaker:
    """A site, a Discord, a database, and victims of which one lives at a time."""

    def __init__(
        self, site: SimulatedSites, discord: LoopbackDiscord, database: Path, server: ForkServer
    ) -> None:
        self.site = site
        self.discord = discord
        self.database = database
        self.killed = 0
        self.published: list[int] = []
        self._server = server
        self._alive = 0
        self._template = next(
            post
            for post in site.world.posts("derpibooru").values()
            if not (post.awkward or post.animated or IN_FORUM in post.tags) and post.safe
        )

    def publish(self) -> WorldPost:
        """Let one more post appear on the site, of a picture of its own."""
        number = 2_080_000_000 + len(self.published)
        # Later than the one before, and not in the future.
        now = SYSTEM_CLOCK.now() - timedelta(seconds=30) + timedelta(milliseconds=number % 10_000)
        post = replace(
            self._template,
            id=number,
            created_at=now,
            updated_at=now,
            first_seen_at=now,
            tags=(*self._template.tags, *([] if len(self.published) % 3 else [IN_FORUM])),
            sha512_hash=f"{number:0128x}",
            orig_sha512_hash=None,
            sources=(),
        )
        self.site.world.change("derpibooru", post)
        self.published.append(number)
        return post

    async def live(self, *, delay: float | None = None, **order: object) -> int:
        """Let a victim live, at most for `delay` seconds; return its status (-9: killed)."""
        wanted = Order(
            database=str(self.database),
            discord=self.discord.api_url,
            site=self.site.catalogue["derpibooru"],
            **order,  # type: ignore[arg-type]
        )
        self._alive = await self._server.begin(wanted)
        timer = None
        if delay is not None:
            timer = asyncio.get_running_loop().call_later(delay, self.kill)
        try:
            async with asyncio.timeout(60):
                status = await self._server.line()
        except TimeoutError:
            self.kill()
            raise
        if timer is not None:
            timer.cancel()
        self.killed += status == -signal.SIGKILL
        return status

    def kill(self) -> None:
        """Kill the victim that lives now."""
        with suppress(ProcessLookupError):
            os.kill(self._alive, signal.SIGKILL)

    def expected(self, channel_id: int) -> list[int]:
        """Return the posts that a channel is to show."""
        return self.published[::3] if channel_id == FORUM_ID else self.published

    def shown(self, channel_id: int) -> list[int]:
        """Return the posts that a channel shows, in the order of its messages."""
        channels = self.discord.channels
        rooms = channels.in_forum(FORUM_ID) if channel_id == FORUM_ID else []
        rooms = rooms or [channels.rooms[channel_id]]
        marks = [
            mark for room in rooms for message in room.messages for mark in custom_ids(message)
        ]
        return [int(mark.split(":")[3]) for mark in marks if mark.startswith("m1:report:")]

    def unpublished(self) -> list[int]:
        """Return our messages in the announcement channel that its followers did not get."""
        channels = self.discord.channels
        ours = [one for one in channels.rooms[NEWS_ID].messages if list(custom_ids(one))]
        return [
            one for one in (int(message["id"]) for message in ours) if one not in channels.published
        ]


@pytest.fixture(scope="module")
def server() -> Iterator[ForkServer]:
    command = [sys.executable, "-m", "tests.feeds.killing"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield ForkServer(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
async def undertaker(tmp_path: Path, server: ForkServer) -> AsyncIterator[Undertaker]:
    world = World()
    for posts in world._posts.values():
        for post_id in list(posts)[:-30]:
            del posts[post_id]
    async with SimulatedSites(world) as site, LoopbackDiscord() as discord:
        for channel_id, kind in (
            (TEXT_ID, 0),
            (SECRET_ID, 0),
            (NEWS_ID, ANNOUNCEMENT),
            (FORUM_ID, FORUM),
            (THREAD_ID, THREAD),
        ):
            discord.channels.add(Room(channel_id, GUILD_ID, kind, parent_id=None))
        discord.channels.rooms[SECRET_ID].may.remove("history")
        discord.channels.rooms[THREAD_ID].parent_id = TEXT_ID
        undertaker = Undertaker(site, discord, tmp_path / "mailmare.db", server)
        await _subscribe(undertaker.database)
        # The first reading announces nothing; what comes then is new.
        assert await undertaker.live() == 0
        await _reach_back(undertaker.database)
        yield undertaker


async def _subscribe(database: Path) -> None:
    began = SYSTEM_CLOCK.now() - timedelta(days=1)
    async with Store(database, SYSTEM_CLOCK) as store, store.write() as tx:
        for channel_id in (*PLAIN, FORUM_ID):
            await tx.subscriptions.add(
                Subscription(
                    guild_id=GUILD_ID,
                    channel_id=channel_id,
                    site="derpibooru",
                    query=IN_FORUM if channel_id == FORUM_ID else "",
                    since=began,
                    created_at=began,
                    publish=channel_id == NEWS_ID,
                )
            )


async def _reach_back(database: Path) -> None:
    """Let posts be new that appeared in the last day."""
    began = SYSTEM_CLOCK.now() - timedelta(days=1)
    async with Store(database, SYSTEM_CLOCK) as store, store.write() as tx:
        tail = await tx.tails.get("derpibooru")
        assert tail is not None
        await tx.tails.put(msgspec.structs.replace(tail, cursor=began))


async def _outbox(database: Path) -> list[Status]:
    async with Store(database, SYSTEM_CLOCK) as store, store.read() as tx:
        rows = [
            row
            for channel_id in (*PLAIN, FORUM_ID)
            for row in await tx.history.recent(GUILD_ID, limit=100_000)
            if row.channel_id == channel_id
        ]
    return [row.status for row in rows]


def _ways(chance: random.Random) -> Iterator[Callable[[Undertaker], dict[str, object]]]:
    """Yield ways to be killed, without end: what Discord does to it, and the victim's order."""

    def before(undertaker: Undertaker) -> dict[str, object]:
        # Step 4: the message is on its way, and Discord never gets it.
        undertaker.discord.channels.fault(
            Fault(r".*/(messages|threads)", reset=True, before=undertaker.kill)
        )
        return {}

    def after(undertaker: Undertaker) -> dict[str, object]:
        # Between 4 and 5: Discord has it, and its answer comes to nobody.
        undertaker.discord.channels.fault(
            Fault(r".*/(messages|threads)", reset=True, arrives=True, after=undertaker.kill)
        )
        return {}

    def between(undertaker: Undertaker) -> dict[str, object]:
        # While it looks for what became of a message.
        undertaker.discord.channels.fault(
            Fault(r".*/(messages|active)", "GET", reset=True, before=undertaker.kill)
        )
        return {"delay": 2.0}

    def uncommitted(_undertaker: Undertaker) -> dict[str, object]:
        # Steps 1, 3 and 5, before the commit.
        return {"write": chance.randint(2, 9)}

    def committed(_undertaker: Undertaker) -> dict[str, object]:
        # The same, right after it.
        return {"write": chance.randint(2, 9), "committed": True}

    def any_time(_undertaker: Undertaker) -> dict[str, object]:
        return {"delay": chance.uniform(0.05, 0.6)}

    def published(undertaker: Undertaker) -> dict[str, object]:
        # Followers have it, and nobody notes that.
        undertaker.discord.channels.fault(
            Fault(r".*/crosspost", reset=True, arrives=True, after=undertaker.kill)
        )
        return {}

    while True:
        yield from (
            before, after, uncommitted, committed, any_time, between, published, any_time, after,
        )  # fmt: skip


async def test_each_post_comes_exactly_once_however_often_the_bot_is_killed(
    undertaker: Undertaker,
) -> None:
    """Faults F31, F49: seen, owed, sent, noted; in text channels, a thread, and a forum.

    In the announcement channel each is published as well.
    """
    chance = random.Random(SEED)
    # Some victims come through before their moment.
    for way in islice(_ways(chance), 3 * KILLS):
        if undertaker.killed >= KILLS:
            break
        if chance.random() < 0.6:
            undertaker.publish()
        order = way(undertaker)
        delay = order.pop("delay", None)
        await undertaker.live(delay=delay, **order)  # type: ignore[arg-type]
        undertaker.discord.channels.faults.clear()
    undertaker.publish()
    assert await undertaker.live() == 0
    assert undertaker.killed >= KILLS
    assert undertaker.unpublished() == []

    for channel_id in (*PLAIN, FORUM_ID):
        assert undertaker.shown(channel_id) == undertaker.expected(channel_id), channel_id
    assert set(await _outbox(undertaker.database)) == {Status.SENT}
    assert undertaker.discord.channels.problems == []


async def test_a_crash_longer_than_the_nonces_window_repeats_nothing(
    undertaker: Undertaker,
) -> None:
    """Fault F32: found in the history; where that cannot be read, it is not sent again."""
    # Somebody's talk: without the gateway, an empty history looks as one that may not be read.
    for channel_id in PLAIN:
        undertaker.discord.channels.talk(channel_id)
    # The others' messages are on their way as well, and may or may not arrive.
    for arriving in (FORUM_ID, NEWS_ID, TEXT_ID, THREAD_ID, SECRET_ID):
        undertaker.publish()
        undertaker.discord.channels.fault(
            Fault(rf"/channels/{arriving}/.*", reset=True, arrives=True, after=undertaker.kill)
        )
        assert await undertaker.live() == -signal.SIGKILL
        undertaker.discord.channels.forget_nonces()
        assert await undertaker.live(window=0.0) == 0

    assert undertaker.unpublished() == []
    for channel_id in (TEXT_ID, NEWS_ID, THREAD_ID, FORUM_ID):
        assert undertaker.shown(channel_id) == undertaker.expected(channel_id)
    unread = undertaker.shown(SECRET_ID)
    assert len(unread) == len(set(unread))
    assert set(await _outbox(undertaker.database)) == {Status.SENT}

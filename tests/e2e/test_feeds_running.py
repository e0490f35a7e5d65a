"""Feeds from end to end: a board, the whole bot, and Discord over real HTTP and gateway."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from msgspec import structs

from bot.demo.world import World, WorldPost
from bot.store import Guild, Pause, Subscription
from tests.clock import MovableClock
from tests.discord_limits import message_problems
from tests.discord_loopback import CHANNEL_ID, GUILD_ID, JSON
from tests.loopback_faults import Fault
from tests.loopback_rooms import ANNOUNCEMENT, Room
from tests.loopback_stage import LoopbackStage, loopback_stage

NOTICES = 1100000000000000777


class Server:
    """A server with a feed of Derpibooru's ponies, and the time, which the test moves."""

    def __init__(self, stage: LoopbackStage, clock: MovableClock, world: World) -> None:
        self.stage = stage
        self.clock = clock
        self.world = world
        self.channels = stage.discord.channels
        self.room = self.channels.add(Room(CHANNEL_ID, GUILD_ID))
        self.notices = self.channels.add(Room(NOTICES, GUILD_ID, name="notices"))
        self.feed = 0

    async def subscribe(self, *, publish: bool = False) -> None:
        now = self.clock.now()
        async with self.stage.app.store.write() as tx:
            await tx.guilds.put(Guild(id=GUILD_ID, notice_channel_id=NOTICES))
            kept = await tx.subscriptions.add(
                Subscription(
                    guild_id=GUILD_ID, channel_id=CHANNEL_ID, site="derpibooru", query="pony",
                    since=now, created_at=now, publish=publish,
                )
            )  # fmt: skip
        self.feed = kept.id
        await self.stage.app.feeds.changed(kept.id)

    async def now(self) -> Subscription:
        async with self.stage.app.store.read() as tx:
            found = await tx.subscriptions.get(self.feed)
        assert found is not None
        return found

    def publish(self) -> WorldPost:
        """Let a post that fits appear."""
        while True:
            post = self.world.publish("derpibooru", self.clock.now().replace(microsecond=0))
            if post.safe and "pony" in post.tags and not post.awkward:
                return post

    async def until(self, true: Callable[[], object], seconds: float = 60.0) -> None:
        """Let time pass until it is true."""
        async with asyncio.timeout(seconds):
            while not true():
                self.clock.advance(1.0)
                await asyncio.sleep(0.005)


@asynccontextmanager
async def server(data_dir: Path) -> AsyncIterator[Server]:
    clock, world = MovableClock(), World()
    async with loopback_stage(data_dir, world=world, clock=clock) as stage:
        yield Server(stage, clock, world)


def text(message: JSON) -> str:
    """Return everything that is written in a message."""
    parts = [message.get("content") or ""]
    for embed in message.get("embeds") or []:
        parts += [embed.get("title") or "", embed.get("description") or ""]
    return "\n".join(parts)


async def test_a_new_post_is_announced_once_with_its_credit_and_goes_when_it_becomes_unsafe(
    tmp_path: Path,
) -> None:
    """Rules L1-L4; reference: safety, 3.8."""
    async with server(tmp_path) as here:
        await here.subscribe()
        await here.until(lambda: here.stage.requests("derpibooru"))
        post = here.publish()
        await here.until(lambda: here.room.messages)
        (message,) = here.room.messages
        assert "Artist" in text(message)
        assert "Source" in text(message)
        assert f"derpibooru.org/images/{post.id}" in text(message)
        ((_room, sent),) = here.channels.posted
        assert message_problems(sent) == []
        assert sent["enforce_nonce"] is True
        assert sent["nonce"].startswith(here.stage.app.store.database_id)

        tags = tuple("explicit" if tag == "safe" else tag for tag in post.tags)
        later = here.clock.now().replace(microsecond=0)
        here.world.change("derpibooru", replace(post, tags=tags, updated_at=later))
        await here.until(lambda: not here.room.messages)
        assert here.channels.problems == []


async def test_what_is_announced_in_an_announcement_channel_is_published_where_that_is_wished(
    tmp_path: Path,
) -> None:
    async with server(tmp_path) as here:
        here.room.type = ANNOUNCEMENT
        await here.subscribe(publish=True)
        await here.until(lambda: here.stage.requests("derpibooru"))
        here.publish()
        await here.until(lambda: here.channels.published)
        (message,) = here.room.messages
        assert here.channels.published == [int(message["id"])]
        assert here.channels.problems == []


async def test_a_feed_that_cannot_post_says_so_and_a_button_lets_it_go_on(tmp_path: Path) -> None:
    """Fault F21: nothing is lost meanwhile."""
    async with server(tmp_path) as here:
        await here.subscribe()
        path = rf"/channels/{CHANNEL_ID}/messages"
        missing = Fault(path=path, times=100, status=403, code=50013, message="Missing Permissions")
        here.channels.fault(missing)
        await here.until(lambda: here.stage.requests("derpibooru"))
        first = here.publish()
        await here.until(lambda: here.notices.messages)
        assert (await here.now()).pause is Pause.NO_ACCESS
        (notice,) = here.notices.messages
        assert f"<#{CHANNEL_ID}>" in text(notice)

        here.channels.faults.clear()
        await here.stage.press(notice, "Resume")
        second = here.publish()
        await here.until(lambda: len(here.room.messages) == 2)
        shown = [text(message) for message in here.room.messages]
        assert str(first.id) in shown[0]
        assert str(second.id) in shown[1]
        assert (await here.now()).runs


async def test_a_deleted_channel_pauses_its_feeds_at_once(tmp_path: Path) -> None:
    """Fault F20."""
    async with server(tmp_path) as here:
        await here.subscribe()
        connection = await here.stage.discord.ready()
        await connection.dispatch("CHANNEL_DELETE", here.stage.discord.channel)
        await here.until(lambda: here.notices.messages)
        assert (await here.now()).pause is Pause.CHANNEL_GONE


async def test_a_query_that_cannot_be_read_any_more_pauses_and_is_told(tmp_path: Path) -> None:
    async with server(tmp_path) as here:
        await here.subscribe()
        async with here.stage.app.store.write() as tx:
            wish = await here.now()
            await tx.subscriptions.put(structs.replace(wish, query="(pony"))
        await here.stage.app.feeds.changed(here.feed)
        await here.until(lambda: here.notices.messages)
        assert (await here.now()).pause is Pause.QUERY

"""An announcer on the fixtures' store and Discord, and what it put into the outbox."""

from collections.abc import Sequence

from sqlalchemy import select

from bot.feeds.announce import Announcer, Match, Prepared
from bot.feeds.roster import Roster
from bot.policies import Policies
from bot.posts.model import Post
from bot.store import (
    Announcement,
    SeenPost,
    Store,
    Subscription,
)
from bot.store.announcement_rows import COLUMNS, announcement_of
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL


class Desk:
    """An announcer with all that it needs, as the tails use it."""

    def __init__(
        self, store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
    ) -> None:
        self.store = store
        self.clock = clock
        self.roster = Roster(store)
        self.announcer = Announcer(self.roster, policies, discord, clock, catch_up=25)

    async def prepare(self, *matches: tuple[Post, Sequence[Subscription]]) -> Prepared:
        await self.roster.load()
        return await self.announcer.prepare(
            [Match(post, tuple(one.id for one in wanting)) for post, wanting in matches]
        )

    async def keep(self, prepared: Prepared) -> int:
        posts = {one.post.key: one.post for one in prepared.owed}
        now = self.clock.now()
        async with self.store.write() as tx:
            await tx.posts.saw(
                SeenPost(site=post.site, id=post.id, first_seen_at=now, seen_at=now)
                for post in posts.values()
            )
            return await self.announcer.keep(tx, prepared)

    async def announce(self, *matches: tuple[Post, Sequence[Subscription]]) -> int:
        return await self.keep(await self.prepare(*matches))

    async def rows(self) -> list[Announcement]:
        statement = select(*COLUMNS).order_by(announcements.c.id)
        async with self.store.read() as tx:
            found = await tx.connection.execute(statement)
            return [announcement_of(row) for row in found.mappings()]

    async def row(self, post: Post, channel_id: int = CHANNEL) -> Announcement:
        async with self.store.read() as tx:
            found = await tx.announcements.of_channel(channel_id, post.site, post.id)
        assert found is not None
        return found

    async def set(self, row: Announcement, **changes: object) -> None:
        statement = announcements.update().where(announcements.c.id == row.id)
        async with self.store.write() as tx:
            await tx.connection.execute(statement.values(changes))

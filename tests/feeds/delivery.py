"""Everything that delivers, on a Discord in memory and posts in memory."""

from typing import Any

from sqlalchemy import update

from bot.feeds.composing import Composer
from bot.feeds.deliver import Deliverer
from bot.feeds.publishing import Publisher
from bot.policies import Policies
from bot.store import Announcement, Status, Store, Subscription
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import MakePost, Owe, announcement


class Delivery:
    """A deliverer on its own store, Discord and posts; `turn` lets it do what is due."""

    def __init__(
        self,
        store: Store,
        discord: MemoryDiscord,
        bodies: MemoryBodies,
        clock: MovableClock,
        policies: Policies,
        make_post: MakePost,
        owe: Owe,
    ) -> None:
        self.store = store
        self.discord = discord
        self.bodies = bodies
        self.clock = clock
        self.policies = policies
        self.make_post = make_post
        self._owe = owe
        self.changed: list[int] = []
        self.start()

    def start(self, **options: Any) -> None:
        """Begin as a new process does, which remembers nothing; with options of the deliverer."""
        composer = Composer(self.store, self.discord, self.policies, self.bodies, self.clock)
        self.deliverer = Deliverer(
            self.store,
            self.policies,
            self.discord,
            composer,
            self.clock,
            changed=self._note,
            **options,
        )
        self.publisher = Publisher(self.store, self.discord, composer, self.clock)

    async def _note(self, *ids: int) -> None:
        self.changed += ids

    async def owe(self, wish: Subscription, *ids: int, **changes: Any) -> list[Announcement]:
        """Owe the wish's channel these posts."""
        owed = []
        for post_id in ids:
            post = self.make_post(post_id, wish.site)
            self.bodies.put(post)
            owed.append(await self._owe(wish, post, **changes))
        return owed

    async def gather(self, rows: list[Announcement], *, more: int = 0) -> None:
        """Put these into one message of a digest, as at the end of its period."""
        async with self.store.write() as tx:
            await tx.connection.execute(
                update(announcements)
                .where(announcements.c.id.in_([row.id for row in rows]))
                .values(lead_id=rows[0].id)
            )
            await tx.connection.execute(
                update(announcements).where(announcements.c.id == rows[0].id).values(more=more)
            )

    async def turn(self, seconds: float = 0.0) -> None:
        """Let time pass and deliver what is due then."""
        self.clock.advance(seconds)
        await self.deliverer.turn()

    async def status(self, *rows: Announcement) -> list[Status]:
        return [(await announcement(self.store, row.id)).status for row in rows]

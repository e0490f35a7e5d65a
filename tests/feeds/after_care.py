"""What was announced of a simulated board, and whoever looks after it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from msgspec import structs
from sqlalchemy import update

from bot.demo.sites import SimulatedSites
from bot.demo.world import WorldPost
from bot.feeds.composing import Composer
from bot.feeds.reading import Reader
from bot.feeds.recheck import LADDER, AfterCare
from bot.feeds.shown import shown
from bot.policies import Policies
from bot.safety import Action, VerifiedPost, verify
from bot.store import Announcement, Filter, Status, Store, Subject, Subscription
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import GUILD, Owe, announcement

MINUTES_10 = 600.0


class Care:
    """What was announced of a simulated board, and whoever looks at it again."""

    def __init__(
        self,
        simulated: SimulatedSites,
        reader: Reader,
        store: Store,
        policies: Policies,
        discord: MemoryDiscord,
        clock: MovableClock,
        owe: Owe,
    ) -> None:
        self.simulated = simulated
        self.world = simulated.world
        self.reader = reader
        self.store = store
        self.policies = policies
        self.discord = discord
        self.clock = clock
        self._owe = owe
        self.composer = Composer(store, discord, policies, reader, clock)
        self.care = AfterCare(store, reader, policies, discord, self.composer, clock)

    def plain(self, count: int, site: str = "derpibooru") -> list[WorldPost]:
        """Return ordinary posts of the world."""
        posts = self.world.posts(site).values()
        return [one for one in posts if one.safe and not one.awkward and not one.animated][:count]

    async def announce(
        self, wish: Subscription, *posts: WorldPost, more: int = 0
    ) -> list[Announcement]:
        """Have posts stand in the wish's channel, several in one message."""
        found = [await self.reader.current(wish.site, post.id) for post in posts]
        where = self.discord.where(wish.guild_id, wish.channel_id)
        policy = await self.policies.of(where)
        verified = [verify(post, policy, clock=self.clock) for post in found if post is not None]
        fit = [one for one in verified if isinstance(one, VerifiedPost)]
        assert len(fit) == len(posts)
        rows = [
            await self._owe(
                wish,
                one.post,
                status=Status.SENT,
                sent_at=self.clock.now(),
                recheck_at=self.clock.now() + LADDER[0],
                shown=shown(one, spoiler=wish.spoiler),
                more=more if number == 0 else 0,
            )
            for number, one in enumerate(fit)
        ]
        if len(rows) > 1:
            rows = await self.change_rows(rows, lead_id=rows[0].id)
        sent = await self.discord.send(await self.composer(rows, fit))
        return await self.change_rows(
            rows,
            message_id=sent.message_id,
            message_channel_id=sent.channel_id,
            form=sent.form,
        )

    async def change_rows(self, rows: Sequence[Announcement], **changes: Any) -> list[Announcement]:
        async with self.store.write() as tx:
            for row in rows:
                await tx.connection.execute(
                    update(announcements).where(announcements.c.id == row.id).values(changes)
                )
        return [structs.replace(row, **changes) for row in rows]

    def retag(self, post: WorldPost, *add: str, drop: Sequence[str] = ()) -> None:
        tags = (*(tag for tag in post.tags if tag not in drop), *add)
        self.edit(post, tags=tags)

    def edit(self, post: WorldPost, **changes: Any) -> None:
        changed = replace(post, **changes)
        self.world.tags[post.site].count(changed.tags)
        self.world.change(post.site, changed)

    async def turn(self, seconds: float = MINUTES_10) -> None:
        """Let time pass and look at what is due then; the sites' waits take no time."""
        self.clock.advance(seconds)
        await self.clock.hurry(self.care.turn())

    async def row(self, row: Announcement) -> Announcement:
        return await announcement(self.store, row.id)

    async def status(self, *rows: Announcement) -> list[Status]:
        return [(await self.row(row)).status for row in rows]

    async def hide(self, tag: str, kind: Action = Action.HIDE) -> None:
        """Have the server hide or spoiler a tag from now on."""
        async with self.store.write() as tx:
            await tx.filters.put(
                [Filter(guild_id=GUILD, kind=kind, subject=Subject.TAG, expression=tag)]
            )
        self.policies.forget(GUILD)

    @property
    def artists(self) -> list[str]:
        """Name who is credited in the only message."""
        (kept,) = self.discord.messages
        return [one.name for post in kept.outgoing.posts for one in post.credit.artists]

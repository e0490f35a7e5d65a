"""When what is kept goes: after the bot was removed, and on request (rule D10)."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import delete, exists, select, update

from .announcements import Announcements
from .feed_tables import subscriptions
from .repository import Repository
from .subscription_rows import FeedKind
from .tables import audit, channels, denials, filters, guilds, site_filters

#: How long a server's data outlive the bot's removal: it may have been a slip.
GRACE = timedelta(days=30)
#: A removal that is undone so soon was a slip: what was owed comes as if nothing had happened.
SLIP = timedelta(hours=1)

#: Every column that says which member did something.
_TRACES = (
    audit.c.actor_id,
    filters.c.created_by,
    site_filters.c.created_by,
    denials.c.created_by,
    subscriptions.c.created_by,
)


class Retention(Repository):
    """The ends of data. Copies made before a migration keep it until newer ones replace them."""

    async def left(self, guild_id: int) -> None:
        """Note that the bot was removed from a server.

        Not for an outage: a server that Discord calls unavailable is still there.
        """
        await self._connection.execute(
            update(guilds)
            .where(guilds.c.id == guild_id, guilds.c.removed_at.is_(None))
            .values(removed_at=self._now())
        )

    async def joined(self, guild_id: int) -> None:
        """Note that the bot is in a server: what is kept of it stays.

        Where it had been removed, what appeared meanwhile is not new to the server's feeds; and
        where that was no slip, what they were owed before is only counted (fault F38).
        """
        await self._fold_stale(guild_id)
        away = exists().where(guilds.c.id == guild_id, guilds.c.removed_at.is_not(None))
        await self._connection.execute(
            update(subscriptions)
            .where(subscriptions.c.guild_id == guild_id, away)
            .values(since=self._now())
        )
        await self._connection.execute(
            update(guilds).where(guilds.c.id == guild_id).values(removed_at=None)
        )

    async def _fold_stale(self, guild_id: int) -> None:
        """Only count what a server's feeds were owed when the bot was removed from it.

        Single posts, which would come in a burst; a digest is one message.
        """
        long_away = exists().where(
            guilds.c.id == guild_id, guilds.c.removed_at <= self._now() - SLIP
        )
        found = await self._connection.execute(
            select(subscriptions.c.id).where(
                subscriptions.c.guild_id == guild_id,
                subscriptions.c.kind == FeedKind.FEED,
                long_away,
            )
        )
        outbox = Announcements(self._connection, self._clock)
        for subscription_id in await outbox.longest_queues(list(found.scalars()), 0):
            await outbox.fold(subscription_id, 0)

    async def reconcile(
        self, present: Collection[int], *, shard_id: int = 0, shard_count: int = 1
    ) -> tuple[int, ...]:
        """Compare with the servers that Discord named in READY; return those found removed.

        `present` are all servers of the shard, the unavailable ones included. What it does not
        name begins its grace; servers of other shards are left alone.
        """
        found = await self._connection.execute(select(guilds.c.id, guilds.c.removed_at))
        here = set(present)
        gone: list[int] = []
        back: list[int] = []
        for guild_id, removed_at in found:
            # The shard that Discord puts a server on (gateway documentation, sharding).
            if (guild_id >> 22) % shard_count != shard_id:
                continue
            if guild_id in here and removed_at is not None:
                back.append(guild_id)
            elif guild_id not in here and removed_at is None:
                gone.append(guild_id)
        for guild_id in back:
            await self.joined(guild_id)
        for guild_id in gone:
            await self.left(guild_id)
        return tuple(gone)

    async def forget_due(self, grace: timedelta = GRACE) -> tuple[int, ...]:
        """Delete everything of servers that the bot was removed from longer ago than `grace`."""
        due = guilds.c.removed_at <= self._now() - grace
        found = await self._connection.execute(select(guilds.c.id).where(due))
        ids = tuple(found.scalars())
        await self._connection.execute(delete(guilds).where(due))
        return ids

    async def forget_guild(self, guild_id: int) -> bool:
        """Delete everything of a server at once; return whether there was anything."""
        return bool(await self._change(delete(guilds).where(guilds.c.id == guild_id)))

    async def forget_channel(self, channel_id: int) -> bool:
        """Delete everything of a channel that no longer exists; return whether there was any."""
        return bool(await self._change(delete(channels).where(channels.c.id == channel_id)))

    async def forget_user(self, user_id: int) -> int:
        """Empty a member's id wherever it is kept; return in how many places it was.

        What the member set up stays: it belongs to the server.
        """
        places = 0
        for column in _TRACES:
            statement = update(column.table).where(column == user_id).values({column: None})
            places += await self._change(statement)
        return places

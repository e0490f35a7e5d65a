"""What servers wished for: new posts of a site that match a query, or random ones at times."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs
from sqlalchemy import (
    ColumnElement,
    and_,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock

from .feed_tables import subscriptions
from .repository import Repository
from .statements import chunks
from .subscription_rows import (
    COLUMNS,
    FeedKind,
    Pause,
    Rhythm,
    Subscription,
    row_of,
    subscription_of,
)

#: Rows that are worked with at a time.
_AT_A_TIME = 500
#: Two periods, and the hours by which changed clocks lengthen them.
_TWO_PERIODS = {
    Rhythm.HOURLY: timedelta(hours=3),
    Rhythm.DAILY: timedelta(days=2, hours=3),
    Rhythm.WEEKLY: timedelta(days=14, hours=3),
}


class Subscriptions(Repository):
    """The wishes. Lists are in the order in which they were made.

    The ids of those that new posts may be matched for from now on, or otherwise, are put into
    `begun`, for whoever matches posts.
    """

    def __init__(self, connection: AsyncConnection, clock: Clock, begun: set[int]) -> None:
        super().__init__(connection, clock)
        self._begun = begun

    async def add(self, subscription: Subscription) -> Subscription:
        """Keep a new one; return it with its id."""
        await self._ensure_place(subscription.guild_id)
        found = await self._connection.execute(
            insert(subscriptions).values(row_of(subscription)).returning(subscriptions.c.id)
        )
        kept = structs.replace(subscription, id=found.scalar_one())
        self._begun.add(kept.id)
        return kept

    async def put(self, subscription: Subscription) -> bool:
        """Keep what a subscription is by now; return whether it is still there.

        Read it in the same transaction, so that nothing that others changed is undone.
        """
        self._begun.add(subscription.id)
        return await self._update(subscription.id, row_of(subscription))

    async def remove(self, guild_id: int, subscription_id: int) -> bool:
        """Delete a server's subscription; return whether it had it.

        What is still owed for it is not touched.
        """
        statement = delete(subscriptions).where(
            subscriptions.c.id == subscription_id, subscriptions.c.guild_id == guild_id
        )
        return bool(await self._change(statement))

    async def get(self, subscription_id: int) -> Subscription | None:
        """Return one, or `None` where it does not exist (any more)."""
        found = await self._select(subscriptions.c.id == subscription_id)
        return found[0] if found else None

    async def get_many(self, ids: Iterable[int]) -> Mapping[int, Subscription]:
        """Return by id those of these that exist."""
        found: dict[int, Subscription] = {}
        for chunk in chunks(sorted(set(ids))):
            found |= {one.id: one for one in await self._select(subscriptions.c.id.in_(chunk))}
        return found

    async def all(self) -> tuple[Subscription, ...]:
        """Return every subscription, paused or not."""
        return await self._select(true())

    async def of_guild(self, guild_id: int) -> tuple[Subscription, ...]:
        """Return a server's subscriptions."""
        return await self._select(subscriptions.c.guild_id == guild_id)

    async def of_channel(self, channel_id: int) -> tuple[Subscription, ...]:
        """Return the subscriptions of a channel, thread or forum."""
        return await self._select(subscriptions.c.channel_id == channel_id)

    async def guilds(self, site: str, *, begun_before: datetime | None = None) -> tuple[int, ...]:
        """Return the ids of the servers that have a subscription of a site which runs, sorted.

        With `begun_before` only those of which posts from before that instant may be new to one.
        """
        wanted = and_(subscriptions.c.site == site, subscriptions.c.pause == Pause.NONE)
        if begun_before is not None:
            wanted = and_(wanted, subscriptions.c.since < begun_before)
        found = await self._connection.execute(
            select(subscriptions.c.guild_id)
            .where(wanted)
            .distinct()
            .order_by(subscriptions.c.guild_id)
        )
        return tuple(found.scalars())

    async def count(self, guild_id: int) -> int:
        """Return how many a server has, for its quota."""
        found = await self._connection.execute(
            select(func.count())
            .select_from(subscriptions)
            .where(subscriptions.c.guild_id == guild_id)
        )
        return int(found.scalar_one())

    async def due(
        self, now: datetime, *, kind: FeedKind | None = None, limit: int = _AT_A_TIME
    ) -> tuple[Subscription, ...]:
        """Return those that run and whose period has ended, the longest due first.

        With `kind` only feeds, or only schedules.
        """
        due = and_(subscriptions.c.next_at <= now, subscriptions.c.pause == Pause.NONE)
        if kind is not None:
            due = and_(due, subscriptions.c.kind == kind)
        return await self._select(due, subscriptions.c.next_at, limit=limit)

    async def to_retry(self, now: datetime, *, limit: int = _AT_A_TIME) -> tuple[Subscription, ...]:
        """Return the paused ones that are to be tried again by now, the longest due first."""
        return await self._select(
            and_(subscriptions.c.retry_at <= now, subscriptions.c.pause != Pause.NONE),
            subscriptions.c.retry_at,
            limit=limit,
        )

    async def astray(self, now: datetime, *, limit: int = _AT_A_TIME) -> tuple[Subscription, ...]:
        """Return those whose period seems to end later than two of its kind from now.

        So it is once the clock was ahead and was set back (fault F36).
        """
        late = or_(
            *(
                and_(subscriptions.c.rhythm == rhythm, subscriptions.c.next_at > now + longest)
                for rhythm, longest in _TWO_PERIODS.items()
            )
        )
        return await self._select(late, limit=limit)

    async def advance(self, subscription_id: int, next_at: datetime | None) -> bool:
        """Set when the period next ends; return whether the subscription is still there."""
        return await self._update(subscription_id, {"next_at": next_at})

    async def pause(
        self,
        subscription_id: int,
        pause: Pause,
        *,
        detail: str = "",
        retry_at: datetime | None = None,
        failures: int = 0,
    ) -> bool:
        """Pause one, or change why and until when; return whether it is still there.

        When it was first paused stays.
        """
        return await self._update(
            subscription_id,
            {
                "pause": pause,
                "pause_detail": detail,
                "paused_at": func.coalesce(
                    subscriptions.c.paused_at, literal(self._now(), subscriptions.c.paused_at.type)
                ),
                "retry_at": retry_at,
                "failures": failures,
            },
        )

    async def resume(self, subscription_id: int, *, since: datetime | None = None) -> bool:
        """Let a paused one run again; return whether it was paused.

        `since`, where given, leaves out what came before: nothing was collected for it.
        """
        values: dict[str, Any] = {
            "pause": Pause.NONE,
            "pause_detail": "",
            "paused_at": None,
            "retry_at": None,
            "failures": 0,
        }
        if since is not None:
            values["since"] = since
        self._begun.add(subscription_id)
        statement = update(subscriptions).where(
            subscriptions.c.id == subscription_id, subscriptions.c.pause != Pause.NONE
        )
        return bool(await self._change(statement.values(values)))

    async def _update(self, subscription_id: int, values: Mapping[str, Any]) -> bool:
        statement = update(subscriptions).where(subscriptions.c.id == subscription_id)
        return bool(await self._change(statement.values(dict(values))))

    async def _select(
        self,
        condition: ColumnElement[bool],
        first: ColumnElement[Any] | None = None,
        *,
        limit: int | None = None,
    ) -> tuple[Subscription, ...]:
        order = [subscriptions.c.id] if first is None else [first, subscriptions.c.id]
        statement = select(*COLUMNS).where(condition).order_by(*order).limit(limit)
        found = await self._connection.execute(statement)
        return tuple(subscription_of(row) for row in found.mappings())

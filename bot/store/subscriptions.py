"""What servers wished for: new posts of a site that match a query, or random ones at times."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct, json, structs
from sqlalchemy import (
    ColumnElement,
    RowMapping,
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


class FeedKind(StrEnum):
    """What a subscription brings."""

    FEED = "feed"
    """New posts of a site."""
    RANDOM = "random"
    """One drawn at random each time (rule D11)."""


class Rhythm(StrEnum):
    """When a subscription's posts come."""

    EACH = "each"
    """Each by itself, as soon as it may."""
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Pause(StrEnum):
    """Why a subscription does not run; kept in the database, so never renamed."""

    NONE = ""
    PERSON = "person"
    """Somebody paused it."""
    NO_ACCESS = "no access"
    """Permissions are missing (fault F21)."""
    CHANNEL_GONE = "channel gone"
    """The channel does not exist any more (fault F20)."""
    THREAD_CLOSED = "thread closed"
    """The thread is archived or locked (fault F24)."""
    AGE = "age"
    """It wants more than the channel may show now (fault F25)."""
    QUERY = "query"
    """Its query cannot be read any more, or may not be asked."""
    SITE = "site"
    """The operator switched its site off."""


class Subscription(Struct, frozen=True, kw_only=True):
    """One wish; `architecture.md` calls it so, people call it a feed or a schedule."""

    id: int = 0
    """0 before it is kept."""
    guild_id: int
    channel_id: int
    """A channel, a thread or a forum."""
    kind: FeedKind = FeedKind.FEED
    site: str
    query: str = ""
    """As it was written; empty: everything that may be shown."""
    rhythm: Rhythm = Rhythm.EACH
    at_minute: int | None = None
    """Minute of the local day; `None`: at the full hour."""
    weekday: int | None = None
    """0 is Monday."""
    settle: int = 0
    """Minutes that a post matures before it is decided."""
    min_score: int | None = None
    quiet_from: int | None = None
    """Minutes of the local day between which nothing is sent; both or neither."""
    quiet_until: int | None = None
    cap: int | None = None
    """Messages an hour; `None`: as many as come."""
    role_id: int | None = None
    """The one role that its messages mention."""
    forum_tags: tuple[int, ...] = ()
    adult: bool = False
    """Whether it was made where more than safe art may be shown (fault F25)."""
    publish: bool = False
    """Whether followers of an announcement channel get it too; only what is safe."""
    spoiler: bool = False
    """Whether every picture lies behind a spoiler."""
    template: str = ""
    """What stands above the credit; the placeholders are documented in `bot.feeds.template`."""
    since: datetime
    """Posts that the site first saw before are not new to it."""
    next_at: datetime | None = None
    """When its period next ends; `None` for each post by itself."""
    paused_at: datetime | None = None
    pause: Pause = Pause.NONE
    pause_detail: str = ""
    retry_at: datetime | None = None
    """When the pause is tried again by itself; `None`: only a person resumes it."""
    failures: int = 0
    created_by: int | None = None
    created_at: datetime

    @property
    def runs(self) -> bool:
        """Tell whether it is not paused."""
        return self.pause is Pause.NONE

    @property
    def matches(self) -> bool:
        """Tell whether new posts are still matched: not once a person has to resume it.

        During a pause that ends by itself posts are collected, so that none is lost (F21).
        """
        return self.kind is FeedKind.FEED and (self.runs or self.retry_at is not None)


_SUBSCRIPTION = [subscriptions.c[name] for name in Subscription.__struct_fields__]
#: Ids that one statement names.
_CHUNK = 500
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
            insert(subscriptions).values(_row(subscription)).returning(subscriptions.c.id)
        )
        kept = structs.replace(subscription, id=found.scalar_one())
        self._begun.add(kept.id)
        return kept

    async def put(self, subscription: Subscription) -> bool:
        """Keep what a subscription is by now; return whether it is still there.

        Read it in the same transaction, so that nothing that others changed is undone.
        """
        self._begun.add(subscription.id)
        return await self._update(subscription.id, _row(subscription))

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
        wanted = sorted(set(ids))
        found: dict[int, Subscription] = {}
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
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
        self, now: datetime, *, kind: FeedKind | None = None, limit: int = _CHUNK
    ) -> tuple[Subscription, ...]:
        """Return those that run and whose period has ended, the longest due first.

        With `kind` only feeds, or only schedules.
        """
        due = and_(subscriptions.c.next_at <= now, subscriptions.c.pause == Pause.NONE)
        if kind is not None:
            due = and_(due, subscriptions.c.kind == kind)
        return await self._select(due, subscriptions.c.next_at, limit=limit)

    async def to_retry(self, now: datetime, *, limit: int = _CHUNK) -> tuple[Subscription, ...]:
        """Return the paused ones that are to be tried again by now, the longest due first."""
        return await self._select(
            and_(subscriptions.c.retry_at <= now, subscriptions.c.pause != Pause.NONE),
            subscriptions.c.retry_at,
            limit=limit,
        )

    async def astray(self, now: datetime, *, limit: int = _CHUNK) -> tuple[Subscription, ...]:
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
        statement = select(*_SUBSCRIPTION).where(condition).order_by(*order).limit(limit)
        found = await self._connection.execute(statement)
        return tuple(_subscription(row) for row in found.mappings())


def _row(subscription: Subscription) -> dict[str, Any]:
    """Return what is kept of one, all but its id."""
    values = structs.asdict(subscription)
    del values["id"]
    return values | {"forum_tags": json.encode(subscription.forum_tags).decode()}


def _subscription(row: RowMapping) -> Subscription:
    made = {
        "kind": FeedKind(row["kind"]),
        "rhythm": Rhythm(row["rhythm"]),
        "pause": Pause(row["pause"]),
        "forum_tags": json.decode(row["forum_tags"], type=tuple[int, ...]),
    }
    return Subscription(**{**row, **made})

"""The outbox as people see it, and what their changes to feeds make of what is owed."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, json
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    exists,
    func,
    or_,
    select,
    type_coerce,
    update,
)

from bot.texts import _

from .announcement_rows import COLUMNS, Announcement, Status, announcement_of
from .feed_tables import announcements, pending, subscriptions
from .outbox import OWED
from .repository import Repository
from .seen import Waiting
from .subscription_rows import Pause

#: What has been in the channel.
TOLD = (Status.SENT, Status.REMOVED)
#: What a rule or a change kept out of it.
KEPT_BACK = (Status.HIDDEN, Status.DROPPED)
#: How finely times are counted, in milliseconds: days of every zone begin at one of these.
_STEP = 15 * 60 * 1000


class Step(Struct, frozen=True):
    """What happened in one quarter of an hour."""

    begins: datetime
    announced: int
    hidden: int


class OutboxState(Struct, frozen=True, kw_only=True):
    """How much is to be announced, over all servers."""

    feeds: int
    """Subscriptions, the paused ones included."""
    paused: int
    owed: int
    """Announcements that wait or are on their way."""
    oldest: datetime | None
    """Since when the oldest of them is due; in the future where it is not yet."""
    aside: int
    """Those that Discord always refused (fault F41)."""
    faulty: int = 0
    """Posts that are tried again because something of ours went wrong with them (fault F42)."""


class History(Repository):
    """What became of the posts that a server's subscriptions matched.

    What is on its way to Discord is never touched: it belongs to whoever sends it.
    """

    async def recent(
        self,
        guild_id: int,
        *,
        subscription_id: int | None = None,
        limit: int = 10,
    ) -> tuple[Announcement, ...]:
        """Return a server's latest announcements, newest first; or those that one feed matched."""
        statement = select(*COLUMNS).where(announcements.c.guild_id == guild_id)
        if subscription_id is not None:
            statement = statement.where(_concerns(subscription_id))
        found = await self._connection.execute(
            statement.order_by(announcements.c.id.desc()).limit(limit)
        )
        return tuple(map(announcement_of, found.mappings()))

    async def of_post(self, guild_id: int, site: str, post_id: int) -> tuple[Announcement, ...]:
        """Return what a server's channels were owed of one post, oldest first."""
        found = await self._connection.execute(
            select(*COLUMNS)
            .where(
                announcements.c.site == site,
                announcements.c.post_id == post_id,
                announcements.c.guild_id == guild_id,
            )
            .order_by(announcements.c.id)
        )
        return tuple(map(announcement_of, found.mappings()))

    async def last_told(self, guild_id: int) -> Mapping[int, datetime]:
        """Return when each of a server's subscriptions last had something told, by its id."""
        found = await self._connection.execute(
            select(announcements.c.matched, func.max(announcements.c.sent_at))
            .where(announcements.c.guild_id == guild_id, announcements.c.status.in_(TOLD))
            .group_by(announcements.c.matched)
        )
        latest: dict[int, datetime] = {}
        for matched, sent_at in found:
            for subscription_id in json.decode(matched, type=tuple[int, ...]):
                if sent_at is not None:
                    latest[subscription_id] = max(sent_at, latest.get(subscription_id, sent_at))
        return latest

    async def last_drawn(self, subscription_ids: Iterable[int]) -> Mapping[int, datetime]:
        """Return by id when each of these last brought something, or began to."""
        found = await self._connection.execute(
            select(announcements.c.subscription_id, func.max(announcements.c.created_at))
            .where(
                announcements.c.subscription_id.in_(sorted(subscription_ids)),
                announcements.c.status.not_in(KEPT_BACK),
            )
            .group_by(announcements.c.subscription_id)
        )
        return {row[0]: row[1] for row in found}

    async def owed(self, guild_id: int) -> Mapping[int, int]:
        """Return how many announcements wait for each of a server's subscriptions, by its id."""
        found = await self._connection.execute(
            select(announcements.c.subscription_id, func.count())
            .where(announcements.c.guild_id == guild_id, announcements.c.status.in_(OWED))
            .group_by(announcements.c.subscription_id)
        )
        return {row[0]: row[1] for row in found}

    async def outbox(self) -> OutboxState:
        """Return how the outbox is, over all servers."""
        paused = subscriptions.c.pause != Pause.NONE
        found = await self._connection.execute(
            select(func.count(), func.count().filter(paused)).select_from(subscriptions)
        )
        feeds, paused_feeds = found.one()
        waiting = announcements.c.status.in_(OWED)
        found = await self._connection.execute(
            select(func.count(), func.min(announcements.c.due_at)).where(waiting)
        )
        owed, oldest = found.one()
        found = await self._connection.execute(
            select(func.count()).where(announcements.c.status == Status.ASIDE)
        )
        aside = found.scalar_one()
        found = await self._connection.execute(
            select(func.count()).where(pending.c.reason == Waiting.FAULT)
        )
        return OutboxState(
            feeds=feeds,
            paused=paused_feeds,
            owed=owed,
            oldest=oldest,
            aside=aside,
            faulty=found.scalar_one(),
        )

    async def steps(
        self, guild_id: int, since: datetime, *, subscription_id: int | None = None
    ) -> tuple[Step, ...]:
        """Return how much was announced and hidden since then, oldest first.

        Quarters of an hour in which nothing was are left out.
        """
        when = func.coalesce(announcements.c.sent_at, announcements.c.created_at)
        step = type_coerce(when, BigInteger) // _STEP
        statement = select(
            type_coerce(step * _STEP, announcements.c.created_at.type).label("begins"),
            _count_of(TOLD).label("announced"),
            _count_of(KEPT_BACK).label("hidden"),
        ).where(
            announcements.c.guild_id == guild_id,
            announcements.c.status.in_([*TOLD, *KEPT_BACK]),
            type_coerce(when, announcements.c.created_at.type) >= since,
        )
        if subscription_id is not None:
            statement = statement.where(_concerns(subscription_id))
        found = await self._connection.execute(statement.group_by(step).order_by(step))
        return tuple(Step(row.begins, int(row.announced), int(row.hidden)) for row in found)

    async def release(self, subscription_id: int) -> int:
        """Let what waits for the end of a period go one by one; return how many posts that are."""
        statement = update(announcements).where(
            announcements.c.subscription_id == subscription_id,
            announcements.c.status == Status.QUEUED,
            announcements.c.digest,
            announcements.c.lead_id.is_(None),
        )
        return await self._change(statement.values(digest=False))

    async def move(self, subscription_id: int, channel_id: int) -> None:
        """Let what is owed for a subscription go to another channel.

        What that channel has already, or is owed, is not owed twice.
        """
        queued = and_(
            announcements.c.subscription_id == subscription_id,
            announcements.c.status == Status.QUEUED,
        )
        there = announcements.alias()
        known = exists().where(
            there.c.channel_id == channel_id,
            there.c.site == announcements.c.site,
            there.c.post_id == announcements.c.post_id,
        )
        await self._connection.execute(
            update(announcements)
            .where(queued, known)
            .values(status=Status.DROPPED, rule="feed", reason=_("The other channel has it."))
        )
        await self._connection.execute(
            update(announcements).where(queued).values(channel_id=channel_id, lead_id=None)
        )


def _count_of(statuses: tuple[Status, ...]) -> ColumnElement[int]:
    return func.sum(case((announcements.c.status.in_(statuses), 1), else_=0))


def _concerns(subscription_id: int) -> ColumnElement[bool]:
    """Return the condition that a subscription is among those that a post matched.

    Their ids are a list in JSON without spaces.
    """
    matched, number = announcements.c.matched, str(subscription_id)
    return or_(
        announcements.c.subscription_id == subscription_id,
        matched.like(f"[{number},%"),
        matched.like(f"%,{number},%"),
        matched.like(f"%,{number}]"),
    )

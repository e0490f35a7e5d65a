"""The outbox as delivery sees it: what is due, what is on its way, what arrived."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Subquery,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
    update,
)

from .announcement_rows import COLUMNS, Announcement, Status, announcement_of
from .feed_tables import announcements, subscriptions
from .repository import Repository
from .subscription_rows import Pause
from .tables import guilds

_A = announcements.c
#: What is still owed. In the very words of the partial index, which no parameter would match.
_OWED = _A.status.in_([literal_column("'queued'"), literal_column("'sending'")])
#: A digest's rows wait until they are gathered into a message.
_READY = and_(_OWED, or_(_A.digest.is_not(true()), _A.lead_id.is_not(None)))
#: A paused subscription's rows stay where they are, and so do those of a server that we left.
_RUNS = exists().where(
    subscriptions.c.id == _A.subscription_id, subscriptions.c.pause == Pause.NONE
)
_PRESENT = ~exists().where(guilds.c.id == _A.guild_id, guilds.c.removed_at.is_not(None))
#: Messages of a subscription that are looked at for its cap; none may send more in an hour.
_RECENT = 500


class Backlog(Struct, frozen=True):
    """What is still owed, over all servers."""

    by_status: Mapping[Status, int]
    """Announcements, as far as there are any."""
    oldest: datetime | None
    """Since when the longest due of those is due that nothing holds back."""


class Deliveries(Repository):
    """The outbox as delivery sees it: what is due, what is on its way, what arrived."""

    async def backlog(self) -> Backlog:
        """Return how much is owed. One statement, which reads nothing of what was delivered."""
        due = and_(_READY, _A.due_at <= self._now(), _RUNS, _PRESENT)
        found = await self._connection.execute(
            select(_A.status, func.count(), func.min(_A.due_at).filter(due))
            .where(_OWED)
            .group_by(_A.status)
        )
        rows = found.all()
        return Backlog(
            by_status={Status(status): count for status, count, _oldest in rows},
            oldest=min((row[2] for row in rows if row[2] is not None), default=None),
        )

    async def due_channels(self) -> tuple[tuple[int, int], ...]:
        """Return (server, channel) of every channel that something is due in, longest due first."""
        found = await self._connection.execute(
            select(_A.guild_id, _A.channel_id)
            .where(_READY, _A.due_at <= self._now(), _RUNS, _PRESENT)
            .group_by(_A.guild_id, _A.channel_id)
            .order_by(func.min(_A.id))
        )
        return tuple((row.guild_id, row.channel_id) for row in found)

    async def head(self, channel_id: int) -> tuple[Announcement, ...]:
        """Return the announcements of the message that a channel is owed next, by id.

        What was handed to Discord already comes before everything else; the rest in the order of
        ids, in which none overtakes one of its own subscription that was put off. Empty where
        nothing is due.
        """
        held = _held(channel_id, self._now())
        of_wish = held.c.subscription_id == _A.subscription_id
        first = (
            select(func.coalesce(_A.lead_id, _A.id))
            .select_from(announcements.outerjoin(held, of_wish))
            .where(
                _A.channel_id == channel_id, _READY, _A.due_at <= self._now(), _RUNS, _PRESENT,
                or_(held.c.first.is_(None), _A.id < held.c.first, _A.status == Status.SENDING),
            )
        )  # fmt: skip
        in_flight = case((_A.status == Status.SENDING, 0), else_=1)
        lead_id = (
            await self._connection.execute(first.order_by(in_flight, _A.id).limit(1))
        ).scalar_one_or_none()
        return () if lead_id is None else await self._message(channel_id, lead_id)

    async def is_unchanged(self, rows: Sequence[Announcement]) -> bool:
        """Tell whether a message is owed as `head` gave it: nothing joined or left it, or moved.

        Asked in the transaction that notes that it is sent: a digest may be closed meanwhile.
        """
        first = rows[0]
        found = await self._message(first.channel_id, first.lead_id or first.id)
        return list(map(_part, found)) == list(map(_part, rows))

    async def more(self, lead_id: int) -> int:
        """Return how many posts a message only counts; its first one says so, even if dropped."""
        found = await self._connection.execute(select(_A.more).where(_A.id == lead_id))
        return int(found.scalar_one_or_none() or 0)

    async def sending(self, ids: Collection[int], *, anew: bool = True) -> bool:
        """Note that these are being handed to Discord (reference: faults, design 2).

        Unless it is `anew` they were before, and the nonce's window goes on from then. Returns
        whether all of them are owed; somebody may have ended one.
        """
        values: dict[str, Any] = {"status": Status.SENDING, "attempts": _A.attempts + 1}
        if anew:
            values["sending_at"] = self._now()
        return await self._update(and_(_A.id.in_(list(ids)), _OWED), values) == len(ids)

    async def sent(
        self,
        shown: Mapping[int, str],
        place: tuple[int, int, str] | None,
        recheck_at: datetime,
    ) -> None:
        """Note that these arrived, by id the fingerprints of what they show.

        `place` is the message's id, its channel's and its form; without it they arrived, and
        nobody knows where. Posts whose place is known are looked at again at `recheck_at`.
        """
        message_id, channel_id, form = place or (None, None, "")
        again = (
            None
            if place is None
            else case((_A.post_id.is_not(None), literal(recheck_at, _A.recheck_at.type)))
        )
        await self._connection.execute(
            update(announcements)
            .where(_A.id == bindparam("row"))
            .values(
                status=Status.SENT,
                sent_at=self._now(),
                message_id=message_id,
                message_channel_id=channel_id,
                form=form,
                shown=bindparam("fingerprint"),
                recheck_at=again,
                rechecks=0,
            ),
            [{"row": number, "fingerprint": text} for number, text in shown.items()],
        )

    async def take_back(self, ids: Iterable[int]) -> None:
        """Queue again what Discord certainly did not take."""
        await self._update(_A.id.in_(list(ids)), {"status": Status.QUEUED, "sending_at": None})

    async def end(self, ids: Iterable[int], status: Status, *, rule: str, reason: str) -> None:
        """Owe these no more: HIDDEN, DROPPED or ASIDE, and why."""
        await self._update(
            and_(_A.id.in_(list(ids)), _OWED),
            {"status": status, "rule": rule, "reason": reason},
        )

    async def postpone(self, channel_id: int, subscription_id: int, until: datetime) -> None:
        """Send nothing of a subscription in a channel before `until`, so that its order holds."""
        await self._update(
            and_(
                _A.channel_id == channel_id,
                _A.subscription_id == subscription_id,
                _A.status == Status.QUEUED,
                _A.due_at < until,
            ),
            {"due_at": until},
        )

    async def split(self, rows: Sequence[Announcement], more: int) -> None:
        """Make two messages of one that is too large: the first half keeps its name.

        `more` goes to the second, which is the last then.
        """
        half = len(rows) // 2
        for part, counted in ((rows[:half], 0), (rows[half:], more)):
            ids = [row.id for row in part]
            await self._update(
                _A.id.in_(ids),
                {"lead_id": ids[0], "more": 0, "status": Status.QUEUED, "sending_at": None},
            )
            await self._update(_A.id == ids[0], {"more": counted})
        # One that was dropped before may have carried the count.
        lead_id = rows[0].lead_id or rows[0].id
        await self._update(and_(_A.id == lead_id, ~_OWED), {"more": 0})

    async def sent_at(self, subscription_id: int) -> tuple[datetime, ...]:
        """Return when a subscription's latest messages were sent, for its cap."""
        message = func.coalesce(_A.lead_id, _A.id)
        found = await self._connection.execute(
            select(func.max(_A.sent_at, type_=_A.sent_at.type))
            .where(
                _A.subscription_id == subscription_id,
                _A.status.in_([Status.SENT, Status.REMOVED]),
            )
            .group_by(message)
            .order_by(message.desc())
            .limit(_RECENT)
        )
        return tuple(found.scalars())

    async def _message(self, channel_id: int, lead_id: int) -> tuple[Announcement, ...]:
        return await self._select(
            and_(_OWED, _A.channel_id == channel_id, or_(_A.id == lead_id, _A.lead_id == lead_id))
        )

    async def _select(self, condition: ColumnElement[bool]) -> tuple[Announcement, ...]:
        found = await self._connection.execute(select(*COLUMNS).where(condition).order_by(_A.id))
        return tuple(map(announcement_of, found.mappings()))

    async def _update(self, condition: ColumnElement[bool], values: dict[str, Any]) -> int:
        return await self._change(update(announcements).where(condition).values(values))


def _held(channel_id: int, now: datetime) -> Subquery:
    """Return the first announcement in a channel that each subscription has put off."""
    return (
        select(_A.subscription_id, func.min(_A.id).label("first"))
        .where(_A.channel_id == channel_id, _READY, _A.status == Status.QUEUED, _A.due_at > now)
        .group_by(_A.subscription_id)
        .subquery()
    )


def _part(row: Announcement) -> tuple[object, ...]:
    """Return what makes an announcement a part of its message."""
    return row.id, row.lead_id, row.subscription_id, row.more

"""The outbox as after-care sees it: what is to be looked at again (reference: safety, 3.8)."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select, update

from .announcement_rows import COLUMNS, Announcement, Status, announcement_of
from .feed_tables import announcements
from .repository import Repository
from .statements import chunks

_MESSAGE = func.coalesce(announcements.c.lead_id, announcements.c.id)


class Looked(Struct, frozen=True, kw_only=True):
    """What a look at an announcement brought."""

    announcement: Announcement
    """As it was before."""
    form: str
    shown: str
    recheck_at: datetime | None
    """When it is looked at next; `None`: its after-care is over."""
    rechecks: int


class Rechecks(Repository):
    """What stands in the channels, a message together, and what became of it."""

    async def due(self, now: datetime, limit: int) -> tuple[tuple[Announcement, ...], ...]:
        """Return the announcements of at most `limit` messages that are due, longest due first.

        Of a message come all that it shows, and those that it should not show any more.
        """
        found = await self._connection.execute(
            select(_MESSAGE)
            .where(announcements.c.recheck_at.is_not(None), announcements.c.recheck_at <= now)
            .group_by(_MESSAGE)
            .order_by(func.min(announcements.c.recheck_at), _MESSAGE)
            .limit(limit)
        )
        order = list(found.scalars())
        rows: dict[int, list[Announcement]] = {lead: [] for lead in order}
        for chunk in chunks(order):
            for row in await self._select(_in_messages(chunk)):
                rows[row.lead_id if row.lead_id is not None else row.id].append(row)
        return tuple(tuple(rows[lead]) for lead in order)

    async def of_message(
        self, guild_id: int, message_id: int, marker: int
    ) -> tuple[Announcement, ...]:
        """Return what a message with that marker shows, in order; empty where it is unknown."""
        return await self._select(
            _in_messages([marker]),
            announcements.c.guild_id == guild_id,
            announcements.c.message_id == message_id,
            announcements.c.status == Status.SENT,
        )

    async def standing(self, marker: int) -> tuple[Announcement, ...]:
        """Return what a message shows, in order, and what is still to be taken out of it."""
        return await self._select(_in_messages([marker]))

    async def looked(self, results: Iterable[Looked]) -> None:
        """Keep what was found of announcements that stay."""
        values = [
            {
                "row": one.announcement.id,
                "before": one.announcement.recheck_at,
                "new_form": one.form,
                "new_shown": one.shown,
                "next": one.recheck_at,
                "count": one.rechecks,
            }
            for one in results
        ]
        if not values:
            return
        same = and_(announcements.c.id == bindparam("row"), announcements.c.status == Status.SENT)
        await self._connection.execute(
            update(announcements)
            .where(same)
            .values(form=bindparam("new_form"), shown=bindparam("new_shown")),
            [{name: one[name] for name in ("row", "new_form", "new_shown")} for one in values],
        )
        # Whoever wished for another look meanwhile gets it.
        timed = update(announcements).where(
            same, announcements.c.recheck_at.is_not_distinct_from(bindparam("before"))
        )
        await self._connection.execute(
            timed.values(recheck_at=bindparam("next"), rechecks=bindparam("count")),
            [{name: one[name] for name in ("row", "before", "next", "count")} for one in values],
        )

    async def postpone(self, ids: Collection[int], until: datetime | None) -> None:
        """Look at these again later, or no more (`None`), whatever was to be seen to."""
        for chunk in chunks(ids):
            await self._connection.execute(
                update(announcements)
                .where(announcements.c.id.in_(chunk), announcements.c.recheck_at.is_not(None))
                .values(recheck_at=until)
            )

    async def remove(
        self,
        ids: Collection[int],
        rule: str,
        reason: str,
        *,
        still_shown_until: datetime | None = None,
    ) -> int:
        """Count these as taken back, which were sent; return how many they are.

        With `still_shown_until` their message shows them yet, and is seen to at that instant.
        """
        gone = 0
        for chunk in chunks(ids):
            gone += await self._change(
                update(announcements)
                .where(announcements.c.id.in_(chunk), announcements.c.status == Status.SENT)
                .values(
                    status=Status.REMOVED,
                    rule=rule,
                    reason=reason,
                    recheck_at=still_shown_until,
                )
            )
        return gone

    async def _select(self, *conditions: ColumnElement[bool]) -> tuple[Announcement, ...]:
        found = await self._connection.execute(
            select(*COLUMNS).where(*conditions).order_by(announcements.c.id)
        )
        return tuple(announcement_of(row) for row in found.mappings())


def _in_messages(leads: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition of being shown in these messages, or to be taken out of them."""
    here = or_(
        announcements.c.lead_id.in_(leads),
        and_(announcements.c.lead_id.is_(None), announcements.c.id.in_(leads)),
    )
    waiting = and_(
        announcements.c.status == Status.REMOVED, announcements.c.recheck_at.is_not(None)
    )
    return and_(here, or_(announcements.c.status == Status.SENT, waiting))

"""Instants that were noted while the clock was ahead, found once it was set back (fault F36)."""

from datetime import timedelta

from sqlalchemy import and_, or_, update

from .announcement_rows import Status
from .feed_tables import announcements, notices, pending, subscriptions
from .repository import Repository

#: What somebody's clock may be ahead of another's.
_SKEW = timedelta(hours=1)
#: Longer than anything is put off at most: by quiet hours, a site, or an error in a row.
_PUT_OFF = timedelta(days=2)
#: Longer than a post waits, or than there is between two looks at a message.
_LOOKS = timedelta(days=4)


class Astray(Repository):
    """What would wait for a time that only seemed to be near."""

    async def bring_back(self) -> tuple[int, ...]:
        """Let all of it be due now, and feeds begin now; return the ids of those feeds."""
        now = self._now()
        begin = update(subscriptions).where(subscriptions.c.since > now + _SKEW)
        found = await self._connection.execute(
            begin.values(since=now).returning(subscriptions.c.id)
        )
        feeds = tuple(found.scalars())
        owed = announcements.c.status.in_([Status.QUEUED, Status.SENDING])
        due_at, recheck_at = announcements.c.due_at, announcements.c.recheck_at
        early = and_(due_at > now, announcements.c.created_at > now + _SKEW)
        for column, where in (
            (due_at, and_(owed, or_(due_at > now + _PUT_OFF, early))),
            (recheck_at, recheck_at > now + _LOOKS),
            (pending.c.due_at, pending.c.due_at > now + _LOOKS),
            (subscriptions.c.retry_at, subscriptions.c.retry_at > now + _PUT_OFF),
            (notices.c.retry_at, notices.c.retry_at > now + _PUT_OFF),
        ):
            await self._connection.execute(update(column.table).where(where).values({column: now}))
        return feeds

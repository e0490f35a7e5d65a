"""What the followers of announcement channels are still owed: messages that were sent there."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct
from sqlalchemy import delete, func, select, update

from .feed_tables import announcements, publications
from .repository import Repository

_SENT = publications.join(announcements)
_MESSAGE = func.coalesce(announcements.c.lead_id, announcements.c.id)


class Publication(Struct, frozen=True):
    """A message that is to be passed on."""

    id: int
    """The announcement that it is known by here."""
    marker: int
    """The one that its message is known by."""


class Publications(Repository):
    """Messages that stand in their channel and are to go to its followers, too."""

    async def owe(self, announcement_ids: Iterable[int]) -> None:
        """Owe the followers the message of these announcements, which was sent.

        It is known by the first of them: the one that its marker names may be forgotten by now.
        """
        row = {"announcement_id": min(announcement_ids), "due_at": self._now()}
        await self._put(publications, [row], key=["announcement_id"], update=[])

    async def due_channels(self) -> tuple[tuple[int, int], ...]:
        """Return (server, channel) of every channel with something due, longest owed first."""
        found = await self._connection.execute(
            select(announcements.c.guild_id, announcements.c.channel_id)
            .select_from(_SENT)
            .where(publications.c.due_at <= self._now())
            .group_by(announcements.c.guild_id, announcements.c.channel_id)
            .order_by(func.min(announcements.c.id))
        )
        return tuple((row.guild_id, row.channel_id) for row in found)

    async def head(self, channel_id: int) -> Publication | None:
        """Return what a channel's followers are owed next; `None`: nothing is due."""
        found = await self._connection.execute(
            select(announcements.c.id, _MESSAGE.label("marker"))
            .select_from(_SENT)
            .where(announcements.c.channel_id == channel_id, publications.c.due_at <= self._now())
            .order_by(announcements.c.id)
            .limit(1)
        )
        first = found.first()
        return None if first is None else Publication(first.id, first.marker)

    async def postpone(self, announcement_id: int, until: datetime) -> None:
        """Let this one wait, and the others of its channel go first."""
        await self._connection.execute(
            update(publications)
            .where(publications.c.announcement_id == announcement_id)
            .values(due_at=until)
        )

    async def end(self, announcement_id: int) -> None:
        """Owe this one no more."""
        await self._connection.execute(
            delete(publications).where(publications.c.announcement_id == announcement_id)
        )

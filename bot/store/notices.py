"""What servers are to be told once: that a feed paused, that a site is out."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec import Struct
from sqlalchemy import and_, delete, insert, select, update

from .feed_tables import notices
from .repository import Repository

#: How long is kept what a server was told.
KEPT = timedelta(days=30)


class Notice(Struct, frozen=True, kw_only=True):
    """One thing to tell a server."""

    id: int = 0
    guild_id: int
    subscription_id: int | None = None
    site: str = ""
    kind: str
    """`paused`, `resumed`, `silent`, `outage`, `outage over`, `stopped`, `stopped over`, `unread`
    or `unread edits`."""
    detail: str = ""
    """Of a pause its `Pause`, of an outage the site's reason; else what nothing is read before."""
    created_at: datetime
    told_at: datetime | None = None
    attempts: int = 0
    retry_at: datetime


#: Ends the kinds that tell the end of what a kind without it told.
_OVER = " over"
_NOTICE = [notices.c[name] for name in Notice.__struct_fields__]


class Notices(Repository):
    """The notices."""

    async def add(
        self,
        kind: str,
        guild_ids: Iterable[int],
        *,
        subscription_id: int | None = None,
        site: str = "",
        detail: str = "",
    ) -> None:
        """Have these servers told something; `kind` is as `Notice` has it.

        With the end of something, its beginning need not be told any more to whom it was not: it
        could come after its end.
        """
        now = self._now()
        if kind.endswith(_OVER):
            begun = and_(notices.c.kind == kind.removesuffix(_OVER), notices.c.site == site)
            await self._connection.execute(
                update(notices).where(begun, notices.c.told_at.is_(None)).values(told_at=now)
            )
        rows = [
            {
                "guild_id": guild_id,
                "subscription_id": subscription_id,
                "site": site,
                "kind": kind,
                "detail": detail,
                "created_at": now,
                "attempts": 0,
                "retry_at": now,
            }
            for guild_id in guild_ids
        ]
        if rows:
            await self._connection.execute(insert(notices), rows)

    async def due(self, *, limit: int = 200) -> tuple[Notice, ...]:
        """Return what is to be told by now, oldest first."""
        found = await self._connection.execute(
            select(*_NOTICE)
            .where(notices.c.told_at.is_(None), notices.c.retry_at <= self._now())
            .order_by(notices.c.id)
            .limit(limit)
        )
        return tuple(Notice(**row) for row in found.mappings())

    async def told(self, ids: Iterable[int]) -> None:
        """Note that these need not be told any more."""
        await self._connection.execute(
            update(notices).where(notices.c.id.in_(list(ids))).values(told_at=self._now())
        )

    async def later(self, ids: Iterable[int], retry_at: datetime) -> None:
        """Try again at `retry_at` to tell these."""
        await self._connection.execute(
            update(notices)
            .where(notices.c.id.in_(list(ids)))
            .values(retry_at=retry_at, attempts=notices.c.attempts + 1)
        )

    async def forget_old(self) -> int:
        """Delete what was told for long enough; return how many."""
        old = notices.c.told_at < self._now() - KEPT
        return await self._change(delete(notices).where(old))

    async def of_guild(self, guild_id: int) -> tuple[Notice, ...]:
        """Return all that a server was or is to be told, oldest first."""
        found = await self._connection.execute(
            select(*_NOTICE).where(notices.c.guild_id == guild_id).order_by(notices.c.id)
        )
        return tuple(Notice(**row) for row in found.mappings())

"""What the tails saw: how far each site was read, what waits, and what aliases stand for.

The posts themselves are in `posts`.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, structs
from sqlalchemy import RowMapping, delete, func, select

from .feed_tables import aliases, pending, tails
from .posts import Posts, SeenPost
from .repository import Repository
from .statements import chunks

__all__ = ["Aliases", "Pending", "PendingPosts", "Posts", "SeenPost", "Tail", "Tails", "Waiting"]

#: How far before the present a new subscription begins at most: what appears while somebody
#: makes it is new to it.
_JUST_NOW = timedelta(minutes=5)


class Tail(Struct, frozen=True, kw_only=True):
    """How far a site was read."""

    site: str
    cursor: datetime
    """The newest `first_seen_at` that was handled."""
    updated_cursor: datetime
    """The newest `updated_at` that was handled."""
    failing_since: datetime | None = None
    outage_told: bool = False


class Waiting(StrEnum):
    """Why a post is not decided yet; kept in the database, so never renamed."""

    THUMBNAILS = "thumbnails"
    """No media URL may be used yet (rule L12)."""
    SETTLING = "settling"
    """Some subscription wants it to mature first."""
    VOTES = "votes"
    """Some query depends on its score."""
    ANSWER = "answer"
    """Some query can only be decided by the site."""
    FAULT = "fault"
    """Something of ours went wrong with it: it is tried again, as long as it is (fault F42)."""


class Pending(Struct, frozen=True, kw_only=True):
    """A post that is read again."""

    site: str
    post_id: int
    reason: Waiting
    due_at: datetime
    tries: int = 0


_TAIL = [tails.c[name] for name in Tail.__struct_fields__]
_PENDING = [pending.c[name] for name in Pending.__struct_fields__]


class Tails(Repository):
    """How far the sites were read."""

    async def get(self, site: str) -> Tail | None:
        """Return how far a site was read; `None` where it never was."""
        found = await self._connection.execute(select(*_TAIL).where(tails.c.site == site))
        row = found.mappings().one_or_none()
        return None if row is None else Tail(**row)

    async def all(self) -> tuple[Tail, ...]:
        """Return how far each site was read, by name."""
        found = await self._connection.execute(select(*_TAIL).order_by(tails.c.site))
        return tuple(Tail(**row) for row in found.mappings())

    async def put(self, tail: Tail) -> None:
        """Keep how far a site was read."""
        names = [name for name in Tail.__struct_fields__ if name != "site"]
        await self._put(tails, [structs.asdict(tail)], key=["site"], update=names)

    async def beginning(self, site: str) -> datetime:
        """Return from when on posts are new to a subscription that is made or resumed now.

        That is how far the site was read, as the site counts time; or a little before the
        present where it was not read for a while (reference: faults, design 1).
        """
        now = self._now()
        tail = await self.get(site)
        return now if tail is None else min(now, max(tail.cursor, now - _JUST_NOW))


class PendingPosts(Repository):
    """The posts that wait; each is among the posts that were seen."""

    async def put(self, rows: Iterable[Pending]) -> None:
        """Let these posts wait, or wait in another way than before."""
        values = [structs.asdict(row) for row in rows]
        await self._put(
            pending, values, key=["site", "post_id"], update=["reason", "due_at", "tries"]
        )

    async def remove(self, site: str, post_ids: Collection[int]) -> None:
        """Let these posts of a site wait no longer."""
        for chunk in chunks(post_ids):
            await self._connection.execute(
                delete(pending).where(pending.c.site == site, pending.c.post_id.in_(chunk))
            )

    async def due(self, site: str, now: datetime, *, limit: int) -> tuple[Pending, ...]:
        """Return at most `limit` posts of a site that are to be read by now, longest due first."""
        found = await self._connection.execute(
            select(*_PENDING)
            .where(pending.c.site == site, pending.c.due_at <= now)
            .order_by(pending.c.due_at, pending.c.post_id)
            .limit(limit)
        )
        return tuple(map(_waiting, found.mappings()))

    async def of(self, site: str, post_ids: Collection[int]) -> Mapping[int, Pending]:
        """Return by id those of these posts that wait."""
        waiting: dict[int, Pending] = {}
        for chunk in chunks(post_ids):
            found = await self._connection.execute(
                select(*_PENDING).where(pending.c.site == site, pending.c.post_id.in_(chunk))
            )
            for row in found.mappings():
                waiting[row["post_id"]] = _waiting(row)
        return waiting

    async def count(self, site: str) -> int:
        """Return how many posts of a site wait."""
        found = await self._connection.execute(
            select(func.count()).select_from(pending).where(pending.c.site == site)
        )
        return int(found.scalar_one())


class Aliases(Repository):
    """What aliases stand for, as far as queries name them."""

    async def of_site(self, site: str) -> Mapping[str, str]:
        """Return the canonical name of each name that was looked up on a site."""
        found = await self._connection.execute(
            select(aliases.c.name, aliases.c.canonical).where(aliases.c.site == site)
        )
        return {row.name: row.canonical for row in found}

    async def put(self, site: str, canonical: Mapping[str, str], refreshed_at: datetime) -> None:
        """Keep what names stand for on a site, as it said at that instant."""
        rows = [
            {"site": site, "name": name, "canonical": tag, "refreshed_at": refreshed_at}
            for name, tag in canonical.items()
        ]
        await self._put(aliases, rows, key=["site", "name"], update=["canonical", "refreshed_at"])

    async def remove(self, site: str, names: Collection[str]) -> None:
        """Forget names that no query has any more."""
        for chunk in chunks(names):
            await self._connection.execute(
                delete(aliases).where(aliases.c.site == site, aliases.c.name.in_(chunk))
            )

    async def refreshed_before(
        self, site: str, instant: datetime, *, limit: int
    ) -> tuple[str, ...]:
        """Return at most `limit` names of a site that were last looked up before, oldest first."""
        found = await self._connection.execute(
            select(aliases.c.name)
            .where(aliases.c.site == site, aliases.c.refreshed_at < instant)
            .order_by(aliases.c.refreshed_at, aliases.c.name)
            .limit(limit)
        )
        return tuple(found.scalars())


def _waiting(row: RowMapping) -> Pending:
    return Pending(**{**row, "reason": Waiting(row["reason"])})

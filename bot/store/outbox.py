"""The outbox itself: what is in it, what comes into it, and what it is found by."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct, json, structs
from sqlalchemy import ColumnElement, and_, bindparam, delete, select, update

from .announcement_rows import COLUMNS, Announcement, Status, announcement_of
from .feed_tables import announcements, pictures
from .repository import Repository
from .statements import chunks, upsert

#: Of an untouched announcement, what may still change.
_CHANGING = (
    "subscription_id", "matched", "digest", "more", "status", "rule", "reason", "due_at", "lead_id",
)  # fmt: skip
#: What was announced in a channel, or will be: no second post of the same picture.
_ANNOUNCED = (
    Status.QUEUED, Status.SENDING, Status.SENT, Status.TWIN, Status.FOLDED, Status.ASIDE,
    Status.REMOVED,
)  # fmt: skip
#: What is owed, or on its way.
OWED = (Status.QUEUED, Status.SENDING)


class Pictured(Struct, frozen=True):
    """An announcement, found by what tells its picture from others."""

    identity: str
    announcement: Announcement


class Outbox(Repository):
    """The announcements of all channels, and how they are put in and found."""

    async def get(self, announcement_id: int) -> Announcement | None:
        """Return one, or `None` where it does not exist (any more)."""
        found = await self._select(announcements.c.id == announcement_id)
        return found[0] if found else None

    async def of_channel(
        self, channel_id: int, site: str, post_id: int | None
    ) -> Announcement | None:
        """Return what became of a post in a channel; `None`: nothing, it was never owed there."""
        found = await self._select(
            announcements.c.channel_id == channel_id,
            announcements.c.site == site,
            announcements.c.post_id == post_id,
        )
        return found[0] if found else None

    async def of_posts(self, site: str, post_ids: Collection[int]) -> tuple[Announcement, ...]:
        """Return what became of these posts of a site, in whatever channels, oldest first."""
        found: list[Announcement] = []
        for chunk in chunks(post_ids):
            found += await self._select(
                announcements.c.site == site, announcements.c.post_id.in_(chunk)
            )
        return tuple(found)

    async def of_pictures(
        self, identities: Collection[str], *, channel_id: int | None = None
    ) -> tuple[Pictured, ...]:
        """Return what was announced, or will be, of the pictures that have these identities.

        With `channel_id` only in that channel.
        """
        same_post = and_(
            announcements.c.site == pictures.c.site, announcements.c.post_id == pictures.c.post_id
        )
        statement = (
            select(pictures.c.identity, *COLUMNS)
            .join_from(pictures, announcements, same_post)
            .where(announcements.c.status.in_(_ANNOUNCED))
            .order_by(announcements.c.id, pictures.c.identity)
        )
        if channel_id is not None:
            statement = statement.where(announcements.c.channel_id == channel_id)
        found: list[Pictured] = []
        for chunk in chunks(identities):
            rows = await self._connection.execute(statement.where(pictures.c.identity.in_(chunk)))
            found += [Pictured(row["identity"], announcement_of(row)) for row in rows.mappings()]
        return tuple(found)

    async def sharing(self, identities: Collection[str]) -> Mapping[str, set[tuple[str, int]]]:
        """Return by identity the posts, by site and id, that were announced with it anywhere."""
        found: dict[str, set[tuple[str, int]]] = {}
        for chunk in chunks(identities):
            rows = await self._connection.execute(
                select(pictures).where(pictures.c.identity.in_(chunk))
            )
            for row in rows:
                found.setdefault(row.identity, set()).add((row.site, row.post_id))
        return found

    async def is_owed(self, subscription_id: int) -> bool:
        """Tell whether anything is owed for a subscription, or on its way."""
        found = await self._connection.execute(
            select(announcements.c.id)
            .where(
                announcements.c.subscription_id == subscription_id,
                announcements.c.status.in_(OWED),
            )
            .limit(1)
        )
        return found.first() is not None

    async def add(self, rows: Iterable[Announcement]) -> None:
        """Put these into the outbox, in this order; what a channel has already stays as it is."""
        values = [_values(row) for row in rows]
        if values:
            statement = upsert(
                self._connection.dialect, announcements, ["channel_id", "site", "post_id"], []
            )
            await self._connection.execute(statement, values)

    async def change(self, rows: Iterable[Announcement]) -> None:
        """Keep what these announcements are by now, of all that concerns whether they are owed.

        Read them in the same transaction, so that nothing that others changed is undone.
        """
        values = [{"row": row.id, **_values(row)} for row in rows]
        if values:
            statement = (
                update(announcements)
                .where(announcements.c.id == bindparam("row"))
                .values({name: bindparam(name) for name in _CHANGING})
            )
            names = ("row", *_CHANGING)
            await self._connection.execute(
                statement, [{name: one[name] for name in names} for one in values]
            )

    async def forget(self, announcement_id: int) -> None:
        """Delete one, so that its post may come again."""
        await self._connection.execute(
            delete(announcements).where(announcements.c.id == announcement_id)
        )

    async def _select(
        self, *conditions: ColumnElement[bool], order: Sequence[ColumnElement[Any]] = ()
    ) -> list[Announcement]:
        found = await self._connection.execute(
            select(*COLUMNS).where(*conditions).order_by(*(order or [announcements.c.id]))
        )
        return [announcement_of(row) for row in found.mappings()]


def _values(row: Announcement) -> dict[str, Any]:
    """Return what is kept of one, all but its id."""
    values = structs.asdict(row)
    del values["id"]
    return values | {"matched": json.encode(row.matched).decode()}

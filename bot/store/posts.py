"""The posts that the tails saw, what the owed ones said, and what tells their pictures apart."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import MsgspecError, Struct, msgpack
from sqlalchemy import (
    ColumnElement,
    RowMapping,
    bindparam,
    delete,
    exists,
    or_,
    select,
    update,
)

from bot.posts.model import Post

from .announcement_rows import Status
from .feed_tables import announcements, pending, pictures, posts, tails
from .repository import Repository
from .statements import chunks

#: How long a post that was seen is remembered, since then and by the site's own reckoning.
KEEP_SEEN = timedelta(days=14)
#: How long the pictures of posts that were announced are remembered, to know them elsewhere.
KEEP_PICTURES = timedelta(days=90)
#: Deleted at a time, so that nobody waits long for the database.
FORGOTTEN = 500


class SeenPost(Struct, frozen=True, kw_only=True):
    """A post that a tail saw; `post` is what it said when it was last read."""

    site: str
    id: int
    first_seen_at: datetime
    seen_at: datetime
    post: Post | None = None
    read_at: datetime | None = None


_PLAIN = [posts.c.site, posts.c.id, posts.c.first_seen_at, posts.c.seen_at]
_WHOLE = [*_PLAIN, posts.c.body, posts.c.read_at]


class Posts(Repository):
    """The posts that the tails saw, and their pictures."""

    async def known(self, site: str, ids: Collection[int]) -> set[int]:
        """Return those of these posts that were seen before."""
        return set(await self.seen(site, ids))

    async def seen(self, site: str, ids: Collection[int]) -> Mapping[int, SeenPost]:
        """Return by id those of these posts that were seen before, without what they said."""
        return await self._select(_PLAIN, site, ids)

    async def bodies(self, site: str, ids: Collection[int]) -> Mapping[int, SeenPost]:
        """Return by id those of these posts that were seen before, with what they said."""
        return await self._select(_WHOLE, site, ids)

    async def body(self, site: str, post_id: int) -> SeenPost | None:
        """Return one post with what it said when it was last read; `None` if it was not seen."""
        return (await self.bodies(site, [post_id])).get(post_id)

    async def saw(self, rows: Iterable[SeenPost]) -> None:
        """Remember that these posts were seen; one that was before stays as it is."""
        values = [
            {
                "site": row.site,
                "id": row.id,
                "first_seen_at": row.first_seen_at,
                "seen_at": row.seen_at,
                "body": None if row.post is None else _encoded(row.post),
                "read_at": row.read_at,
            }
            for row in rows
        ]
        await self._put(posts, values, key=["site", "id"], update=[])

    async def keep_body(self, post: Post, read_at: datetime) -> None:
        """Keep what a post said, for as long as something about it is owed.

        A post that no tail saw, such as one drawn at random, counts as seen from now on.
        """
        await self.keep_bodies([post], read_at)

    async def keep_bodies(self, said: Iterable[Post], read_at: datetime) -> None:
        """Keep what these posts said, as `keep_body` does."""
        now = self._now()
        rows = [
            {
                "site": post.site,
                "id": post.id,
                "first_seen_at": (
                    post.first_seen_at if isinstance(post.first_seen_at, datetime) else now
                ),
                "seen_at": now,
                "body": _encoded(post),
                "read_at": read_at,
            }
            for post in said
        ]
        await self._put(posts, rows, key=["site", "id"], update=["body", "read_at"])

    async def keep_pictures(self, post: Post, identities: Iterable[str]) -> None:
        """Remember what tells the post's picture from others; the post was seen before."""
        await self.keep_many_pictures([(post, identities)])

    async def keep_many_pictures(self, known: Iterable[tuple[Post, Iterable[str]]]) -> None:
        """Remember what tells the pictures of these posts from others, as `keep_pictures`."""
        rows = [
            {"identity": identity, "site": post.site, "post_id": post.id}
            for post, identities in known
            for identity in sorted(identities)
        ]
        await self._put(pictures, rows, key=["identity", "site", "post_id"], update=[])

    async def edited(self, changed: Collection[Post], read_at: datetime) -> None:
        """Take over what these posts say by now.

        Bodies are replaced where one is kept; messages in after-care are looked at now.
        """
        if not changed:
            return
        rows = [
            {"of_site": post.site, "of_id": post.id, "new": _encoded(post), "at": read_at}
            for post in changed
        ]
        await self._connection.execute(
            update(posts)
            .where(
                posts.c.site == bindparam("of_site"),
                posts.c.id == bindparam("of_id"),
                posts.c.body.is_not(None),
            )
            .values(body=bindparam("new"), read_at=bindparam("at")),
            rows,
        )
        for site in {post.site for post in changed}:
            for chunk in chunks([post.id for post in changed if post.site == site]):
                await self._connection.execute(
                    update(announcements)
                    .where(
                        announcements.c.site == site,
                        announcements.c.post_id.in_(chunk),
                        announcements.c.status == Status.SENT,
                        announcements.c.recheck_at > read_at,
                    )
                    .values(recheck_at=read_at)
                )

    async def forget_old(self, *, limit: int = FORGOTTEN) -> int:
        """Delete at most `limit` of what is remembered for nothing any more, of each site.

        A post goes when it was seen long ago, is far behind what its site showed last (so that
        it does not come again, fault F39), and nothing about it is owed, in after-care or
        pending. What a post said goes as soon as the latter holds. Returns how much it was.
        """
        now = self._now()
        # Of a site that nobody wants anything of any more.
        waits_in_vain = delete(pending).where(pending.c.due_at < now - KEEP_SEEN)
        await self._connection.execute(waits_in_vain)
        idle = ~or_(_is_owed(), _is_pending())
        shown = exists().where(pictures.c.site == posts.c.site, pictures.c.post_id == posts.c.id)
        gone = 0
        for site, cursor in await self._cursors():
            of_site = posts.c.site == site
            said = select(posts.c.id).where(of_site, posts.c.body.is_not(None), idle).limit(limit)
            gone += await self._change(
                update(posts).where(of_site, posts.c.id.in_(said)).values(body=None, read_at=None)
            )
            old = select(posts.c.id).where(
                of_site,
                posts.c.seen_at < now - KEEP_SEEN,
                posts.c.first_seen_at < (cursor or now) - KEEP_SEEN,
                or_(posts.c.seen_at < now - KEEP_PICTURES, ~shown),
                idle,
            )
            gone += await self._change(
                delete(posts).where(of_site, posts.c.id.in_(old.limit(limit)))
            )
        return gone

    async def _cursors(self) -> list[tuple[str, datetime | None]]:
        """Return each site of which posts are remembered, and how far it was read."""
        found = await self._connection.execute(
            select(posts.c.site, tails.c.cursor)
            .select_from(posts.outerjoin(tails, tails.c.site == posts.c.site))
            .distinct()
        )
        return [(row.site, row.cursor) for row in found]

    async def _select(
        self, columns: Sequence[ColumnElement[Any]], site: str, ids: Collection[int]
    ) -> Mapping[int, SeenPost]:
        result: dict[int, SeenPost] = {}
        for chunk in chunks(ids):
            found = await self._connection.execute(
                select(*columns).where(posts.c.site == site, posts.c.id.in_(chunk))
            )
            for row in found.mappings():
                result[row["id"]] = _seen(row)
        return result


def _is_owed() -> ColumnElement[bool]:
    return exists().where(
        announcements.c.site == posts.c.site,
        announcements.c.post_id == posts.c.id,
        or_(
            announcements.c.status.in_([Status.QUEUED, Status.SENDING]),
            announcements.c.recheck_at.is_not(None),
        ),
    )


def _is_pending() -> ColumnElement[bool]:
    return exists().where(pending.c.site == posts.c.site, pending.c.post_id == posts.c.id)


def _seen(row: RowMapping) -> SeenPost:
    body = row.get("body")
    post = None if body is None else _decoded(body)
    read_at = None if post is None else row["read_at"]
    named = {name: row[name] for name in ("site", "id", "first_seen_at", "seen_at")}
    return SeenPost(**named, post=post, read_at=read_at)


def _encoded(post: Post) -> bytes:
    # Its mappings need not be dictionaries, which is all that msgspec writes by itself.
    return msgpack.encode(post, enc_hook=dict)


def _decoded(body: bytes) -> Post | None:
    """Return the post; `None` for one that an older version wrote otherwise: it is read anew."""
    try:
        return msgpack.decode(body, type=Post)
    except MsgspecError:
        return None

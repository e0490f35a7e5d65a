"""The latest edits of one site's recent posts: retags, new sources, takedowns undone."""

from datetime import UTC, datetime, timedelta

from msgspec import structs

from bot.clock import Clock
from bot.feeds.border import Fault, attempt
from bot.feeds.decisions import Changes, Decisions, Looked, Told
from bot.feeds.identity import first_seen
from bot.feeds.listing import Listed, read_back
from bot.feeds.reading import Reader
from bot.posts.model import Post
from bot.query import Query
from bot.query.tree import And
from bot.safety import Policy
from bot.safety.terms import policy_terms
from bot.sites import Board
from bot.store import Store, Tail

#: How old a post is at most that an edit can make new to somebody.
RETAGGED = timedelta(hours=72)
#: How old a post is at most whose edits are read at all: as long as after-care may last.
RECENT = timedelta(days=7)
OVERLAP = timedelta(minutes=5)
#: Pages that are read back after a silence: of what is recent, some days of a busy board.
MOST_PAGES = 60


class Edits:
    """Reads and decides anew what was edited. Votes are no edits (reference: boards, 4a).

    Posts of every rating are read, so that one is found that is no longer what it was announced
    as; only what `policy` covers is decided as new.
    """

    def __init__(
        self,
        board: Board,
        store: Store,
        reader: Reader,
        decisions: Decisions,
        clock: Clock,
        policy: Policy,
        *,
        most_pages: int = MOST_PAGES,
    ) -> None:
        self._board = board
        self._site = board.site.name
        self._store = store
        self._reader = reader
        self._decisions = decisions
        self._most_pages = most_pages
        self._clock = clock
        self._covered = Query(And(policy_terms(policy)))
        self._handled: dict[int, datetime] = {}
        """Edits of the overlap that were handled, so that none is twice."""

    async def read(self, tail: Tail) -> Tail:
        """Return how far the edits were read by now. Raises SiteError, StoreError."""
        now = self._clock.now()
        floor = max(tail.updated_cursor, now - RECENT) - OVERLAP
        listed = await read_back(
            self._board,
            edits_query(now),
            sort="updated",
            instant=_updated_at,
            floor=floor,
            most_pages=self._most_pages,
        )
        self._reader.learned(listed.posts)
        fresh = {
            post.id: post
            for post in listed.posts
            if (at := _updated_at(post)) is not None
            and at >= floor
            and self._handled.get(post.id) != at
        }
        cursor = tail.updated_cursor
        if listed.sound:
            instants = [at for post in listed.posts if (at := _updated_at(post)) is not None]
            cursor = max(cursor, min(now, max(instants, default=cursor)))
        moved = structs.replace(tail, updated_cursor=cursor)
        if fresh or moved != tail:
            await self._keep(fresh, tail.cursor, moved, _told(listed))
        before = cursor - OVERLAP
        handled = self._handled | {one: at for one in fresh if (at := _updated_at(fresh[one]))}
        self._handled = {one: at for one, at in handled.items() if at >= before}
        return moved

    async def _keep(
        self, fresh: dict[int, Post], handled: datetime, tail: Tail, told: list[Told]
    ) -> None:
        """Decide what was edited; what is newer than `handled` is left to the newest posts."""
        now = self._clock.now()
        async with self._store.read() as tx:
            seen = await tx.posts.bodies(self._site, fresh)
            waiting = await tx.pending.of(self._site, fresh)
        looked: list[Looked] = []
        edited: list[Post] = []
        new: set[int] = set()
        for post_id, post in fresh.items():
            before = seen.get(post_id)
            if before is not None and before.post is not None:
                if _updated_at(before.post) == _updated_at(post):
                    continue
                edited.append(post)
            since = first_seen(post, now)
            if since < now - RETAGGED:
                continue
            if before is not None:
                tries = waiting[post_id].tries if post_id in waiting else 0
                looked.append(Looked(post=post, seen_at=before.seen_at, tries=tries))
            elif since <= handled and await self._may_be_covered(post, now):
                new.add(post_id)
                looked.append(Looked(post=post, seen_at=now))
        changes = Changes(tail=tail, new=new, edited=edited, told=told)
        await self._decisions.keep(looked, changes)

    async def _may_be_covered(self, post: Post, now: datetime) -> bool:
        """Tell whether a post is read at all; where that cannot be told, deciding it will tell."""

        async def covered() -> bool:
            return self._covered.matches(post, now=now)

        found = await attempt(covered())
        return True if isinstance(found, Fault) else found


def edits_query(now: datetime) -> str:
    """Return the query for posts that are recent enough, which both dialects read alike."""
    day = (now - RECENT).astimezone(UTC).date()
    return f"first_seen_at.gte:{day.isoformat()}"


def _told(listed: Listed) -> list[Told]:
    """Return what servers are told with what was read; nothing while the cursor stays."""
    if not listed.sound or listed.ends_at is None:
        return []
    end = listed.ends_at
    return [Told(kind="unread edits", detail=end.isoformat(), begun_before=end)]


def _updated_at(post: Post) -> datetime | None:
    return post.updated_at if isinstance(post.updated_at, datetime) else None

"""Reading posts by their ids, many in one request (fault F50)."""

import asyncio
import contextvars
from collections import OrderedDict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import TypeAlias

import structlog

from bot.clock import Clock
from bot.feeds.border import Fault, attempt
from bot.loops import end
from bot.posts.model import Post
from bot.sites import (
    BadRequest,
    BadResponse,
    Board,
    NotFound,
    PhilomenaBoard,
    PonyApi,
    Priority,
    Sites,
    TwibooruBoard,
)
from bot.sites.board import MAX_PER_PAGE
from bot.store import Store
from bot.texts import _

#: Posts whose last reading is remembered, over all sites.
REMEMBERED = 1000
#: Seconds for which what a post said is good enough to be sent (reference: safety, 3.6).
CURRENT_FOR = 300.0
#: So few posts of Twibooru are asked for one by one: it lets 60 a minute be, and 10 searches
#: (rule L7).
FEW = 3

_Key: TypeAlias = tuple[str, int]
_log = structlog.get_logger(__name__)


def ids_query(ids: Iterable[int]) -> str:
    """Return the query that finds these posts, which both dialects read alike."""
    return " || ".join(f"id:{post_id}" for post_id in sorted(ids))


class PostUnreadableError(BadResponse):
    """One post's body is not what the site's document describes; others may be (fault F18)."""


class Reader:
    """Reads posts of all sites. `read` and `current` are safe to be called at the same time.

    What a post said in one reading is shared by everybody for a short while. What comes back is
    not verified: merged, deleted and unsafe posts come back as such (reference: safety, 3.5).
    """

    def __init__(self, sites: Sites, store: Store, clock: Clock) -> None:
        self._sites = sites
        self._store = store
        self._clock = clock
        self._remembered: OrderedDict[_Key, tuple[Post, datetime]] = OrderedDict()
        self._wanted: dict[str, dict[int, _Wanted]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def close(self) -> None:
        """End the readings that are on their way."""
        await end(list(self._tasks.values()))

    async def read(
        self, site: str, ids: Collection[int]
    ) -> tuple[Mapping[int, Post], frozenset[int]]:
        """Return what these posts say now, by id, and of which of them nothing can be said.

        A post that a batched reading does not bring is asked for by itself before it is believed
        not to exist (F50): then it is in neither. One whose body cannot be read comes back as it
        was last read where that is known; else nothing can be said of it, and it may well exist
        (F18). Raises SiteError.
        """
        found, unreadable = await self._read(site, ids)
        if unreadable:
            async with self._store.read() as tx:
                kept = await tx.posts.bodies(site, unreadable)
            for post_id, error in unreadable.items():
                _log.warning("a post cannot be read", post=f"{site}:{post_id}", field=error.field)
                before = kept.get(post_id)
                if before is not None and before.post is not None:
                    found[post_id] = before.post
        return found, frozenset(unreadable.keys() - found.keys())

    async def current(self, site: str, post_id: int, at_most: float = CURRENT_FOR) -> Post | None:
        """Return what a post said at most so many seconds ago; `None` if it does not exist.

        Whoever asks at the same time shares one reading. Raises PostUnreadableError where the
        site's answer about it cannot be read, SiteError, StoreError.
        """
        since = self._clock.now() - timedelta(seconds=at_most)
        known = self._remembered.get((site, post_id))
        if known is not None and known[1] >= since:
            return known[0]
        return await asyncio.shield(self._ask_for(site, post_id, since))

    def learned(self, posts: Iterable[Post]) -> None:
        """Remember what posts say that somebody has just read."""
        now = self._clock.now()
        for post in posts:
            key = (post.site, post.id)
            self._remembered[key] = post, now
            self._remembered.move_to_end(key)
        while len(self._remembered) > REMEMBERED:
            self._remembered.popitem(last=False)

    def _ask_for(self, site: str, post_id: int, since: datetime) -> asyncio.Future[Post | None]:
        loop = asyncio.get_running_loop()
        wanted = self._wanted.setdefault(site, {})
        one = wanted.get(post_id)
        if one is None:
            one = wanted[post_id] = _Wanted(loop.create_future(), since)
        one.since = max(one.since, since)
        if site not in self._tasks:
            # A shared request belongs to no caller (recipes, Time and tasks).
            self._tasks[site] = contextvars.Context().run(loop.create_task, self._serve(site))
        return one.future

    async def _serve(self, site: str) -> None:
        """Read what is wanted of a site until nothing more is."""
        wanted: dict[int, _Wanted] = {}
        try:
            # Whoever wants something in this turn of the loop shares the first request.
            await asyncio.sleep(0)
            while wanted := self._wanted.pop(site, {}):
                answer = self._answer(site, wanted)
                (error,) = await asyncio.gather(answer, return_exceptions=True)
                if isinstance(error, Exception):
                    # Whoever waits is to know that something is wrong with it (fault F42).
                    for one in wanted.values():
                        one.fails(error)
        finally:
            for one in (*wanted.values(), *self._wanted.pop(site, {}).values()):
                one.future.cancel()
            del self._tasks[site]

    async def _answer(self, site: str, wanted: Mapping[int, "_Wanted"]) -> None:
        left = await self._from_store(site, wanted)
        found, unreadable = await self._read(site, left)
        for post_id in left:
            if post_id in unreadable:
                why = unreadable[post_id]
                wanted[post_id].fails(PostUnreadableError(why.site, why.field, why.message))
            else:
                wanted[post_id].is_(found.get(post_id))

    async def _from_store(self, site: str, wanted: Mapping[int, "_Wanted"]) -> list[int]:
        """Answer with what is kept and fresh enough; return which are left to be read."""
        async with self._store.read() as tx:
            kept = await tx.posts.bodies(site, wanted)
        left: list[int] = []
        for post_id, one in wanted.items():
            row = kept.get(post_id)
            if row is not None and row.read_at is not None and row.read_at >= one.since:
                one.is_(row.post)
            else:
                left.append(post_id)
        return left

    async def _read(
        self, site: str, ids: Collection[int]
    ) -> tuple[dict[int, Post], dict[int, BadResponse]]:
        client = self._sites.get(site)
        if client is None:
            raise BadRequest(site, _("{site} is switched off.").format(site=site))
        found: dict[int, Post] = {}
        unreadable: dict[int, BadResponse] = {}
        listed = sorted(set(ids))
        if not isinstance(client, PonyApi) and not (
            isinstance(client, TwibooruBoard) and len(listed) <= FEW
        ):
            for start in range(0, len(listed), MAX_PER_PAGE):
                chunk = listed[start : start + MAX_PER_PAGE]
                asked = client.search(
                    ids_query(chunk), per_page=MAX_PER_PAGE, priority=Priority.BACKGROUND
                )
                page = await attempt(asked)
                if isinstance(page, Fault):
                    # One of them is to blame, and is found when they are asked for one by one.
                    _log.error("posts cannot be read", site=site, exc_info=page.error)
                    continue
                found |= {post.id: post for post in page.posts if post.id in chunk}
        for post_id in listed:
            if post_id in found:
                continue
            try:
                found[post_id] = await _one(client, site, post_id)
            except NotFound:
                self._remembered.pop((site, post_id), None)
            except BadResponse as error:
                # The site's failure, not this post's, where it obliges us to wait.
                if error.until is not None:
                    raise
                unreadable[post_id] = error
        self.learned(found.values())
        return found, unreadable


async def _one(client: Board | PonyApi, site: str, post_id: int) -> Post:
    """Return one post; one that we fail at is as one that cannot be read (fault F42)."""
    post = await attempt(_by_id(client, post_id))
    if isinstance(post, Fault):
        _log.error("nothing can be made of a post", post=f"{site}:{post_id}", exc_info=post.error)
        raise BadResponse(site, type(post.error).__name__, _("Nothing can be made of it."))
    return post


async def _by_id(client: Board | PonyApi, post_id: int) -> Post:
    """Return one post whatever it shows; no filter applies (reference: safety, 3.4)."""
    if isinstance(client, PonyApi):
        return await client.pony(post_id)
    if isinstance(client, PhilomenaBoard):
        return await client.image(post_id, priority=Priority.BACKGROUND)
    if isinstance(client, TwibooruBoard):
        return await client.post_by_id(post_id, priority=Priority.BACKGROUND)
    return await client.post(post_id, q=ids_query([post_id]), priority=Priority.BACKGROUND)


class _Wanted:
    """A post that somebody waits for, as it was read at `since` or later."""

    def __init__(self, future: asyncio.Future[Post | None], since: datetime) -> None:
        self.future = future
        self.since = since

    def is_(self, post: Post | None) -> None:
        if not self.future.done():
            self.future.set_result(post)

    def fails(self, error: Exception) -> None:
        if not self.future.done():
            self.future.set_exception(error)
            # Nobody may be waiting any more.
            self.future.exception()

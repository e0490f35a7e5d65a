"""Reading a board's list of posts back, from its newest entry to one that is old enough."""

from collections.abc import Callable
from datetime import datetime

import structlog
from msgspec import Struct

from bot.posts.model import Post
from bot.sites import Board, PostPage, Priority
from bot.sites.board import MAX_PER_PAGE

#: Pages in a row without anything new that can be read, though some entries cannot, that end it.
_MOST_UNREADABLE = 3

_log = structlog.get_logger(__name__)


class Listed(Struct, frozen=True, kw_only=True):
    """What a board listed, newest first, each post once."""

    posts: tuple[Post, ...]
    sound: bool
    """Whether more than half of each page could be read (fault F18)."""
    ends_at: datetime | None = None
    """Of the oldest post that was read, where older ones were left that are new (fault F38)."""


async def read_back(
    board: Board,
    q: str,
    *,
    sort: str,
    instant: Callable[[Post], datetime | None],
    floor: datetime,
    most_pages: int,
) -> Listed:
    """Return the posts that `q` finds, sorted by what `instant` gives, back to `floor`.

    What stands on the same page as the last of them comes with it. It ends on the last page, on
    one that only repeats what came before, after three of which nothing can be read (fault F18),
    and after `most_pages` (fault F39). Raises SiteError.
    """
    posts: dict[int, Post] = {}
    sound = True
    ends_at: datetime | None = None
    total: int | None = None
    unreadable = 0

    async def ask(number: int) -> tuple[PostPage, list[Post]]:
        page = await board.search(
            q, sort=sort, page=number, per_page=MAX_PER_PAGE, priority=Priority.BACKGROUND
        )
        fresh = [post for post in page.posts if post.id not in posts]
        posts.update((post.id, post) for post in fresh)
        return page, fresh

    for number in range(1, most_pages + 1):
        page, fresh = await ask(number)
        sound = sound and page.skipped <= len(page.posts)
        if number > 1 and _moved_up(page.total, total):
            # A post was taken down: what stood first on this page is on the one before by now.
            await ask(number - 1)
        unreadable = 0 if fresh else unreadable + 1
        if unreadable == _MOST_UNREADABLE or _reached(page, fresh, instant, floor):
            break
        total = page.total
    else:
        ends_at = min((at for post in posts.values() if (at := instant(post))), default=None)
        _log.warning("a list was not read to its end", site=board.site.name, pages=most_pages)
    return Listed(posts=tuple(posts.values()), sound=sound, ends_at=ends_at)


def _reached(
    page: PostPage, fresh: list[Post], instant: Callable[[Post], datetime | None], floor: datetime
) -> bool:
    if page.is_last or not (fresh or page.skipped):
        return True
    instants = [at for post in page.posts if (at := instant(post)) is not None]
    return bool(instants) and min(instants) < floor


def _moved_up(total: int | None, before: int | None) -> bool:
    return total is not None and before is not None and total < before

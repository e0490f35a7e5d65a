"""What boards answered to searches, remembered for a few minutes.

Turning pages and asking for another one then cost the site no request of their own (rule L5).
What is remembered is as the site sent it: each place verifies for itself.
"""

import random
from collections.abc import Iterable

from msgspec import Struct

from bot.catalogue import CATALOGUE, Dialect
from bot.clock import Clock
from bot.posts.model import Post
from bot.safety import Policy, canonical
from bot.sites import Sites
from bot.sites.board import MAX_PER_PAGE, Board, PostPage, Sort
from bot.texts import _
from bot.ui.answers import NotShownError
from bot.ui.recent import Recent
from bot.ui.search import GALLERY, RANDOM, Search

#: Results read at a time for a pager, which shows one of them.
PAGE_SIZE = 25
_KEPT_SECONDS = 600.0
_KEPT_PAGES = 200
_KEPT_POOLS = 100


class Asked(Struct, frozen=True):
    """What a site is asked: the key under which its answers are remembered.

    Answers are shared by every place whose policy asks the same.
    """

    site: str
    query: str
    order: Sort | None


class BoardResults:
    """Pages for pagers, and pools of random posts; reading raises SiteError."""

    def __init__(self, sites: Sites, clock: Clock, chance: random.Random) -> None:
        self._sites = sites
        self._chance = chance
        self._pages: Recent[tuple[Asked, int], PostPage] = Recent(
            clock, entries=_KEPT_PAGES, seconds=_KEPT_SECONDS
        )
        self._pools: Recent[Asked, list[Post]] = Recent(
            clock, entries=_KEPT_POOLS, seconds=_KEPT_SECONDS
        )

    def board(self, name: str) -> Board:
        """Return the client of a board; raises NotShownError where the operator switched it off."""
        board = self._sites.boards.get(name)
        if board is None:
            raise NotShownError(_("This site is switched off here."))
        return board

    def asked(self, search: Search, policy: Policy) -> Asked:
        """Return what a board is asked for a search; raises QueryError where it may not be."""
        board = self.board(search.site)
        query = canonical(search.text, policy, dialect_of(board))
        return Asked(search.site, query, _order(board, search))

    def remembered(self, asked: Asked, number: int) -> PostPage | None:
        """Return a page that was read a moment ago."""
        return self._pages.get((asked, number))

    async def read(self, asked: Asked, number: int) -> PostPage:
        """Return a page from the site itself, to be remembered."""
        page = await self.board(asked.site).search(
            asked.query, sort=asked.order, page=number, per_page=PAGE_SIZE
        )
        self._pages.put((asked, number), page)
        return page

    async def page(self, asked: Asked, number: int) -> PostPage:
        """Return a page, from the site if it is not remembered."""
        return self.remembered(asked, number) or await self.read(asked, number)

    def pool(self, asked: Asked) -> list[Post]:
        """Return what is left of the random posts of a search; whoever takes one removes it."""
        return self._pools.get(asked) or []

    async def refill(self, asked: Asked) -> list[Post]:
        """Return up to 50 random posts of a search, of which those that stay are remembered."""
        page = await self.board(asked.site).search(
            asked.query, sort=asked.order or RANDOM, per_page=MAX_PER_PAGE
        )
        if not page.posts:
            raise nothing_found()
        if already := self._pools.get(asked):
            # Somebody who waited for the same answer was first: two pools would repeat posts.
            return already
        pool = list(page.posts)
        self._chance.shuffle(pool)
        self._pools.put(asked, pool)
        return pool


def nothing_found(search: Search | None = None) -> NotShownError:
    """Return the failure of a search without results."""
    if search is not None and search.sort.startswith(GALLERY):
        return NotShownError(
            _("{site} has no such gallery, or nothing in it may be shown here.").format(
                site=CATALOGUE[search.site].title
            )
        )
    return NotShownError(_("Nothing was found for this search that may be shown here."))


def dialect_of(board: Board) -> Dialect:
    """Return a board's search language; every board of the catalogue has one."""
    if board.site.dialect is None:
        raise NotShownError(_("This site cannot be searched."))
    return board.site.dialect


def _order(board: Board, search: Search) -> Sort | None:
    name, _colon, seed = search.sort.partition(":")
    if name == GALLERY:
        return Sort(name, f"gallery_id:{seed}", "desc", "")
    for sort in board.sorts:
        if sort.name == name:
            return Sort(name, f"{sort.field}:{seed}", "desc", sort.title) if seed else sort
    return None


def places(page: PostPage, position: int, step: int) -> Iterable[int]:
    """Yield the positions on `page` from `position` on, in the direction of `step`."""
    start = (page.page - 1) * page.per_page
    found = range(start + 1, start + len(page.posts) + 1)
    if step > 0:
        return (place for place in found if place >= position)
    return (place for place in reversed(found) if place <= position)

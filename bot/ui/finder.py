"""Finding what a person asked for: every post that leaves here is verified.

Results are remembered for a few minutes, so that turning pages and asking for another one cost
the site no request of their own (rule L5).
"""

import random
from collections.abc import Iterable

from msgspec import Struct

from bot.clock import Clock
from bot.posts.model import Post
from bot.safety import SAFE, Policy, Refusal, VerifiedPost, by_id, canonical, plain_tags, verify
from bot.sites import Sites
from bot.sites.board import MAX_PER_PAGE, Board, CommentPage, PostPage, Sort
from bot.sites.catalogue import CATALOGUE, Dialect
from bot.sites.ponyapi import PonyApi
from bot.texts import _
from bot.ui.answers import NotShownError, refusal_text
from bot.ui.recent import Recent
from bot.ui.search import EXACT, RANDOM, Search, search_link

#: Results read at a time for a pager, which shows one of them.
PAGE_SIZE = 25
#: How many of the site's pages (or single ponies) one wish may read to find one to show.
_READS = 3
_KEPT_SECONDS = 600.0
_KEPT_PAGES = 200
_KEPT_POOLS = 100
_SEEDS = 10**6


class Found(Struct, frozen=True):
    """A verified post, and the search that it came from if it came from one."""

    post: VerifiedPost
    search: Search | None = None
    link: str | None = None
    """The search's link, which carries it (`bot.ui.search`)."""
    position: int | None = None
    """Place among the results, from 1; None on a random post."""
    total: int | None = None


class Finder:
    """Answers a wish for a picture with a `Found`, or says why there is none.

    All methods raise QueryError, SiteError or NotShownError, and nothing else that is expected.
    """

    def __init__(
        self,
        sites: Sites,
        clock: Clock,
        *,
        policy: Policy = SAFE,
        chance: random.Random | None = None,
    ) -> None:
        self.sites = sites
        self.clock = clock
        self.policy = policy
        self._chance = chance or random.Random()  # noqa: S311  which pony comes is no secret
        self._pages: Recent[tuple[Search, int], PostPage] = Recent(
            clock, entries=_KEPT_PAGES, seconds=_KEPT_SECONDS
        )
        self._pools: Recent[Search, list[VerifiedPost]] = Recent(
            clock, entries=_KEPT_POOLS, seconds=_KEPT_SECONDS
        )

    def board(self, name: str) -> Board:
        """Return the client of a board; raises NotShownError where the operator switched it off."""
        board = self.sites.boards.get(name)
        if board is None:
            raise NotShownError(_("This site is switched off here."))
        return board

    @property
    def ponies(self) -> PonyApi:
        """Return the Safe Pony API; raises NotShownError where the operator switched it off."""
        try:
            return self.sites.ponyapi
        except KeyError:
            raise NotShownError(_("This site is switched off here.")) from None

    def link(self, search: Search) -> str:
        """Return the link that carries `search`; raises QueryError if it may not be asked."""
        if _is_ponyapi(search.site):
            parameters = {"q": ",".join(plain_tags(search.text))}
            if search.sort == EXACT:
                parameters["no_stem"] = ""
            return search_link(search, self.ponies.site, parameters)
        board = self.board(search.site)
        parameters = {"q": self._query(search)}
        if order := self._order(search):
            parameters |= {"sf": order.field, "sd": order.direction}
        return search_link(search, board.site, parameters)

    async def first(self, search: Search) -> Found:
        """Return the first result of a new search, read from the site."""
        if search.sort == RANDOM:
            # A seed keeps the shuffled order from page to page (reference: boards, 1.2).
            seed = self._chance.randint(1, _SEEDS)
            search = Search(search.site, search.text, f"{RANDOM}:{seed}")
        page = await self._read(search, 1)
        if not page.posts and not page.skipped:
            raise NotShownError(_("Nothing safe was found for this search."))
        return await self.result(search, 1)

    async def result(self, search: Search, position: int, *, step: int = 1) -> Found:
        """Return the result at `position`, or the next one that may be shown in direction `step`.

        `step` is 1 or -1; positions count from 1, in the site's order.
        """
        link = self.link(search)
        position = max(1, position)
        number = (position - 1) // PAGE_SIZE + 1
        for _read in range(_READS):
            page = self._pages.get((search, number)) or await self._read(search, number)
            for place in _places(page, position, step):
                post = self._verified(page.posts[place - 1 - (number - 1) * PAGE_SIZE])
                if isinstance(post, VerifiedPost):
                    return Found(post, search, link, place, page.total)
            if (step > 0 and page.is_last) or (step < 0 and number == 1):
                break
            number += step
        if position == 1:
            raise NotShownError(_("None of the posts found may be shown here."))
        raise NotShownError(_("There are no more results in this direction."))

    async def anywhere(self, search: Search) -> Found:
        """Return any one of a search's results, as a place in the pager."""
        page = self._pages.get((search, 1)) or await self._read(search, 1)
        total = len(page.posts) if page.total is None else page.total
        return await self.result(search, self._chance.randint(1, max(1, total)))

    async def draw(self, search: Search) -> Found:
        """Return a random post from the pool of a search, filled from the site when it is empty.

        On boards one request brings up to 50 posts. The Safe Pony API gives one pony a request.
        """
        link = self.link(search)
        if _is_ponyapi(search.site):
            return Found(await self._pony(search), search, link)
        pool = self._pools.get(search)
        while pool:
            post = self._still(pool.pop())
            if post is not None:
                return Found(post, search, link)
        pool = await self._fill(search)
        return Found(pool.pop(), search, link)

    async def post(self, site: str, post_id: int) -> Found:
        """Return the post of that id, if it may be shown."""
        if _is_ponyapi(site):
            return self._show(await self.ponies.pony(post_id))
        board = self.board(site)
        query = by_id(post_id, self.policy, _dialect(board))
        return self._show(await board.post(post_id, q=query))

    async def featured(self, site: str) -> Found:
        """Return the post that a board features at present, if it may be shown."""
        return self._show(await self.board(site).featured())

    async def comments(self, site: str, post_id: int, page: int) -> tuple[Found, CommentPage]:
        """Return a post and a page of what was written under it, if the post may be shown."""
        found = await self.post(site, post_id)
        return found, await self.board(site).comments(post_id, page=page)

    def _query(self, search: Search) -> str:
        return canonical(search.text, self.policy, _dialect(self.board(search.site)))

    def _order(self, search: Search) -> Sort | None:
        name, _colon, seed = search.sort.partition(":")
        for sort in self.board(search.site).sorts:
            if sort.name == name:
                return Sort(name, f"{sort.field}:{seed}", "desc", sort.title) if seed else sort
        return None

    async def _read(self, search: Search, number: int) -> PostPage:
        page = await self.board(search.site).search(
            self._query(search), sort=self._order(search), page=number, per_page=PAGE_SIZE
        )
        self._pages.put((search, number), page)
        return page

    async def _fill(self, search: Search) -> list[VerifiedPost]:
        page = await self.board(search.site).search(
            self._query(search), sort=self._order(search) or RANDOM, per_page=MAX_PER_PAGE
        )
        pool = [post for post in map(self._verified, page.posts) if isinstance(post, VerifiedPost)]
        if not pool and page.posts:
            raise NotShownError(_("None of the posts found may be shown here."))
        if not pool:
            raise NotShownError(_("Nothing safe was found for this search."))
        self._chance.shuffle(pool)
        self._pools.put(search, pool)
        return pool

    async def _pony(self, search: Search) -> VerifiedPost:
        for _read in range(_READS):
            pony = await self.ponies.random(plain_tags(search.text), no_stem=search.sort == EXACT)
            post = self._verified(pony)
            if isinstance(post, VerifiedPost):
                return post
        raise NotShownError(_("None of the posts found may be shown here."))

    def _show(self, post: Post) -> Found:
        verified = self._verified(post)
        if isinstance(verified, Refusal):
            raise NotShownError(refusal_text(verified))
        return Found(verified)

    def _still(self, post: VerifiedPost) -> VerifiedPost | None:
        if post.is_current(self.policy, self.clock):
            return post
        again = self._verified(post.post)
        return again if isinstance(again, VerifiedPost) else None

    def _verified(self, post: Post) -> VerifiedPost | Refusal:
        return verify(post, self.policy, clock=self.clock)


def _is_ponyapi(site: str) -> bool:
    return CATALOGUE[site].family == "ponyapi"


def _dialect(board: Board) -> Dialect:
    """Return a board's search language; every board of the catalogue has one."""
    if board.site.dialect is None:
        raise NotShownError(_("This site cannot be searched."))
    return board.site.dialect


def _places(page: PostPage, position: int, step: int) -> Iterable[int]:
    """Yield the positions on `page` from `position` on, in the direction of `step`."""
    start = (page.page - 1) * page.per_page
    places = range(start + 1, start + len(page.posts) + 1)
    if step > 0:
        return (place for place in places if place >= position)
    return (place for place in reversed(places) if place <= position)

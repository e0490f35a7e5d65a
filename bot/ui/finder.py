"""Finding what a person asked for: every post that leaves here is verified.

Results are remembered for a few minutes, so that turning pages and asking for another one cost
the site no request of their own (rule L5).
"""

import random
from collections.abc import Iterable

from msgspec import Struct

from bot.catalogue import CATALOGUE, Dialect
from bot.clock import Clock
from bot.posts.model import Post
from bot.safety import Policy, Refusal, VerifiedPost, by_id, canonical, plain_tags, verify
from bot.sites import Sites, Withheld
from bot.sites.board import MAX_PER_PAGE, Board, CommentPage, PostPage, Sort
from bot.sites.ponyapi import PonyApi
from bot.texts import _, ngettext
from bot.ui.answers import NotShownError, refusal_text
from bot.ui.pony_pool import PonyPool, Wish
from bot.ui.recent import Recent
from bot.ui.search import EXACT, RANDOM, Search, search_link
from bot.ui.sieve import Hidden, Sieve, none_shown

#: Results read at a time for a pager, which shows one of them.
PAGE_SIZE = 25
#: How many of the site's pages one wish may read to find one to show.
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
    hidden: tuple[Hidden, ...] = ()
    """What the server's own rules kept back on the way to this post."""


class _Asked(Struct, frozen=True):
    """What a site is asked: the key under which its answers are remembered.

    Answers are shared by every place whose policy asks the same; each verifies for itself.
    """

    site: str
    query: str
    order: Sort | None


class Finder:
    """Answers a wish for a picture with a `Found`, or says why there is none.

    Each wish comes with the policy of the place that it is for. All methods raise QueryError,
    SiteError or NotShownError, and nothing else that is expected.
    """

    def __init__(self, sites: Sites, clock: Clock, *, chance: random.Random | None = None) -> None:
        self.sites = sites
        self.clock = clock
        self._chance = chance or random.Random()  # noqa: S311  which pony comes is no secret
        self._pages: Recent[tuple[_Asked, int], PostPage] = Recent(
            clock, entries=_KEPT_PAGES, seconds=_KEPT_SECONDS
        )
        self._pools: Recent[_Asked, list[Post]] = Recent(
            clock, entries=_KEPT_POOLS, seconds=_KEPT_SECONDS
        )
        self.pony_pool = PonyPool(sites, clock)

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

    def link(self, search: Search, policy: Policy) -> str:
        """Return the link that carries `search`; raises QueryError if it may not be asked."""
        _check_switch(search.site, policy)
        if _is_ponyapi(search.site):
            parameters = {"q": ",".join(plain_tags(search.text))}
            if search.sort == EXACT:
                parameters["no_stem"] = ""
            return search_link(search, self.ponies.site, parameters)
        asked = self._asked(search, policy)
        parameters = {"q": asked.query}
        if asked.order is not None:
            parameters |= {"sf": asked.order.field, "sd": asked.order.direction}
        return search_link(search, self.board(search.site).site, parameters)

    async def first(self, search: Search, policy: Policy) -> Found:
        """Return the first result of a new search, read from the site."""
        if search.sort == RANDOM:
            # A seed keeps the shuffled order from page to page (reference: boards, 1.2).
            seed = self._chance.randint(1, _SEEDS)
            search = Search(search.site, search.text, f"{RANDOM}:{seed}")
        page = await self._read(self._asked(search, policy), 1)
        if not page.posts and not page.skipped:
            raise NotShownError(_("Nothing was found for this search that may be shown here."))
        return await self.result(search, 1, policy)

    async def result(
        self, search: Search, position: int, policy: Policy, *, step: int = 1
    ) -> Found:
        """Return the result at `position`, or the next one that may be shown in direction `step`.

        `step` is 1 or -1; positions count from 1, in the site's order.
        """
        link = self.link(search, policy)
        asked = self._asked(search, policy)
        position = max(1, position)
        number = (position - 1) // PAGE_SIZE + 1
        sieve = Sieve(policy, self.clock)
        if step > 0 and (known := self._pages.get((asked, 1))) is not None:
            _check_position(position, known)
        for _read in range(_READS):
            page = self._pages.get((asked, number)) or await self._read(asked, number)
            if step > 0:
                _check_position(position, page)
            for place in _places(page, position, step):
                post = sieve.pass_(page.posts[place - 1 - (number - 1) * PAGE_SIZE])
                if post is not None:
                    return Found(post, search, link, place, page.total, sieve.hidden)
            if (step > 0 and page.is_last) or (step < 0 and number == 1):
                break
            number += step
        if position == 1:
            raise NotShownError(none_shown(sieve.hidden))
        raise NotShownError(_("There are no more results in this direction."))

    async def anywhere(self, search: Search, policy: Policy) -> Found:
        """Return any one of a search's results, as a place in the pager."""
        asked = self._asked(search, policy)
        page = self._pages.get((asked, 1)) or await self._read(asked, 1)
        total = len(page.posts) if page.total is None else page.total
        return await self.result(search, self._chance.randint(1, max(1, total)), policy)

    async def draw(self, search: Search, policy: Policy) -> Found:
        """Return a random post from the pool of a search, filled from the site when it is empty.

        On boards one request brings up to 50 posts. The Safe Pony API gives one pony a request:
        a few are drawn ahead for whoever asks again.
        """
        link = self.link(search, policy)
        sieve = Sieve(policy, self.clock)
        if _is_ponyapi(search.site):
            wish = Wish(plain_tags(search.text), no_stem=search.sort == EXACT)
            post = await self.pony_pool.draw(wish, sieve.pass_)
        else:
            asked = self._asked(search, policy)
            post = _drawn(self._pools.get(asked) or [], sieve)
            if post is None:
                post = _drawn(await self._fill(asked), sieve)
        if post is None:
            raise NotShownError(none_shown(sieve.hidden))
        return Found(post, search, link, hidden=sieve.hidden)

    async def post(self, site: str, post_id: int, policy: Policy) -> Found:
        """Return the post of that id, if it may be shown."""
        try:
            return self._show(await self._by_id(site, post_id, policy), policy)
        except Withheld as withheld:
            raise NotShownError(self._reason(withheld, policy)) from None

    async def unverified(self, site: str, post_id: int, policy: Policy) -> Post:
        """Return the post of that id as the site gives it, to say what rules make of it.

        What a board keeps back though no rule does is told as by `post`.
        """
        try:
            return await self._by_id(site, post_id, policy)
        except Withheld as withheld:
            if isinstance(verify(withheld.post, policy, clock=self.clock), Refusal):
                return withheld.post
            raise NotShownError(self._reason(withheld, policy)) from None

    async def _by_id(self, site: str, post_id: int, policy: Policy) -> Post:
        """Return the post of that id; a board is asked for it under the policy (safety, 3.4)."""
        _check_switch(site, policy)
        if _is_ponyapi(site):
            return await self.ponies.pony(post_id)
        board = self.board(site)
        return await board.post(post_id, q=by_id(post_id, policy, _dialect(board)))

    async def featured(self, site: str, policy: Policy) -> Found:
        """Return the post that a board features at present, if it may be shown."""
        _check_switch(site, policy)
        return self._show(await self.board(site).featured(), policy)

    async def comments(
        self, site: str, post_id: int, page: int, policy: Policy
    ) -> tuple[Found, CommentPage]:
        """Return a post and a page of what was written under it, if the post may be shown."""
        found = await self.post(site, post_id, policy)
        return found, await self.board(site).comments(post_id, page=page)

    def _asked(self, search: Search, policy: Policy) -> _Asked:
        _check_switch(search.site, policy)
        board = self.board(search.site)
        query = canonical(search.text, policy, _dialect(board))
        return _Asked(search.site, query, _order(board, search))

    async def _read(self, asked: _Asked, number: int) -> PostPage:
        page = await self.board(asked.site).search(
            asked.query, sort=asked.order, page=number, per_page=PAGE_SIZE
        )
        self._pages.put((asked, number), page)
        return page

    async def _fill(self, asked: _Asked) -> list[Post]:
        page = await self.board(asked.site).search(
            asked.query, sort=asked.order or RANDOM, per_page=MAX_PER_PAGE
        )
        if not page.posts:
            raise NotShownError(_("Nothing was found for this search that may be shown here."))
        if already := self._pools.get(asked):
            # Somebody who waited for the same answer was first: two pools would repeat posts.
            return already
        pool = list(page.posts)
        self._chance.shuffle(pool)
        self._pools.put(asked, pool)
        return pool

    def _reason(self, withheld: Withheld, policy: Policy) -> str:
        """Return why a board that has a post does not bring it; the post itself stays here."""
        verdict = verify(withheld.post, policy, clock=self.clock)
        if isinstance(verdict, Refusal):
            return refusal_text(verdict)
        return _(
            "{site} keeps this post back itself: it is not approved there yet, or its filter hides "
            "it."
        ).format(site=CATALOGUE[withheld.site].title)

    def _show(self, post: Post, policy: Policy) -> Found:
        verified = verify(post, policy, clock=self.clock)
        if isinstance(verified, Refusal):
            raise NotShownError(refusal_text(verified))
        return Found(verified)


def _check_switch(site: str, policy: Policy) -> None:
    """Refuse before a site is asked what could not be shown anyway (reference: safety, 3.9)."""
    if policy.panic:
        raise NotShownError(_("The operator stopped all pictures for now."))
    if site in policy.sites_off:
        raise NotShownError(_("The operator switched this site off."))


def _check_position(position: int, page: PostPage) -> None:
    """Refuse a place past the last result, where the site said how many there are."""
    if page.total is not None and position > page.total:
        raise NotShownError(
            ngettext(
                "There is only {count} result.", "There are only {count} results.", page.total
            ).format(count=page.total)
        )


def _drawn(pool: list[Post], sieve: Sieve) -> VerifiedPost | None:
    """Take posts out of the pool until one may be shown."""
    while pool:
        post = sieve.pass_(pool.pop())
        if post is not None:
            return post
    return None


def _order(board: Board, search: Search) -> Sort | None:
    name, _colon, seed = search.sort.partition(":")
    for sort in board.sorts:
        if sort.name == name:
            return Sort(name, f"{sort.field}:{seed}", "desc", sort.title) if seed else sort
    return None


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

"""Finding what a person asked for: every post that leaves here is verified.

Each wish comes with the policy of the place that it is for. What boards answered is remembered
in `bot.ui.board_results`, what the Safe Pony API will answer in `bot.ui.pony_pool`.
"""

import random

from msgspec import Struct

from bot.catalogue import CATALOGUE
from bot.clock import Clock
from bot.posts.model import Post
from bot.safety import Policy, Refusal, VerifiedPost, by_id, plain_tags, verify
from bot.sites import PhilomenaBoard, Sites, Withheld
from bot.sites.board import Board, Comment, CommentPage, PostPage
from bot.sites.ponyapi import PonyApi
from bot.texts import _, ngettext
from bot.ui.answers import NotShownError, refusal_text
from bot.ui.board_results import (
    PAGE_SIZE,
    Asked,
    BoardResults,
    dialect_of,
    nothing_found,
    places,
)
from bot.ui.pony_pool import PonyPool, Wish
from bot.ui.search import EXACT, RANDOM, Search, search_link
from bot.ui.sieve import Hidden, Sieve, none_shown
from bot.ui.suggestions import Suggestions

#: How many of the site's pages one wish may read to find one to show.
_READS = 3
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
    note: str = ""
    """How it was found, in a few words of ours, where no search says it."""


class Finder:
    """Answers a wish for a picture with a `Found`, or says why there is none.

    All methods raise QueryError, SiteError or NotShownError, and nothing else that is expected.
    """

    def __init__(self, sites: Sites, clock: Clock, *, chance: random.Random | None = None) -> None:
        self.sites = sites
        self.clock = clock
        self._chance = chance or random.Random()  # noqa: S311  which pony comes is no secret
        self._results = BoardResults(sites, clock, self._chance)
        self.pony_pool = PonyPool(sites, clock)
        self.suggestions = Suggestions(sites, clock)

    def board(self, name: str) -> Board:
        """Return the client of a board; raises NotShownError where the operator switched it off."""
        return self._results.board(name)

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
        page = await self._results.read(self._asked(search, policy), 1)
        if not page.posts and not page.skipped:
            raise nothing_found(search)
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
        if step > 0 and (known := self._results.remembered(asked, 1)) is not None:
            _check_position(position, known)
        for _read in range(_READS):
            page = await self._results.page(asked, number)
            if step > 0:
                _check_position(position, page)
            for place in places(page, position, step):
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
        page = await self._results.page(asked, 1)
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
            post = _drawn(self._results.pool(asked), sieve)
            if post is None:
                post = _drawn(await self._results.refill(asked), sieve)
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
        return await board.post(post_id, q=by_id(post_id, policy, dialect_of(board)))

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

    async def comment(
        self, board: PhilomenaBoard, comment_id: int, policy: Policy
    ) -> tuple[Found, Comment]:
        """Return one comment with the post that it is under, if the post may be shown."""
        _check_switch(board.site.name, policy)
        comment = await board.comment(comment_id)
        if not isinstance(comment.image_id, int):
            raise NotShownError(_("The site does not say under which post this comment is."))
        return await self.post(board.site.name, comment.image_id, policy), comment

    def _asked(self, search: Search, policy: Policy) -> Asked:
        _check_switch(search.site, policy)
        return self._results.asked(search, policy)

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


def check_panic(policy: Policy) -> None:
    """Raise NotShownError where the operator stopped all pictures (reference: safety, 3.9)."""
    if policy.panic:
        raise NotShownError(_("The operator stopped all pictures for now."))


def check_site(site: str, policy: Policy) -> None:
    """Raise NotShownError where the operator switched a site off (reference: safety, 3.9)."""
    if site in policy.sites_off:
        raise NotShownError(_("The operator switched this site off."))


def _check_switch(site: str, policy: Policy) -> None:
    """Refuse before a site is asked what could not be shown anyway (reference: safety, 3.9)."""
    check_panic(policy)
    check_site(site, policy)


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


def _is_ponyapi(site: str) -> bool:
    return CATALOGUE[site].family == "ponyapi"

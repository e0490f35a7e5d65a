"""Pictures drawn at random, for all that want the same at a time: one answer serves them all."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct

from bot.catalogue import CATALOGUE
from bot.clock import Clock
from bot.policies import dialect_of
from bot.posts.model import Post
from bot.safety import Policy, VerifiedPost, canonical, plain_tags, verify
from bot.sites import NotFound, Priority, SiteError, Sites
from bot.sites.board import MAX_PER_PAGE
from bot.store import Store, Subscription

from .border import Fault, attempt
from .identity import first_seen, identities
from .new_posts import OVERLAP

#: Answers that are asked of a site for one wish: a board's has 50 posts, the API's one.
_ASKED = {"ponyapi": 6}
_ASKED_OF_BOARDS = 1


class Wish(Struct, frozen=True):
    """What a site is asked for: those who want the same share its answers."""

    site: str
    words: tuple[str, ...]
    """Tags for the Safe Pony API; for a board its query, made safe."""


class Drawn:
    """What a site gave for a wish."""

    def __init__(self, handled_until: datetime | None) -> None:
        self.posts: dict[str, Post] = {}
        """By key."""
        self.identities: dict[str, frozenset[str]] = {}
        self.asked = 0
        self.failure: Exception | None = None
        self._handled_until = handled_until
        self._fit: dict[tuple[str, str], bool] = {}

    def add(self, posts: Iterable[Post]) -> None:
        """Take what the site answered, but what feeds are still to find.

        Shown at random first, it would be new to none of them.
        """
        until = self._handled_until
        for post in posts:
            if until is None or first_seen(post, until) <= until:
                self.posts[post.key] = post
                self.identities[post.key] = identities(post)

    def fit(self, policy: Policy, clock: Clock) -> Mapping[str, Post]:
        """Return by key what may be shown under a policy; each is verified once for all."""
        fingerprint = policy.fingerprint
        for key, post in self.posts.items():
            if (fingerprint, key) not in self._fit:
                verdict = verify(post, policy, clock=clock)
                self._fit[fingerprint, key] = isinstance(verdict, VerifiedPost)
        return {key: post for key, post in self.posts.items() if self._fit[fingerprint, key]}


class Drawing:
    """What was drawn in one turn, by wish."""

    def __init__(self, sites: Sites, store: Store) -> None:
        self._sites = sites
        self._store = store
        self._drawn: dict[Wish, Drawn] = {}

    async def of(self, wish: Wish) -> Drawn:
        """Return what was drawn for a wish so far; asks nobody."""
        if wish not in self._drawn:
            async with self._store.read() as tx:
                tail = await tx.tails.get(wish.site)
            self._drawn[wish] = Drawn(None if tail is None else tail.cursor - OVERLAP)
        return self._drawn[wish]

    async def ask(self, wish: Wish) -> bool:
        """Ask the site once more; return whether it may have given something new.

        Raises SiteError, and a fault of our own as it is; who wants the same in this turn meets
        the same, and the site is not asked for it again.
        """
        drawn = await self.of(wish)
        if drawn.failure is not None:
            raise drawn.failure
        if drawn.asked >= _ASKED.get(CATALOGUE[wish.site].family, _ASKED_OF_BOARDS):
            return False
        drawn.asked += 1
        try:
            met = await attempt(self._answer(wish, drawn))
        except NotFound:
            # An answer: it has none of these (rule L6).
            return False
        except SiteError as failure:
            drawn.failure = failure
            raise
        if isinstance(met, Fault):
            drawn.failure = met.error
            raise met.error
        return True

    async def _answer(self, wish: Wish, drawn: Drawn) -> None:
        if wish.site in self._sites.boards:
            page = await self._sites.boards[wish.site].search(
                wish.words[0], sort="random", per_page=MAX_PER_PAGE, priority=Priority.BACKGROUND
            )
            drawn.add(page.posts)
        else:
            drawn.add([await self._sites.ponyapi.random(wish.words, priority=Priority.BACKGROUND)])


def wish_of(subscription: Subscription, policy: Policy) -> Wish:
    """Return what a site is asked for a schedule; raises QueryError where it may not be."""
    site, query = subscription.site, subscription.query
    if CATALOGUE[site].family == "ponyapi":
        return Wish(site, plain_tags(query))
    return Wish(site, (canonical(query, policy, dialect_of(site)),))

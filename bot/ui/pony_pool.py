"""Safe ponies drawn ahead: the API gives one pony a request, and nobody is to wait for it.

Whoever asks for a pony is likely to ask for another with the same tags. After an answer a few
more are drawn for that wish, one at a time, in the background and within the API's limit (rule
L10), so that the next press of the button costs no request (rule L5).
"""

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import structlog

from bot.clock import Clock
from bot.loops import start
from bot.posts.model import Post
from bot.safety import VerifiedPost
from bot.sites import Priority, SiteError, Sites
from bot.ui.recent import Recent

if TYPE_CHECKING:
    from asyncio import Task

#: Ponies that are kept ready for one wish, for how many wishes, and for how many seconds.
_AHEAD = 3
_KEPT_WISHES = 100
_KEPT_SECONDS = 300.0
#: Ponies that one wish may ask the site for while somebody waits, to find one to show.
_READS = 3
#: Seconds without drawing ahead after it failed; the transport's own back-off comes on top.
_REST_SECONDS = 60.0

_log = structlog.get_logger(__name__)


class Wish(NamedTuple):
    """What a pony was asked for with."""

    tags: tuple[str, ...]
    no_stem: bool


class _Ready(NamedTuple):
    """A pony that nobody was given yet, and when it was drawn (monotonic)."""

    since: float
    post: Post


class PonyPool:
    """Draws ponies, at best from those that were drawn ahead; each is given once.

    They are kept as the site sent them, and verified for whoever is given them (safety, 3.6).
    """

    def __init__(self, sites: Sites, clock: Clock) -> None:
        self.filling: Task[None] | None = None
        """The task that draws ahead, as long as something is wanted."""
        self._sites = sites
        self._clock = clock
        self._ready: Recent[Wish, deque[_Ready]] = Recent(
            clock, entries=_KEPT_WISHES, seconds=_KEPT_SECONDS
        )
        self._wanted: dict[Wish, None] = {}
        self._given: set[int] = set()
        self._resting_until = clock.monotonic()

    async def draw(
        self, wish: Wish, passes: Callable[[Post], VerifiedPost | None]
    ) -> VerifiedPost | None:
        """Return a pony that `passes`, or `None` where none of those drawn does.

        Raises SiteError where the site has to be asked and has none.
        """
        shown = self._drawn_ahead(wish, passes)
        for _read in range(_READS):
            if shown is not None:
                break
            post = await self._sites.ponyapi.random(wish.tags, no_stem=wish.no_stem)
            self._give(wish, post)
            shown = passes(post)
        if shown is not None:
            self._want(wish)
        return shown

    def _drawn_ahead(
        self, wish: Wish, passes: Callable[[Post], VerifiedPost | None]
    ) -> VerifiedPost | None:
        ready = self._fresh(wish)
        while ready:
            post = ready.popleft().post
            self._given.add(post.id)
            if (shown := passes(post)) is not None:
                return shown
        return None

    def _give(self, wish: Wish, post: Post) -> None:
        """Note that somebody has `post`: the answer may have been shared with the background."""
        self._given.add(post.id)
        ready = self._fresh(wish)
        for one in [one for one in ready if one.post.id == post.id]:
            ready.remove(one)

    def _fresh(self, wish: Wish) -> deque[_Ready]:
        ready = self._ready.get(wish) or deque[_Ready]()
        oldest = self._clock.monotonic() - _KEPT_SECONDS
        while ready and ready[0].since <= oldest:
            ready.popleft()
        return ready

    def _want(self, wish: Wish) -> None:
        """Have ponies drawn for what somebody has just been answered."""
        if self._clock.monotonic() < self._resting_until or len(self._fresh(wish)) >= _AHEAD:
            return
        self._wanted[wish] = None
        while len(self._wanted) > _KEPT_WISHES:
            del self._wanted[next(iter(self._wanted))]
        if self.filling is None or self.filling.done():
            self.filling = start(self._fill())

    async def _fill(self) -> None:
        """Draw one pony a turn for whoever waits longest, until every wish has enough."""
        while self._wanted:
            wish = next(iter(self._wanted))
            del self._wanted[wish]
            self._given.clear()
            try:
                post = await self._sites.ponyapi.random(
                    wish.tags, no_stem=wish.no_stem, priority=Priority.BACKGROUND
                )
            except SiteError as failure:
                _log.info("no ponies drawn ahead", why=failure.message)
                self._resting_until = self._clock.monotonic() + _REST_SECONDS
                self._wanted.clear()
                return
            ready = self._fresh(wish)
            # One that came before is little else than a sign that there are not many: enough.
            if post.id in self._given or any(one.post.id == post.id for one in ready):
                continue
            ready.append(_Ready(self._clock.monotonic(), post))
            self._ready.put(wish, ready)
            if len(ready) < _AHEAD:
                self._wanted[wish] = None

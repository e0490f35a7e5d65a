"""What boards suggest for the beginning of a tag, asked for as seldom as keys allow (rule L5).

A key is pressed faster than a board answers. So one request at a time is on its way to a board,
and of those who wait for it the one who typed last is asked for next; a longer beginning is looked
up in what is known of a shorter one. Whatever would have to wait for the board's limit or its
cool-down is not asked for at all (rules L6, L9).
"""

from asyncio import FIRST_COMPLETED, Task, wait
from typing import NamedTuple

import structlog
from msgspec import UNSET, structs

from bot.clock import Clock
from bot.loops import start
from bot.posts.tags import split_namespace
from bot.sites import BadQuery, NotFound, Priority, SiteError, Sites, Suggestion
from bot.sites.board import MOST_SUGGESTIONS, SHORTEST_TERM, Board
from bot.ui.recent import Recent

#: Beginnings that are known at a time, and for how many seconds.
_KEPT = 1_000
_KEPT_SECONDS = 600.0
#: Seconds that somebody waits: Discord gives an answer three, and it has a way to go.
PATIENCE = 2.0

_log = structlog.get_logger(__name__)


class _Known(NamedTuple):
    """What a board suggests for a beginning, and whether that is all that it has."""

    found: tuple[Suggestion, ...]
    whole: bool


class _Line:
    """The one request that is on its way to a board, and who typed last."""

    def __init__(self) -> None:
        self.running: Task[None] | None = None
        self.newest = object()


class Suggestions:
    """The boards' suggestions, remembered for a while; asking for them raises nothing."""

    def __init__(self, sites: Sites, clock: Clock) -> None:
        self._sites = sites
        self._clock = clock
        self._known: Recent[tuple[str, str], _Known] = Recent(
            clock, entries=_KEPT, seconds=_KEPT_SECONDS
        )
        self._lines: dict[str, _Line] = {}

    async def of(self, site: str, name: str) -> tuple[Suggestion, ...]:
        """Return the tags of a board that begin with `name`, or whose alias does.

        The most used ones first; none within two seconds is none.
        """
        board = self._sites.boards.get(site)
        if board is None or len(name.encode(errors="replace")) < SHORTEST_TERM:
            return ()
        line = self._lines.setdefault(site, _Line())
        me = line.newest = object()
        until = self._clock.monotonic() + PATIENCE
        asked = False
        while (found := self._look_up(site, name)) is None:
            if asked or line.newest is not me:
                return ()
            if line.running is None:
                line.running = start(self._ask(board, name, line))
                asked = True
            if not await self._ended(line.running, until):
                return ()
        return found

    async def _ended(self, running: Task[None], until: float) -> bool:
        """Wait for a request as long as there is time; tell whether it has ended."""
        # A task of its own: whoever asks may live in simulated time (design: recipes).
        patience = start(self._clock.sleep(max(0.0, until - self._clock.monotonic())))
        try:
            await wait({running, patience}, return_when=FIRST_COMPLETED)
        finally:
            patience.cancel()
        return running.done()

    async def _ask(self, board: Board, name: str, line: _Line) -> None:
        key = (board.site.name, name)
        try:
            found = await board.complete_tags(name, priority=Priority.TYPING)
        except SiteError as failure:
            _log.debug("no tags suggested", site=board.site.name, why=failure.message)
            if isinstance(failure, BadQuery | NotFound):
                # An answer (rule L6), which is not asked for again.
                self._known.put(key, _Known((), whole=False))
        else:
            self._known.put(key, _Known(found, whole=len(found) < MOST_SUGGESTIONS))
        finally:
            line.running = None

    def _look_up(self, site: str, name: str) -> tuple[Suggestion, ...] | None:
        """Return what is known for `name`, from a shorter beginning where that was all."""
        if (known := self._known.get((site, name))) is not None:
            return known.found
        for length in range(len(name) - 1, 0, -1):
            known = self._known.get((site, name[:length]))
            if known is not None and known.whole:
                return tuple(narrower for one in known.found if (narrower := _narrowed(one, name)))
        return None


def _narrowed(one: Suggestion, name: str) -> Suggestion | None:
    """Return a suggestion if it goes for a longer beginning, without an alias that does not."""
    if one.alias and _begins(one.alias, name):
        return one
    return structs.replace(one, alias=UNSET) if _begins(one.canonical, name) else None


def _begins(tag: str, name: str) -> bool:
    """Tell whether a tag begins so, with its namespace or without (reference: boards, 1.1)."""
    return tag.startswith(name) or split_namespace(tag)[1].startswith(name)

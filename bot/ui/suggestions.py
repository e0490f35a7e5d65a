"""What sites suggest for the beginning of a tag, asked for as seldom as keys allow (rule L5).

A key is pressed faster than a board answers. So one request at a time is on its way to a board,
and of those who wait for it the one who typed last is asked for next; a longer beginning is looked
up in what is known of a shorter one. Whatever would have to wait for the board's limit or its
cool-down is not asked for at all (rules L6, L9). Where no answer comes in time, what is known of a
shorter beginning is offered though it is not all, and the request goes on for the next key.
"""

from asyncio import FIRST_COMPLETED, Task, to_thread, wait
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple, Protocol

import structlog
from msgspec import UNSET, structs

from bot.catalogue import Site
from bot.clock import Clock
from bot.loops import start
from bot.posts.tags import clean_tag_name, split_namespace
from bot.sites import BadQuery, NotFound, PonyApi, Priority, SiteError, Sites, Suggestion
from bot.sites.board import MOST_SUGGESTIONS, SHORTEST_TERM
from bot.ui.recent import Recent

#: Beginnings that are known at a time, and for how many seconds.
_KEPT = 1_000
_KEPT_SECONDS = 600.0
#: Seconds for which the Safe Pony API's list of its tags is good.
_LIST_SECONDS = 86_400.0
#: Seconds that somebody waits: Discord gives an answer three, and it has a way to go.
PATIENCE = 2.0

_log = structlog.get_logger(__name__)


class _Known(NamedTuple):
    """What a board suggests for a beginning, and whether that is all that it has."""

    found: tuple[Suggestion, ...]
    whole: bool


class _Completes(Protocol):
    """A board, or what stands for one here."""

    @property
    def site(self) -> Site: ...

    async def complete_tags(
        self, term: str, *, priority: Priority = ...
    ) -> tuple[Suggestion, ...]: ...


class _PonyTags:
    """The tags of the Safe Pony API, which has no search for them but a list of all (seed S2)."""

    def __init__(self, ponies: PonyApi, clock: Clock) -> None:
        self.site = ponies.site
        self._ponies = ponies
        self._names: Recent[str, _Names] = Recent(clock, entries=1, seconds=_LIST_SECONDS)

    async def complete_tags(
        self, term: str, *, priority: Priority = Priority.TYPING
    ) -> tuple[Suggestion, ...]:
        """Return the first tags that begin with `term`, with their namespace or without it."""
        names = self._names.get("")
        if names is None:
            # The list may be so long that everybody else would wait meanwhile (fault F46).
            names = await to_thread(_Names, await self._ponies.tags(priority=priority))
            self._names.put("", names)
        found = islice(names.beginning(term), MOST_SUGGESTIONS)
        return tuple(Suggestion(canonical=name) for name in found)


class _Names:
    """A list of tags, in the order of their names and in that of their names' rests."""

    def __init__(self, tags: Iterable[str]) -> None:
        names = set(map(clean_tag_name, tags))
        self._whole = sorted((name, name) for name in names)
        split = ((split_namespace(name), name) for name in names)
        self._rests = sorted((rest, name) for (namespace, rest), name in split if namespace)

    def beginning(self, term: str) -> Iterator[str]:
        """Yield the tags that begin so, each once, those with their namespace first.

        How much each is used is not told, so that they come by name.
        """
        yield from _from(self._whole, term)
        yield from (name for name in _from(self._rests, term) if not name.startswith(term))


def _from(ordered: Sequence[tuple[str, str]], term: str) -> Iterator[str]:
    for at in range(bisect_left(ordered, (term, "")), len(ordered)):
        key, name = ordered[at]
        if not key.startswith(term):
            return
        yield name


class _Line:
    """The one request that is on its way to a board, and who typed last."""

    def __init__(self) -> None:
        self.running: Task[None] | None = None
        self.newest = object()


class Suggestions:
    """The sites' suggestions, remembered for a while; asking for them raises nothing."""

    def __init__(self, sites: Sites, clock: Clock) -> None:
        self._sites = sites
        self._clock = clock
        self._known: Recent[tuple[str, str], _Known] = Recent(
            clock, entries=_KEPT, seconds=_KEPT_SECONDS
        )
        self._lines: dict[str, _Line] = {}
        self._ponies = _PonyTags(sites.ponyapi, clock) if "ponyapi" in sites else None

    async def of(self, site: str, name: str) -> tuple[Suggestion, ...]:
        """Return the tags of a site that begin with `name`, or whose alias does.

        The most used ones first. After two seconds it is what is known by then.
        """
        board = self._completes(site)
        if board is None or len(name.encode(errors="replace")) < SHORTEST_TERM:
            return ()
        line = self._lines.setdefault(site, _Line())
        me = line.newest = object()
        until = self._clock.monotonic() + PATIENCE
        asked = False
        while (found := self._look_up(site, name)) is None:
            if asked or line.newest is not me:
                return self._partly(site, name)
            if line.running is None:
                line.running = start(self._ask(board, name, line))
                asked = True
            if not await self._ended(line.running, until):
                return self._partly(site, name)
        return found

    def _completes(self, site: str) -> _Completes | None:
        if self._ponies is not None and site == self._ponies.site.name:
            return self._ponies
        return self._sites.boards.get(site)

    async def _ended(self, running: Task[None], until: float) -> bool:
        """Wait for a request as long as there is time; tell whether it has ended."""
        # A task of its own: whoever asks may live in simulated time (design: recipes).
        patience = start(self._clock.sleep(max(0.0, until - self._clock.monotonic())))
        try:
            await wait({running, patience}, return_when=FIRST_COMPLETED)
        finally:
            patience.cancel()
        return running.done()

    async def _ask(self, board: _Completes, name: str, line: _Line) -> None:
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
        for known in self._shorter(site, name):
            if known.whole:
                return _narrowed_all(known.found, name)
        return None

    def _partly(self, site: str, name: str) -> tuple[Suggestion, ...]:
        """Return what is known for `name`, be it all or not."""
        for known in self._shorter(site, name):
            if found := _narrowed_all(known.found, name):
                return found
        return ()

    def _shorter(self, site: str, name: str) -> Iterator[_Known]:
        """Yield what is known of shorter beginnings of `name`, the longest first."""
        for length in range(len(name) - 1, 0, -1):
            if (known := self._known.get((site, name[:length]))) is not None:
                yield known


def _narrowed_all(found: Iterable[Suggestion], name: str) -> tuple[Suggestion, ...]:
    return tuple(narrower for one in found if (narrower := _narrowed(one, name)))


def _narrowed(one: Suggestion, name: str) -> Suggestion | None:
    """Return a suggestion if it goes for a longer beginning, without an alias that does not."""
    if one.alias and _begins(one.alias, name):
        return one
    return structs.replace(one, alias=UNSET) if _begins(one.canonical, name) else None


def _begins(tag: str, name: str) -> bool:
    """Tell whether a tag begins so, with its namespace or without (reference: boards, 1.1)."""
    return tag.startswith(name) or split_namespace(tag)[1].startswith(name)

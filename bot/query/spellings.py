"""Which numbered terms a tag satisfies: its own name, wildcards and near spellings.

Wildcards are found by the beginning or end that they share with the tag, or by a few letters
from their middle; what was found for a tag is kept.
"""

from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from functools import lru_cache
from typing import TypeAlias

from bot.query import wildcards
from bot.query.packed import pack
from bot.query.tree import Fuzzy, Term, Wild

_LETTERS = 4
_KEPT_TAGS = 50_000

#: What a tag must have within it besides the piece, and the whole pattern where that is not enough.
_Rest: TypeAlias = tuple[str, str | None]


class _Patterns:
    """Numbered wildcards that have a literal piece in common: the piece is all that some ask for.

    Of the others `rest` has what must be within a tag too, and the pattern.
    """

    __slots__ = ("numbers", "rest")

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.rest: list[tuple[str, str | None, int]] = []

    def among(self, name: str) -> list[int]:
        """Return the numbers of those that a tag with the piece satisfies."""
        if not self.rest:
            return self.numbers
        return self.numbers + [
            number
            for inside, pattern, number in self.rest
            if inside in name and (pattern is None or wildcards.matches(pattern, name))
        ]


class _Pieces(dict[str, _Patterns], ABC):
    """Patterns by piece."""

    def enter(self, piece: str, number: int, rest: _Rest | None) -> None:
        """Add a pattern; it has no rest where the piece is all that it asks for."""
        if piece not in self:
            self.open(piece)
            self[piece] = _Patterns()
        if rest is None:
            self[piece].numbers.append(number)
        else:
            self[piece].rest.append((*rest, number))

    def leave(self, piece: str, number: int, rest: _Rest | None) -> None:
        """Remove what was entered."""
        held = self[piece]
        if rest is None:
            held.numbers.remove(number)
        else:
            held.rest.remove((*rest, number))
        if not (held.numbers or held.rest):
            del self[piece]
            self.close(piece)

    @abstractmethod
    def open(self, piece: str) -> None:
        """Take note of a new piece."""

    @abstractmethod
    def close(self, piece: str) -> None:
        """Forget a piece that has nothing any more."""


class _Beginnings(_Pieces):
    """Patterns by how a tag begins.

    Of the pieces in their order, the last one that is not behind a tag begins as every piece does
    that the tag begins with: those are found from it, each being the longest within the one before.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ordered: list[str] = []
        self._within: dict[str, str | None] = {}

    def open(self, piece: str) -> None:
        at = bisect_left(self._ordered, piece)
        before = self._ordered[at - 1] if at else None
        while before is not None and not piece.startswith(before):
            before = self._within[before]
        for longer in self._behind(piece, at):
            if self._within[longer] == before:
                self._within[longer] = piece
        self._ordered.insert(at, piece)
        self._within[piece] = before

    def close(self, piece: str) -> None:
        at = bisect_left(self._ordered, piece)
        del self._ordered[at]
        before = self._within.pop(piece)
        for longer in self._behind(piece, at):
            if self._within[longer] == piece:
                self._within[longer] = before

    def _behind(self, piece: str, at: int) -> list[str]:
        """Return the pieces from a place on that begin with one that stands before them."""
        end = at
        while end < len(self._ordered) and self._ordered[end].startswith(piece):
            end += 1
        return self._ordered[at:end]

    def found(self, text: str, name: str) -> list[int]:
        """Return the numbers of what a tag satisfies that begins, in its direction, as the text."""
        at = bisect_right(self._ordered, text)
        piece = self._ordered[at - 1] if at else None
        found: list[int] = []
        while piece is not None:
            if text.startswith(piece):
                found += self[piece].among(name)
            piece = self._within[piece]
        return found


class _Middles(_Pieces):
    """Patterns by a few letters that a tag has somewhere."""

    def __init__(self) -> None:
        super().__init__()
        self._lengths: dict[int, int] = {}

    def open(self, piece: str) -> None:
        self._lengths[len(piece)] = self._lengths.get(len(piece), 0) + 1

    def close(self, piece: str) -> None:
        self._lengths[len(piece)] -= 1
        if not self._lengths[len(piece)]:
            del self._lengths[len(piece)]

    def found(self, name: str) -> list[int]:
        """Return the numbers of those that a tag satisfies."""
        found: list[int] = []
        for length in self._lengths:
            within = set(map(name.__getitem__, _cuts(length, len(name) - length + 1)))
            for patterns in filter(None, map(self.get, within)):
                found += patterns.among(name)
        return found


@lru_cache(maxsize=1_000)
def _cuts(length: int, count: int) -> tuple[slice, ...]:
    """Return what cuts so many pieces from a text, one at each place."""
    return tuple(slice(at, at + length) for at in range(count))


class Spellings(dict[str, bytes]):
    """The numbers of the terms that each tag satisfies, looked up when first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._tags: dict[str, int] = {}
        self._starts = _Beginnings()
        self._ends = _Beginnings()
        self._middles = _Middles()
        self._near: dict[int, list[tuple[Fuzzy, int]]] = {}

    def enter(self, term: Term | Wild | Fuzzy, number: int) -> None:
        """Add a term of the tags under its number."""
        if isinstance(term, Term):
            self._tags[term.value] = number
            self.pop(term.value, None)
            return
        self.clear()
        if isinstance(term, Fuzzy):
            self._near.setdefault(len(term.value), []).append((term, number))
            return
        shelf, piece, rest = self._shelf(term.pattern)
        shelf.enter(piece, number, rest)

    def leave(self, term: Term | Wild | Fuzzy, number: int) -> None:
        """Remove what was entered."""
        if isinstance(term, Term):
            del self._tags[term.value]
            self.pop(term.value, None)
            return
        self.clear()
        if isinstance(term, Fuzzy):
            self._near[len(term.value)].remove((term, number))
            return
        shelf, piece, rest = self._shelf(term.pattern)
        shelf.leave(piece, number, rest)

    def _shelf(self, pattern: str) -> tuple[_Pieces, str, _Rest | None]:
        """Return where a pattern is kept, under which literal piece, and what more it asks for."""
        pieces = wildcards.pieces(pattern)
        words = [piece.split(wildcards.ANY) for piece in pieces]
        # Up to the first mark the beginning is literal, and from the last one on the end.
        start, end = words[0][0], words[-1][-1]
        longest = max((word for piece in words for word in piece), key=len)
        literal = all(len(piece) == 1 for piece in words)
        if start or end:
            at_start = len(start) >= len(end)
            plain = literal and pieces == ((start, "") if at_start else ("", end))
            rest = None if plain else (longest, pattern)
            return (self._starts, start, rest) if at_start else (self._ends, end[::-1], rest)
        piece = longest[:_LETTERS]
        plain = literal and pieces == ("", longest, "")
        if plain and longest == piece:
            return self._middles, piece, None
        return self._middles, piece, (longest, None if plain else pattern)

    def __missing__(self, name: str) -> bytes:
        found = self._starts.found(name, name)
        found += self._ends.found(name[::-1], name)
        found += self._middles.found(name)
        for length in range(len(name) - 2, len(name) + 3) if self._near else ():
            for term, number in self._near.get(length, ()):
                if wildcards.near(term.value, name, term.distance):
                    found.append(number)
        own = self._tags.get(name)
        if own is not None:
            found.append(own)
        if len(self) >= _KEPT_TAGS:
            self.clear()
        self[name] = numbers = pack(found)
        return numbers

"""Which numbered terms a tag satisfies: its own name, wildcards and near spellings.

Wildcards are found by the beginning or end that they share with the tag, or by a few letters
from their middle; what was found for a tag is kept, together with what stands under it.
"""

from collections.abc import Iterator
from typing import TypeAlias

from bot.query import wildcards
from bot.query.bundles import Bundle, Numbers
from bot.query.tree import Fuzzy, Term, Wild

_LETTERS = 5
_KEPT_TAGS = 50_000

#: A literal part that a tag must have within it, the whole pattern where that is not enough, and
#: the pattern's number.
_Entry: TypeAlias = tuple[str, str | None, int]


class _Patterns:
    """Wildcards by a literal piece of each, and how many pieces there are of each length."""

    def __init__(self) -> None:
        self.pieces: dict[str, list[_Entry]] = {}
        self.lengths: dict[int, int] = {}

    def add(self, piece: str, entry: _Entry) -> None:
        if piece not in self.pieces:
            self.pieces[piece] = []
            self.lengths[len(piece)] = self.lengths.get(len(piece), 0) + 1
        self.pieces[piece].append(entry)

    def remove(self, piece: str, entry: _Entry) -> None:
        self.pieces[piece].remove(entry)
        if self.pieces[piece]:
            return
        del self.pieces[piece]
        self.lengths[len(piece)] -= 1
        if not self.lengths[len(piece)]:
            del self.lengths[len(piece)]


class Spellings(dict[str, tuple[Numbers, tuple[Bundle, ...]]]):
    """The numbers of the terms that each tag satisfies, and the bundles under one of them.

    Both are looked up when first asked for. Whoever changes `bundles` clears what is kept.
    """

    def __init__(self) -> None:
        super().__init__()
        #: By the number of a term, what stands under that term alone.
        self.bundles: dict[int, Bundle] = {}
        self._tags: dict[str, int] = {}
        self._starts = _Patterns()
        self._ends = _Patterns()
        self._middles = _Patterns()
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
        patterns, piece, entry = self._shelf(term.pattern, number)
        patterns.add(piece, entry)

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
        patterns, piece, entry = self._shelf(term.pattern, number)
        patterns.remove(piece, entry)

    def _shelf(self, pattern: str, number: int) -> tuple[_Patterns, str, _Entry]:
        """Return where a pattern is kept, under which literal piece of it, and as what."""
        pieces = wildcards.pieces(pattern)
        words = [piece.split(wildcards.ANY) for piece in pieces]
        # Up to the first mark the beginning is literal, and from the last one on the end.
        start, end = words[0][0], words[-1][-1]
        longest = max((word for piece in words for word in piece), key=len)
        literal = all(len(piece) == 1 for piece in words)
        if start or end:
            patterns, piece = (self._starts, start) if len(start) >= len(end) else (self._ends, end)
            plain = literal and pieces in {(piece, ""), ("", piece)}
            return patterns, piece, (("", None, number) if plain else (longest, pattern, number))
        entry = (longest, None if literal and pieces == ("", longest, "") else pattern, number)
        return self._middles, longest[:_LETTERS], entry

    def __missing__(self, name: str) -> tuple[Numbers, tuple[Bundle, ...]]:
        found = {
            number
            for entries in self._entries(name)
            for inside, pattern, number in entries
            if inside in name and (pattern is None or wildcards.matches(pattern, name))
        }
        for length in range(len(name) - 2, len(name) + 3) if self._near else ():
            for term, number in self._near.get(length, ()):
                if wildcards.near(term.value, name, term.distance):
                    found.add(number)
        own = self._tags.get(name)
        if own is not None:
            found.add(own)
        if len(self) >= _KEPT_TAGS:
            self.clear()
        under = [self.bundles[number] for number in found if number in self.bundles]
        self[name] = both = tuple(found), tuple(under)
        return both

    def _entries(self, name: str) -> Iterator[list[_Entry]]:
        """Yield the patterns that share their literal piece with the tag."""
        size = len(name)
        starts, ends, middles = self._starts.pieces, self._ends.pieces, self._middles.pieces
        for length in self._starts.lengths:
            if length <= size and (found := starts.get(name[:length])):
                yield found
        for length in self._ends.lengths:
            if length <= size and (found := ends.get(name[size - length :])):
                yield found
        for length in self._middles.lengths:
            within = {name[at : at + length] for at in range(size - length + 1)}
            for piece in middles.keys() & within:
                yield middles[piece]

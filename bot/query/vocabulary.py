"""The terms of an index's queries, as numbers, and which of them a post has.

Tags are looked up by name; wildcards by the beginning or end that they share with a tag, or by
three letters from their middle; what was found for a tag is kept.
"""

from typing import TypeAlias

from msgspec import UnsetType

from bot.query import wildcards
from bot.query.facts import READERS, Facts
from bot.query.tree import TAGS, Fuzzy, Leaf, Term, Wild

#: A term that a post has or has not, whatever else it says.
SetTerm: TypeAlias = Term | Wild | Fuzzy

_TEXT_FIELDS = frozenset(
    {"uploader", "source_url", "original_format", "mime_type", "file_name", "sha512_hash",
     "orig_sha512_hash"}
)  # fmt: skip
_LETTERS = 5
_KEPT_TAGS = 50_000


def is_set_term(leaf: Leaf) -> bool:
    """Tell whether the leaf is one of those that a vocabulary can number."""
    if isinstance(leaf, Wild | Fuzzy):
        return leaf.field == TAGS
    return isinstance(leaf, Term) and (leaf.field == TAGS or leaf.field in _TEXT_FIELDS)


#: A literal part that a tag must have within it, the whole pattern where that is not enough, and
#: the pattern's number.
_Entry: TypeAlias = tuple[str, str | None, int]


class _Patterns:
    """Wildcards by a literal piece of each; `pieces` by their length."""

    def __init__(self) -> None:
        self.pieces: dict[int, dict[str, list[_Entry]]] = {}

    def add(self, piece: str, entry: _Entry) -> None:
        self.pieces.setdefault(len(piece), {}).setdefault(piece, []).append(entry)

    def remove(self, piece: str, entry: _Entry) -> None:
        same = self.pieces[len(piece)]
        same[piece].remove(entry)
        if not same[piece]:
            del same[piece]
        if not same:
            del self.pieces[len(piece)]


class Vocabulary:
    """Numbers for terms; `uses` counts by number in how many places the index has each."""

    def __init__(self) -> None:
        self.uses: dict[int, int] = {}
        self._next = 0
        self._numbers: dict[SetTerm, int] = {}
        self._terms: dict[int, SetTerm] = {}
        self._tags: dict[str, int] = {}
        self._fields: dict[str, dict[str, int]] = {}
        self._starts = _Patterns()
        self._ends = _Patterns()
        self._middles = _Patterns()
        self._near: dict[int, list[tuple[Fuzzy, int]]] = {}
        self._kept: dict[str, tuple[int, ...]] = {}

    def number(self, term: SetTerm) -> int:
        """Return the term's number, a new one where it is new, and count one use."""
        found = self._numbers.get(term)
        if found is None:
            found = self._next
            self._next += 1
            self._numbers[term] = found
            self._terms[found] = term
            self.uses[found] = 0
            self._enter(term, found)
        self.uses[found] += 1
        return found

    def peek(self, term: SetTerm) -> int:
        """Return in how many places the term is used already."""
        found = self._numbers.get(term)
        return 0 if found is None else self.uses[found]

    def release(self, number: int) -> None:
        """Take one use back; a term without any is forgotten."""
        self.uses[number] -= 1
        if not self.uses[number]:
            term = self._terms.pop(number)
            del self.uses[number], self._numbers[term]
            self._leave(term, number)

    def _enter(self, term: SetTerm, number: int) -> None:
        if isinstance(term, Term):
            if term.field == TAGS:
                self._tags[term.value] = number
                self._kept.pop(term.value, None)
            else:
                self._fields.setdefault(term.field, {})[term.value] = number
            return
        self._kept.clear()
        if isinstance(term, Fuzzy):
            self._near.setdefault(len(term.value), []).append((term, number))
            return
        patterns, piece, entry = self._shelf(term.pattern, number)
        patterns.add(piece, entry)

    def _leave(self, term: SetTerm, number: int) -> None:
        if isinstance(term, Term):
            if term.field == TAGS:
                del self._tags[term.value]
                self._kept.pop(term.value, None)
            else:
                del self._fields[term.field][term.value]
                if not self._fields[term.field]:
                    del self._fields[term.field]
            return
        self._kept.clear()
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

    def present(self, facts: Facts) -> set[int]:
        """Return the numbers of the terms that the post has."""
        kept = self._kept
        found: set[int] = set()
        for name in facts.names:
            numbers = kept.get(name)
            if numbers is None:
                numbers = self._look_up(name)
            found.update(numbers)
        for name, numbers_by_value in self._fields.items():
            for text in facts.texts(name) or ():
                number = numbers_by_value.get(text)
                if number is not None:
                    found.add(number)
        return found

    def unknown(self, facts: Facts) -> set[int]:
        """Return the numbers of the terms whose field the post does not mention."""
        found: set[int] = set()
        for name, numbers_by_value in self._fields.items():
            if isinstance(READERS[name](facts.post), UnsetType):
                found.update(numbers_by_value.values())
        return found

    def _look_up(self, name: str) -> tuple[int, ...]:
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
        if len(self._kept) >= _KEPT_TAGS:
            self._kept.clear()
        numbers = tuple(found)
        self._kept[name] = numbers
        return numbers

    def _entries(self, name: str) -> list[list[_Entry]]:
        """Return the patterns that share their literal piece with the tag."""
        found: list[list[_Entry]] = []
        for length, by_piece in self._starts.pieces.items():
            entries = by_piece.get(name[:length])
            if entries:
                found.append(entries)
        for length, by_piece in self._ends.pieces.items():
            entries = by_piece.get(name[-length:])
            if entries:
                found.append(entries)
        for length, by_piece in self._middles.pieces.items():
            pieces = {name[at : at + length] for at in range(max(1, len(name) - length + 1))}
            found += [by_piece[piece] for piece in pieces & by_piece.keys()]
        return found

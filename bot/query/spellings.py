"""Which numbered terms a tag satisfies: its own name, wildcards and near spellings.

A wildcard is known by a literal piece: all the pieces that a tag has are found in one
pass over it, whatever their number. What was found for a tag is kept.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from ahocorasick import AHOCORASICK, Automaton

from bot.query import wildcards
from bot.query.packed import NO_NUMBERS, pack
from bot.query.tree import Fuzzy, Term, Wild

_KEPT_TAGS = 50_000
#: Each letter of a piece costs memory, and so many tell enough.
_LETTERS = 24
#: Stands before and behind a tag, so that a piece can say that it begins or ends one.
_EDGE = "\0"

#: A wildcard with its number, and whether its piece is all that it asks for.
_Entry: TypeAlias = tuple[str, int, bool]


class _Pieces:
    """Wildcards by the literal piece that a tag must have."""

    def __init__(self) -> None:
        self._automaton: Any = Automaton()

    def put(self, piece: str, entry: _Entry) -> None:
        """Add a wildcard under its piece."""
        held = self._automaton.get(piece, None)
        if held is None:
            self._automaton.add_word(piece, [entry])
        else:
            held.append(entry)

    def take(self, piece: str, entry: _Entry) -> None:
        """Remove a wildcard."""
        held = self._automaton.get(piece)
        held.remove(entry)
        if not held:
            self._automaton.remove_word(piece)

    def within(self, text: str) -> Iterable[tuple[int, list[_Entry]]]:
        """Return where each piece ends in the text, and the wildcards under it."""
        if self._automaton.kind != AHOCORASICK:
            if not len(self._automaton):
                return ()
            self._automaton.make_automaton()  # Once for all the pieces that are new.
        found: Iterable[tuple[int, list[_Entry]]] = self._automaton.iter(text)
        return found


class Spellings(dict[str, bytes]):
    """The numbers of the terms that each tag satisfies, looked up when first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self._tags: dict[str, bytes] = {}
        self._pieces = _Pieces()
        self._near: dict[int, list[tuple[Fuzzy, int]]] = {}

    def enter(self, term: Term | Wild | Fuzzy, number: int) -> None:
        """Add a term of the tags under its number."""
        if isinstance(term, Term):
            self._tags[term.value] = pack((number,))
            self.pop(term.value, None)
            return
        self.clear()
        if isinstance(term, Fuzzy):
            self._near.setdefault(len(term.value), []).append((term, number))
            return
        piece, suffices = _piece(term.pattern)
        self._pieces.put(piece, (term.pattern, number, suffices))

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
        piece, suffices = _piece(term.pattern)
        self._pieces.take(piece, (term.pattern, number, suffices))

    def __missing__(self, name: str) -> bytes:
        odd = _EDGE in name
        found = {
            number
            for _end, held in self._pieces.within(f"{_EDGE}{name}{_EDGE}")
            for pattern, number, suffices in held
            if (suffices and not odd) or wildcards.matches(pattern, name)
        }
        if self._near:
            found.update(self._near_to(name))
        if len(self) >= _KEPT_TAGS:
            self.clear()
        own = self._tags.get(name, NO_NUMBERS)
        self[name] = numbers = own + pack(found) if found else own
        return numbers

    def _near_to(self, name: str) -> Iterator[int]:
        for length in range(len(name) - 2, len(name) + 3):
            for term, number in self._near.get(length, ()):
                if wildcards.near(term.value, name, term.distance):
                    yield number


def _piece(pattern: str) -> tuple[str, bool]:
    """Return a piece for a pattern, edges included, and whether it is all that it asks for.

    It is the longest literal one, or a part of that.
    """
    parts = [*wildcards.pieces(pattern)]
    parts[0] = _EDGE + parts[0]
    parts[-1] += _EDGE
    literal = [word for part in parts for word in part.split(wildcards.ANY) if word.strip(_EDGE)]
    plain = _EDGE not in pattern and wildcards.ANY not in "".join(parts)
    longest = max(literal, key=len, default=_EDGE)
    piece = longest[-_LETTERS:] if longest.endswith(_EDGE) else longest[:_LETTERS]
    return piece, plain and len(literal) <= 1 and piece == longest

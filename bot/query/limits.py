"""What fields other than the tags must be, as numbered terms, and which of them a post satisfies.

A field's limits are kept in order, so that a post satisfies those on one side of its value.
"""

from bisect import bisect_left, bisect_right
from math import inf, nextafter
from typing import Literal, NamedTuple, TypeAlias

from msgspec import UnsetType

from bot.query.facts import READERS, SINGLE, FieldValue, single
from bot.query.packed import NO_NUMBERS, pack
from bot.query.tree import Flag, Instant, Range, Span, Term

#: Values of a field for which it is remembered what they satisfy, and of places between limits.
_KEPT_VALUES = 500
_KEPT_PLACES = 200

Relation: TypeAlias = Literal["is", "low", "high"]


class Limit(NamedTuple):
    """What a field's value must be, or be at least (`low`), or be at most (`high`)."""

    field: str
    relation: Relation
    value: float


#: Up to here every whole number is a float too.
_EXACT = 2.0**53


def limit(leaf: Flag | Range | Span) -> Limit | None:
    """Return the limit that says what the leaf says, `None` where one does not suffice.

    Dates relative to now have none, nor has what is always or never true of a number.
    """
    if leaf.field not in READERS:
        return None
    if isinstance(leaf, Flag):
        return Limit(leaf.field, "is", leaf.value)
    low, high = _number(leaf.field, leaf.low), _number(leaf.field, leaf.high)
    if any(bound is not None and abs(bound) > _EXACT for bound in (low, high)):
        return None
    if leaf.low is not None and leaf.high is not None:
        exactly = low is not None and low == high and not leaf.low_open and not leaf.high_open
        return Limit(leaf.field, "is", low) if low is not None and exactly else None
    if low is not None:
        return Limit(leaf.field, "low", nextafter(low, inf) if leaf.low_open else low)
    if high is not None:
        return Limit(leaf.field, "high", nextafter(high, -inf) if leaf.high_open else high)
    return None


def _number(field: str, bound: float | Instant | None) -> float | None:
    if isinstance(bound, Instant):
        return None if bound.relative else bound.seconds
    return single(bound) if bound is not None and field in SINGLE else bound


def as_range(said: Limit) -> Range | None:
    """Return a leaf for a limit that is one side of a range, `None` for another limit."""
    if said.relation == "is":
        return None
    low, high = (said.value, None) if said.relation == "low" else (None, said.value)
    return Range(said.field, low, high)


class _Ordered:
    """Numbers of terms by the limit that each is, in order."""

    __slots__ = ("limits", "numbers")

    def __init__(self) -> None:
        self.limits: list[float] = []
        self.numbers: list[int] = []

    def enter(self, value: float, number: int) -> None:
        at = bisect_left(self.limits, value)
        self.limits.insert(at, value)
        self.numbers.insert(at, number)

    def leave(self, value: float) -> None:
        at = bisect_left(self.limits, value)
        del self.limits[at], self.numbers[at]


class Field(dict[FieldValue, bytes]):
    """The numbered terms of one field that each value satisfies, looked up when first asked for."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.read = READERS[name]
        self._single = name in SINGLE
        self._exact: dict[float | str, int] = {}
        self._low = _Ordered()
        self._high = _Ordered()
        #: What is satisfied between two limits and no other, by how many are before it.
        self._between: dict[tuple[int, int, int | None], bytes] = {}

    def enter(self, term: Term | Limit, number: int) -> None:
        """Add a term under its number."""
        self._forget()
        if isinstance(term, Term) or term.relation == "is":
            self._exact[term.value] = number
        else:
            self._side(term).enter(term.value, number)

    def leave(self, term: Term | Limit) -> None:
        """Remove what was entered."""
        self._forget()
        if isinstance(term, Term) or term.relation == "is":
            del self._exact[term.value]
        else:
            self._side(term).leave(term.value)

    def _forget(self) -> None:
        self.clear()
        self._between.clear()

    def _side(self, term: Limit) -> _Ordered:
        return self._low if term.relation == "low" else self._high

    def crowd(self, term: Limit) -> int:
        """Return how many limits there are on the term's side."""
        return len(self._side(term).limits)

    def is_spent(self) -> bool:
        """Tell whether no term is left."""
        return not (self._exact or self._low.limits or self._high.limits)

    def numbers(self) -> list[int]:
        """Return the numbers of all terms."""
        return [*self._exact.values(), *self._low.numbers, *self._high.numbers]

    def __missing__(self, value: FieldValue) -> bytes:
        if isinstance(value, tuple):
            numbers = pack(self._exact[text] for text in value if text in self._exact)
        elif value is None or isinstance(value, UnsetType):
            numbers = NO_NUMBERS
        else:
            numbers = self._of_number(single(value) if self._single else value)
        if len(self) >= _KEPT_VALUES:
            self.clear()
        self[value] = numbers
        return numbers

    def _of_number(self, number: float) -> bytes:
        low, high = self._low, self._high
        after, before = bisect_right(low.limits, number), bisect_left(high.limits, number)
        place = after, before, self._exact.get(number)
        if place not in self._between:
            if len(self._between) >= _KEPT_PLACES:
                self._between.clear()
            found = low.numbers[:after] + high.numbers[before:]
            found += [place[2]] if place[2] is not None else []
            self._between[place] = pack(found)
        return self._between[place]

"""What fields other than the tags must be, as numbered terms, and which of them a post satisfies.

A field's limits are kept in order, so that a post satisfies those on one side of its value.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from math import inf, nextafter
from typing import Final, Literal, NamedTuple, TypeAlias

from bot.query.bundles import Bundle
from bot.query.facts import READERS, SINGLE, FieldValue, single
from bot.query.fields import DATES
from bot.query.tree import Flag, Instant, Range, Span

#: How many values of a field, places between its limits, and terms in all of these are remembered.
_KEPT_VALUES = 500
_KEPT_PLACES = 500
_KEPT_TERMS = 50_000

Relation: TypeAlias = Literal["is", "low", "high"]


class Limit(NamedTuple):
    """What a field's value must be, or be at least (`low`), or be at most (`high`).

    Of `ago` the value is not the field's, but how many seconds it lies back.
    """

    field: str
    relation: Relation
    value: float
    ago: bool = False


#: Up to here every whole number is a float too.
_EXACT = 2.0**53


def limit(leaf: Flag | Range | Span) -> Limit | None:
    """Return the limit that says what the leaf says, `None` where one does not suffice.

    Dates that lie calendar months back have none, nor has what is always or never true of a number.
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
    return _ago(leaf) if isinstance(leaf, Span) else None


def _number(field: str, bound: float | Instant | None) -> float | None:
    if isinstance(bound, Instant):
        return None if bound.relative else bound.seconds
    return single(bound) if bound is not None and field in SINGLE else bound


def _ago(leaf: Span) -> Limit | None:
    """Return the limit for a date with one bound: what is later than that lies less far back."""
    bound = leaf.high if leaf.low is None else leaf.low
    if bound is None or not bound.relative or bound.months:
        return None
    if leaf.low is None:
        nearest = nextafter(bound.seconds, inf) if leaf.high_open else bound.seconds
        return Limit(leaf.field, "low", nearest, ago=True)
    furthest = nextafter(bound.seconds, -inf) if leaf.low_open else bound.seconds
    return Limit(leaf.field, "high", furthest, ago=True)


def as_range(said: Limit) -> Range | Span | None:
    """Return a leaf for a limit that is one side of a range, `None` for another limit."""
    if said.relation == "is":
        return None
    at_least = said.relation == "low"
    if not said.ago:
        return (
            Range(said.field, said.value, None) if at_least else Range(said.field, None, said.value)
        )
    seconds = round(said.value)
    back, is_open = Instant(seconds, relative=True), seconds != said.value
    if at_least:
        return Span(said.field, high=back, high_open=is_open)
    return Span(said.field, low=back, low_open=is_open)


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


class Satisfied(NamedTuple):
    """The numbered terms that a value satisfies, and what stands under them."""

    terms: frozenset[int]
    bundles: list[Bundle]


#: A union of types would be made anew for each use.
_NUMBERS = (int, float)
_NOTHING: Final = Satisfied(frozenset(), [])


class Limits(dict[FieldValue, Satisfied]):
    """What each value of one field satisfies of its limits, looked up when first asked for."""

    def __init__(self, like: Limit, under: Sequence[Bundle | None]) -> None:
        """Take one of the limits, and what stands under a term by its number."""
        super().__init__()
        self.read = READERS[like.field]
        self.ago = like.ago
        self._under = under
        self._single = like.field in SINGLE
        # Hardly two posts have the same moment: keeping what was found costs more than it saves.
        self._repeats = like.field not in DATES
        self._exact: dict[float, int] = {}
        self._low = _Ordered()
        self._high = _Ordered()
        #: What is satisfied between two limits and no other, by how many are before it.
        self._between: dict[tuple[int, int, int | None], Satisfied] = {}
        self._kept = 0

    def enter(self, term: Limit, number: int) -> None:
        """Add a term under its number."""
        self.forget()
        if term.relation == "is":
            self._exact[term.value] = number
        else:
            self._side(term).enter(term.value, number)

    def leave(self, term: Limit) -> None:
        """Remove what was entered."""
        self.forget()
        if term.relation == "is":
            del self._exact[term.value]
        else:
            self._side(term).leave(term.value)

    def forget(self) -> None:
        """Look everything up anew: what is satisfied or what stands under it has changed."""
        self.clear()
        self._between.clear()
        self._kept = 0

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

    def __missing__(self, value: FieldValue) -> Satisfied:
        if not isinstance(value, _NUMBERS):
            return _NOTHING
        number = single(value) if self._single else value
        low, high = self._low, self._high
        after, before = bisect_right(low.limits, number), bisect_left(high.limits, number)
        place = after, before, self._exact.get(number)
        found = self._between.get(place)
        if found is None:
            exactly = () if place[2] is None else (place[2],)
            terms = frozenset((*low.numbers[:after], *high.numbers[before:], *exactly))
            found = Satisfied(terms, [*filter(None, map(self._under.__getitem__, terms))])
            self._kept += len(terms)
            if self._kept > _KEPT_TERMS or len(self._between) >= _KEPT_PLACES:
                self.forget()
                self._kept = len(terms)
            self._between[place] = found
        if self._repeats:
            if len(self) >= _KEPT_VALUES:
                self.clear()
            self[value] = found
        return found

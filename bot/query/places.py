"""Where an index keeps its alternatives, so that a post meets only those that may match it.

An alternative stands under its rarest required term, where that is a common one together with its
second rarest. One that requires no term stands under a check that it wants, or under a common term
that it forbids, or among the few that every post meets. What it stands under it need not want
again. Each such place has a number; that of a single term is the term's own.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from bot.query.evaluate import Verdict
from bot.query.vocabulary import Terms


class Spelled(NamedTuple):
    """A required term of the tags."""

    term: int


class Limited(NamedTuple):
    """A required term of another field; of those a post can have very many."""

    term: int


class Pair(NamedTuple):
    """Two required terms of the tags."""

    first: int
    second: int


class Absent(NamedTuple):
    """A forbidden term."""

    term: int


class Given(NamedTuple):
    """The code of a check that is wanted."""

    code: int


class Always(NamedTuple):
    """Nothing at all."""


#: What an item stands under.
Key: TypeAlias = Spelled | Limited | Pair | Absent | Given | Always


class Places:
    """The numbers of the places, and which of them a post reaches."""

    def __init__(self, fresh: Iterator[int]) -> None:
        """Take numbers that are not used yet."""
        self._fresh = fresh
        self._always = next(fresh)
        #: How often each is used as such.
        self._limited: dict[int, int] = {}
        self._seconds: dict[int, int] = {}
        self._pairs: dict[int, dict[int, int]] = {}
        self._absent: dict[int, int] = {}
        self._given: dict[int, int] = {}
        #: Of the last three, by the number of the place.
        self._keys: dict[int, Pair | Absent | Given] = {}
        self._uses: dict[int, int] = {}

    def number(self, key: Key) -> int:
        """Return the number of a place, a new one where it is new, and count one use."""
        if isinstance(key, Spelled):
            return key.term
        if isinstance(key, Limited):
            _count(self._limited, key.term, 1)
            return key.term
        if isinstance(key, Always):
            return self._always
        if isinstance(key, Pair):
            _count(self._seconds, key.second, 1)
        numbers = self._shelf(key)
        found = numbers.get(key[-1])
        if found is None:
            found = numbers[key[-1]] = next(self._fresh)
            self._keys[found] = key
        _count(self._uses, found, 1)
        return found

    def release(self, place: int) -> Key:
        """Take one use back and return what the place is for; one without any is forgotten."""
        if place == self._always:
            return Always()
        key = self._keys.get(place)
        if key is None:
            if place not in self._limited:
                return Spelled(place)
            _count(self._limited, place, -1)
            return Limited(place)
        if isinstance(key, Pair):
            _count(self._seconds, key.second, -1)
        _count(self._uses, place, -1)
        if place not in self._uses:
            del self._keys[place]
            numbers = self._shelf(key)
            del numbers[key[-1]]
            if isinstance(key, Pair) and not numbers:
                del self._pairs[key.first]
        return key

    def _shelf(self, key: Pair | Absent | Given) -> dict[int, int]:
        """Return the places of this kind, by the last part of their keys."""
        if isinstance(key, Pair):
            return self._pairs.setdefault(key.first, {})
        return self._absent if isinstance(key, Absent) else self._given

    def reached(self, terms: Terms, verdicts: Mapping[int, Verdict]) -> tuple[set[int], set[int]]:
        """Return the places whose key the post satisfies, and those whose key is undecided."""
        spelled, others, present, unknown = terms
        certain = spelled.copy()
        certain.add(self._always)
        if self._limited:
            certain |= self._limited.keys() & others
        doubted: set[int] = set()
        second = self._seconds.keys() & spelled
        pairs = self._pairs
        if second:
            for first in pairs.keys() & spelled:
                places = pairs[first]
                certain.update(map(places.__getitem__, places.keys() & second))
        # Not by sets: the terms present are many and these are few.
        certain.update([place for term, place in self._absent.items() if term not in present])
        for code, place in self._given.items():
            verdict = verdicts[code]
            if verdict is not False:
                (certain if verdict else doubted).add(place)
        if unknown:
            doubted |= self._limited.keys() & unknown
            unsaid = {self._absent[term] for term in self._absent.keys() & unknown}
            doubted |= unsaid
            certain -= unsaid
        return certain, doubted


def _count(uses: dict[int, int], number: int, more: int) -> None:
    """Count uses up or down; a number without any is forgotten."""
    now = uses.get(number, 0) + more
    if now:
        uses[number] = now
    else:
        del uses[number]

"""Where an index keeps its alternatives, so that a post meets only those that may match it.

An alternative stands under its rarest required term, where that is a common one together with its
second rarest. One that requires no term stands under a check that it wants, or under a common term
that it forbids, or among the few that every post meets. What it stands under it need not want
again.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from bot.query.bundles import Bundle
from bot.query.evaluate import Verdict
from bot.query.spellings import Spellings
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

    nothing: int = 0


#: What an item stands under.
Key: TypeAlias = Spelled | Limited | Pair | Absent | Given | Always


class Places:
    """The bundles by what they stand under, and which of them a post reaches."""

    def __init__(self, spellings: Spellings) -> None:
        """Take what keeps the bundles under a single term of the tags."""
        self._spellings = spellings
        self._limited: dict[int, Bundle] = {}
        self._absent: dict[int, Bundle] = {}
        self._given: dict[int, Bundle] = {}
        self._always: dict[int, Bundle] = {}
        self._pairs: dict[int, dict[int, Bundle]] = {}
        #: Of how many pairs each term is the second.
        self._seconds: dict[int, int] = {}

    def open(self, key: Key) -> Bundle:
        """Return what stands under a key; an empty bundle where it is new."""
        shelf = self._shelf(key)
        found = shelf.get(key[-1])
        if found is None:
            found = shelf[key[-1]] = Bundle(key)
            if isinstance(key, Pair):
                self._seconds[key.second] = self._seconds.get(key.second, 0) + 1
            elif isinstance(key, Spelled):
                self._spellings.clear()
        return found

    def close(self, bundle: Bundle) -> None:
        """Forget a bundle that has become empty."""
        key = bundle.key
        shelf = self._shelf(key)
        del shelf[key[-1]]
        if isinstance(key, Pair):
            self._seconds[key.second] -= 1
            if not self._seconds[key.second]:
                del self._seconds[key.second]
            if not shelf:
                del self._pairs[key.first]
        elif isinstance(key, Spelled):
            self._spellings.clear()

    def _shelf(self, key: Key) -> dict[int, Bundle]:
        """Return the bundles of this kind, by the last part of their keys."""
        match key:
            case Spelled():
                return self._spellings.bundles
            case Pair(first):
                return self._pairs.setdefault(first, {})
            case Limited():
                return self._limited
            case Absent():
                return self._absent
            case Given():
                return self._given
            case Always():
                return self._always

    def reached(
        self, terms: Terms, verdicts: Mapping[int, Verdict]
    ) -> tuple[list[Bundle], list[Bundle]]:
        """Return the bundles whose key the post satisfies, and those whose key is undecided."""
        spelled, present, unknown, under = terms
        certain = [*under, *self._always.values()]
        second = self._seconds.keys() & spelled
        if second:
            pairs = self._pairs
            for first in pairs.keys() & spelled:
                shelf = pairs[first]
                certain += map(shelf.__getitem__, shelf.keys() & second)
        limited, absent = self._limited, self._absent
        certain += map(limited.__getitem__, limited.keys() & present)
        # Not by sets: the terms present are many and these are few.
        certain += [
            bundle for term, bundle in absent.items() if term not in present and term not in unknown
        ]
        doubted: list[Bundle] = []
        for code, bundle in self._given.items():
            verdict = verdicts[code]
            if verdict is not False:
                (certain if verdict else doubted).append(bundle)
        if unknown:
            doubted += map(limited.__getitem__, limited.keys() & unknown)
            doubted += map(absent.__getitem__, absent.keys() & unknown)
        return certain, doubted

"""Where an index keeps its alternatives, so that a post meets only those that may match it.

An alternative stands under its rarest required term or set of terms. One that requires none stands
under a check that it wants, or under a common term that it forbids, or else under what every post
has. What it stands under it need not want again.
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from bot.query.bundles import Bundle
from bot.query.evaluate import Verdict
from bot.query.vocabulary import Terms, Vocabulary


class Present(NamedTuple):
    """A required term, or what every post has."""

    term: int


class Absent(NamedTuple):
    """A forbidden term."""

    term: int


class Given(NamedTuple):
    """The code of a check that is wanted."""

    code: int


#: What an item stands under.
Key: TypeAlias = Present | Absent | Given


class Places:
    """The bundles by what they stand under, and which of them a post reaches."""

    def __init__(self, terms: Vocabulary) -> None:
        """Take what keeps the bundles under a required term."""
        self._terms = terms
        self._absent: dict[int, Bundle] = {}
        self._given: dict[int, Bundle] = {}

    def open(self, key: Key) -> Bundle:
        """Return what stands under a key; an empty bundle where it is new."""
        if isinstance(key, Present):
            bundle = self._terms.under[key.term]
            if bundle is None:
                bundle = Bundle(key)
                self._terms.put_under(key.term, bundle)
            return bundle
        shelf = self._shelf(key)
        if key[0] not in shelf:
            shelf[key[0]] = Bundle(key)
        return shelf[key[0]]

    def close(self, bundle: Bundle) -> None:
        """Forget a bundle that has become empty."""
        key = bundle.key
        if isinstance(key, Present):
            self._terms.put_under(key.term, None)
        else:
            del self._shelf(key)[key[0]]

    def _shelf(self, key: Absent | Given) -> dict[int, Bundle]:
        return self._absent if isinstance(key, Absent) else self._given

    def reached(
        self, terms: Terms, verdicts: Mapping[int, Verdict]
    ) -> tuple[list[Bundle], list[Bundle]]:
        """Return the bundles whose key the post satisfies, and those whose key is undecided."""
        present, unknown, bundles = terms
        absent = self._absent
        # Not by sets: the terms present are many and these are few.
        certain = bundles + [
            bundle for term, bundle in absent.items() if term not in present and term not in unknown
        ]
        doubted: list[Bundle] = []
        for code, bundle in self._given.items():
            verdict = verdicts[code]
            if verdict is not False:
                (certain if verdict else doubted).append(bundle)
        if unknown:
            doubted += filter(None, map(self._terms.under.__getitem__, unknown))
            doubted += map(absent.__getitem__, absent.keys() & unknown)
        return certain, doubted

"""What one post makes of the bundles that it meets in an index.

Nearly all of a match's time is spent here, so what can be done to many keys at once, in C, is.
"""

from collections.abc import Iterable, Mapping
from itertools import compress
from operator import attrgetter
from typing import Any

from bot.query.bundles import NO_MORE, Barred, Bundle, More, Numbers, Slots
from bot.query.evaluate import Verdict
from bot.query.packed import unpack
from bot.query.vocabulary import EVERY, Terms

_SURE, _UNSURE, _TESTS = attrgetter("sure"), attrgetter("unsure"), attrgetter("tests")


class Gathering:
    """One post's keys: `sure` match, `unsure` may (some of the sure ones may be there too)."""

    __slots__ = ("_slots", "_terms", "_verdicts", "sure", "unsure")

    def __init__(self, slots: Slots, terms: Terms, verdicts: Mapping[int, Verdict]) -> None:
        """Take the index's slots, the terms that the post has, and what the checks say of it."""
        self._slots = slots
        self._terms = terms
        self._verdicts = verdicts
        self.sure: set[Any] = set()
        self.unsure: set[Any] = set()

    def add(self, bundles: list[Bundle]) -> None:
        """Add what stands in places whose key the post satisfies; once for a post."""
        if self._terms.unknown:
            for bundle in bundles:
                self._weigh(bundle, certain=True)
            return
        tests = unpack(map(_TESTS, bundles))
        met = compress(tests[1::2], map(self._terms.present.__contains__, tests[::2]))
        keys, wanted, holds = self._slots.keys, self._slots.more, self._holds
        found: list[Any] = []
        barred: list[Any] = []
        for slot in met:
            more = wanted[slot]
            if more is None:
                found.append(keys[slot])
            elif more is Barred.BARRED:
                barred.append(keys[slot])
            elif holds(more, keys[slot]):
                found.append(keys[slot])
        self.sure.update(found, *filter(None, map(_SURE, bundles)))
        # A spared key stands nowhere as anything else, so what bars it bars it for good.
        self.sure.difference_update(barred)
        self.unsure.update(*filter(None, map(_UNSURE, bundles)))

    def _holds(self, more: More, key: Any) -> bool:
        """Tell whether what else a key wants is there, where the post mentions every field.

        What is not decided is noted at once.
        """
        required, forbidden, choices, checks, undecided = more
        present = self._terms.present
        if not (present.issuperset(required) and present.isdisjoint(forbidden)):
            return False
        for choice in choices:
            if present.isdisjoint(choice):
                return False
        for code in checks:
            verdict = self._verdicts[code]
            if verdict is False:
                return False
            undecided = undecided or verdict is None
        if undecided:
            self.unsure.add(key)
        return not undecided

    def add_doubted(self, bundles: Iterable[Bundle]) -> None:
        """Add what stands in places whose key the post leaves undecided."""
        for bundle in bundles:
            self._weigh(bundle, certain=False)

    def _weigh(self, bundle: Bundle, *, certain: bool) -> None:
        """Decide in three values what wants more than its place, some terms being unknown."""
        tested = bundle.by_slot()
        keys, wanted = self._slots.keys, self._slots.more
        spared = {keys[slot] for slot in tested if wanted[slot] is Barred.BARRED}
        (self.sure if certain else self.unsure).update(set(bundle.sure) - spared)
        self.unsure.update(bundle.unsure)
        for slot, tests in tested.items():
            verdict = self._verdict(tests, wanted[slot])
            if verdict is not False:
                (self.sure if verdict and certain else self.unsure).add(keys[slot])

    def _verdict(self, tests: Numbers, more: More | Barred | None) -> Verdict:
        """Return whether the post has what a key wants."""
        present, unknown = self._terms.present, self._terms.unknown
        if more is None:
            more = NO_MORE
        elif more is Barred.BARRED:
            more, tests = ((), tests, (), (), False), (EVERY,)
        required, forbidden, choices, checks, undecided = more
        wanted = [*((term,) for term in required), *choices, tests]
        if not present.isdisjoint(forbidden):
            return False
        lacking = [each for each in wanted if present.isdisjoint(each)]
        if any(unknown.isdisjoint(each) for each in lacking):
            return False
        said = [self._verdicts[code] for code in checks]
        if False in said:
            return False
        doubted = undecided or lacking or None in said or not unknown.isdisjoint(forbidden)
        return None if doubted else True

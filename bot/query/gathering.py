"""What one post makes of the bundles that it meets in an index.

Nearly all of a match's time is spent here, so what can be done to many keys at once, in C, is.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from bot.query.bundles import NO_MORE, Bundle, Item, More
from bot.query.evaluate import Verdict
from bot.query.vocabulary import Terms


class Gathering:
    """One post's keys: `sure` match, `unsure` may (some of the sure ones may be there too)."""

    __slots__ = ("_terms", "_verdicts", "sure", "unsure")

    def __init__(self, terms: Terms, verdicts: Mapping[int, Verdict]) -> None:
        """Take the terms that the post has, and what the checks say of it."""
        self._terms = terms
        self._verdicts = verdicts
        self.sure: set[Any] = set()
        self.unsure: set[Any] = set()

    def add(self, bundles: Iterable[Bundle]) -> None:
        """Add what stands in places whose key the post satisfies."""
        sure: list[list[Any]] = []
        unsure: list[list[Any]] = []
        single: list[list[Any]] = []
        guarded: list[list[Any]] = []
        for bundle in bundles:
            if bundle.sure:
                sure.append(bundle.sure)
            if bundle.single:
                single.append(bundle.single)
            if bundle.guarded:
                guarded.append(bundle.guarded)
            if bundle.unsure:
                unsure.append(bundle.unsure)
        self.sure.update(*sure)
        self.unsure.update(*unsure)
        if self._terms.unknown:
            self._weigh(_in_threes(single), _in_fives(guarded), certain=True)
            return
        present = self._terms.present
        self.sure.update(
            [key for term, wanted, key in _in_threes(single) if (term in present) is wanted]
        )
        has_all, has_none, add = present.issuperset, present.isdisjoint, self.sure.add
        for rest, forbidden, choice, more, key in _in_fives(guarded):
            if has_all(rest) and has_none(forbidden) and not (choice and has_none(choice)):
                if more is None:
                    add(key)
                else:
                    self._look_closer(more, key)

    def _look_closer(self, more: More, key: Any) -> None:
        """Decide what else a key wants, where the post mentions every field."""
        choices, checks, undecided = more
        has_none = self._terms.present.isdisjoint
        for choice in choices:
            if has_none(choice):
                return
        for code in checks:
            verdict = self._verdicts[code]
            if verdict is False:
                return
            undecided = undecided or verdict is None
        (self.unsure if undecided else self.sure).add(key)

    def add_doubted(self, bundles: Iterable[Bundle]) -> None:
        """Add what stands in places whose key the post leaves undecided."""
        for bundle in bundles:
            self.unsure.update(bundle.sure, bundle.unsure)
            self._weigh(_in_threes([bundle.single]), _in_fives([bundle.guarded]), certain=False)

    def _weigh(
        self,
        single: Iterator[tuple[int, bool, Any]],
        guarded: Iterator[tuple[Any, ...]],
        *,
        certain: bool,
    ) -> None:
        """Decide in three values what wants more than its place, some terms being unknown."""
        present, unknown = self._terms.present, self._terms.unknown
        for term, wanted, key in single:
            if term in unknown:
                self.unsure.add(key)
            elif (term in present) is wanted:
                (self.sure if certain else self.unsure).add(key)
        for rest, forbidden, choice, more, key in guarded:
            verdict = self._verdict((rest, forbidden, choice, more))
            if verdict is not False:
                (self.sure if verdict and certain else self.unsure).add(key)

    def _verdict(self, item: Item) -> Verdict:
        """Return whether the post has what an item wants."""
        present, unknown = self._terms.present, self._terms.unknown
        rest, forbidden, choice, more = item
        choices, checks, undecided = more or NO_MORE
        if not present.isdisjoint(forbidden):
            return False
        wanted = [*((term,) for term in rest), *choices]
        if choice:
            wanted.append(choice)
        lacking = [each for each in wanted if present.isdisjoint(each)]
        if any(unknown.isdisjoint(each) for each in lacking):
            return False
        said = [self._verdicts[code] for code in checks]
        if False in said:
            return False
        doubted = undecided or lacking or None in said or not unknown.isdisjoint(forbidden)
        return None if doubted else True


def _in_threes(lists: list[list[Any]]) -> Iterator[tuple[int, bool, Any]]:
    held = chain.from_iterable(lists)
    return zip(held, held, held, strict=False)


def _in_fives(lists: list[list[Any]]) -> Iterator[tuple[Any, ...]]:
    held = chain.from_iterable(lists)
    return zip(held, held, held, held, held, strict=False)

"""What one post makes of the bundles that it meets in an index.

Nearly all of a match's time is spent here, so what can be done to many keys at once, in C, is.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from bot.query.bundles import NO_MORE, Bundle, More, Part
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
        if self._terms.unknown:
            for bundle in bundles:
                self._weigh(bundle, certain=True)
            return
        sure: list[list[Any]] = []
        unsure: list[list[Any]] = []
        required: list[list[Any]] = []
        chosen: list[list[Any]] = []
        free: list[list[Any]] = []
        for bundle in bundles:
            if bundle.sure:
                sure.append(bundle.sure)
            if bundle.required:
                required.append(bundle.required)
            if bundle.chosen:
                chosen.append(bundle.chosen)
            if bundle.free:
                free.append(bundle.free)
            if bundle.unsure:
                unsure.append(bundle.unsure)
        present = self._terms.present
        has_none, holds = present.isdisjoint, self._holds
        self.unsure.update(*unsure)
        self.sure.update(
            *sure,
            [
                key
                for term, more, key in _in_threes(required)
                if term in present and (more is None or holds(more, key))
            ],
            [
                key
                for terms, more, key in _in_threes(chosen)
                if not has_none(terms) and (more is None or holds(more, key))
            ],
            [
                key
                for terms, more, key in _in_threes(free)
                if has_none(terms) and (more is None or holds(more, key))
            ],
        )

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
        (self.sure if certain else self.unsure).update(bundle.sure)
        self.unsure.update(bundle.unsure)
        for part in _TESTED:
            for test, more, key in _in_threes([getattr(bundle, part)]):
                verdict = self._verdict(part, test, more or NO_MORE)
                if verdict is not False:
                    (self.sure if verdict and certain else self.unsure).add(key)

    def _verdict(self, part: Part, test: Any, more: More) -> Verdict:
        """Return whether the post has what a key wants."""
        present, unknown = self._terms.present, self._terms.unknown
        required, forbidden, choices, checks, undecided = more
        wanted = [*((term,) for term in required), *choices]
        if part == "free":
            forbidden += test
        else:
            wanted.append((test,) if part == "required" else test)
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


_TESTED: tuple[Part, ...] = ("required", "chosen", "free")


def _in_threes(lists: list[list[Any]]) -> Iterator[tuple[Any, More | None, Any]]:
    held = chain.from_iterable(lists)
    return zip(held, held, held, strict=False)

"""What one post makes of the bundles that it meets in an index."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.query.evaluate import Verdict
from bot.query.shelves import Bundle, Item


class Gathered:
    """The keys that match, those undecided, and the items that want a closer look."""

    __slots__ = ("_guarded", "_present", "_unknown", "_verdicts", "sure", "unsure")

    def __init__(
        self, present: set[int], unknown: set[int], verdicts: Mapping[int, Verdict]
    ) -> None:
        """Take the terms that the post has, those that it does not mention, and the checks."""
        self.sure: set[Any] = set()
        self.unsure: set[Any] = set()
        self._present = present
        self._unknown = unknown
        self._verdicts = verdicts
        self._guarded: list[Item] = []

    def add(self, bundles: list[Bundle]) -> None:
        """Add what stands under keys that the post satisfies."""
        sure = self.sure
        for bundle in bundles:
            if bundle.sure:
                sure.update(bundle.sure)
            if bundle.unsure:
                self.unsure.update(bundle.unsure)
            if bundle.guarded:
                self._guarded += bundle.guarded
            if bundle.also or bundle.unless:
                self._add_by_term(bundle)
            if bundle.given:
                self._add_by_check(bundle)

    def _add_by_check(self, bundle: Bundle) -> None:
        for code, key in _by_turns(bundle.given):
            verdict = self._verdicts[code]
            if verdict:
                self.sure.add(key)
            elif verdict is None:
                self.unsure.add(key)

    def _add_by_term(self, bundle: Bundle) -> None:
        sure, present, unknown = self.sure, self._present, self._unknown
        for term, key in _by_turns(bundle.also) if bundle.also else ():
            if term in present:
                sure.add(key)
            elif unknown and term in unknown:
                self.unsure.add(key)
        for term, key in _by_turns(bundle.unless) if bundle.unless else ():
            if term not in present:
                (self.unsure if unknown and term in unknown else sure).add(key)

    def add_doubted(self, bundles: list[Bundle]) -> None:
        """Add what stands under keys that the post leaves undecided."""
        unsure, present = self.unsure, self._present
        possible = present | self._unknown
        for bundle in bundles:
            unsure.update(bundle.sure, bundle.unsure)
            unsure.update(key for term, key in _by_turns(bundle.also) if term in possible)
            unsure.update(
                key for term, key in _by_turns(bundle.unless) if term not in self._present
            )
            unsure.update(
                key for code, key in _by_turns(bundle.given) if self._verdicts[code] is not False
            )
            self._guarded += [
                (rest, choices, forbidden, checks, True, wish)
                for rest, choices, forbidden, checks, _, wish in bundle.guarded
            ]

    def look_closer(self) -> None:
        """Decide the items that want more than what they stand under."""
        present, unknown, verdicts = self._present, self._unknown, self._verdicts
        possible = present | unknown if unknown else present
        for rest, choices, forbidden, checks, undecided, wish in self._guarded:
            if not (present.isdisjoint(forbidden) and possible.issuperset(rest)):
                continue
            if choices and any(possible.isdisjoint(choice) for choice in choices):
                continue
            said = [verdicts[code] for code in checks] if checks else ()
            if False in said:
                continue
            doubted = undecided or None in said
            if unknown and not doubted:
                doubted = not (
                    unknown.isdisjoint(rest)
                    and unknown.isdisjoint(forbidden)
                    and not any(present.isdisjoint(choice) for choice in choices)
                )
            (self.unsure if doubted else self.sure).update(wish or ())


def _by_turns(held: list[Any]) -> Iterator[tuple[int, Any]]:
    one_by_one = iter(held)
    return zip(one_by_one, one_by_one, strict=False)

"""What an index keeps in one place: keys of queries, each with what it wants besides the place."""

from enum import Enum
from itertools import compress
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from bot.query.packed import NO_NUMBERS, Packed, longer, pack, unpack

Numbers: TypeAlias = tuple[int, ...]
#: What is wanted beyond the tests: required terms, forbidden terms, sets of which one term is
#: required each, checks, and whether it is at best undecided.
More: TypeAlias = tuple[Numbers, Numbers, tuple[Numbers, ...], Numbers, bool]
#: How a key stands in a place: it matches if the place does; it is then at best undecided; it
#: matches unless a post has one of its tests; it may match if a post has one of them.
Part: TypeAlias = Literal["sure", "unsure", "spared", "tested"]

NO_MORE: Final[More] = ((), (), (), (), False)
#: Shared by all the bundles that keep nothing of a kind.
_NOTHING: Final[list[Any]] = []


class Barred(Enum):
    """What a post makes of a spared key, one of whose tests it has."""

    BARRED = "barred"


class Item(NamedTuple):
    """How a key stands in a place, the terms that are looked for first, and what else it wants."""

    part: Part
    tests: Numbers
    more: More | None


class Slots:
    """Keys with what they want, by number; a number given back is given again."""

    def __init__(self) -> None:
        self.keys: list[Any] = []
        self.more: list[More | Barred | None] = []
        self._spare: list[int] = []

    def give(self, key: Any, more: More | Barred | None) -> int:
        """Return a number for a key that wants more."""
        if self._spare:
            slot = self._spare.pop()
            self.keys[slot], self.more[slot] = key, more
            return slot
        self.keys.append(key)
        self.more.append(more)
        return len(self.keys) - 1

    def release(self, slot: int) -> None:
        """Take a number back."""
        self.keys[slot] = self.more[slot] = None
        self._spare.append(slot)


class Bundle:
    """What stands in one place, of which `key` tells what it is for.

    `sure` and `unsure` are lists of keys, of the sure ones those that are spared too; `tests` has
    by turns a term and the slot of a key to look at where a post has the term.
    """

    __slots__ = ("key", "sure", "tests", "unsure")

    def __init__(self, key: Any) -> None:
        self.key = key
        self.sure = _NOTHING
        self.unsure = _NOTHING
        self.tests: Packed = NO_NUMBERS

    def put(self, item: Item, key: Any, slots: Slots) -> None:
        """Add a key that wants an item."""
        part, tests, more = item
        if part == "unsure":
            self.unsure = _with(self.unsure, key)
        elif part != "tested":
            self.sure = _with(self.sure, key)
        if tests:
            slot = slots.give(key, Barred.BARRED if part == "spared" else more)
            pairs = pack(number for term in tests for number in (term, slot))
            self.tests = longer(self.tests, pairs)

    def take(self, item: Item, key: Any, slots: Slots) -> None:
        """Remove a key that wants an item."""
        part, tests, more = item
        if part == "unsure":
            self.unsure.remove(key)
        elif part != "tested":
            self.sure.remove(key)
        if tests:
            wanted = Barred.BARRED if part == "spared" else more
            numbers = unpack([self.tests])
            slot = next(
                slot
                for slot in compress(numbers[1::2], map(tests[0].__eq__, numbers[::2]))
                if slots.keys[slot] == key and slots.more[slot] == wanted
            )
            for term in tests:
                self.tests = _without(self.tests, pack((term, slot)))
            slots.release(slot)

    def by_slot(self) -> dict[int, Numbers]:
        """Return the terms of the tests by slot."""
        found: dict[int, Numbers] = {}
        numbers = iter(unpack([self.tests]))
        for term, slot in zip(numbers, numbers, strict=False):
            found[slot] = (*found.get(slot, ()), term)
        return found

    def is_empty(self) -> bool:
        """Tell whether nothing is left."""
        return not (self.sure or self.unsure or self.tests)


class Wish:
    """Equal queries: `digest` names their meaning; how many keys have it, and where they stand."""

    __slots__ = ("digest", "keys", "places")

    def __init__(self, digest: bytes) -> None:
        self.digest = digest
        self.keys = 0
        self.places: tuple[tuple[Bundle, Item], ...] = ()


def _with(held: list[Any], key: Any) -> list[Any]:
    """Return the list with a key more; the one that all share stays empty."""
    if held is _NOTHING:
        return [key]
    held.append(key)
    return held


def _without(held: Packed, entry: bytes) -> Packed:
    """Return the numbers without an entry that is among them."""
    at = held.find(entry)
    while at % len(entry):
        at = held.find(entry, at + 1)
    return held[:at] + held[at + len(entry) :]

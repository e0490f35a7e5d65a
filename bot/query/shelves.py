"""Where an index keeps its alternatives, so that a post meets only those that may match it.

An alternative stands under its rarest required term and there under its second rarest. One that
requires no term stands under a number or another check that it wants, or under a term that it
forbids, or among the few that every post meets. What it stands under it need not want again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from bot.query.facts import SINGLE, Facts, Verdict, single
from bot.query.tree import Range


class Wish(list[Any]):
    """The keys of equal queries; `digest` names their meaning, `places` where they stand."""

    __slots__ = ("digest", "places")

    def __init__(self, digest: bytes) -> None:
        super().__init__()
        self.digest = digest
        self.places: tuple[Place, ...] = ()


#: Further required terms, sets of which one term is required each, forbidden terms, checks,
#: "at best undecided", and whose it is.
Item: TypeAlias = tuple[
    frozenset[int], tuple[frozenset[int], ...], frozenset[int], tuple[int, ...], bool, Wish
]


class NumberKey(NamedTuple):
    """A field, and the number that an alternative wants: `is`, at least (`low`) or at most."""

    field: str
    relation: Literal["is", "low", "high"]
    number: float


class CheckKey(NamedTuple):
    """The code of a check that an alternative wants."""

    code: int


#: The required terms under which an item stands, or a forbidden one, or a number, or a check.
Key: TypeAlias = tuple[int] | tuple[int, int] | int | NumberKey | CheckKey | None
Place: TypeAlias = tuple[Key, Item]

#: Up to so many, trying each is faster than intersecting.
_FEW = 10
NO_TERMS: Final[frozenset[int]] = frozenset()


_NO_KEYS: Final[list[Any]] = []
_NO_GROUPS: Final[dict[int, list[Any]]] = {}


class Bundle:
    """What stands under one key. Items of the commonest forms are kept as keys alone."""

    __slots__ = ("given", "guarded", "sure", "unless", "unsure")

    def __init__(self) -> None:
        #: Keys that want nothing more, and those among them that are at best undecided.
        self.sure = _NO_KEYS
        self.unsure = _NO_KEYS
        #: Keys that want nothing more than that one term be absent; that one check hold.
        self.unless = _NO_GROUPS
        self.given = _NO_GROUPS
        self.guarded: list[Item] = _NO_KEYS

    def put(self, item: Item, key: Any) -> None:
        """Add a key of an item."""
        where, group = _form(item)
        if where == "guarded":
            # Its keys are in the item's own wish.
            if len(item[-1]) == 1:
                self.guarded = self.guarded if self.guarded else []
                self.guarded.append(item)
        elif where in {"sure", "unsure"}:
            keys = getattr(self, where) or []
            keys.append(key)
            setattr(self, where, keys)
        else:
            groups = getattr(self, where) or {}
            groups.setdefault(group, []).append(key)
            setattr(self, where, groups)

    def take(self, item: Item, key: Any) -> None:
        """Remove a key of an item."""
        where, group = _form(item)
        if where == "guarded":
            if not item[-1]:
                self.guarded = [each for each in self.guarded if each is not item]
        elif where in {"sure", "unsure"}:
            getattr(self, where).remove(key)
        else:
            groups = getattr(self, where)
            groups[group].remove(key)
            if not groups[group]:
                del groups[group]

    def __bool__(self) -> bool:
        """Tell whether anything is left."""
        return bool(self.sure or self.unsure or self.unless or self.given or self.guarded)


def _form(item: Item) -> tuple[str, int]:
    """Return the attribute of a bundle that holds the item, and the group in it."""
    rest, choices, forbidden, checks, undecided, _ = item
    wants = len(rest) + len(choices) + len(forbidden) + len(checks)
    if not wants:
        return ("unsure" if undecided else "sure"), 0
    if wants == 1 and not undecided:
        if forbidden:
            return "unless", next(iter(forbidden))
        if checks:
            return "given", checks[0]
    return "guarded", 0


def number_key(leaf: Range) -> NumberKey | None:
    """Return the number that stands for a wanted range, `None` where it needs a closer look."""
    low, high = leaf.low, leaf.high
    if leaf.low_open or leaf.high_open:
        return None
    if leaf.field in SINGLE:
        low = None if low is None else single(low)
        high = None if high is None else single(high)
    if low is not None:
        return NumberKey(leaf.field, "is" if low == high else "low", low)
    return None if high is None else NumberKey(leaf.field, "high", high)


class _Ordered:
    """Bundles by a number, in order."""

    def __init__(self) -> None:
        self.numbers: list[float] = []
        self.bundles: list[Bundle] = []

    def at(self, number: float) -> Bundle:
        index = bisect_left(self.numbers, number)
        if index == len(self.numbers) or self.numbers[index] != number:
            self.numbers.insert(index, number)
            self.bundles.insert(index, Bundle())
        return self.bundles[index]

    def drop(self, number: float) -> None:
        index = bisect_left(self.numbers, number)
        del self.numbers[index], self.bundles[index]

    def satisfied(self, relation: str, value: float) -> list[Bundle]:
        """Return the bundles whose number the value satisfies."""
        if relation == "low":
            return self.bundles[: bisect_right(self.numbers, value)]
        if relation == "high":
            return self.bundles[bisect_left(self.numbers, value) :]
        return self.bundles[bisect_left(self.numbers, value) : bisect_right(self.numbers, value)]


class _Anchor:
    """What stands under one required term: alone, and by a second one."""

    __slots__ = ("alone", "pairs")

    def __init__(self) -> None:
        self.alone = Bundle()
        self.pairs: dict[int, Bundle] = {}


class Shelves:
    """All items of an index by their keys."""

    def __init__(self) -> None:
        self._by_term: dict[int, _Anchor] = {}
        self._unless: dict[int, Bundle] = {}
        self._numbers: dict[tuple[str, str], _Ordered] = {}
        self._checks: dict[int, Bundle] = {}
        self._free = Bundle()

    def _bundle(self, key: Key) -> Bundle:
        if key is None:
            return self._free
        if isinstance(key, int):
            return self._unless.setdefault(key, Bundle())
        if isinstance(key, NumberKey):
            return self._numbers.setdefault(key[:2], _Ordered()).at(key.number)
        if isinstance(key, CheckKey):
            return self._checks.setdefault(key.code, Bundle())
        anchor = self._by_term.get(key[0])
        if anchor is None:
            anchor = self._by_term[key[0]] = _Anchor()
        return anchor.alone if len(key) == 1 else anchor.pairs.setdefault(key[1], Bundle())

    def put(self, key: Key, item: Item, owner: Any) -> None:
        """Add an item, or one more key of its owner's, under a key."""
        self._bundle(key).put(item, owner)

    def take(self, key: Key, item: Item, owner: Any) -> None:
        """Remove what was added, and the key where nothing is left under it."""
        bundle = self._bundle(key)
        bundle.take(item, owner)
        if bundle or key is None:
            return
        if isinstance(key, int):
            del self._unless[key]
        elif isinstance(key, CheckKey):
            del self._checks[key.code]
        elif isinstance(key, NumberKey):
            ordered = self._numbers[key[:2]]
            ordered.drop(key.number)
            if not ordered.numbers:
                del self._numbers[key[:2]]
        else:
            anchor = self._by_term[key[0]]
            if len(key) > 1:
                del anchor.pairs[key[1]]
            if not anchor.alone and not anchor.pairs:
                del self._by_term[key[0]]

    def met(
        self,
        facts: Facts,
        verdicts: Mapping[int, Verdict],
        present: set[int],
        unknown: set[int],
    ) -> tuple[list[Bundle], list[Bundle]]:
        """Return the bundles whose key the post satisfies, and those whose key is undecided."""
        by_term = self._by_term
        certain = [self._free]
        doubted: list[Bundle] = []
        for term in self._unless.keys() - present:
            (doubted if term in unknown else certain).append(self._unless[term])
        for term in by_term.keys() & present:
            anchor = by_term[term]
            certain.append(anchor.alone)
            pairs = anchor.pairs
            if pairs:
                if len(pairs) <= _FEW:
                    certain += [pairs[second] for second in pairs if second in present]
                else:
                    certain += [pairs[second] for second in pairs.keys() & present]
                if unknown:
                    doubted += [pairs[second] for second in pairs.keys() & unknown]
        if unknown:
            possible = present | unknown
            for term in by_term.keys() & unknown:
                doubted.append(by_term[term].alone)
                pairs = by_term[term].pairs
                doubted += [pairs[second] for second in pairs.keys() & possible]
        self._unanchored(facts, verdicts, certain, doubted)
        return certain, doubted

    def _unanchored(
        self,
        facts: Facts,
        verdicts: Mapping[int, Verdict],
        certain: list[Bundle],
        doubted: list[Bundle],
    ) -> None:
        for (field, relation), ordered in self._numbers.items():
            value = facts.value(field)
            if isinstance(value, int | float):
                number = single(value) if field in SINGLE else value
                certain += ordered.satisfied(relation, number)
            elif value is not None:
                doubted += ordered.bundles
        for code, bundle in self._checks.items():
            verdict = verdicts[code]
            if verdict is not False:
                (certain if verdict else doubted).append(bundle)


class Gathered:
    """The keys that match, those undecided, and the items that want a closer look."""

    __slots__ = ("guarded", "sure", "unsure")

    def __init__(self) -> None:
        self.sure: set[Any] = set()
        self.unsure: set[Any] = set()
        self.guarded: list[Item] = []

    def add(
        self,
        bundles: list[Bundle],
        verdicts: Mapping[int, Verdict],
        present: set[int],
        unknown: set[int],
    ) -> None:
        """Add what stands under keys that the post satisfies."""
        sure = self.sure
        for bundle in bundles:
            if bundle.sure:
                sure.update(bundle.sure)
            if bundle.unsure:
                self.unsure.update(bundle.unsure)
            if bundle.guarded:
                self.guarded += bundle.guarded
            for term, keys in bundle.unless.items():
                if term not in present:
                    (self.unsure if term in unknown else sure).update(keys)
            for code, keys in bundle.given.items():
                verdict = verdicts[code]
                if verdict:
                    sure.update(keys)
                elif verdict is None:
                    self.unsure.update(keys)

    def add_doubted(
        self, bundles: list[Bundle], verdicts: Mapping[int, Verdict], present: set[int]
    ) -> None:
        """Add what stands under keys that the post leaves undecided."""
        unsure = self.unsure
        for bundle in bundles:
            unsure.update(bundle.sure, bundle.unsure)
            for term, keys in bundle.unless.items():
                if term not in present:
                    unsure.update(keys)
            for code, keys in bundle.given.items():
                if verdicts[code] is not False:
                    unsure.update(keys)
            self.guarded += [
                (rest, choices, forbidden, checks, True, wish)
                for rest, choices, forbidden, checks, _, wish in bundle.guarded
            ]

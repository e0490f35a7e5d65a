"""Where an index keeps its alternatives, so that a post meets only those that may match it.

An alternative stands under its rarest required term and there under its second rarest. One that
requires no term stands under a number or another check that it wants, or under a term that it
forbids, or among the few that every post meets. What it stands under it need not want again.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple, TypeAlias

from bot.query.evaluate import Verdict
from bot.query.facts import SINGLE, Facts, single
from bot.query.tree import Range


class Wish(list[Any]):
    """The keys of equal queries; `digest` names their meaning, `places` where they stand."""

    __slots__ = ("digest", "places")

    def __init__(self, digest: bytes) -> None:
        super().__init__()
        self.digest = digest
        self.places: tuple[Place, ...] = ()


Numbers: TypeAlias = tuple[int, ...]
#: Further required terms, sets of which one term is required each, forbidden terms, checks,
#: "at best undecided", and whose it is: nobody's own where the form is a common one (see `form`).
Item: TypeAlias = tuple[Numbers, tuple[Numbers, ...], Numbers, Numbers, bool, Wish | None]


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


_NOTHING: Final[list[Any]] = []
Form: TypeAlias = Literal["sure", "unsure", "also", "unless", "given", "guarded"]


def form(item: Item) -> tuple[Form, int]:
    """Return the part of a bundle that holds the item, and the term or check that it wants."""
    rest, choices, forbidden, checks, undecided, _ = item
    wants = len(rest) + len(choices) + len(forbidden) + len(checks)
    if not wants:
        return ("unsure" if undecided else "sure"), 0
    if wants == 1 and not undecided:
        if rest:
            return "also", rest[0]
        if forbidden:
            return "unless", forbidden[0]
        if checks:
            return "given", checks[0]
    return "guarded", 0


class Bundle:
    """What stands under one key. Items of the commonest forms are kept as keys alone."""

    __slots__ = ("also", "given", "guarded", "sure", "unless", "unsure")

    def __init__(self) -> None:
        #: Keys that want nothing more, and those among them that are at best undecided.
        self.sure = _NOTHING
        self.unsure = _NOTHING
        #: A term and a key by turns: the key wants nothing more than that the term be there;
        #: that it be absent; that the check hold.
        self.also = _NOTHING
        self.unless = _NOTHING
        self.given = _NOTHING
        self.guarded: list[Item] = _NOTHING

    def put(self, item: Item, key: Any) -> None:
        """Add a key of an item."""
        part, want = form(item)
        added = [key] if part in {"sure", "unsure"} else [want, key]
        if part == "guarded":
            # Its keys are in the item's own wish; it is there once for all of them.
            if len(item[-1] or ()) > 1:
                return
            added = [item]
        held = getattr(self, part)
        if held:
            held += added
        else:
            setattr(self, part, added)

    def take(self, item: Item, key: Any) -> None:
        """Remove a key of an item."""
        part, want = form(item)
        held = getattr(self, part)
        if part == "guarded":
            if not item[-1]:
                self.guarded = [each for each in held if each is not item]
        elif part in {"sure", "unsure"}:
            held.remove(key)
        else:
            at = next(
                at for at in range(0, len(held), 2) if held[at] == want and held[at + 1] == key
            )
            del held[at : at + 2]

    def __bool__(self) -> bool:
        """Tell whether anything is left."""
        return any(getattr(self, part) for part in self.__slots__)


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

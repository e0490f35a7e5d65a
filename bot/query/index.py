"""Finds which of very many queries one post satisfies.

Equal queries are kept once. The work for a post grows with the queries that it nearly satisfies,
not with all of them (see `places.py`); every answer is what `Query.evaluate` gives.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from bot.clock import SYSTEM_CLOCK
from bot.posts.model import Post
from bot.query.bundles import NO_MORE, Bundle, Item, Numbers, Part, Slots, Wish
from bot.query.checks import Checks, Verdicts
from bot.query.facts import NO_ALIASES, NO_FILTERS, Aliases, Facts
from bot.query.filters import Filter
from bot.query.gathering import Gathering
from bot.query.limits import Limit, as_range
from bot.query.places import Absent, Given, Key, Places, Present
from bot.query.plan import Alternative, Choice, Whole, lay_out
from bot.query.query import Query
from bot.query.tree import TAGS, Leaf, Term
from bot.query.vocabulary import EVERY, SetTerm, Vocabulary

K = TypeVar("K", bound=Hashable)


class Matches(NamedTuple, Generic[K]):
    """The keys whose query the post satisfies, and those whose query it does not decide."""

    matched: set[K]
    undecided: set[K]


class QueryIndex(Generic[K]):
    """Queries by key; see the module's own words.

    `popularity` says how many posts have each tag: the better it fits, the faster the index. It
    changes no answer, and tags that it does not know count as rare.
    """

    def __init__(self, *, popularity: Mapping[str, int] | None = None) -> None:
        self._popularity = popularity or {}
        self._common = max(self._popularity.values(), default=1 << 20)
        self._much = self._common / 30 if popularity else _MUCH_ASKED
        self._shared: dict[Numbers, Numbers] = {}
        self._wishes: dict[bytes, Wish] = {}
        self._by_key: dict[K, Wish] = {}
        self._terms = Vocabulary()
        self._checks = Checks()
        self._places = Places(self._terms)
        self._slots = Slots()

    def __len__(self) -> int:
        """Return the number of keys."""
        return len(self._by_key)

    def __contains__(self, key: object) -> bool:
        return key in self._by_key

    def add(self, key: K, query: Query) -> None:
        """Add a query under a key, instead of the one that the key had before."""
        normal = query.normal
        before = self._by_key.get(key)
        if before is not None:
            if before.digest == normal.digest:
                return
            self.discard(key)
        wish = self._wishes.get(normal.digest)
        if wish is None:
            wish = Wish(normal.digest)
            layout = lay_out(normal)
            if isinstance(layout, Whole):
                wish.places = tuple(self._whole(layout))
            else:
                alone = len(layout) == 1
                wish.places = tuple(
                    place for each in layout for place in self._placed(each, alone=alone)
                )
            # Known once it has its places: one without any would match nothing, for everybody.
            self._wishes[normal.digest] = wish
        wish.keys += 1
        for bundle, item in wish.places:
            bundle.put(item, key, self._slots)
        self._by_key[key] = wish

    def discard(self, key: K) -> None:
        """Forget a key and its query; a key that is not there is no mistake."""
        wish = self._by_key.pop(key, None)
        if wish is None:
            return
        wish.keys -= 1
        for bundle, item in wish.places:
            bundle.take(item, key, self._slots)
            if not wish.keys:
                self._release(bundle, item)
        if not wish.keys:
            del self._wishes[wish.digest]

    def _release(self, bundle: Bundle, item: Item) -> None:
        """Take back the uses of terms and checks that an item and its place make."""
        required, forbidden, choices, checks, _ = item.more or NO_MORE
        for term in chain(item.tests, required, forbidden, *choices):
            self._terms.release(term)
        for code in checks:
            self._checks.release(code)
        match bundle.key:
            case Given(code):
                self._checks.release(code)
            case key:
                for term in key:
                    self._terms.release(term)
        if bundle.is_empty():
            self._places.close(bundle)

    def _rarity(self, term: SetTerm) -> float:
        """Return roughly how many posts have the term."""
        if isinstance(term, Limit):
            return 2 * self._common
        if isinstance(term, Term):
            if term.field != TAGS:
                return self._common / 8 if term.field in _FEW_VALUES else 0
            return self._popularity.get(term.value, 0) + self._terms.peek(term)
        return self._common / 32

    def _rarity_of_all(self, choice: Choice) -> float:
        return sum(map(self._rarity, choice))

    def _placed(self, wanted: Alternative, *, alone: bool) -> list[tuple[Bundle, Item]]:
        """Return the item of an alternative, the only one or not, with every place of it."""
        required, choices, forbidden = wanted.required, wanted.choices, wanted.forbidden
        if len(required) > 1:
            required = sorted(required, key=self._rarity)
        if len(choices) > 1:
            choices = sorted(choices, key=self._rarity_of_all)
        checks = list(wanted.checks)
        keys: list[Key] = [Present(EVERY)]
        if required or choices:
            anchor, required, choices = self._anchored(required, choices)
            keys = [Present(self._terms.number(term)) for term in anchor]
        elif checks:
            leaf, positive = checks.pop()
            keys = [Given(self._checks.code(leaf, wanted=positive))]
        elif forbidden:
            forbidden = sorted(forbidden, key=self._rarity)
            if self._rarity(forbidden[-1]) >= self._much:
                keys = [Absent(self._terms.number(forbidden.pop()))]
        required = self._uncrowded(required, checks, wanted=True)
        forbidden = self._uncrowded(forbidden, checks, wanted=False)
        return [
            (
                self._places.open(key),
                self._item(
                    required, forbidden, choices, checks, undecided=wanted.undecided, alone=alone
                ),
            )
            for key in keys
        ]

    def _uncrowded(
        self, terms: list[SetTerm], checks: list[tuple[Leaf, bool]], *, wanted: bool
    ) -> list[SetTerm]:
        """Return the terms without those that are better checked where they are asked for."""
        left: list[SetTerm] = []
        for term in terms:
            leaf = as_range(term) if isinstance(term, Limit) else None
            if leaf is not None and isinstance(term, Limit) and self._terms.crowded(term):
                checks.append((leaf, wanted))
            else:
                left.append(term)
        return left

    def _item(
        self,
        required: list[SetTerm],
        forbidden: list[SetTerm],
        choices: list[Choice],
        checks: list[tuple[Leaf, bool]],
        *,
        undecided: bool,
        alone: bool,
    ) -> Item:
        """Return the item of what is wanted; of terms and sets those come first that tell most."""
        codes = tuple(self._checks.code(leaf, wanted=positive) for leaf, positive in checks)
        needed, sets = self._numbers(required), tuple(map(self._numbers, choices))
        barred = self._numbers(forbidden)
        tests: Numbers = ()
        part: Part = "tested"
        if needed:
            tests, needed = self._shared_numbers(needed[:1]), needed[1:]
        elif sets:
            tests, sets = sets[0], sets[1:]
        elif barred and alone and not (codes or undecided):
            part, tests, barred = "spared", barred, ()
        elif barred or codes:
            tests = (EVERY,)
        else:
            return Item("unsure" if undecided else "sure", (), None)
        more = (needed, barred, sets, codes, undecided)
        return Item(part, tests, None if more == NO_MORE else more)

    def _numbers(self, terms: Sequence[SetTerm]) -> Numbers:
        """Return the terms' numbers; of one alone there are few, and very many would be equal."""
        return self._shared_numbers(tuple(map(self._terms.number, terms)))

    def _shared_numbers(self, numbers: Numbers) -> Numbers:
        if len(numbers) > 1:
            return numbers
        if len(self._shared) > 2 * len(self._terms) + 100:
            self._shared.clear()
        return self._shared.setdefault(numbers, numbers)

    def _anchored(
        self, required: list[SetTerm], choices: list[Choice]
    ) -> tuple[Choice, list[SetTerm], list[Choice]]:
        """Return the rarest term or set of terms, and what is left to be wanted besides."""
        if not choices or (
            required and self._rarity(required[0]) <= self._rarity_of_all(choices[0])
        ):
            return (required[0],), required[1:], choices
        return choices[0], required, choices[1:]

    def _whole(self, layout: Whole) -> list[tuple[Bundle, Item]]:
        """Return the items of a query that is kept whole: the same one under each of its terms."""
        cover = layout.cover
        under = [EVERY] if cover is None else map(self._terms.number, cover)
        found: list[tuple[Bundle, Item]] = []
        for number in under:
            codes = (self._checks.code(layout.tree, wanted=True),)
            item = Item("tested", (EVERY,), ((), (), (), codes, False))
            found.append((self._places.open(Present(number)), item))
        return found

    def match(
        self,
        post: Post,
        *,
        aliases: Aliases | Mapping[str, str] = NO_ALIASES,
        now: datetime | None = None,
        filters: Mapping[int, Filter] = NO_FILTERS,
    ) -> Matches[K]:
        """Return the keys whose query the post satisfies, and those that it leaves undecided.

        The arguments are those of `Query.evaluate`; pass `Aliases` rather than a mapping where
        more than one post is asked about.
        """
        facts = Facts(post, aliases=aliases, now=now or SYSTEM_CLOCK.now(), filters=filters)
        verdicts = Verdicts(self._checks.nodes, facts)
        terms = self._terms.read(facts)
        certain, doubted = self._places.reached(terms, verdicts)
        found = Gathering(self._slots, terms, verdicts)
        found.add(certain)
        if doubted:
            found.add_doubted(doubted)
        return Matches(found.sure, found.unsure - found.sure)


#: Without knowing what is popular, a term in so many queries counts as that.
_MUCH_ASKED = 200
#: Text fields with so few values that many posts share each.
_FEW_VALUES = frozenset({"original_format", "mime_type"})

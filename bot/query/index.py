"""Finds which of very many queries one post satisfies.

Equal queries are kept once. The work for a post grows with the queries that it nearly satisfies,
not with all of them (see `shelves.py`); every answer is what `Query.evaluate` gives.
"""

from collections.abc import Hashable, Mapping
from datetime import datetime
from itertools import chain
from typing import Generic, NamedTuple, TypeVar

from bot.clock import SYSTEM_CLOCK
from bot.posts.model import Post
from bot.query.evaluate import Verdict, evaluate
from bot.query.facts import NO_ALIASES, NO_FILTERS, Aliases, Facts
from bot.query.filters import Filter
from bot.query.gathering import Gathered
from bot.query.plan import Alternative, Choice, Whole, lay_out
from bot.query.query import Query
from bot.query.shelves import (
    CheckKey,
    Item,
    Key,
    NumberKey,
    Place,
    Shelves,
    Wish,
    form,
    number_key,
)
from bot.query.tree import TAGS, And, Leaf, Not, Or, Range, Term
from bot.query.vocabulary import SetTerm, Vocabulary

K = TypeVar("K", bound=Hashable)


class Matches(NamedTuple, Generic[K]):
    """The keys whose query the post satisfies, and those whose query it does not decide."""

    matched: set[K]
    undecided: set[K]


class _Checks:
    """Leaves and whole queries that are evaluated when a post nearly satisfies the rest.

    Each has an even code; the next odd code stands for its contrary.
    """

    def __init__(self) -> None:
        self.nodes: dict[int, Leaf | And | Or | Not] = {}
        self._codes: dict[Leaf | And | Or | Not, int] = {}
        self._uses: dict[int, int] = {}
        self._next = 0

    def code(self, node: Leaf | And | Or | Not, *, wanted: bool) -> int:
        """Return the code of a node, a new one where it is new, and count one use."""
        code = self._codes.get(node)
        if code is None:
            code = self._next
            self._next += 2
            self._codes[node] = code
            self.nodes[code] = node
            self._uses[code] = 0
        self._uses[code] += 1
        return code if wanted else code + 1

    def release(self, code: int) -> None:
        """Take one use back; a node without any is forgotten."""
        code &= ~1
        self._uses[code] -= 1
        if not self._uses[code]:
            del self._uses[code], self._codes[self.nodes.pop(code)]


class _Verdicts(dict[int, Verdict]):
    """What the checks say of one post, evaluated when first asked for."""

    def __init__(self, nodes: Mapping[int, Leaf | And | Or | Not], facts: Facts) -> None:
        super().__init__()
        self._nodes = nodes
        self._facts = facts

    def __missing__(self, code: int) -> Verdict:
        if code & 1:
            contrary = self[code - 1]
            verdict = None if contrary is None else not contrary
        else:
            node = self._nodes[code]
            verdict = (
                evaluate(node, self._facts.verdict)
                if isinstance(node, And | Or | Not)
                else self._facts.verdict(node)
            )
        self[code] = verdict
        return verdict


class QueryIndex(Generic[K]):
    """Queries by key; see the module's own words.

    `popularity` says how many posts have each tag: the better it fits, the faster the index. It
    changes no answer, and tags that it does not know count as rare.
    """

    def __init__(self, *, popularity: Mapping[str, int] | None = None) -> None:
        self._popularity = popularity or {}
        self._common = max(self._popularity.values(), default=1 << 20)
        self._much = self._common / 30 if popularity else _MUCH_ASKED
        self._items: dict[Item, Item] = {}
        self._wishes: dict[bytes, Wish] = {}
        self._by_key: dict[K, Wish] = {}
        self._terms = Vocabulary()
        self._checks = _Checks()
        self._shelves = Shelves()

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
            self._wishes[normal.digest] = wish
            layout = lay_out(normal)
            if isinstance(layout, Whole):
                places = self._whole(wish, layout)
            else:
                places = [place for each in layout for place in self._places(wish, each)]
            wish.places = tuple(places)
        wish.append(key)
        for place, item in wish.places:
            self._shelves.put(place, item, key)
        self._by_key[key] = wish

    def discard(self, key: K) -> None:
        """Forget a key and its query; a key that is not there is no mistake."""
        wish = self._by_key.pop(key, None)
        if wish is None:
            return
        wish.remove(key)
        for place, item in wish.places:
            self._shelves.take(place, item, key)
            if not wish:
                self._release(place, item)
        if not wish:
            del self._wishes[wish.digest]

    def _release(self, key: Key, item: Item) -> None:
        """Take back the uses of terms and checks that an item makes."""
        for term in chain(item[0], *item[1], item[2]):
            self._terms.release(term)
        for code in item[3]:
            self._checks.release(code)
        if isinstance(key, int):
            self._terms.release(key)
        elif isinstance(key, CheckKey):
            self._checks.release(key.code)
        elif key is not None and not isinstance(key, NumberKey):
            for term in key:
                self._terms.release(term)

    def _rarity(self, term: SetTerm) -> float:
        """Return roughly how many posts have the term."""
        if isinstance(term, Term):
            if term.field != TAGS:
                return self._common / 8 if term.field in _FEW_VALUES else 0
            return self._popularity.get(term.value, 0) + self._terms.peek(term)
        return self._common / 32

    def _rarity_of_all(self, choice: Choice) -> float:
        return sum(map(self._rarity, choice))

    def _places(self, wish: Wish, wanted: Alternative) -> list[Place]:
        """Return the item of an alternative with every key that it stands under."""
        required = sorted(wanted.required, key=self._rarity)
        choices = sorted(wanted.choices, key=self._rarity_of_all)
        forbidden = sorted(wanted.forbidden, key=self._rarity)
        checks = list(wanted.checks)
        keys: list[Key] = [None]
        if required or choices:
            keys, required, choices = self._under_terms(required, choices)
        elif checks:
            keys = [self._under_check(checks)]
        elif forbidden:
            keys = [self._terms.number(forbidden.pop())]
        return [
            (key, self._item(wish, wanted, required, choices, forbidden, checks)) for key in keys
        ]

    def _item(
        self,
        wish: Wish,
        wanted: Alternative,
        required: list[SetTerm],
        choices: list[Choice],
        forbidden: list[SetTerm],
        checks: list[tuple[Leaf, bool]],
    ) -> Item:
        number = self._terms.number
        item: Item = (
            tuple(map(number, required)),
            tuple(tuple(map(number, choice)) for choice in choices),
            tuple(map(number, forbidden)),
            tuple(self._checks.code(leaf, wanted=positive) for leaf, positive in checks),
            wanted.undecided,
            None,
        )
        return (*item[:-1], wish) if form(item)[0] == "guarded" else self._shared(item)

    def _shared(self, item: Item) -> Item:
        """Return the one item of this form: there are few, and very many would be equal."""
        if len(self._items) > 3 * len(self._terms.uses) + len(self._checks.nodes) + 100:
            self._items.clear()
        return self._items.setdefault(item, item)

    def _under_terms(
        self, required: list[SetTerm], choices: list[Choice]
    ) -> tuple[list[Key], list[SetTerm], list[Choice]]:
        """Return the keys made of one or two terms, and what they leave to be wanted."""
        number = self._terms.number
        anchors: list[Choice] = [(term,) for term in required[:2]]
        anchors += choices[: 2 - len(anchors)]
        # A second term is worth its place only where the first one is common.
        if len(anchors) > 1 and (
            self._rarity_of_all(anchors[0]) < self._much
            or len(anchors[0]) * len(anchors[1]) > _MOST_KEYS
        ):
            del anchors[1]
        left = choices[sum(len(anchor) > 1 for anchor in anchors) :]
        if len(anchors) == 1:
            return [(number(term),) for term in anchors[0]], required[1:], left
        keys: list[Key] = [
            (number(first), number(second)) for first in anchors[0] for second in anchors[1]
        ]
        return keys, required[2:], left

    def _under_check(self, checks: list[tuple[Leaf, bool]]) -> Key:
        """Take one check out and return it as a key: a number where there is one."""
        for check in checks:
            leaf, positive = check
            number = number_key(leaf) if positive and isinstance(leaf, Range) else None
            if number is not None:
                checks.remove(check)
                return number
        leaf, positive = checks.pop()
        return CheckKey(self._checks.code(leaf, wanted=positive))

    def _whole(self, wish: Wish, layout: Whole) -> list[Place]:
        """Return the items of a query that is kept whole: the same one under each of its terms."""
        keys: list[Key] = [None]
        if layout.cover is not None:
            keys = [(self._terms.number(term),) for term in layout.cover]
        code = self._checks.code
        return [(key, ((), (), (), (code(layout.tree, wanted=True),), False, wish)) for key in keys]

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
        verdicts = _Verdicts(self._checks.nodes, facts)
        present = self._terms.present(facts)
        unknown = self._terms.unknown(facts)
        certain, doubted = self._shelves.met(facts, verdicts, present, unknown)
        found = Gathered(present, unknown, verdicts)
        found.add(certain)
        if doubted:
            found.add_doubted(doubted)
        found.look_closer()
        return Matches(found.sure, found.unsure - found.sure)


#: Without knowing what is popular, a term in so many queries counts as that.
_MUCH_ASKED = 200
#: Keys of one alternative beyond which only one term is used for them.
_MOST_KEYS = 12
#: Text fields with so few values that many posts share each.
_FEW_VALUES = frozenset({"original_format", "mime_type"})

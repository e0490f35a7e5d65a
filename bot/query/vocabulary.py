"""The terms of an index's queries, as numbers, and which of them a post has."""

from typing import NamedTuple, TypeAlias

from msgspec import UnsetType

from bot.query.bundles import Bundle
from bot.query.facts import READERS, Facts
from bot.query.limits import Limit, Limits, limit
from bot.query.packed import pack, unpack
from bot.query.spellings import Spellings
from bot.query.tree import TAGS, Flag, Fuzzy, Node, Range, Span, Term, Wild

#: A term that a post has or has not, whatever else it says.
SetTerm: TypeAlias = Term | Wild | Fuzzy | Limit

_TEXT_FIELDS = frozenset(
    {"uploader", "source_url", "original_format", "mime_type", "file_name", "sha512_hash",
     "orig_sha512_hash"}
)  # fmt: skip
#: The number of what every post has.
EVERY = 0
_EVERY = pack((EVERY,))
#: Limits on one side of a field beyond which a further one is no longer looked up for every post.
_CROWD = 1_000


def set_term(leaf: Node) -> SetTerm | None:
    """Return the term that says what the leaf says, `None` where a vocabulary has none."""
    if isinstance(leaf, Term):
        return leaf if leaf.field == TAGS or leaf.field in _TEXT_FIELDS else None
    if isinstance(leaf, Wild | Fuzzy):
        return leaf if leaf.field == TAGS else None
    return limit(leaf) if isinstance(leaf, Flag | Range | Span) else None


class Terms(NamedTuple):
    """The numbers of the terms that a post has, and of those of fields that it does not mention.

    `bundles` has what stands under those that it has.
    """

    present: set[int]
    unknown: set[int]
    bundles: list[Bundle]


class Vocabulary:
    """Numbers for terms; a number that no term has any more is given again.

    By number, `uses` counts in how many places the index has the term, and `under` has what stands
    under it. The first number is what every post has.
    """

    def __init__(self) -> None:
        self.uses: list[int] = [0]
        self.under: list[Bundle | None] = [None]
        self.spellings = Spellings()
        self._spare: list[int] = []
        self._numbers: dict[SetTerm, int] = {}
        self._terms: list[SetTerm | None] = [None]
        self._texts: dict[str, dict[str, bytes]] = {}
        self._limits: dict[tuple[str, bool], Limits] = {}

    def __len__(self) -> int:
        """Return how many terms there are."""
        return len(self._numbers)

    def number(self, term: SetTerm) -> int:
        """Return the term's number, a new one where it is new, and count one use."""
        found = self._numbers.get(term)
        if found is None:
            found = self._number_new(term)
            if isinstance(term, Limit):
                kind = term.field, term.ago
                if kind not in self._limits:
                    self._limits[kind] = Limits(term, self.under)
                self._limits[kind].enter(term, found)
            elif isinstance(term, Term) and term.field != TAGS:
                self._texts.setdefault(term.field, {})[term.value] = pack((found,))
            else:
                self.spellings.enter(term, found)
        self.uses[found] += 1
        return found

    def _number_new(self, term: SetTerm) -> int:
        if self._spare:
            number = self._spare.pop()
            self._terms[number] = term
        else:
            number = len(self._terms)
            self._terms.append(term)
            self.uses.append(0)
            self.under.append(None)
        self._numbers[term] = number
        return number

    def peek(self, term: SetTerm) -> int:
        """Return in how many places the term is used already."""
        found = self._numbers.get(term)
        return 0 if found is None else self.uses[found]

    def crowded(self, term: Limit) -> bool:
        """Tell whether the term is new and its side of the field has very many already."""
        limits = self._limits.get((term.field, term.ago))
        return limits is not None and limits.crowd(term) >= _CROWD and term not in self._numbers

    def put_under(self, number: int, bundle: Bundle | None) -> None:
        """Let something stand under a term, or nothing any more."""
        self.under[number] = bundle
        term = self._terms[number]
        if isinstance(term, Limit):
            self._limits[term.field, term.ago].forget()

    def release(self, number: int) -> None:
        """Take one use back; a term without any is forgotten."""
        term = self._terms[number]
        if term is None:  # What every post has.
            return
        self.uses[number] -= 1
        if self.uses[number]:
            return
        del self._numbers[term]
        self._terms[number] = None
        self._spare.append(number)
        if isinstance(term, Limit):
            limits = self._limits[term.field, term.ago]
            limits.leave(term)
            if limits.is_spent():
                del self._limits[term.field, term.ago]
        elif isinstance(term, Term) and term.field != TAGS:
            texts = self._texts[term.field]
            del texts[term.value]
            if not texts:
                del self._texts[term.field]
        else:
            self.spellings.leave(term, number)

    def read(self, facts: Facts) -> Terms:
        """Return which terms the post has."""
        # Many at once, in C, wherever that can be: this is done for every post.
        post = facts.post
        met = [_EVERY, *map(self.spellings.__getitem__, facts.names)]
        unknown: set[int] = set()
        for field, texts in self._texts.items():
            said = READERS[field](post)
            if isinstance(said, tuple):
                met += filter(None, map(texts.get, said))
            elif isinstance(said, UnsetType):
                unknown.update(unpack(texts.values()))
        numbers = set(unpack(met))
        bundles = list(filter(None, map(self.under.__getitem__, numbers)))
        satisfied: list[frozenset[int]] = []
        for limits in self._limits.values():
            value = limits.read(post)
            if isinstance(value, UnsetType):
                unknown.update(limits.numbers())
                continue
            if limits.ago and isinstance(value, float):
                value = facts.now.timestamp() - value
            terms, under = limits[value]
            satisfied.append(terms)
            bundles += under
        return Terms(numbers.union(*satisfied), unknown, bundles)

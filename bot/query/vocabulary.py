"""The terms of an index's queries, as numbers, and which of them a post has."""

from itertools import count
from typing import NamedTuple, TypeAlias

from msgspec import UNSET

from bot.query.bundles import Bundle
from bot.query.facts import Facts
from bot.query.limits import Field, Limit, limit
from bot.query.spellings import Spellings
from bot.query.tree import TAGS, Flag, Fuzzy, Node, Range, Span, Term, Wild

#: A term that a post has or has not, whatever else it says.
SetTerm: TypeAlias = Term | Wild | Fuzzy | Limit

_TEXT_FIELDS = frozenset(
    {"uploader", "source_url", "original_format", "mime_type", "file_name", "sha512_hash",
     "orig_sha512_hash"}
)  # fmt: skip
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
    """The numbers of the terms that a post has.

    `spelled` are those of its tags, `present` those and the ones of other fields, and `unknown`
    the terms of fields that it does not mention. `under` are the bundles under one of its tags'
    terms.
    """

    spelled: set[int]
    present: set[int]
    unknown: set[int]
    under: set[Bundle]


def is_of_tags(term: SetTerm) -> bool:
    """Tell whether it is the tags that decide the term."""
    return term.field == TAGS


class Vocabulary:
    """Numbers for terms; `uses` counts by number in how many places the index has each."""

    def __init__(self) -> None:
        self.uses: dict[int, int] = {}
        self.spellings = Spellings()
        self._fresh = count()
        self._numbers: dict[SetTerm, int] = {}
        self._terms: dict[int, SetTerm] = {}
        self._fields: dict[str, Field] = {}

    def number(self, term: SetTerm) -> int:
        """Return the term's number, a new one where it is new, and count one use."""
        found = self._numbers.get(term)
        if found is None:
            found = next(self._fresh)
            self._numbers[term] = found
            self._terms[found] = term
            self.uses[found] = 1
            if isinstance(term, Limit) or (isinstance(term, Term) and term.field != TAGS):
                if term.field not in self._fields:
                    self._fields[term.field] = Field(term.field)
                self._fields[term.field].enter(term, found)
            else:
                self.spellings.enter(term, found)
        else:
            self.uses[found] += 1
        return found

    def peek(self, term: SetTerm) -> int:
        """Return in how many places the term is used already."""
        found = self._numbers.get(term)
        return 0 if found is None else self.uses[found]

    def crowded(self, term: Limit) -> bool:
        """Tell whether the term is new and its side of the field has very many already."""
        field = self._fields.get(term.field)
        return field is not None and field.crowd(term) >= _CROWD and term not in self._numbers

    def release(self, number: int) -> None:
        """Take one use back; a term without any is forgotten."""
        self.uses[number] -= 1
        if self.uses[number]:
            return
        term = self._terms.pop(number)
        del self.uses[number], self._numbers[term]
        if isinstance(term, Limit) or (isinstance(term, Term) and term.field != TAGS):
            field = self._fields[term.field]
            field.leave(term)
            if field.is_spent():
                del self._fields[term.field]
        else:
            self.spellings.leave(term, number)

    def read(self, facts: Facts) -> Terms:
        """Return which terms the post has."""
        # Many tags at once, in C: this is done for every post.
        met = list(map(self.spellings.__getitem__, facts.names))
        spelled: set[int] = set().union(*[numbers for numbers, _ in met])
        read: list[frozenset[int]] = []
        unknown: set[int] = set()
        post = facts.post
        for field in self._fields.values():
            value = field.read(post)
            if value is UNSET:
                unknown.update(field.numbers())
            else:
                read.append(field[value])
        # A wildcard may stand for several tags, and comes once.
        under: set[Bundle] = set().union(*[bundles for _, bundles in met])
        return Terms(spelled, spelled.union(*read), unknown, under)

"""Finds the tag that a text ends with while somebody types it, and puts a whole one there.

What is typed is seldom a whole query yet: its brackets are open, and so may its quotes be. So only
the end is read, by the lexers that read whole ones.
"""

from collections.abc import Iterator
from typing import NamedTuple

from bot.posts.tags import clean_tag_name
from bot.query.canonical import BOTH, leaf_text
from bot.query.errors import QueryError
from bot.query.fields import ANONYMOUS, Dialect
from bot.query.lexer import lex
from bot.query.terms import TermError
from bot.query.terms import read_term as read_philomena
from bot.query.tree import TAGS, Everything, Leaf, Term
from bot.query.twibooru import last_term
from bot.query.twibooru_terms import read_term as read_twibooru

_QUOTE = '"'


class Typed(NamedTuple):
    """A tag that somebody types at the end of a text."""

    before: str
    """What stands before it, and stays."""
    name: str
    """As much of the tag's name as is there, as boards store names; may be empty."""


def typed_in_query(text: str, dialect: Dialect) -> Typed | None:
    """Return the tag that a query ends with.

    `None` where it ends with something else: a field (`score.gte:`), a wildcard, an operator.
    """
    found = next(_twibooru(text) if dialect == "twibooru" else _philomena(text), None)
    if found is None:
        return None
    start, leaf = found
    if not isinstance(leaf, Term) or leaf.field != TAGS:
        return None
    return Typed(text[:start], leaf.value.strip())


def typed_in_list(text: str) -> Typed:
    """Return the last of the names in a list, which has commas between them and no other signs."""
    before, comma, name = text.rpartition(",")
    space = " " if name.startswith(" ") else ""
    return Typed(f"{before}{comma}{space}", clean_tag_name(name))


def completed_query(typed: Typed, name: str, dialect: Dialect) -> str | None:
    """Return the query with the tag `name` at its end, written as the dialect needs it.

    At best as both dialects read it. `None` where it cannot be said there.
    """
    for dialects in (BOTH, (dialect,)):
        try:
            text = typed.before + leaf_text(Term(TAGS, name), dialects)
        except QueryError:
            continue
        # What stands before it is not whole, so that it is read again where it is.
        if typed_in_query(text, dialect) == Typed(typed.before, name):
            return text
    return None


def completed_list(typed: Typed, name: str) -> str | None:
    """Return the list with `name` at its end; `None` for a name that no list can have."""
    return None if "," in name else typed.before + name


def _philomena(text: str) -> Iterator[tuple[int, Leaf | Everything | None]]:
    # An open quote or an open bracket of a tag's own name is closed, to be read for what it is.
    for closing in (_QUOTE, ")", ""):
        last = next(reversed(lex(text + closing)), None)
        if last is None or last.kind != "term" or last.start >= len(text):
            continue
        if closing == _QUOTE and not text.startswith(_QUOTE, last.start):
            continue
        said = last.value.removesuffix(")") if closing == ")" else last.value
        try:
            yield last.start, read_philomena(said, ANONYMOUS, frozenset())
        except TermError:
            yield last.start, None


def _twibooru(text: str) -> Iterator[tuple[int, Leaf | Everything | None]]:
    for closing in (_QUOTE, ""):
        last = last_term(text + closing)
        if last is None or last[0] >= len(text):
            continue
        start, said = last
        if closing and not (said.startswith(_QUOTE) and _QUOTE not in said[1:-1]):
            continue
        try:
            yield start, read_twibooru(said, ANONYMOUS)
        except TermError:
            yield start, None

"""Searching: what a query finds among the rows of one of a site's indexes.

Queries are read by `bot.query`; what a row says about a field is decided here alone, for all
indexes in the same way (reference: boards, 2.4 and 2.5).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Generic, TypeAlias, TypeVar

from bot.query import Dialect, Query, QueryError, Reader, parse, wildcards
from bot.query.dates import resolve, timestamp
from bot.query.evaluate import evaluate
from bot.query.facts import single, within
from bot.query.fields import Kind
from bot.query.tree import (
    Flag,
    Fuzzy,
    Leaf,
    Phrase,
    Range,
    Span,
    Special,
    Term,
    Wild,
)

T = TypeVar("T")


class Words(str):
    """A text of which a term wants a part, as the site's stemming indexes have them."""

    __slots__ = ()


#: A field's value; several texts where it has several.
Value: TypeAlias = str | float | bool | datetime | tuple[str, ...] | None
#: A row: every value by field, the default field's under `tags`.
Row: TypeAlias = Mapping[str, Value]

read_cached = lru_cache(maxsize=512)(parse)


def server_message(error: QueryError) -> str:
    """Return what the site says about a query that cannot be read."""
    return error.server_message or error.message


@dataclass(frozen=True, slots=True)
class RowReader(Reader):
    """Reads queries of an index that has fields of its own."""

    own: tuple[tuple[str, Kind], ...] = ()

    def fields(self, dialect: Dialect) -> Mapping[str, Kind]:  # noqa: ARG002
        """Return the index's fields, the same in every dialect."""
        return dict(self.own)


@dataclass(frozen=True)
class Index(Generic[T]):
    """How one kind of thing is searched: its fields and how a row is made of it."""

    kinds: Mapping[str, Kind]
    row: Callable[[T], Row]
    reader: RowReader = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reader", RowReader(own=tuple(self.kinds.items())))

    def find(self, text: str, things: Iterable[T], now: datetime) -> list[T]:
        """Return the things that the query finds; raises `QueryError`."""
        query = read_cached(text, "philomena", reader=self.reader)
        return [thing for thing in things if matches(query, self.row(thing), now)]


def matches(query: Query, row: Row, now: datetime) -> bool:
    """Tell whether the query finds the row; `now` is what relative dates count from."""
    return evaluate(query.tree, lambda leaf: holds(leaf, row, now)) is True


def holds(leaf: Leaf, row: Row, now: datetime) -> bool:
    """Tell whether one term of a query holds for the row."""
    value = row.get(leaf.field)
    if isinstance(value, Words):
        return _says(leaf, value)
    match leaf:
        case Range() | Span():
            return _between(leaf, value, now)
        case Flag():
            return value is leaf.value
        case Special() if leaf.field == "filter_id":
            return leaf.value not in _texts(value)
        case Term() | Special():
            return leaf.value in _texts(value)
        case Wild():
            return any(wildcards.matches(leaf.pattern, text) for text in _texts(value))
        case Fuzzy():
            return any(wildcards.near(leaf.value, text, leaf.distance) for text in _texts(value))
        case _:
            return False


def _says(leaf: Leaf, text: Words) -> bool:
    match leaf:
        case Term() | Phrase() | Fuzzy():
            return leaf.value in text
        case Wild():
            return any(wildcards.matches(leaf.pattern, word) for word in text.split())
        case _:
            return False


def _texts(value: Value) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    return value if isinstance(value, tuple) else ()


def _between(leaf: Range | Span, value: Value, now: datetime) -> bool:
    if isinstance(leaf, Span):
        if not isinstance(value, datetime):
            return False
        low = None if leaf.low is None else resolve(leaf.low, now)
        high = None if leaf.high is None else resolve(leaf.high, now)
        return within(leaf, timestamp(value), low, high)
    if not isinstance(value, int | float):
        return False
    if isinstance(value, int):
        return within(leaf, value, leaf.low, leaf.high)
    bounds = [None if bound is None else single(bound) for bound in (leaf.low, leaf.high)]
    return within(leaf, single(value), *bounds)


def words(text: str | None) -> Words:
    """Return a text as it is compared: in small letters, single spaces between words."""
    return Words(" ".join((text or "").lower().split()))

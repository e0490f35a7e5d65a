"""What SQLAlchemy's Core does not say in one way for both databases."""

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.sql.dml import Insert

T = TypeVar("T")

#: Values that one statement names at most: SQLite takes no more than 32,766.
_CHUNK = 500

_INSERT: dict[str, Callable[[Table], Any]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}


def upsert(
    dialect: Dialect,
    table: Table,
    key: Iterable[str],
    update: Iterable[str],
    *,
    where: ColumnElement[bool] | None = None,
) -> Insert:
    """Return an insert that changes the columns `update` of the row that has the same `key`.

    Without any to change, such a row stays as it is. `where` is the condition of a partial
    unique index. The values are given when the statement is executed, many rows at once if need
    be.
    """
    insert = _INSERT[dialect.name](table)
    changes = {name: insert.excluded[name] for name in update}
    if not changes:
        nothing: Insert = insert.on_conflict_do_nothing(index_elements=list(key), index_where=where)
        return nothing
    changing: Insert = insert.on_conflict_do_update(
        index_elements=list(key), index_where=where, set_=changes
    )
    return changing


def chunks(values: Collection[T]) -> Iterator[list[T]]:
    """Yield the values in lists that one `IN` may hold."""
    listed = list(values)
    for start in range(0, len(listed), _CHUNK):
        yield listed[start : start + _CHUNK]

"""All that is SQLite's alone: how a file is opened, judged and copied, and what its errors mean.

Nothing here creates or changes a file that it did not make itself.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from .errors import (
    StoreBusyError,
    StoreDamagedError,
    StoreError,
    StoreForeignError,
    StoreFullError,
    StoreMissingError,
    StoreReadOnlyError,
)

#: How long a statement waits for another program's lock, in seconds (fault F27).
PATIENCE = 5.0
READERS = 3
#: What a database may have beside it: changes that are not yet in the file itself.
COMPANIONS = ("-wal", "-journal")

_MAGIC = b"SQLite format 3\0"
_KINDS: dict[int, type[StoreError]] = {
    sqlite3.SQLITE_BUSY: StoreBusyError,
    sqlite3.SQLITE_LOCKED: StoreBusyError,
    sqlite3.SQLITE_FULL: StoreFullError,
    sqlite3.SQLITE_READONLY: StoreReadOnlyError,
    sqlite3.SQLITE_CANTOPEN: StoreReadOnlyError,
    sqlite3.SQLITE_PERM: StoreReadOnlyError,
    sqlite3.SQLITE_AUTH: StoreReadOnlyError,
    sqlite3.SQLITE_CORRUPT: StoreDamagedError,
    sqlite3.SQLITE_NOTADB: StoreForeignError,
    sqlite3.SQLITE_IOERR: StoreError,
}


# --------------------------------------------------------------------------------------- engines


def writer(path: Path, patience: float = PATIENCE) -> AsyncEngine:
    """Return an engine with one connection, whose transactions take the write lock at once.

    A transaction that starts as a reader and writes later fails when somebody wrote in between.
    """
    return _engine(path, patience, "BEGIN IMMEDIATE", pool_size=1, max_overflow=0)


def readers(path: Path, patience: float = PATIENCE) -> AsyncEngine:
    """Return an engine whose transactions see one state of the database and cannot write."""
    return _engine(
        path, patience, "BEGIN", "PRAGMA query_only = ON", pool_size=READERS, max_overflow=0
    )


def changer(path: Path) -> AsyncEngine:
    """Return an engine for migrations, without foreign keys.

    SQLite changes a table by copying it and dropping the original, which with foreign keys on
    empties the tables that hang on it.
    """
    return _engine(
        path, PATIENCE, "BEGIN IMMEDIATE", "PRAGMA foreign_keys = OFF", poolclass=NullPool
    )


def _engine(path: Path, patience: float, begin: str, *pragmas: str, **pool: Any) -> AsyncEngine:
    if "poolclass" not in pool:
        # Our own transactions may take longer than one statement of somebody else's.
        pool["pool_timeout"] = 6 * patience
    engine = create_async_engine(
        URL.create("sqlite+aiosqlite", database=str(path.absolute())),
        # Transactions are begun below, in the form that each engine needs.
        connect_args={"isolation_level": None, "timeout": patience},
        **pool,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in (
            "PRAGMA journal_mode = WAL",
            "PRAGMA synchronous = FULL",  # a commit survives a power failure
            "PRAGMA foreign_keys = ON",
            "PRAGMA secure_delete = ON",  # what was forgotten is overwritten (rule D10)
            *pragmas,
        ):
            cursor.execute(pragma)
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


# ---------------------------------------------------------------------------------------- errors


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn the database's failures into a StoreError that says what to do.

    Mistakes in a statement and broken constraints pass through: they are bugs, not failures.
    """
    try:
        yield
    except PoolTimeoutError as error:
        raise StoreBusyError(path, str(error)) from error
    except DBAPIError as error:
        found = _store_error(path, error.orig)
        if found is None:
            raise
        raise found from error
    except sqlite3.Error as error:
        found = _store_error(path, error)
        if found is None:
            raise
        raise found from error


def _store_error(path: Path, error: BaseException | None) -> StoreError | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is None:
        return None
    kind = _KINDS.get(code & 0xFF)  # The rest of the code is a detail of this.
    return None if kind is None else kind(path, str(error))


# --------------------------------------------------------------------------------------- judging


def is_empty(path: Path) -> bool:
    """Tell whether there is nothing in the database: no file, or one of no length.

    A file of no length is what a kill during the very first start leaves.
    """
    try:
        return path.stat().st_size == 0
    except FileNotFoundError:
        return True


def create(path: Path) -> None:
    """Create the file, readable by its owner alone, where there is none; raises StoreError."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreReadOnlyError(path, error.strerror or str(error)) from error


def examine(path: Path, *, thorough: bool = False) -> str | None:
    """Check that the file is a sound database; return its revision, `None` if it has no tables.

    Only reads, and leaves nothing beside the file. `thorough` also checks indexes against tables
    and foreign keys. Raises StoreError; a file of no length counts as none.
    """
    _check_magic(path)
    with told(path), closing(_open_to_look(path)) as connection, _blaming_the_file(path):
        check = "integrity_check" if thorough else "quick_check"
        findings = [str(line) for (line,) in connection.execute(f"PRAGMA {check}(3)")]
        if findings != ["ok"]:
            raise StoreDamagedError(path, "; ".join(findings))
        if thorough:
            check_foreign_keys(path, connection.execute)
        return _revision(path, connection)


@contextmanager
def _blaming_the_file(path: Path) -> Iterator[None]:
    """Take any failure of a statement that is always the same for damage to the file."""
    try:
        yield
    except UnicodeDecodeError as error:
        # What the library says of a broken definition is in the definition's broken letters.
        raise StoreDamagedError(path, "its definitions cannot be read") from error
    except sqlite3.OperationalError as error:
        if _store_error(path, error) is not None:
            raise
        raise StoreDamagedError(path, str(error)) from error


def check_foreign_keys(path: Path, execute: Callable[[str], Any]) -> None:
    """Raise StoreDamagedError if a row hangs on one that is not there."""
    broken = execute("PRAGMA foreign_key_check").fetchall()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise StoreDamagedError(path, f"rows without what they belong to, in {tables}")


def check_tables(path: Path, names: frozenset[str]) -> None:
    """Raise StoreDamagedError if one of the tables `names` is missing."""
    with told(path), closing(_open_to_look(path)) as connection, _blaming_the_file(path):
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if missing := names - there:
        raise StoreDamagedError(path, f"without the tables {', '.join(sorted(missing))}")


def _check_magic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            start = file.read(len(_MAGIC))
    except FileNotFoundError:
        raise StoreMissingError(path) from None
    except OSError as error:
        raise StoreReadOnlyError(path, error.strerror or str(error)) from error
    if not start:
        raise StoreMissingError(path)
    if start != _MAGIC:
        raise StoreForeignError(path, "it does not begin as a SQLite file does")


def _revision(path: Path, connection: sqlite3.Connection) -> str | None:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not names:
        return None
    if "alembic_version" not in names:
        raise StoreForeignError(path, "its tables are not Mailmare's")
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    if row is None or "meta" not in names:
        raise StoreForeignError(path, "its tables are not Mailmare's")
    return str(row[0])


def _open_to_look(path: Path) -> sqlite3.Connection:
    if path.with_name(path.name + "-journal").exists():
        mode = "mode=rw"  # A transaction that was cut off has to be taken back first.
    elif path.with_name(path.name + "-wal").exists():
        mode = "mode=ro"
    else:
        # Nobody has it open: SQLite need not put its own files beside it to keep others away.
        mode = "mode=ro&immutable=1"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{mode}", uri=True, timeout=PATIENCE, isolation_level=None
    )
    # What is damaged may say so in damaged words.
    connection.text_factory = lambda text: text.decode("utf-8", "replace")
    return connection


# --------------------------------------------------------------------------------------- copying


def copy(source: Path, target: Path) -> None:
    """Copy the database as it is at one moment into a new file, while others go on using it.

    The copy is one file, complete without companions, and on the disk when this returns. Raises
    StoreError; what was begun is removed then.
    """
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    create(part)
    try:
        with (
            told(source),
            closing(_open_to_look(source)) as original,
            closing(sqlite3.connect(part, isolation_level=None)) as twin,
        ):
            original.backup(twin)
            twin.execute("PRAGMA journal_mode = DELETE")
        sync(part)
        part.rename(target)
        sync(target.parent)
    finally:
        part.unlink(missing_ok=True)


def put_fact(path: Path, key: str, value: str) -> None:
    """Set a fact of the table `meta` in a database that nobody has open; raises StoreError."""
    with told(path), closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("REPLACE INTO meta (key, value) VALUES (?, ?)", (key, value))
    sync(path)


def sync(path: Path) -> None:
    """See that a file, or a directory's list of names, is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

"""Copies of the database: made before each migration and on demand, and put back."""

import os
import secrets
import shutil
import string
from datetime import datetime
from pathlib import Path

from bot.texts import _

from . import sqlite
from .errors import (
    StoreCopyError,
    StoreError,
    StoreMissingError,
    StoreNewerError,
    StoreReadOnlyError,
)
from .meta import DATABASE_ID
from .migrate import MIGRATIONS, Migrations

FOLDER = "backups"
#: Copies made before migrations that are kept; the oldest go first.
KEPT = 5

_BEFORE_MIGRATION = "before-migration"
_REPLACED = "replaced"
_ALPHABET = string.ascii_lowercase + string.digits


def new_database_id() -> str:
    """Return six random characters, which tell this copy of a database from all others."""
    return "".join(map(secrets.choice, [_ALPHABET] * 6))


def folder(path: Path) -> Path:
    """Return where the copies of the database at `path` are."""
    return path.parent / FOLDER


def back_up(path: Path, now: datetime, target: Path | None = None) -> Path:
    """Copy the database, in use or not, to `target` or to a named place; return where it is.

    Raises StoreError, and FileExistsError where there is a file already.
    """
    revision = sqlite.examine(path)
    if target is None:
        target = _place(path, now, revision or "empty")
    elif target.exists():
        raise FileExistsError(target)
    sqlite.copy(path, target)
    return target


def back_up_before_migration(path: Path, now: datetime, revision: str) -> Path:
    """Copy the database and remove the oldest of such copies; return where it is."""
    target = _place(path, now, f"{revision}-{_BEFORE_MIGRATION}")
    sqlite.copy(path, target)
    for old in before_migrations(path)[:-KEPT]:
        old.unlink(missing_ok=True)
    return target


def before_migrations(path: Path) -> list[Path]:
    """Return the copies made before migrations, oldest first."""
    return sorted(folder(path).glob(f"{path.stem}-*-{_BEFORE_MIGRATION}*.db"))


def are_there(path: Path) -> bool:
    """Tell whether there are copies of the database in their folder, made for whatever reason."""
    return any(folder(path).glob(f"{path.stem}-*.db"))


def restore(
    path: Path, source: Path, now: datetime, migrations: Migrations = MIGRATIONS
) -> Path | None:
    """Put the copy `source` in the place of the database; return where the replaced one is kept.

    The copy is checked first and itself stays as it is; what takes the place gets a database id
    of its own, so that nothing sent from it is taken for what the replaced one sent. The caller
    holds the instance's lock. Raises StoreError, with the database as it was.
    """
    _check_fitness(path, source, migrations)
    ready = path.with_name(path.name + ".restoring")
    ready.unlink(missing_ok=True)
    try:
        sqlite.copy(source, ready)
        sqlite.put_fact(ready, DATABASE_ID, new_database_id())
        kept = _keep(path, now)
        ready.replace(path)
        sqlite.sync(path.parent)
    finally:
        ready.unlink(missing_ok=True)
    return kept


def _check_fitness(path: Path, source: Path, migrations: Migrations) -> None:
    if path.exists() and source.exists() and path.samefile(source):
        raise StoreCopyError(source, _("it is the database itself"))
    try:
        revision = sqlite.examine(source, thorough=True)
        migrations.pending(source, revision)
    except StoreMissingError:
        if not source.exists():
            raise StoreCopyError(source, _("there is no such file")) from None
        revision = None
    except StoreNewerError as error:
        reason = _("a newer Mailmare made it, at revision {revision}")
        raise StoreCopyError(source, reason.format(revision=error.detail)) from error
    except StoreError as error:
        raise StoreCopyError(source, error.detail) from error
    if revision is None:
        raise StoreCopyError(source, _("there is nothing in it"))


def _keep(path: Path, now: datetime) -> Path | None:
    """Give the database a second name, and move what is beside it there; return the name.

    What was beside it must not meet the file that takes its place: SQLite would mix the two.
    The first name stays until that file replaces it, so that no kill leaves none.
    """
    companions = [name for name in sqlite.COMPANIONS if path.with_name(path.name + name).exists()]
    if not path.exists() and not companions:
        return None
    kept = _place(path, now, _REPLACED)
    if path.exists():
        _give_second_name(path, kept)
    for name in companions:
        path.with_name(path.name + name).rename(kept.with_name(kept.name + name))
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    sqlite.sync(kept.parent)
    return kept


def _give_second_name(path: Path, name: Path) -> None:
    try:
        os.link(path, name)
    except OSError:  # Some file systems know no second names.
        shutil.copyfile(path, name)
        sqlite.sync(name)


def _place(path: Path, now: datetime, what: str) -> Path:
    """Return a name that sorts by time and is not taken."""
    try:
        folder(path).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise StoreReadOnlyError(folder(path), error.strerror or str(error)) from error
    name = f"{path.stem}-{now:%Y%m%dT%H%M%SZ}-{what}"
    place = folder(path) / f"{name}.db"
    number = 1
    while place.exists():
        number += 1
        place = folder(path) / f"{name}-{number}.db"
    return place

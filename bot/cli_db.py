"""`mailmare db …`: looking after the database from outside the bot."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.command_line import refuse, settings_or_refuse
from bot.exit_codes import Exit
from bot.texts import _

if TYPE_CHECKING:
    from bot.instance import Instance

app = typer.Typer(help=_("Look after the database."), no_args_is_help=True)


@app.command(help=_("Bring the database to this version's tables, after a copy of it."))
def upgrade() -> None:
    """Open the store once, which does all of it."""
    with _refusals():
        path = _database()
        with _alone(path):
            asyncio.run(_upgrade(path))


@app.command(help=_("Check the database thoroughly; only reads, the bot may run."))
def check() -> None:
    """Check the file and its revision."""
    from bot.store import sqlite
    from bot.store.migrate import MIGRATIONS

    with _refusals():
        path = _database()
        revision = sqlite.examine(path, thorough=True)
        old = MIGRATIONS.pending(path, revision)
        print(
            _("{path} is sound, at revision {revision}.").format(
                path=path, revision=revision or _("none")
            )
        )
        if old:
            print(
                _("It is older than this version; `mailmare db upgrade`, or a start, updates it.")
            )


@app.command(help=_("Copy the database, also while the bot runs, and print where the copy is."))
def backup(
    file: Annotated[
        Path | None, typer.Argument(help=_("The copy; by default a new file in backups/."))
    ] = None,
) -> None:
    """Copy the database."""
    from bot.clock import SYSTEM_CLOCK
    from bot.store.backups import back_up

    with _refusals():
        print(back_up(_database(), SYSTEM_CLOCK.now(), file))


@app.command(help=_("Put a copy in the database's place; the replaced one is kept."))
def restore(
    file: Annotated[Path, typer.Argument(help=_("The copy, such as one of backups/."))],
) -> None:
    """Check the copy and put it in place."""
    from bot.clock import SYSTEM_CLOCK
    from bot.store import backups

    with _refusals():
        path = _database()
        with _alone(path):
            kept = backups.restore(path, file, SYSTEM_CLOCK.now())
        print(_("{path} is now what {file} holds.").format(path=path, file=file))
        if kept is not None:
            print(_("What it was before is kept as {kept}.").format(kept=kept))


async def _upgrade(path: Path) -> None:
    from bot.clock import SYSTEM_CLOCK
    from bot.store import Store
    from bot.store.migrate import MIGRATIONS

    async with Store(path, SYSTEM_CLOCK) as store:
        if store.backup is not None:
            print(_("The database as it was is kept as {kept}.").format(kept=store.backup))
        print(
            _("{path} is up to date, at revision {revision}.").format(
                path=path, revision=MIGRATIONS.head
            )
        )


def _database() -> Path:
    from bot.store import FILE_NAME

    return settings_or_refuse().data_dir / FILE_NAME


def _alone(path: Path) -> "Instance":
    """Return the lock that a running bot holds, to be held while the file is changed."""
    from bot.instance import Instance

    path.parent.mkdir(parents=True, exist_ok=True)
    return Instance(path.parent)


@contextmanager
def _refusals() -> Iterator[None]:
    """End the process with one line and the right status where something is in the way."""
    from bot.instance import AlreadyRunningError
    from bot.store import StoreError

    try:
        yield
    except StoreError as error:
        refuse(str(error), error.exit)
    except AlreadyRunningError as error:
        refuse(str(error), Exit.TEMPORARY)
    except FileExistsError as error:
        refuse(
            _("{file} exists already; give another name.").format(file=error.args[0]), Exit.FAILED
        )
    except OSError as error:
        refuse(
            _("{path} cannot be used: {error}.").format(
                path=error.filename, error=error.strerror or error
            ),
            Exit.IO,
        )

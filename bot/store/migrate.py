"""Bringing a database to the tables of this program: whole or not at all (fault F44)."""

from pathlib import Path

from msgspec import Struct
from sqlalchemy import Connection

from . import sqlite
from .errors import StoreNewerError
from .feed_tables import announcements
from .migrations import REVISIONS


class Migrations(Struct, frozen=True):
    """A line of migrations."""

    revisions: tuple[str, ...] = REVISIONS
    """Oldest first."""
    location: str = "bot.store:migrations"
    """Where the scripts are, as Alembic names places."""
    tables: frozenset[str] = frozenset()
    """What a database at the last revision has at least."""

    @property
    def head(self) -> str:
        """The revision that the tables in this program have."""
        return self.revisions[-1]

    def pending(self, path: Path, revision: str | None) -> bool:
        """Tell whether a database at this revision is to be migrated.

        Raises StoreNewerError if the revision is not one of ours, StoreDamagedError if it is the
        last one and a table of it is missing.
        """
        if revision is not None and revision not in self.revisions:
            raise StoreNewerError(path, revision)
        if revision == self.head:
            sqlite.check_tables(path, self.tables)
        return revision != self.head


#: The feeds' tables are the last to join the one collection that all are in.
MIGRATIONS = Migrations(tables=frozenset(announcements.metadata.tables))


async def migrate(path: Path, migrations: Migrations = MIGRATIONS) -> None:
    """Apply what is missing, in one transaction: a kill at any point leaves the old tables.

    Raises StoreError.
    """

    def upgrade(connection: Connection) -> None:
        # It takes as long to import as the whole store, and few starts need it.
        from alembic import command  # noqa: PLC0415
        from alembic.config import Config  # noqa: PLC0415

        config = Config()
        config.set_main_option("script_location", migrations.location)
        config.attributes["connection"] = connection
        command.upgrade(config, migrations.head)
        sqlite.check_foreign_keys(path, connection.exec_driver_sql)

    engine = sqlite.changer(path)
    try:
        with sqlite.told(path):
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)
    finally:
        await engine.dispose()

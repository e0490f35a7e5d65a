"""Migrations: from nothing to the tables, with a copy first, whole or not at all."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine

import bot
from bot.safety import Action
from bot.store import (
    FILE_NAME,
    Filter,
    Guild,
    Store,
    StoreDamagedError,
    Subject,
    backups,
)
from bot.store import sqlite as store_sqlite
from bot.store.migrate import Migrations
from bot.store.migrations import REVISIONS
from bot.store.tables import metadata
from tests.clock import MovableClock


def definitions(path: Path) -> dict[str, list[str]]:
    """What the database says that its tables and indexes are.

    The order of constraints is free, and SQLite writes quotes around what was renamed.
    """
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        return {
            name: sorted(
                " ".join(sql.replace('"', "").split()).removesuffix(" )").split(", CONSTRAINT ")
            )
            for name, sql in found
            if name != "alembic_version"
        }


async def fill(store: Store) -> None:
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=1, language="de"))
        await tx.filters.put(
            [
                Filter(
                    guild_id=1,
                    channel_id=channel_id,
                    kind=Action.HIDE,
                    subject=Subject.TAG,
                    expression="spiders",
                )
                for channel_id in (None, 2)
            ]
        )
        await tx.audit.add(1, "filter.hide", actor_id=3)


async def is_filled(store: Store) -> bool:
    async with store.read() as tx:
        return (
            (await tx.guilds.get(1)).language == "de"
            and len(await tx.filters.of_guild(1)) == 2
            and len(await tx.audit.recent(1)) == 1
        )


@pytest.fixture
async def filled(path: Path, clock: MovableClock) -> Path:
    async with Store(path, clock) as store:
        await fill(store)
    return path


async def test_lead_to_exactly_the_tables_that_are_documented(store: Store) -> None:
    def compare(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    async with store.read() as tx:
        assert await tx.connection.run_sync(compare) == []


def test_lead_to_the_same_definitions_as_the_tables(empty: Path, tmp_path: Path) -> None:
    """Conditions and names too, which the comparison above does not see."""
    direct = tmp_path / "direct.db"
    engine = create_engine(f"sqlite:///{direct}")
    metadata.create_all(engine)
    engine.dispose()
    assert definitions(empty) == definitions(direct)


def test_are_listed_in_their_order() -> None:
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert tuple(script.revision for script in scripts.walk_revisions())[::-1] == REVISIONS


async def test_are_applied_at_the_start_after_a_copy(
    filled: Path, clock: MovableClock, later: Migrations
) -> None:
    async with Store(filled, clock, migrations=later) as store:
        copy = store.backup
        assert await is_filled(store)
        async with store.read() as tx:
            found = await tx.connection.exec_driver_sql("SELECT motto FROM guilds")
            assert found.scalar_one() == "de"
    assert copy is not None
    assert copy.name == f"mailmare-20261122T120000Z-{REVISIONS[-1]}-before-migration.db"
    assert copy.stat().st_mode & 0o777 == 0o600
    async with Store(copy, clock) as old:
        assert await is_filled(old)
    async with Store(filled, clock, migrations=later) as again:
        assert again.backup is None


async def test_of_a_parent_table_keep_what_hangs_on_it(
    filled: Path, clock: MovableClock, later: Migrations
) -> None:
    """A table is changed by copying and dropping it, which could cascade; and still does after."""
    async with Store(filled, clock, migrations=later) as store:
        assert await is_filled(store)
        async with store.write() as tx:
            await tx.retention.forget_guild(1)
        async with store.read() as tx:
            assert await tx.filters.of_guild(1) == ()
            assert await tx.channels.of_guild(1) == ()
            assert await tx.audit.recent(1) == ()


async def test_are_not_applied_where_rows_would_lose_what_they_belong_to(
    filled: Path, clock: MovableClock, later: Migrations
) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("DELETE FROM guilds")  # Without foreign keys, as they are by default.
    before = definitions(filled)
    with pytest.raises(StoreDamagedError, match="audit, channels, filters"):
        async with Store(filled, clock, migrations=later):
            pass
    assert definitions(filled) == before
    assert store_sqlite.examine(filled) == REVISIONS[-1]


async def test_keep_the_latest_copies_and_all_that_people_made(
    path: Path, clock: MovableClock
) -> None:
    by_hand = backups.back_up(path, clock.now())
    made = []
    for _ in range(backups.KEPT + 2):
        clock.advance(1)
        made.append(backups.back_up_before_migration(path, clock.now(), REVISIONS[-1]))
    assert backups.before_migrations(path) == made[2:]
    assert by_hand.exists()


def test_copies_of_one_second_have_names_of_their_own(path: Path) -> None:
    now = datetime(2026, 11, 22, tzinfo=UTC)
    names = {backups.back_up_before_migration(path, now, "a").name for _ in range(3)}
    assert len(names) == 3


@pytest.mark.parametrize(("start", "stride"), [("nothing", 9), ("filled", 3)])
def test_survive_a_kill_at_any_statement(
    start: str, stride: int, tmp_path: Path, filled: Path, later: Migrations
) -> None:
    """F44: killed before a statement or a commit, the next start finishes the work."""
    folder = tmp_path / "killed"
    folder.mkdir()
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.store.killed",
            str(stride),
            str(folder),
            later.location,
            *later.revisions,
            *([str(filled)] if start == "filled" else []),
        ],
        cwd=Path(bot.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.stderr == ""
    killed = int(done.stdout)
    assert killed >= 5

    async def resume(path: Path) -> None:
        async with Store(path, MovableClock(), migrations=later) as store:
            assert start == "nothing" or await is_filled(store)
        assert store_sqlite.examine(path, thorough=True) == later.head

    expected = None
    for number in range(1, killed + 1):
        path = folder / str(number) / FILE_NAME
        asyncio.run(resume(path))
        expected = expected or definitions(path)
        assert definitions(path) == expected
        shutil.rmtree(path.parent)

"""Opening a database: what is made, what is refused, and that a refused file stays as it is."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import bot
from bot.exit_codes import Exit
from bot.store import (
    FILE_NAME,
    Guild,
    Store,
    StoreDamagedError,
    StoreError,
    StoreForeignError,
    StoreMissingError,
    StoreNewerError,
    StoreReadOnlyError,
)
from bot.store import sqlite as store_sqlite
from bot.store.migrate import Migrations
from bot.store.migrations import REVISIONS
from tests.clock import MovableClock
from tests.examples import examples


async def test_a_new_database_is_made_for_its_owner_alone(
    tmp_path: Path, clock: MovableClock
) -> None:
    path = tmp_path / FILE_NAME
    async with Store(path, clock) as store:
        assert store.backup is None
        assert re.fullmatch(r"[a-z0-9]{6}", store.database_id)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == [FILE_NAME]
    assert store_sqlite.examine(path, thorough=True) == REVISIONS[-1]


async def test_a_path_with_odd_characters_is_taken_as_it_is(
    tmp_path: Path, clock: MovableClock
) -> None:
    folder = tmp_path / "a%20b ?c=d#e'f"
    folder.mkdir()
    async with Store(folder / FILE_NAME, clock):
        pass
    async with Store(folder / FILE_NAME, clock) as store:
        await store.back_up()
    assert (folder / FILE_NAME).exists()
    assert [file.name for file in tmp_path.iterdir()] == [folder.name]


async def test_the_database_id_stays_from_start_to_start(path: Path, clock: MovableClock) -> None:
    async with Store(path, clock) as first:
        pass
    async with Store(path, clock) as second:
        assert second.database_id == first.database_id


async def test_two_databases_have_different_ids(tmp_path: Path, clock: MovableClock) -> None:
    ids = set()
    for name in ("a", "b"):
        async with Store(tmp_path / name, clock) as store:
            ids.add(store.database_id)
    assert len(ids) == 2


@pytest.mark.parametrize("kind", ["read", "write"])
async def test_every_connection_is_durable_and_keeps_foreign_keys(store: Store, kind: str) -> None:
    """faults, design 4."""
    async with getattr(store, kind)() as tx:
        found = {
            name: (await tx.connection.exec_driver_sql(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }


class TestRefusal:
    async def refused(self, path: Path, kind: type[StoreError]) -> StoreError:
        """Open it, and see it refused, unchanged, and nothing put beside it."""
        before = path.read_bytes(), sorted(path.parent.iterdir())
        with pytest.raises(kind) as caught:
            async with Store(path, MovableClock()):
                pass
        assert (path.read_bytes(), sorted(path.parent.iterdir())) == before
        assert str(path) in str(caught.value)
        return caught.value

    async def test_a_newer_database(
        self, path: Path, clock: MovableClock, later: Migrations
    ) -> None:
        async with Store(path, clock, migrations=later):
            pass
        error = await self.refused(path, StoreNewerError)
        assert "'next'" in str(error) or "revision next" in str(error)
        assert error.exit is Exit.DATA

    async def test_a_damaged_database_and_says_how_to_restore_one(self, path: Path) -> None:
        """F30."""
        data = bytearray(path.read_bytes())
        # All pages but the first, which holds the tables' definitions.
        data[4096:] = os.urandom(len(data) - 4096)
        path.write_bytes(data)
        error = await self.refused(path, StoreDamagedError)
        assert "mailmare db restore" in str(error)
        assert error.exit is Exit.DATA

    async def test_a_database_cut_short(self, path: Path) -> None:
        """F30."""
        path.write_bytes(path.read_bytes()[:-4096])
        await self.refused(path, StoreDamagedError)

    @pytest.mark.parametrize("content", [b"Dear diary", b"\0" * 8192, b"SQLite format 3"])
    async def test_a_file_that_is_no_database(self, path: Path, content: bytes) -> None:
        """F30."""
        path.write_bytes(content)
        await self.refused(path, StoreForeignError)

    @pytest.mark.parametrize(
        "statements",
        [
            ["CREATE TABLE recipes (name TEXT)"],
            ["CREATE TABLE alembic_version (version_num TEXT)"],
            [
                "CREATE TABLE alembic_version (version_num TEXT)",
                "INSERT INTO alembic_version VALUES ('0001')",
            ],
        ],
    )
    async def test_a_database_of_another_program(
        self, tmp_path: Path, statements: list[str]
    ) -> None:
        path = tmp_path / FILE_NAME
        with closing(sqlite3.connect(path)) as connection, connection:
            for statement in statements:
                connection.execute(statement)
        await self.refused(path, StoreForeignError)

    async def test_a_file_emptied_since_a_copy_of_it_was_made(
        self, path: Path, clock: MovableClock, later: Migrations
    ) -> None:
        """F30: what once held data is not taken for a first start."""
        async with Store(path, clock, migrations=later) as store:
            assert store.backup is not None
        path.write_bytes(b"")
        await self.refused(path, StoreDamagedError)

    async def test_a_file_emptied_since_somebody_copied_it(
        self, path: Path, clock: MovableClock
    ) -> None:
        """F30: a copy made by hand says as much."""
        async with Store(path, clock) as store:
            await store.back_up()
        path.write_bytes(b"")
        await self.refused(path, StoreDamagedError)

    @pytest.mark.parametrize("table", ["filters", "announcements"])
    async def test_a_database_without_one_of_its_tables(self, path: Path, table: str) -> None:
        """F30: its pages are sound, and every command that needs the table would fail."""
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute(f"DROP TABLE {table}")
        await self.refused(path, StoreDamagedError)

    async def test_a_directory(self, tmp_path: Path) -> None:
        with pytest.raises(StoreReadOnlyError):
            async with Store(tmp_path, MovableClock()):
                pass

    async def test_a_place_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(StoreReadOnlyError) as caught:
            async with Store(tmp_path / "none" / FILE_NAME, MovableClock()):
                pass
        assert caught.value.exit is Exit.IO

    def test_looking_at_a_file_that_is_not_there_makes_none(self, tmp_path: Path) -> None:
        with pytest.raises(StoreMissingError):
            store_sqlite.examine(tmp_path / FILE_NAME)
        assert list(tmp_path.iterdir()) == []

    async def test_not_of_the_empty_file_that_a_kill_at_the_first_start_leaves(
        self, tmp_path: Path, clock: MovableClock
    ) -> None:
        path = tmp_path / FILE_NAME
        path.touch()
        with pytest.raises(StoreMissingError):
            store_sqlite.examine(path)
        async with Store(path, clock) as store:
            assert store.database_id

    def test_a_definition_in_broken_letters_is_damage(self, empty: Path, tmp_path: Path) -> None:
        """F30: the library's own message about it is not even text."""
        content = empty.read_bytes()
        path = tmp_path / "broken.db"
        path.write_bytes(content.replace(b"CREATE TABLE audit", b"CREATE TA\x80LE audit", 1))
        assert path.read_bytes() != content
        with pytest.raises(StoreDamagedError):
            store_sqlite.examine(path)

    @settings(
        max_examples=examples(60),
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(data=st.data())
    def test_whatever_bytes_are_broken_the_check_tells_or_reads_a_revision(
        self, empty: Path, tmp_path: Path, data: st.DataObject
    ) -> None:
        """F30: no damage makes the check fail in another way, or change the file."""
        content = bytearray(empty.read_bytes())
        for _ in range(data.draw(st.integers(1, 20))):
            place = data.draw(st.integers(0, len(content) - 1))
            content[place] = data.draw(st.integers(0, 255))
        path = tmp_path / "broken.db"
        path.write_bytes(content)
        with suppress(StoreError):
            store_sqlite.examine(path, thorough=True)
        assert path.read_bytes() == content
        assert not list(tmp_path.glob("broken.db-*"))


@pytest.fixture
def public() -> Iterator[Path]:
    """A directory that any user may enter; pytest's own are for this one alone."""
    folder = Path(tempfile.mkdtemp(prefix="mailmare-"))
    folder.chmod(0o755)
    yield folder
    for inner in folder.iterdir():
        inner.chmod(0o755)
    shutil.rmtree(folder)


def test_a_database_that_cannot_be_written_is_refused(public: Path, empty: Path) -> None:
    """F29. Nothing is read-only to root, so another user tries."""
    cases = {
        # The file's rights (None: no file), the directory's, and what comes of it.
        "all": (0o444, 0o555, "StoreReadOnlyError"),
        "file": (0o444, 0o777, "StoreReadOnlyError"),
        "directory": (0o666, 0o555, "StoreReadOnlyError"),
        "new": (None, 0o555, "StoreReadOnlyError"),
        "unreadable": (0o000, 0o777, "StoreReadOnlyError"),
        "none": (0o666, 0o777, "opened"),
    }
    paths = {name: public / name / FILE_NAME for name in cases}
    for name, (file, folder, _) in cases.items():
        paths[name].parent.mkdir()
        if file is not None:
            shutil.copy(empty, paths[name])
            paths[name].chmod(file)
        paths[name].parent.chmod(folder)
    done = subprocess.run(
        [sys.executable, "-m", "tests.store.open_as_nobody", *map(str, paths.values())],
        cwd=Path(bot.__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.stderr == ""
    answers = json.loads(done.stdout)
    if not answers:
        pytest.skip("this process may not become another user")
    for name, (file, _, expected) in cases.items():
        result, message = answers[str(paths[name])]
        assert result == expected, (name, message)
        assert (result == "opened") == ("cannot be opened for writing" not in message)
        if expected != "opened":
            assert paths[name].exists() == (file is not None)
            assert file is None or paths[name].read_bytes() == empty.read_bytes()


async def test_what_a_kill_left_in_the_companion_files_is_not_lost(
    path: Path, tmp_path: Path, clock: MovableClock
) -> None:
    """Copies of the files of an open database are what a kill leaves on the disk."""
    crashed = tmp_path / "crashed"
    async with Store(path, clock) as store:
        async with store.write() as tx:
            await tx.guilds.put(Guild(id=1, language="de"))
        shutil.copytree(path.parent, crashed)
    assert (crashed / f"{FILE_NAME}-wal").stat().st_size
    async with Store(crashed / FILE_NAME, clock) as store, store.read() as tx:
        assert (await tx.guilds.get(1)).language == "de"


async def test_a_transaction_cut_off_in_a_rollback_journal_is_taken_back(
    path: Path, tmp_path: Path, clock: MovableClock
) -> None:
    """A restored copy is in that mode until it is opened for the first time."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        assert connection.execute("PRAGMA journal_mode = DELETE").fetchone() == ("delete",)
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("PRAGMA cache_spill = 1")
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO meta VALUES (?, ?)", [(str(n), "x" * 3000) for n in range(200)]
        )
        crashed = tmp_path / "crashed"
        shutil.copytree(path.parent, crashed)
    assert (crashed / f"{FILE_NAME}-journal").stat().st_size
    async with Store(crashed / FILE_NAME, clock) as store, store.read() as tx:
        assert await tx.meta.get("1") is None

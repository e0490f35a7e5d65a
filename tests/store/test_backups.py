"""Copies of the database, and putting one back."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import (
    FILE_NAME,
    Guild,
    Store,
    StoreCopyError,
    StoreDamagedError,
    StoreReadOnlyError,
    backups,
)
from bot.store import sqlite as store_sqlite
from bot.store.migrate import Migrations
from bot.store.migrations import REVISIONS
from tests.clock import MovableClock


async def speak(store: Store, language: str) -> None:
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=1, language=language))


async def language(path: Path) -> str:
    async with Store(path, MovableClock()) as store, store.read() as tx:
        return (await tx.guilds.get(1)).language


class TestCopy:
    async def test_is_complete_while_the_database_is_in_use(
        self, store: Store, tmp_path: Path
    ) -> None:
        async with store.write() as tx:
            await tx.guilds.put(Guild(id=1, language="de"))
        async with store.write() as tx:
            await tx.guilds.put(Guild(id=1, language="fr"))
            # What is not committed is in no copy, and does not hold it up.
            copy = await store.back_up()
        assert copy.parent == store.path.parent / "backups"
        assert copy.name == f"mailmare-20261122T120000Z-{REVISIONS[-1]}.db"
        assert [file.name for file in copy.parent.iterdir()] == [copy.name]
        assert await language(copy) == "de"

    async def test_is_readable_where_nothing_can_be_written_beside_it(
        self, store: Store, tmp_path: Path
    ) -> None:
        copy = await store.back_up(tmp_path / "copy.db")
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert store_sqlite.examine(copy, thorough=True) == REVISIONS[-1]
        assert not list(tmp_path.glob("copy.db-*"))

    async def test_replaces_no_file(self, store: Store, tmp_path: Path) -> None:
        target = tmp_path / "there"
        target.write_text("mine")
        with pytest.raises(FileExistsError):
            await store.back_up(target)
        assert target.read_text() == "mine"

    async def test_of_a_damaged_database_is_refused(self, path: Path, clock: MovableClock) -> None:
        """A copy that cannot be restored is worse than none: it ages the good ones out."""
        path.write_bytes(path.read_bytes()[:-4096])
        with pytest.raises(StoreDamagedError):
            backups.back_up(path, clock.now())
        assert not backups.folder(path).exists()

    async def test_into_a_place_that_is_not_there_is_told(
        self, store: Store, tmp_path: Path
    ) -> None:
        with pytest.raises(StoreReadOnlyError):
            await store.back_up(tmp_path / "none" / "copy.db")

    async def test_whose_folder_cannot_be_made_is_told(self, store: Store) -> None:
        (store.path.parent / "backups").write_text("in the way")
        with pytest.raises(StoreReadOnlyError):
            await store.back_up()


class TestRestore:
    @pytest.fixture
    async def copy(self, path: Path, clock: MovableClock, tmp_path: Path) -> Path:
        """A copy that says `de`, of a database that says `fr` by now."""
        async with Store(path, clock) as store:
            await speak(store, "de")
            copy = await store.back_up(tmp_path / "copy.db")
            await speak(store, "fr")
        return copy

    async def test_puts_the_copy_in_place_and_keeps_what_was_there(
        self, path: Path, copy: Path, clock: MovableClock
    ) -> None:
        before = copy.read_bytes()
        kept = backups.restore(path, copy, clock.now())
        assert await language(path) == "de"
        assert kept is not None
        assert kept.name == "mailmare-20261122T120000Z-replaced.db"
        assert await language(kept) == "fr"
        assert copy.read_bytes() == before
        assert sorted(file.name for file in path.parent.iterdir()) == ["backups", FILE_NAME]
        assert path.stat().st_mode & 0o777 == 0o600

    async def test_gives_a_database_id_that_no_other_copy_has(
        self, path: Path, copy: Path, clock: MovableClock
    ) -> None:
        """A nonce made of the old id could be taken for one that was sent (recipes, outbox)."""
        ids = []
        for _ in range(3):
            async with Store(path, clock) as store:
                ids.append(store.database_id)
            backups.restore(path, copy, clock.now())
        assert len(set(ids)) == 3

    async def test_of_an_older_copy_is_migrated_at_the_next_start(
        self, path: Path, copy: Path, clock: MovableClock, later: Migrations
    ) -> None:
        async with Store(path, clock, migrations=later):
            pass
        backups.restore(path, copy, clock.now(), later)
        async with Store(path, clock, migrations=later) as store, store.read() as tx:
            assert (await tx.guilds.get(1)).language == "de"
        assert store_sqlite.examine(path) == "next"

    async def test_helps_where_the_database_is_damaged_or_gone(
        self, path: Path, copy: Path, clock: MovableClock
    ) -> None:
        path.write_bytes(b"ruin")
        kept = backups.restore(path, copy, clock.now())
        assert kept is not None
        assert kept.read_bytes() == b"ruin"
        assert await language(path) == "de"
        path.unlink()
        assert backups.restore(path, copy, clock.now()) is None
        assert await language(path) == "de"

    @pytest.mark.parametrize("is_there", [True, False])
    async def test_mixes_no_unfinished_business_of_the_old_file_into_the_new(
        self, path: Path, copy: Path, clock: MovableClock, *, is_there: bool
    ) -> None:
        """What a kill leaves beside the file is moved away with it."""
        async with Store(path, clock) as store:
            await speak(store, "nl")
            left = {
                name: path.with_name(path.name + name).read_bytes() for name in ("-wal", "-shm")
            }
        for name, data in left.items():
            path.with_name(path.name + name).write_bytes(data)
        if not is_there:
            path.unlink()
        kept = backups.restore(path, copy, clock.now())
        assert kept is not None
        assert kept.with_name(kept.name + "-wal").read_bytes() == left["-wal"]
        assert await language(path) == "de"

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (None, "no such file"),
            (b"Dear diary", "does not begin as"),
            (b"", "nothing in it"),
            ("cut", "damaged|malformed|never used|Page"),
            ("empty database", "nothing in it"),
            ("newer", "newer Mailmare made it, at revision next"),
            ("itself", "the database itself"),
        ],
    )
    async def test_refuses_what_is_no_good_and_changes_nothing(
        self,
        path: Path,
        copy: Path,
        clock: MovableClock,
        later: Migrations,
        content: bytes | str | None,
        reason: str,
    ) -> None:
        if content is None:
            copy.unlink()
        elif isinstance(content, bytes):
            copy.write_bytes(content)
        elif content == "cut":
            copy.write_bytes(copy.read_bytes()[:-4096])
        elif content == "empty database":
            copy.unlink()
            with closing(sqlite3.connect(copy)) as connection:
                connection.execute("VACUUM")
                connection.execute("PRAGMA user_version = 1")
        elif content == "newer":
            async with Store(copy, clock, migrations=later):
                pass
        else:
            copy = path
        before = path.read_bytes()
        with pytest.raises(StoreCopyError, match=reason):
            backups.restore(path, copy, clock.now())
        assert path.read_bytes() == before
        assert await language(path) == "fr"

    async def test_works_where_files_cannot_have_two_names(
        self, path: Path, copy: Path, clock: MovableClock, other_file_system: Path
    ) -> None:
        """A second name cannot reach over to another file system."""
        backups.folder(path).symlink_to(other_file_system)
        kept = backups.restore(path, copy, clock.now())
        assert await language(path) == "de"
        assert kept is not None
        assert await language(kept) == "fr"


@pytest.fixture
def other_file_system(tmp_path: Path) -> Iterator[Path]:
    """A directory to which no hard link from the temporary directory is possible."""
    folder = Path("/dev/shm", f"mailmare-{os.getpid()}")
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("there is no second file system to write to")
    try:
        probe = tmp_path / "probe"
        probe.touch()
        if probe.stat().st_dev == folder.stat().st_dev:
            pytest.skip("it is the same file system")
        yield folder
    finally:
        for file in folder.iterdir():
            file.unlink()
        folder.rmdir()

"""`mailmare db …` as an operator meets it: lines and exit statuses."""

import asyncio
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

import bot
from bot.cli import app
from bot.exit_codes import Exit
from bot.instance import Instance
from bot.store import FILE_NAME, Store
from bot.store.migrate import Migrations
from bot.store.migrations import REVISIONS
from tests.clock import MovableClock


class Answer:
    def __init__(self, status: int, out: str, err: str) -> None:
        self.status, self.out, self.err = status, out, err


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


class Mailmare:
    """The command line on one data directory, in this process: a new one takes seconds."""

    def __init__(self, data: Path) -> None:
        self.env = {"MAILMARE_DATA_DIR": str(data)}

    def __call__(self, *arguments: str) -> Answer:
        done = CliRunner().invoke(app, ["db", *arguments], env=self.env)
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return Answer(done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def mailmare(data: Path) -> Mailmare:
    return Mailmare(data)


def test_upgrade_makes_the_database_and_says_where_it_is(mailmare: Mailmare, data: Path) -> None:
    for _ in range(2):
        done = mailmare("upgrade")
        assert (done.status, done.err) == (Exit.OK, "")
        assert str(data / FILE_NAME) in done.out
        assert f"up to date, at revision {REVISIONS[-1]}" in done.out
    assert not (data / "backups").exists()


def test_a_new_process_does_the_same(mailmare: Mailmare, data: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "db", "upgrade"],
        env=mailmare.env | {"PYTHONPATH": str(Path(bot.__file__).parents[1])},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert (done.returncode, done.stderr) == (Exit.OK, "")
    assert (data / FILE_NAME).exists()


def test_check_tells_that_all_is_well(mailmare: Mailmare, path: Path) -> None:
    done = mailmare("check")
    assert (done.status, done.err) == (Exit.OK, "")
    assert done.out == f"{path} is sound, at revision {REVISIONS[-1]}.\n"


def test_check_tells_what_a_start_would_update(mailmare: Mailmare, data: Path) -> None:
    data.mkdir()
    with closing(sqlite3.connect(data / FILE_NAME)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    done = mailmare("check")
    assert (done.status, done.err) == (Exit.OK, "")
    assert "at revision none" in done.out
    assert "older than this version" in done.out


def test_check_tells_that_there_is_none(mailmare: Mailmare, data: Path) -> None:
    done = mailmare("check")
    assert (done.status, done.out) == (Exit.FAILED, "")
    assert "mailmare db upgrade" in done.err
    assert not data.exists()


def test_check_tells_what_is_damaged_and_what_to_do(mailmare: Mailmare, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-4096])
    done = mailmare("check")
    assert (done.status, done.out) == (Exit.DATA, "")
    assert "mailmare db restore FILE" in done.err


@pytest.mark.parametrize("command", ["check", "upgrade", "backup"])
def test_a_newer_database_is_left_alone(
    mailmare: Mailmare, path: Path, later: Migrations, command: str
) -> None:
    async def outgrow() -> None:
        async with Store(path, MovableClock(), migrations=later):
            pass

    asyncio.run(outgrow())
    grown = path.read_bytes()
    done = mailmare(command)
    assert path.read_bytes() == grown
    if command == "backup":
        # A copy does no harm, whoever understands it.
        assert done.status == Exit.OK
    else:
        assert (done.status, done.out) == (Exit.DATA, "")
        assert "newer Mailmare" in done.err


def test_backup_prints_where_the_copy_is_while_the_bot_runs(mailmare: Mailmare, path: Path) -> None:
    with Instance(path.parent):
        done = mailmare("backup")
    assert (done.status, done.err) == (Exit.OK, "")
    assert Path(done.out.strip()).parent == path.parent / "backups"
    assert Path(done.out.strip()).stat().st_size


def test_backup_writes_over_no_file(mailmare: Mailmare, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    assert mailmare("backup", str(target)).status == Exit.OK
    done = mailmare("backup", str(target))
    assert (done.status, done.out) == (Exit.FAILED, "")
    assert f"{target} exists already" in done.err


def test_backup_that_cannot_be_written_is_told(mailmare: Mailmare, path: Path) -> None:
    done = mailmare("backup", str(path.parent / "none" / "copy.db"))
    assert done.status == Exit.IO


def test_restore_tells_what_it_put_where(mailmare: Mailmare, path: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copy(path, tmp_path / "copy.db"))
    done = mailmare("restore", str(copy))
    assert (done.status, done.err) == (Exit.OK, "")
    assert f"{path} is now what {copy} holds." in done.out
    assert "replaced.db" in done.out
    assert mailmare("check").status == Exit.OK


def test_restore_makes_the_first_database_of_a_new_machine(
    mailmare: Mailmare, data: Path, empty: Path
) -> None:
    done = mailmare("restore", str(empty))
    assert done.status == Exit.OK
    assert "kept" not in done.out
    assert (data / FILE_NAME).exists()


@pytest.mark.parametrize("arguments", [["upgrade"], ["restore", "copy.db"]])
def test_what_changes_the_file_waits_for_the_bot_to_stop(
    mailmare: Mailmare, path: Path, arguments: list[str]
) -> None:
    """F35."""
    before = path.read_bytes()
    with Instance(path.parent):
        done = mailmare(*arguments)
    assert (done.status, done.out) == (Exit.TEMPORARY, "")
    assert "Another instance runs" in done.err
    assert path.read_bytes() == before


def test_restore_of_something_else_changes_nothing(
    mailmare: Mailmare, path: Path, tmp_path: Path
) -> None:
    before = path.read_bytes()
    (tmp_path / "diary").write_text("Dear diary")
    done = mailmare("restore", str(tmp_path / "diary"))
    assert (done.status, done.out) == (Exit.DATA, "")
    assert "Nothing was changed." in done.err
    assert path.read_bytes() == before


def test_a_data_directory_that_cannot_be_made_is_told(mailmare: Mailmare, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    mailmare.env["MAILMARE_DATA_DIR"] = str(tmp_path / "file" / "data")
    done = mailmare("upgrade")
    assert (done.status, done.out) == (Exit.IO, "")
    assert str(tmp_path / "file") in done.err


def test_a_wrong_setting_is_told(mailmare: Mailmare) -> None:
    mailmare.env["MAILMARE_LOG_LEVEL"] = "loud"
    done = mailmare("check")
    assert (done.status, done.out) == (Exit.CONFIGURATION, "")
    assert "MAILMARE_LOG_LEVEL" in done.err

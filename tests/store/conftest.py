"""Databases in files, at this program's revision and at one that does not exist yet."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import bot.store.migrations
from bot.store import Store
from bot.store.migrate import Migrations
from bot.store.migrations import REVISIONS
from tests.clock import MovableClock
from tests.new_database import put_new_database

NEXT = '''
"""Changes a table in the way that SQLite does by copying it."""
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade() -> None:
    with op.batch_alter_table("guilds", recreate="always") as table:
        table.add_column(sa.Column("motto", sa.Text()))
    op.execute("UPDATE guilds SET motto = language")
'''


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them; to be copied."""
    return put_new_database(tmp_path_factory.mktemp("empty"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of this test's own, not open."""
    (tmp_path / "data").mkdir()
    return put_new_database(tmp_path / "data")


@pytest.fixture
async def store(path: Path, clock: MovableClock) -> AsyncIterator[Store]:
    async with Store(path, clock) as store:
        yield store


@pytest.fixture(scope="session")
def later(tmp_path_factory: pytest.TempPathFactory) -> Migrations:
    """The migrations of a later version, which has one more."""
    folder = tmp_path_factory.mktemp("later") / "migrations"
    shutil.copytree(
        Path(bot.store.migrations.__file__).parent,
        folder,
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (folder / "versions" / "next.py").write_text(NEXT.format(head=REVISIONS[-1]))
    return Migrations(revisions=(*REVISIONS, "next"), location=str(folder))

"""The same tables and statements for PostgreSQL, as far as can be told without one."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Dialect, Table, insert
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

import bot.store
from bot.store.statements import upsert
from bot.store.tables import filters, metadata

POSTGRESQL = postgresql.dialect()  # type: ignore[no-untyped-call]
SQLITE = sqlite.dialect()


#: Small numbers: how often, how many, minutes, days. Ids and instants need 64 bits.
SMALL = {
    "at_minute", "attempts", "cap", "failures", "min_score", "more", "quiet_from", "quiet_until",
    "rechecks", "settle", "tries", "weekday",
}  # fmt: skip


@pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)
def test_every_table_can_be_made(table: Table) -> None:
    assert str(CreateTable(table).compile(dialect=POSTGRESQL))
    small = {column.name for column in table.c if str(column.type.compile(POSTGRESQL)) == "INTEGER"}
    assert small <= SMALL
    for index in table.indexes:
        assert str(CreateIndex(index).compile(dialect=POSTGRESQL))


def test_own_keys_count_by_themselves_on_both() -> None:
    assert "id BIGSERIAL" in str(CreateTable(filters).compile(dialect=POSTGRESQL))
    assert "id INTEGER NOT NULL" in str(CreateTable(filters).compile(dialect=SQLITE))


@pytest.mark.parametrize("dialect", [POSTGRESQL, SQLITE], ids=["postgresql", "sqlite"])
def test_an_upsert_says_the_same(dialect: Dialect) -> None:
    condition = filters.c.channel_id.is_(None)
    changing = upsert(dialect, filters, ["guild_id", "site"], ["kind"], where=condition)
    text = " ".join(str(changing.compile(dialect=dialect)).split())
    assert text.endswith(
        "ON CONFLICT (guild_id, site) WHERE channel_id IS NULL DO UPDATE SET kind = excluded.kind"
    )
    text = str(upsert(dialect, filters, ["guild_id"], []).compile(dialect=dialect))
    assert text.endswith("ON CONFLICT (guild_id) DO NOTHING")


def test_values_are_parameters() -> None:
    statement = insert(filters).values(expression="x' OR 1=1 --")
    assert "OR 1=1" not in str(statement.compile(dialect=SQLITE))


def test_sql_as_text_is_in_one_place() -> None:
    folder = Path(bot.store.__file__).parent
    found = {
        str(file.relative_to(folder))
        for file in folder.rglob("*.py")
        if re.search(r"PRAGMA|sqlite_master|exec_driver_sql|\bREPLACE INTO\b", file.read_text())
    }
    # The migrations hand their connection on for a check that is SQLite's.
    assert found == {"sqlite.py", "migrate.py"}

"""Transactions: whole or not at all, one writer, and failures that say what to do."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.exit_codes import Exit
from bot.store import (
    Guild,
    Store,
    StoreBusyError,
    StoreError,
    StoreFullError,
    StoreReadOnlyError,
    Transaction,
)
from bot.store import sqlite as store_sqlite
from tests.clock import MovableClock
from tests.examples import examples


async def value(store: Store, key: str) -> str | None:
    async with store.read() as tx:
        return await tx.meta.get(key)


async def test_an_exception_undoes_all_of_a_transaction(store: Store) -> None:
    async def fail() -> None:
        async with store.write() as tx:
            await tx.meta.put("a", "1")
            await tx.guilds.put(Guild(id=1, language="de"))
            raise LookupError

    with pytest.raises(LookupError):
        await fail()
    assert await value(store, "a") is None
    async with store.read() as tx:
        assert (await tx.guilds.get(1)).language == "en"


async def test_a_cancelled_transaction_is_undone_and_the_next_one_writes(store: Store) -> None:
    written = asyncio.Event()

    async def write() -> None:
        async with store.write() as tx:
            await tx.meta.put("a", "1")
            written.set()
            await asyncio.Event().wait()

    task = asyncio.create_task(write())
    await written.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await value(store, "a") is None
    async with store.write() as tx:
        await tx.meta.put("a", "2")
    assert await value(store, "a") == "2"


async def test_transactions_cancelled_at_any_moment_leave_the_store_usable(store: Store) -> None:
    async def write(key: str) -> None:
        async with store.write() as tx:
            for number in range(3):
                await tx.meta.put(f"{key} {number}", "x")

    for turns in range(40):
        task = asyncio.create_task(write(str(turns)))
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        parts = [await value(store, f"{turns} {number}") for number in range(3)]
        assert len(set(parts)) == 1
    async with asyncio.timeout(60):
        await write("last")


async def test_writers_take_turns_and_lose_nothing(store: Store) -> None:
    async def count() -> None:
        async with store.write() as tx:
            number = int(await tx.meta.get("count") or 0)
            await asyncio.sleep(0)
            await tx.meta.put("count", str(number + 1))

    await asyncio.gather(*(count() for _ in range(50)))
    assert await value(store, "count") == "50"


async def test_two_programs_that_write_take_turns_too(path: Path, clock: MovableClock) -> None:
    """F27: the lock is taken at the start, so nobody reads what is about to change."""

    async def count(tx: Transaction) -> None:
        number = int(await tx.meta.get("count") or 0)
        await tx.meta.put("count", str(number + 1))

    async def work(store: Store) -> None:
        for _ in range(10):
            async with store.write() as tx:
                await count(tx)

    async with Store(path, clock) as one, Store(path, clock) as other:
        await asyncio.gather(work(one), work(other))
        assert await value(one, "count") == "20"


async def test_a_reader_sees_one_state_while_others_write(store: Store) -> None:
    async with store.read() as reading:
        assert await reading.meta.get("a") is None
        async with store.write() as tx:
            await tx.meta.put("a", "1")
        assert await reading.meta.get("a") is None
    assert await value(store, "a") == "1"


async def test_more_readers_than_connections_wait_for_each_other(store: Store) -> None:
    assert set(await asyncio.gather(*(value(store, "a") for _ in range(30)))) == {None}


async def test_a_reading_transaction_cannot_write(store: Store) -> None:
    with pytest.raises(StoreReadOnlyError):
        async with store.read() as tx:
            await tx.meta.put("a", "1")
    assert await value(store, "a") is None


async def test_a_lock_that_another_program_keeps_is_told(path: Path, clock: MovableClock) -> None:
    """F27: waits, then says so; afterwards all is well again."""
    async with Store(path, clock, patience=0.05) as store:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreBusyError, match="locked by another program") as caught:
                async with store.write():
                    pass
            assert caught.value.exit is Exit.TEMPORARY
            assert await value(store, "a") is None
        async with store.write() as tx:
            await tx.meta.put("a", "1")


async def test_a_transaction_that_waits_for_itself_is_told(path: Path, clock: MovableClock) -> None:
    async with Store(path, clock, patience=0.01) as store:
        async with store.write() as tx:
            await tx.meta.put("a", "1")
            with pytest.raises(StoreBusyError):
                async with store.write():
                    pass
        assert await value(store, "a") == "1"


async def test_a_full_disk_loses_nothing_that_was_there(store: Store) -> None:
    """F28. SQLite's own limit on pages stands for the disk's: the same error, from below us."""
    async with store.write() as tx:
        await tx.meta.put("a", "1")
        pages = await tx.connection.exec_driver_sql("PRAGMA page_count")
        await tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages.scalar_one()}")

    async def fill() -> None:
        async with store.write() as tx:
            await tx.meta.put("a", "2")
            await tx.meta.put("b", "x" * 1_000_000)

    with pytest.raises(StoreFullError, match="make room") as caught:
        await fill()
    assert caught.value.exit is Exit.IO
    assert (await value(store, "a"), await value(store, "b")) == ("1", None)
    async with store.write() as tx:
        await tx.connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    await fill()


async def test_a_failing_disk_is_told(path: Path) -> None:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR | 3 << 8
    with pytest.raises(StoreError, match="disk I/O error"), store_sqlite.told(path):
        raise error


async def test_mistakes_in_statements_are_not_taken_for_failures(store: Store) -> None:
    with pytest.raises(OperationalError):
        async with store.write() as tx:
            await tx.connection.execute(text("SELECT nothing FROM nowhere"))
    with pytest.raises(IntegrityError):
        async with store.write() as tx:
            await tx.connection.execute(text("INSERT INTO channels (id, guild_id) VALUES (1, 2)"))
    with (
        pytest.raises(sqlite3.ProgrammingError),
        store_sqlite.told(store.path),
        closing(sqlite3.connect(":memory:")) as connection,
    ):
        connection.execute("SELECT ?")


@settings(max_examples=examples(20), deadline=None)
@given(
    texts=st.lists(
        st.text(st.characters(exclude_categories=[])) | st.sampled_from(["'; DROP TABLE meta;--"]),
        min_size=1,
        max_size=30,
    )
)
def test_any_text_is_a_value_and_comes_back(
    texts: list[str], tmp_path_factory: pytest.TempPathFactory, empty: Path
) -> None:
    """What a database cannot hold (lone surrogates, NUL) is replaced; the rest is kept exactly."""
    path = tmp_path_factory.mktemp("text") / "t.db"
    path.write_bytes(empty.read_bytes())

    async def keep() -> None:
        async with Store(path, MovableClock()) as store:
            for given_text in texts:
                async with store.write() as tx:
                    await tx.meta.put(given_text, given_text)
                    found = await tx.meta.get(given_text)
                if not any(c == "\0" or "\ud800" <= c <= "\udfff" for c in given_text):
                    assert found == given_text
                assert found is not None
                assert len(found) == len(given_text)

    asyncio.run(keep())


async def test_a_fact_can_be_forgotten(store: Store) -> None:
    async with store.write() as tx:
        await tx.meta.put("a", "1")
        assert await tx.meta.put_first("a", "2") == "1"
        await tx.meta.remove("a")
        assert await tx.meta.get("a") is None

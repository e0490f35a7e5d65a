"""A database with all tables and nothing in them, for tests that are not about making one."""

import asyncio
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.clock import SYSTEM_CLOCK
from bot.store import FILE_NAME, Store


def put_new_database(folder: Path) -> Path:
    """Put it into the folder, not open; return where it is. The first opening gives it its id."""
    path = folder / FILE_NAME
    path.write_bytes(_migrated())
    return path


@cache
def _migrated() -> bytes:
    """Migrate once in a process; in a thread, as a loop may be running in this one."""
    with TemporaryDirectory() as folder, ThreadPoolExecutor(1) as thread:
        path = Path(folder) / FILE_NAME
        thread.submit(asyncio.run, _make(path)).result()
        with closing(sqlite3.connect(path)) as database, database:
            database.execute("DELETE FROM meta")
        return path.read_bytes()


async def _make(path: Path) -> None:
    async with Store(path, SYSTEM_CLOCK):
        pass

"""For commands that ask the sites while the bot may run: its cool-downs hold for them too (L6)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bot.clock import Clock
from bot.cool_downs import CoolDowns
from bot.instance import AlreadyRunningError, Instance
from bot.store import FILE_NAME, Store, StoreError
from bot.store.sqlite import is_empty

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def cool_downs_beside(data_dir: Path, clock: Clock) -> AsyncIterator[CoolDowns]:
    """Give the cool-downs of all processes on this directory, and keep what comes to them.

    The database is used as it is. One is made only where there is none and a site sent us away.
    A database that fails is logged and gone without.
    """
    cool_downs = CoolDowns()
    path = data_dir / FILE_NAME
    try:
        if not is_empty(path):
            async with Store(path, clock, beside=True) as store:
                await cool_downs.read(store)
    except (OSError, StoreError) as error:
        _log.warning("the sites' cool-downs cannot be read", error=str(error))
    try:
        yield cool_downs
    finally:
        if cool_downs.has_grown:
            try:
                await _write(cool_downs, path, clock)
            except (OSError, StoreError, AlreadyRunningError) as error:
                _log.warning("the sites' cool-downs cannot be kept", error=str(error))


async def _write(cool_downs: CoolDowns, path: Path, clock: Clock) -> None:
    if is_empty(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with Instance(path.parent):
            async with Store(path, clock) as store:
                await cool_downs.write(store)
    else:
        async with Store(path, clock, beside=True) as store:
            await cool_downs.write(store)

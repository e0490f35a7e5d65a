"""Changes to the outbox, those of one moment together: a commit waits for the disk."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.loops import start
from bot.store import Store, StoreError, Transaction

Change: TypeAlias = Callable[[Transaction], Awaitable[object]]
_Batch: TypeAlias = list[tuple[Change, asyncio.Future[None]]]


class Ledger:
    """Commits changes of many channels in few transactions.

    While one transaction is committed, changes gather for the next. One that cannot be made does
    not hold up the others (fault F42).
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: _Batch = []
        self._writer: asyncio.Task[None] | None = None

    async def write(self, *changes: Change) -> None:
        """Make these changes, all or none, and return when they are on the disk.

        Raises StoreError, and what the changes themselves raise; then nothing was written.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((lambda tx: _all(tx, changes), done))
        if self._writer is None:
            self._writer = start(self._write_all())
        await asyncio.shield(done)

    async def close(self) -> None:
        """Return when everything that was asked for is written."""
        while self._writer is not None:
            await asyncio.wait({self._writer})

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                if await self._written(batch) or len(batch) == 1:
                    continue
                # One of them is to blame, and is found by itself.
                for single in batch:
                    await self._written([single])
        finally:
            self._writer = None

    async def _written(self, batch: _Batch) -> bool:
        """Commit a batch and tell whoever waits; False: one of several changes cannot be made."""
        (error,) = await asyncio.gather(self._commit(batch), return_exceptions=True)
        if error is not None and len(batch) > 1 and not isinstance(error, StoreError):
            return False
        for _change, done in batch:
            if done.done():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)
                # Whoever asked may have gone, and then nobody looks at it.
                done.exception()
        return True

    async def _commit(self, batch: _Batch) -> None:
        async with self._store.write() as tx:
            for change, _done in batch:
                await change(tx)


async def _all(tx: Transaction, changes: tuple[Change, ...]) -> None:
    for change in changes:
        await change(tx)

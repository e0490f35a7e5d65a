"""Asking the database how much is owed, without ever waiting long for it."""

import asyncio
from contextlib import suppress

from bot.clock import Clock
from bot.loops import end, start
from bot.store import Store, StoreError
from bot.store.deliveries import Backlog

#: How long an answer is waited for, and for how long one is good, in seconds.
PATIENCE = 1.0
GOOD = 5.0


class OutboxWatch:
    """Tells how much is owed; however many ask, the database is asked once in `GOOD` seconds."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._known: Backlog | None = None
        self._known_at = 0.0
        self._asking: asyncio.Task[None] | None = None

    async def ask(self) -> Backlog | None:
        """Return how much is owed; `None` where the database does not say so in time."""
        if self._known is None or self._clock.monotonic() - self._known_at >= GOOD:
            self._known = None
            if self._asking is None:
                self._asking = start(self._ask())
            await self._wait(self._asking)
        return self._known

    async def close(self) -> None:
        """Return when the database is not asked any more."""
        if self._asking is not None:
            # A statement that is broken off costs its connection.
            await self._wait(self._asking)
        if self._asking is not None:
            await end([self._asking])

    async def _wait(self, asking: asyncio.Task[None]) -> None:
        patience = asyncio.ensure_future(self._clock.sleep(PATIENCE))
        try:
            await asyncio.wait({asking, patience}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            patience.cancel()

    async def _ask(self) -> None:
        try:
            # What else goes wrong with it is told by the loops that live from it.
            with suppress(StoreError):
                async with self._store.read() as tx:
                    self._known = await tx.deliveries.backlog()
                    self._known_at = self._clock.monotonic()
        finally:
            self._asking = None

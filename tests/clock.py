"""A clock that tests move themselves."""

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from bot.clock import Clock

T = TypeVar("T")
#: Pauses without an end of the work, after which it is taken to wait for the clock alone.
_PAUSES, _PAUSE_SECONDS = 10, 0.0025


class MovableClock(Clock):
    """Stands still until `advance`; whoever sleeps in it wakes when its time has come."""

    def __init__(self, start: datetime = datetime(2026, 11, 22, 12, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        # Not from zero: a deadline of "never" must not look like the beginning of time.
        return 1000.0 + self._passed

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        sleeper = (self.monotonic() + seconds, woken)
        self._sleepers.append(sleeper)
        try:
            await woken
        finally:
            if sleeper in self._sleepers:
                self._sleepers.remove(sleeper)

    @property
    def sleeping(self) -> int:
        """How many tasks sleep at the moment."""
        return len(self._sleepers)

    def advance(self, seconds: float) -> None:
        """Let time pass at once; sleepers that are due run when the loop next turns."""
        self._passed += seconds
        self._wake()

    def advance_to_next(self) -> float:
        """Let time pass until the next sleeper is due; return how many seconds that was."""
        if not self._sleepers:
            return 0.0
        due = min(due for due, _ in self._sleepers)
        seconds = max(0.0, due - self.monotonic())
        self._passed = max(self._passed, due - 1000.0)
        self._wake()
        return seconds

    async def hurry(self, work: Awaitable[T]) -> T:
        """Return what `work` gives, skipping every pause in which only this clock is waited for."""
        task = asyncio.ensure_future(work)
        while not task.done():
            # Many pauses and not a long one: a stall of the machine uses up one of them, and what
            # is under way on sockets goes on in the others.
            for _pause in range(_PAUSES):
                if not task.done():
                    await asyncio.wait({task}, timeout=_PAUSE_SECONDS)
            if not task.done():
                self.advance_to_next()
        return await task

    def _wake(self) -> None:
        # The addition forgives what floats lose on their way through sums.
        for sleeper in [s for s in self._sleepers if s[0] <= self.monotonic() + 1e-9]:
            self._sleepers.remove(sleeper)
            if not sleeper[1].done():
                sleeper[1].set_result(None)

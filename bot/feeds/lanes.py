"""Turns taken fairly: one message at a time in a channel, servers one after the other."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeAlias

from bot.clock import Clock
from bot.loops import end, start

Step: TypeAlias = Callable[[int, int], Awaitable[bool]]
Failed: TypeAlias = Callable[[int, int, BaseException], None]

#: Channels that something is done in at a time.
WIDTH = 32
#: Seconds after which one that is slow stops counting, so that others go on (fault F09).
PATIENCE = 5.0
#: However slow Discord is.
_MOST = 512


class Lanes:
    """Calls `step(server, channel)` for the channels that were offered, never two in one channel.

    A step returns whether there is more to do in its channel; that is done after one step of
    every other server that has something. Where a step raises, `failed` is told and the others go
    on (fault F42).
    """

    def __init__(
        self,
        step: Step,
        failed: Failed,
        clock: Clock,
        *,
        width: int = WIDTH,
        patience: float = PATIENCE,
    ) -> None:
        self._step = step
        self._failed = failed
        self._clock = clock
        self._width = width
        self._patience = patience
        #: By server, in the order of their turns; a channel stands in one of these or in the next.
        self._waiting: dict[int, deque[int]] = {}
        self._queued: set[int] = set()
        self._running: dict[int, tuple[asyncio.Task[None], float]] = {}
        #: Channels whose last step left something to do.
        self._more: set[int] = set()
        self._closed = False

    @property
    def running(self) -> int:
        """How many steps are under way."""
        return len(self._running)

    def offer(self, guild_id: int, channel_id: int) -> None:
        """Let a channel have its turn; one that waits for it already is not counted twice."""
        if not self._closed and channel_id not in self._queued and channel_id not in self._running:
            self._waiting.setdefault(guild_id, deque()).append(channel_id)
            self._queued.add(channel_id)

    def pump(self) -> None:
        """Begin as many steps as there is room for."""
        room = self._room() if self._waiting and not self._closed else 0
        while room > 0 and self._waiting:
            guild_id = next(iter(self._waiting))
            channels = self._waiting.pop(guild_id)
            channel_id = channels.popleft()
            self._queued.remove(channel_id)
            if channels:
                self._waiting[guild_id] = channels  # Behind everybody else.
            self._begin(guild_id, channel_id)
            room -= 1

    async def drained(self) -> None:
        """Return when no step is under way and none waits."""
        self.pump()
        while self._running or self._waiting:
            tick = asyncio.ensure_future(self._clock.sleep(1.0))
            try:
                tasks = {task for task, _since in self._running.values()}
                await asyncio.wait({*tasks, tick}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                tick.cancel()
            self.pump()

    async def close(self, seconds: float) -> None:
        """Begin nothing more, let what is under way end for `seconds`, and break the rest off."""
        self._closed = True
        self._waiting.clear()
        self._queued.clear()
        tasks = [task for task, _since in self._running.values()]
        if tasks:
            patience = asyncio.ensure_future(self._clock.sleep(seconds))
            ended = asyncio.ensure_future(asyncio.wait(tasks))
            try:
                await asyncio.wait({patience, ended}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                patience.cancel()
                ended.cancel()
        await end(tasks)

    def _room(self) -> int:
        now = self._clock.monotonic()
        quick = sum(now - since < self._patience for _task, since in self._running.values())
        return min(self._width - quick, _MOST - len(self._running))

    def _begin(self, guild_id: int, channel_id: int) -> None:
        task = start(self._take(guild_id, channel_id))
        self._running[channel_id] = task, self._clock.monotonic()
        task.add_done_callback(lambda task: self._ended(guild_id, channel_id, task))

    async def _take(self, guild_id: int, channel_id: int) -> None:
        if await self._step(guild_id, channel_id):
            self._more.add(channel_id)

    def _ended(self, guild_id: int, channel_id: int, task: asyncio.Task[None]) -> None:
        del self._running[channel_id]
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed(guild_id, channel_id, error)
        if channel_id in self._more:
            self._more.remove(channel_id)
            self.offer(guild_id, channel_id)
        self.pump()

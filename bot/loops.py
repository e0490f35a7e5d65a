"""Work that is done again and again for as long as the process lives (reference: faults, 6)."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine
from typing import Any

import structlog

from bot.clock import Clock

_log = structlog.get_logger(__name__)


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task that belongs to the process and to nobody who happens to be served now."""
    return contextvars.Context().run(asyncio.get_running_loop().create_task, work)


async def every(
    seconds: float, work: Callable[[], Coroutine[Any, Any, None]], *, clock: Clock, name: str
) -> None:
    """Do `work` at once and then after each pause of `seconds`, until cancelled.

    A failure is logged and ends that one turn alone: the next one comes all the same.
    """
    while True:
        turn = asyncio.create_task(work())
        try:
            await asyncio.wait({turn})
        finally:
            await end([turn])
        if not turn.cancelled() and (error := turn.exception()):
            _log.error("a loop's turn failed", loop=name, exc_info=error)
        await clock.sleep(seconds)


async def end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel what has not ended yet, and return when all has."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)

"""A loop goes on, whatever one of its turns did (reference: faults, 6)."""

import asyncio

from bot.clock import SYSTEM_CLOCK
from bot.loops import end, every, start


async def test_a_turn_that_fails_does_not_end_the_loop() -> None:
    turns: list[int] = []
    third = asyncio.Event()

    async def work() -> None:
        turns.append(1)
        if len(turns) == 3:
            third.set()
        raise KeyError("a fault")

    loop = start(every(0, work, clock=SYSTEM_CLOCK, name="test"))
    await asyncio.wait_for(third.wait(), 5)
    await end([loop])
    assert loop.cancelled()


async def test_a_turn_ends_with_its_loop() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    loop = start(every(0, work, clock=SYSTEM_CLOCK, name="test"))
    await asyncio.wait_for(begun.wait(), 5)
    await end([loop])
    assert ended.is_set()
    await end([])

"""No more requests than Discord takes, whoever makes them (rule D12)."""

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from bot.messenger.pace import DISCORD, Pace
from bot.quotas import Rate
from tests.clock import MovableClock


@given(st.lists(st.floats(0, 2), min_size=1, max_size=30), st.integers(1, 5))
def test_no_second_holds_more_than_the_rate(pauses: list[float], count: int) -> None:
    clock = MovableClock()
    pace = Pace(clock, Rate(count, 1.0))
    times: list[float] = []

    async def come() -> None:
        await pace.wait()
        times.append(clock.monotonic())

    async def crowd() -> None:
        tasks = []
        for pause in pauses:
            tasks.append(asyncio.create_task(come()))
            await asyncio.sleep(0)
            clock.advance(pause)
            await asyncio.sleep(0)
        while not all(task.done() for task in tasks):
            clock.advance_to_next()
            await asyncio.sleep(0)

    asyncio.run(crowd())
    assert len(times) == len(pauses)
    assert times == sorted(times)
    for earlier, later in zip(times, times[count:], strict=False):
        assert later - earlier >= 1.0 - 1e-6


def test_the_pace_is_below_discords() -> None:
    """Discord allows 50 requests a second."""
    assert DISCORD.count / DISCORD.seconds <= 40

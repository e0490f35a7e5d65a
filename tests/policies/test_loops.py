"""A loop goes on, whatever one of its turns did, and says how it is (reference: faults, 6)."""

import asyncio

import pytest

from bot.clock import SYSTEM_CLOCK
from bot.loops import (
    FIRST_BACK_OFF,
    LEAST_PATIENCE,
    LONGEST_BACK_OFF,
    MISSED,
    TICK,
    Beat,
    Loops,
    Pulse,
    lag,
)
from bot.redaction import MASK, Redactor
from tests.clock import MovableClock

SECRET = "a-very-secret-value"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def loops(clock: MovableClock) -> Loops:
    return Loops(clock, redact=Redactor([SECRET]), jitter=lambda: 1.0)


async def asleep(clock: MovableClock, sleepers: int = 1) -> None:
    """Return when so many loops have done what there was to do."""
    for _turn in range(1000):
        if clock.sleeping >= sleepers:
            return
        await asyncio.sleep(0)
    pytest.fail("a loop does not come to rest")


async def next_turn(clock: MovableClock) -> float:
    seconds = clock.advance_to_next()
    await asleep(clock)
    return seconds


def only(loops: Loops) -> Pulse:
    (pulse,) = loops.pulses()
    return pulse


async def test_a_turn_that_fails_does_not_end_the_loop() -> None:
    loops = Loops(SYSTEM_CLOCK, redact=str)
    turns: list[int] = []
    third = asyncio.Event()

    async def work() -> None:
        turns.append(1)
        if len(turns) == 3:
            third.set()
        raise KeyError("a fault")

    loop = loops.start("test", 0, work)
    await asyncio.wait_for(third.wait(), 30)
    await loops.close()
    assert loop.cancelled()


async def test_a_turn_ends_with_its_loop(loops: Loops) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    loops.start("test", 1, work)
    await asyncio.wait_for(begun.wait(), 30)
    await loops.close()
    assert ended.is_set()
    await loops.close()


async def test_a_loop_tells_when_it_last_did_its_work_and_what_failed(
    loops: Loops, clock: MovableClock
) -> None:
    failing = False

    async def work() -> None:
        if failing:
            message = f"no answer from https://example.net/?key={SECRET}\nat all"
            raise OSError(message)

    loops.start("test", 100, work)
    await asleep(clock)
    begun = clock.now()
    assert only(loops).began_at == only(loops).finished_at == begun
    assert only(loops).trouble == ""
    failing = True
    assert await next_turn(clock) == pytest.approx(100)
    await next_turn(clock)
    found = only(loops)
    assert (found.finished_at, found.failures) == (begun, 2)
    assert found.error.startswith("OSError: no answer from https://example.net/")
    assert SECRET not in found.error
    assert MASK in found.error
    assert "\n" not in found.error
    failing = False
    await next_turn(clock)
    assert (only(loops).failures, only(loops).trouble) == (0, "")
    assert only(loops).error == found.error
    await loops.close()
    assert loops.pulses() == ()


@pytest.mark.parametrize("seconds", [1.0, 3600.0])
async def test_a_loop_without_a_good_turn_for_long_is_in_trouble(
    loops: Loops, clock: MovableClock, seconds: float
) -> None:
    """Whether its turn hangs or fails."""
    patience = max(LEAST_PATIENCE, MISSED * seconds)
    hang = asyncio.Event()

    async def hangs() -> None:
        await hang.wait()

    async def fails() -> None:
        raise ValueError

    loops.start("hanging", seconds, hangs)
    loops.start("failing", seconds, fails)
    await asleep(clock)
    clock.advance(patience)
    await asleep(clock)
    assert loops.troubles() == ()
    clock.advance(1)
    hanging, failing = loops.troubles()
    assert hanging == f"hanging: nothing done for {patience + 1:.0f} s."
    assert failing.startswith("failing: nothing done")
    assert "ValueError" in failing
    hang.set()
    await asleep(clock, 2)
    assert [line.partition(":")[0] for line in loops.troubles()] == ["failing"]
    await loops.close()


async def test_a_worker_is_begun_anew_after_growing_pauses(
    loops: Loops, clock: MovableClock
) -> None:
    begun: list[int] = []

    async def work(_beat: Beat) -> None:
        begun.append(1)
        if len(begun) % 2:
            raise KeyError("a fault")

    loops.keep("test", work)
    await asleep(clock)
    pauses = [await next_turn(clock) for _ in range(12)]
    assert pauses[:3] == pytest.approx([FIRST_BACK_OFF, 2 * FIRST_BACK_OFF, 4 * FIRST_BACK_OFF])
    assert pauses[-1] == pytest.approx(LONGEST_BACK_OFF)
    assert len(begun) == only(loops).failures == 13
    assert loops.troubles() == ("test: stopped 13 times in a row. KeyError: 'a fault'",)
    await loops.close()


async def test_the_pauses_of_a_worker_are_jittered(clock: MovableClock) -> None:
    loops = Loops(clock, redact=str, jitter=lambda: 0.0)

    async def work(_beat: Beat) -> None:
        raise KeyError("a fault")

    loops.keep("test", work)
    await asleep(clock)
    assert await next_turn(clock) == pytest.approx(FIRST_BACK_OFF / 2)
    await loops.close()


async def test_a_beat_ends_a_row_of_failures(loops: Loops, clock: MovableClock) -> None:
    working = False

    async def work(beat: Beat) -> None:
        if working:
            beat()
        raise KeyError("a fault")

    loops.keep("test", work)
    await asleep(clock)
    for _ in range(4):
        await next_turn(clock)
    assert loops.troubles() != ()
    working = True
    await next_turn(clock)
    assert only(loops).failures == 1
    assert loops.troubles() == ()
    assert await next_turn(clock) == pytest.approx(FIRST_BACK_OFF)
    await loops.close()


async def test_a_worker_that_is_silent_for_too_long_is_in_trouble(
    loops: Loops, clock: MovableClock
) -> None:
    async def work(beat: Beat) -> None:
        while True:
            await clock.sleep(100)
            beat()

    loops.keep("heard", work, quiet=150)
    loops.keep("patient", lambda _beat: clock.sleep(10_000))
    loops.keep("silent", lambda _beat: clock.sleep(10_000), quiet=150)
    await asleep(clock, 3)
    clock.advance(100)
    await asleep(clock, 3)
    clock.advance(51)
    assert loops.troubles() == ("silent: nothing done for 151 s.",)
    await loops.close()


async def test_a_blocked_event_loop_is_measured_and_told(loops: Loops, clock: MovableClock) -> None:
    """Fault F46: how long nothing else was done; trouble only where it goes on."""
    late: list[float] = []
    loops.keep("event loop", lag(clock, late.append))
    await asleep(clock)
    await next_turn(clock)
    assert only(loops).failures == 0
    assert late == [0.0]
    for _time in range(3):
        # Until the end of a pause, and then for as long as something is in the way.
        assert loops.troubles() == ()
        clock.advance(TICK + 7.5)
        await asleep(clock)
        assert only(loops).error == "BlockedError: nothing else was done for 7.5 s"
        assert late[-1] == 7.5
        await next_turn(clock)
    (trouble,) = loops.troubles()
    assert trouble.startswith("event loop: stopped 3 times in a row.")
    await next_turn(clock)
    assert loops.troubles() == ()
    await loops.close()


async def test_a_name_belongs_to_one_loop(loops: Loops, clock: MovableClock) -> None:
    async def work() -> None: ...

    first = loops.start("test", 1, work)
    await asleep(clock)
    with pytest.raises(ValueError, match="runs already"):
        loops.start("test", 1, work)
    first.cancel()
    await asyncio.wait({first})
    await asyncio.sleep(0)
    loops.start("test", 1, work)
    await loops.close()


async def test_a_turn_that_is_almost_done_is_done_when_its_loop_ends(loops: Loops) -> None:
    """Fault F34."""
    begun, done = asyncio.Event(), []

    async def work() -> None:
        begun.set()
        await asyncio.sleep(0.05)
        done.append(True)

    loops.start("short", 10, work)
    await begun.wait()
    await loops.close()
    assert done

"""The heartbeat file, and how `mailmare health` judges it."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.clock import Clock
from bot.health import check, heartbeat

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


class StepClock(Clock):
    """A clock that stands still until the test steps it; a sleeper wakes at each step."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self.asleep = asyncio.Event()
        self._wake = asyncio.Event()

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)

    async def sleep(self, seconds: float) -> None:
        self.asleep.set()
        await self._wake.wait()
        self._wake.clear()

    async def step(self, seconds: float) -> None:
        """Move on, and return when the sleeper has done its round."""
        self.seconds += seconds
        self.asleep.clear()
        self._wake.set()
        await self.asleep.wait()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "heartbeat.json"


async def test_a_bot_that_runs_and_is_connected_is_well(path: Path) -> None:
    clock = StepClock()
    connected = False
    beating = asyncio.create_task(heartbeat(path, clock, lambda: connected, 15.0))
    await clock.asleep.wait()
    assert check(path, clock.now()).text.startswith("starting")
    connected = True
    await clock.step(15)
    assert check(path, clock.now()).ok
    assert check(path, clock.now() + timedelta(seconds=45)).ok
    beating.cancel()
    await asyncio.wait({beating})
    assert not check(path, clock.now()).ok
    assert list(path.parent.iterdir()) == []


async def test_a_short_reconnect_is_forgiven_and_a_long_one_is_not(path: Path) -> None:
    clock = StepClock()
    connected = True
    beating = asyncio.create_task(heartbeat(path, clock, lambda: connected, 15.0))
    await clock.asleep.wait()
    connected = False
    await clock.step(15)
    assert check(path, clock.now()).ok
    for _ in range(3):
        await clock.step(15)
    found = check(path, clock.now())
    assert not found.ok
    assert found.text == "running, but not connected to Discord for 60 s"
    beating.cancel()
    await asyncio.wait({beating})


async def test_a_full_disk_does_not_end_the_beat(path: Path) -> None:
    """F48: what cannot be written is left out, and taken up again."""
    clock = StepClock()
    blocker = path.with_suffix(".part")
    blocker.mkdir()
    beating = asyncio.create_task(heartbeat(path, clock, lambda: True, 15.0))
    await clock.asleep.wait()
    assert not check(path, clock.now()).ok
    blocker.rmdir()
    await clock.step(15)
    assert check(path, clock.now()).ok
    beating.cancel()
    await asyncio.wait({beating})


@pytest.mark.parametrize(
    ("age", "ok"), [(0, True), (45, True), (46, False), (-15, True), (-16, False)]
)
def test_a_beat_counts_for_three_intervals(path: Path, age: int, *, ok: bool) -> None:
    """F36: nor does one from the future count, which a clock put back leaves behind."""
    at = (START - timedelta(seconds=age)).isoformat()
    path.write_text(json.dumps({"pid": 1, "at": at, "alive_at": at, "interval": 15.0}))
    assert check(path, START).ok is ok


NAIVE = b'{"pid": 1, "at": "2026-11-22T10:00:00", "alive_at": null, "interval": 15.0}'


@pytest.mark.parametrize("content", [b"", b"{", b"{}", b"\xff", b"[1]", b'{"pid": "x"}', NAIVE])
def test_a_file_that_says_nothing_is_not_a_living_bot(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    assert not check(path, START).ok


async def test_a_bot_that_waits_to_start_again_says_so_and_until_when(path: Path) -> None:
    """F45: it is not well, and it is not dead either."""
    clock = StepClock()
    until = START + timedelta(minutes=15)
    beating = asyncio.create_task(heartbeat(path, clock, lambda: False, waiting_until=until))
    await clock.asleep.wait()
    await clock.step(15)
    found = check(path, clock.now())
    assert not found.ok
    assert found.text.startswith("waiting to start again until 2026-11-22T12:15:00+00:00")
    assert check(path, clock.now() + timedelta(minutes=1)).text.startswith("not running")
    beating.cancel()
    await asyncio.wait({beating})


async def test_a_bot_with_a_stuck_loop_is_not_well_and_names_it(path: Path) -> None:
    clock = StepClock()
    troubles = ["delivery: nothing done for 90 s."]
    beating = asyncio.create_task(heartbeat(path, clock, lambda: True, troubles=lambda: troubles))
    await clock.asleep.wait()
    found = check(path, clock.now())
    assert not found.ok
    assert "delivery: nothing done for 90 s." in found.text
    troubles.clear()
    await clock.step(15)
    assert check(path, clock.now()).ok
    beating.cancel()
    await asyncio.wait({beating})

"""The sites' cool-downs hold for every process on a data directory, and over its restarts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app import App
from bot.beside import cool_downs_beside
from bot.clock import Clock
from bot.cool_downs import CoolDowns
from bot.demo.page import demo_settings
from bot.demo.sites import Mode, SimulatedSites
from bot.sites.errors import CoolingDown
from bot.sites.memory import CoolDown
from bot.store import FILE_NAME, Cooldown, Store, StoreError
from tests.clock import MovableClock
from tests.discord_stage import WORLD
from tests.new_database import put_new_database

HOST, OTHER = "https://a.example", "https://b.example"


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def store(tmp_path: Path, clock: MovableClock) -> AsyncIterator[Store]:
    async with Store(put_new_database(tmp_path), clock) as store:
        yield store


async def kept(store: Store) -> dict[str, Cooldown]:
    async with store.read() as tx:
        return {one.host: one for one in await tx.cooldowns.current()}


def rest(clock: Clock, minutes: float = 15, failures: int = 1) -> CoolDown:
    return CoolDown(clock.now() + timedelta(minutes=minutes), "Enough.", failures)


@pytest.mark.parametrize("kind", ["down_501", "down_500_empty", "429"])
async def test_f12_f13_a_restart_is_no_way_round_a_cool_down(
    tmp_path: Path, clock: MovableClock, kind: str
) -> None:
    """Rules L6 and L9: not one request within it."""
    async with SimulatedSites(WORLD) as sites:
        settings = demo_settings(sites, tmp_path)
        sites.set_mode("derpibooru", Mode(kind=kind))  # type: ignore[arg-type]
        async with App(settings, clock) as app:
            with pytest.raises(CoolingDown) as first:
                await app.sites.boards["derpibooru"].featured()
        sites.set_mode("derpibooru", Mode())
        asked = len(sites.requests["derpibooru"])
        for _restart in range(2):
            async with App(settings, clock) as app:
                with pytest.raises(CoolingDown) as again:
                    await app.sites.boards["derpibooru"].featured()
            assert first.value.until is not None
            assert again.value.until is not None
            assert abs(again.value.until - first.value.until) < timedelta(milliseconds=10)
        async with cool_downs_beside(tmp_path, clock) as beside:
            assert beside.find(sites.urls["derpibooru"]) is not None
        assert len(sites.requests["derpibooru"]) == asked
        async with App(settings, clock) as app:
            assert (await app.sites.boards["twibooru"].featured()).id
    assert not list(tmp_path.glob("*.json"))


async def test_a_cool_down_is_written_at_once_and_not_first_at_the_end(
    store: Store, clock: MovableClock
) -> None:
    """Fault F13, for a process that is killed."""
    cool_downs, written = CoolDowns(), asyncio.Event()
    writing = asyncio.create_task(cool_downs.keep_writing(store, written.set))
    await asyncio.wait_for(written.wait(), 30)
    written.clear()
    cool_downs.keep(HOST, rest(clock, failures=3))
    await asyncio.wait_for(written.wait(), 30)
    found = (await kept(store))[HOST]
    assert (found.until, found.failures, found.reason) == (
        clock.now() + timedelta(minutes=15), 3, "Enough.",
    )  # fmt: skip
    writing.cancel()
    await asyncio.wait({writing})


async def test_a_database_that_fails_costs_no_request_and_is_tried_again(
    store: Store, clock: MovableClock
) -> None:
    cool_downs = CoolDowns()
    async with Store(store.path, clock, beside=True, patience=0.05) as impatient:
        async with store.write():
            cool_downs.keep(HOST, rest(clock))
            with pytest.raises(StoreError):
                await cool_downs.write(impatient)
            await cool_downs.write_last(impatient)
            assert (cool_downs.find(HOST), cool_downs.has_grown) == (rest(clock), True)
        await cool_downs.write(impatient)
    assert (HOST in await kept(store), cool_downs.has_grown) == (True, False)


async def test_no_process_shortens_what_another_one_keeps(
    store: Store, clock: MovableClock
) -> None:
    """L6: `mailmare site` beside `mailmare run`."""
    one, other = CoolDowns(), CoolDowns()
    one.keep(HOST, rest(clock, 15))
    one.keep(HOST, rest(clock, 5))
    other.keep(HOST, rest(clock, 5))
    other.keep(OTHER, rest(clock, 5))
    await one.write(store)
    await other.write(store)
    late, soon = (clock.now() + timedelta(minutes=n) for n in (15, 5))
    assert {host: one.until for host, one in (await kept(store)).items()} == {
        HOST: late,
        OTHER: soon,
    }


async def test_an_end_between_two_milliseconds_is_not_kept_too_early(
    store: Store, clock: MovableClock
) -> None:
    cool_downs = CoolDowns()
    until = clock.now() + timedelta(seconds=5, microseconds=1)
    cool_downs.keep(HOST, CoolDown(until, ""))
    await cool_downs.write(store)
    assert (await kept(store))[HOST].until >= until


async def test_a_command_without_a_database_makes_one_only_to_keep_a_cool_down(
    tmp_path: Path, clock: MovableClock
) -> None:
    path = tmp_path / "data" / FILE_NAME
    async with cool_downs_beside(path.parent, clock) as cool_downs:
        assert cool_downs.find(HOST) is None
    assert not path.parent.exists()
    async with cool_downs_beside(path.parent, clock) as cool_downs:
        cool_downs.keep(HOST, rest(clock))
    async with cool_downs_beside(path.parent, clock) as cool_downs:
        assert cool_downs.find(HOST) == rest(clock)


@pytest.mark.parametrize("content", [b"SQLite format 3\0 and no more", b"something else"])
async def test_a_database_that_cannot_be_read_stays_as_it_is_and_the_command_goes_on(
    tmp_path: Path, clock: MovableClock, content: bytes
) -> None:
    """Fault F30."""
    path = tmp_path / FILE_NAME
    path.write_bytes(content)
    async with cool_downs_beside(tmp_path, clock) as cool_downs:
        cool_downs.keep(HOST, rest(clock))
        assert cool_downs.find(HOST) == rest(clock)
    assert path.read_bytes() == content

"""What a fault of our own holds up asks a site less and less, and is told (fault F42)."""

import random
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

import pytest
from structlog.testing import capture_logs

from bot.catalogue import CATALOGUE
from bot.demo.sites import SimulatedSites
from bot.feeds.drawing import Drawing, Wish
from bot.feeds.rests import Rests
from bot.feeds.schedule import Schedules
from bot.feeds.set_aside import FIRST, LONGEST, SetAside, SetAsideError
from bot.policies import Policies
from bot.sites import Sites, Transport
from bot.store import FeedKind, Rhythm, Store, Subscription
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, Subscribe
from tests.sites.simulated import world

T = TypeVar("T")


class OddChance(random.Random):
    """A mistake of ours: nothing can be chosen of what a site gave."""

    site = "derpibooru"

    def choice(self, seq: Any) -> Any:
        if str(seq[0]).startswith(self.site):
            raise ZeroDivisionError(self.site)
        return super().choice(seq)


class Desk(NamedTuple):
    """Schedules of which those of one site meet a fault once that has answered."""

    schedules: Schedules
    simulated: SimulatedSites
    chance: OddChance


@pytest.fixture
async def desk(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> AsyncIterator[Desk]:
    used = [CATALOGUE["derpibooru"], CATALOGUE["twibooru"]]
    chance = OddChance(5)

    async def changed(*_ids: int) -> None:
        pass

    async with SimulatedSites(world(), sites=used, rules=False) as simulated:
        transport = Transport(clock, allow_loopback_http=True, jitter=lambda: 0.0)
        async with Sites(simulated.catalogue, transport) as sites:
            schedules = Schedules(
                store, sites, policies, discord, clock,
                wake=lambda: None, changed=changed, chance=chance,
            )  # fmt: skip
            yield Desk(schedules, simulated, chance)


async def owed(store: Store, *wishes: Subscription) -> list[bool]:
    async with store.read() as tx:
        return [await tx.announcements.is_owed(one.id) for one in wishes]


async def test_a_schedule_that_fails_asks_less_and_less_and_the_others_go_on(
    desk: Desk, subscribe: Subscribe, store: Store, clock: MovableClock
) -> None:
    async def schedule(site: str, channel_id: int) -> Subscription:
        return await subscribe(
            kind=FeedKind.RANDOM, site=site, query="pony", rhythm=Rhythm.DAILY,
            next_at=clock.now(), channel_id=channel_id,
        )  # fmt: skip

    odd, alone = await schedule("derpibooru", CHANNEL), await schedule("derpibooru", 22)
    same_channel, elsewhere = await schedule("twibooru", CHANNEL), await schedule("twibooru", 23)
    asked: list[float] = []
    began = clock.monotonic()
    with capture_logs() as logs:
        for _turn in range(6 * 20):
            before = len(desk.simulated.requests["derpibooru"])
            with pytest.raises((ZeroDivisionError, SetAsideError)):
                await clock.hurry(desk.schedules.turn())
            if len(desk.simulated.requests["derpibooru"]) > before:
                asked.append(round(clock.monotonic() - began))
            clock.advance(10)
    assert asked == [0, 60, 180, 420, 900]
    assert await owed(store, odd, alone, same_channel, elsewhere) == [False, False, True, True]
    assert {one["id"] for one in logs if one["log_level"] == "error"} == {odd.id, alone.id}
    desk.chance.site = "nowhere"
    clock.advance(LONGEST)
    await clock.hurry(desk.schedules.turn())
    assert await owed(store, alone) == [True]


class BrokenBoard:
    """A client with a mistake in it."""

    def __init__(self) -> None:
        self.asked = 0

    async def search(self, _q: str, **_options: object) -> Sequence[object]:
        self.asked += 1
        raise ZeroDivisionError


async def test_who_wants_the_same_meets_the_same_fault_and_the_site_is_asked_once(
    store: Store,
) -> None:
    board = BrokenBoard()
    sites: Any = SimpleNamespace(boards={"derpibooru": board})
    drawing = Drawing(sites, store)
    for _one in range(3):
        with pytest.raises(ZeroDivisionError):
            await drawing.ask(Wish("derpibooru", ("pony",)))
    assert board.asked == 1


async def test_rests_grow_to_a_bound_and_end_with_what_goes_well(clock: MovableClock) -> None:
    aside = SetAside("thing", clock)
    fails = True

    async def work() -> None:
        if fails:
            raise KeyError(7)

    rests: list[float] = []
    for _failure in range(9):
        with pytest.raises(KeyError):
            await aside.attempt(7, work)
        began = clock.monotonic()
        while aside.rests(7):
            clock.advance(30)
        rests.append(clock.monotonic() - began)
    assert rests == [min(LONGEST, FIRST * 2**failures) for failures in range(9)]
    with pytest.raises(SetAsideError, match="thing 7: KeyError"):
        aside.tell({7})
    fails = False
    await aside.attempt(7, work)
    assert (len(aside), aside.rests(7)) == (0, False)
    aside.tell(set())


async def test_what_is_not_to_be_done_any_more_is_forgotten(clock: MovableClock) -> None:
    aside = SetAside("thing", clock)

    async def work() -> None:
        raise KeyError

    for number in (1, 2):
        with pytest.raises(KeyError):
            await aside.attempt(number, work)
    aside.only([2, 3])
    assert (aside.rests(1), aside.rests(2), len(aside)) == (False, True, 1)


def test_what_is_forgotten_leaves_no_trace_in_memory(clock: MovableClock) -> None:
    rests = Rests(clock)
    for number in range(9):
        rests.fails(number)
        rests.forget(number)
    assert [value for value in vars(rests).values() if isinstance(value, dict) and value] == []
    assert rests.soonest() == float("inf")

"""Turns are fair, channels independent, and what is slow or broken holds up nobody."""

import asyncio
from collections import Counter, defaultdict

import pytest

from bot.feeds.lanes import Lanes
from bot.feeds.ledger import Change, Ledger
from bot.feeds.marks import NONCE_LIMIT, base36, nonce
from bot.feeds.rests import LONGEST, Rests
from bot.store import Guild, Store, StoreError, Transaction
from tests.clock import MovableClock


class Work:
    """What channels have to do: so many steps each, noted as they are done."""

    def __init__(self, **left: int) -> None:
        self.left = Counter({int(name[1:]): count for name, count in left.items()})
        self.done: list[tuple[int, int]] = []
        self.at_work: Counter[int] = Counter()
        self.most = 0
        self.holds: defaultdict[int, asyncio.Event] = defaultdict(asyncio.Event)
        self.slow: set[int] = set()
        self.broken: set[int] = set()
        self.failures: list[tuple[int, int, str]] = []

    async def step(self, guild_id: int, channel_id: int) -> bool:
        self.at_work[channel_id] += 1
        assert self.at_work[channel_id] == 1
        self.most = max(self.most, self.at_work.total())
        try:
            if channel_id in self.slow:
                await self.holds[channel_id].wait()
            await asyncio.sleep(0)
            if channel_id in self.broken:
                raise KeyError(channel_id)
        finally:
            self.at_work[channel_id] -= 1
        self.left[channel_id] -= 1
        self.done.append((guild_id, channel_id))
        return self.left[channel_id] > 0

    def failed(self, guild_id: int, channel_id: int, error: BaseException) -> None:
        self.failures.append((guild_id, channel_id, type(error).__name__))


async def test_a_server_with_much_to_send_does_not_hold_up_one_with_little(
    clock: MovableClock,
) -> None:
    """A thousand due channels of one server, and one message of another."""
    work = Work(**{f"c{number}": 5 for number in range(200)}, c900=1, c901=1)
    lanes = Lanes(work.step, work.failed, clock, width=4)
    for number in range(200):
        lanes.offer(1, number)
    lanes.offer(2, 900)
    lanes.offer(3, 901)
    await lanes.drained()
    places = [work.done.index(one) for one in ((2, 900), (3, 901))]
    assert max(places) < 10
    assert len(work.done) == 200 * 5 + 2
    assert work.most <= 4


async def test_a_slow_channel_stops_counting_after_a_while(clock: MovableClock) -> None:
    """Fault F09."""
    work = Work(c1=1, c2=1, c3=1, c4=3)
    work.slow |= {1, 2}
    lanes = Lanes(work.step, work.failed, clock, width=2, patience=5.0)
    for number in (1, 2, 3, 4):
        lanes.offer(number, number)
    lanes.pump()
    await asyncio.sleep(0)
    assert work.done == []
    assert lanes.running == 2
    clock.advance(5.0)
    lanes.pump()
    for _turn in range(50):
        await asyncio.sleep(0)
    assert work.done == [(3, 3), (4, 4), (4, 4), (4, 4)]
    for channel_id in work.slow:
        work.holds[channel_id].set()
    await lanes.drained()
    assert len(work.done) == 6


async def test_a_failure_is_told_and_the_others_go_on(clock: MovableClock) -> None:
    """Fault F42."""
    work = Work(c1=2, c2=2)
    work.broken.add(1)
    lanes = Lanes(work.step, work.failed, clock)
    lanes.offer(1, 1)
    lanes.offer(1, 2)
    await lanes.drained()
    assert work.failures == [(1, 1, "KeyError")]
    assert work.done == [(1, 2), (1, 2)]


async def test_a_channel_that_is_at_work_or_waits_is_not_offered_twice(
    clock: MovableClock,
) -> None:
    work = Work(c1=1, c2=1)
    work.slow.add(1)
    lanes = Lanes(work.step, work.failed, clock, width=1)
    for _time in range(3):
        lanes.offer(1, 1)
        lanes.offer(1, 2)
        lanes.pump()
    work.holds[1].set()
    await lanes.drained()
    assert work.done == [(1, 1), (1, 2)]


async def test_closing_begins_nothing_and_breaks_off_what_is_slow(clock: MovableClock) -> None:
    """Fault F34."""
    work = Work(c1=1, c2=1, c3=1)
    work.slow.add(1)
    lanes = Lanes(work.step, work.failed, clock, width=1)
    lanes.offer(1, 1)
    lanes.offer(1, 2)
    lanes.pump()
    await asyncio.sleep(0)
    await clock.hurry(lanes.close(8.0))
    lanes.offer(1, 3)
    await lanes.drained()
    assert work.done == []
    assert lanes.running == 0


def test_rests_grow_and_end_by_the_monotonic_clock(clock: MovableClock) -> None:
    """Faults F05, F09, F36."""
    rests = Rests(clock)
    assert rests.soonest() == float("inf")
    waits = []
    for _failure in range(12):
        rests.fails(1)
        waits.append(rests.soonest())
        clock.advance(waits[-1])
        assert not rests.rests(9, 1)
    assert waits[:4] == [1, 2, 4, 8]
    assert waits[-1] == LONGEST
    rests.is_well(1)
    rests.fails(1)
    assert rests.soonest() == 1
    rests.rest_guild(9, 30)
    assert rests.rests(9, 2)
    assert not rests.rests(8, 2)
    rests.rest_all(600)
    rests.rest_all(1)
    assert rests.rests(8, 2)
    clock.advance(599)
    assert rests.all_rest
    clock.advance(1)
    assert not rests.all_rest


def test_a_nonce_is_of_one_message_alone_and_fits() -> None:
    made = {nonce("abcdef", marker) for marker in range(3000)}
    assert len(made) == 3000
    assert base36(0) == "0"
    assert int(base36(2**63 - 1), 36) == 2**63 - 1
    assert len(nonce("abcdef", 2**63 - 1)) <= NONCE_LIMIT
    with pytest.raises(ValueError, match="characters"):
        nonce("a" * 30, 1)
    with pytest.raises(ValueError, match="negative"):
        base36(-1)


async def test_changes_of_one_moment_are_committed_together(store: Store) -> None:
    ledger = Ledger(store)
    seen: list[int] = []

    def change(number: int) -> Change:
        async def put(tx: Transaction) -> None:
            seen.append(id(tx))
            await tx.guilds.put(Guild(id=number))

        return put

    await asyncio.gather(*(ledger.write(change(number)) for number in range(1, 21)))
    # The first begins at once, and the others gather meanwhile.
    assert len(set(seen)) <= 3
    await ledger.close()


async def test_a_change_that_cannot_be_made_holds_up_no_other(store: Store) -> None:
    """Fault F42."""
    ledger = Ledger(store)

    async def put(tx: Transaction, number: int) -> None:
        await tx.guilds.put(Guild(id=number, language="de"))

    async def fail(_tx: Transaction) -> None:
        raise KeyError("broken")

    results = await asyncio.gather(
        ledger.write(lambda tx: put(tx, 1)),
        ledger.write(fail),
        ledger.write(lambda tx: put(tx, 2), fail),
        ledger.write(lambda tx: put(tx, 3)),
        return_exceptions=True,
    )
    assert [type(result) for result in results] == [type(None), KeyError, KeyError, type(None)]
    async with store.read() as tx:
        kept = [(await tx.guilds.get(number)).language for number in (1, 2, 3)]
    assert kept == ["de", "en", "de"]
    assert not issubclass(KeyError, StoreError)

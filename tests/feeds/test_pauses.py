"""A subscription that cannot post stops, says so, and tries again by itself."""

from datetime import timedelta

import pytest

from bot.feeds.pauses import FIRST, LONGEST, PATIENCE, Pauses, pause, recovered, resume, retry_in
from bot.store import Pause, Store, Subscription, Tail
from tests.clock import MovableClock
from tests.feeds.owed import GUILD, Subscribe


@pytest.fixture
def changed() -> list[int]:
    return []


@pytest.fixture
def pauses(store: Store, clock: MovableClock, changed: list[int]) -> Pauses:
    async def note(*ids: int) -> None:
        changed.extend(ids)

    return Pauses(store, clock, changed=note)


async def get(store: Store, wish: Subscription) -> Subscription:
    async with store.read() as tx:
        found = await tx.subscriptions.get(wish.id)
    assert found is not None
    return found


async def stop(store: Store, clock: MovableClock, wish: Subscription, why: Pause) -> Subscription:
    async with store.write() as tx:
        await pause(tx, [wish], why, "50013", now=clock.now())
    return await get(store, wish)


def test_the_waits_double_and_end_after_a_week() -> None:
    """Fault F21: growing delay, off after 7 days."""
    waits: list[timedelta] = []
    while (wait := retry_in(len(waits))) is not None:
        waits.append(wait)
    assert waits[:3] == [FIRST, 2 * FIRST, 4 * FIRST]
    assert waits == sorted(waits)
    assert max(waits) == LONGEST
    assert PATIENCE - LONGEST < sum(waits, timedelta()) <= PATIENCE
    assert retry_in(10_000) is None


async def test_it_is_tried_again_until_only_a_person_can_end_it(
    store: Store, clock: MovableClock, subscribe: Subscribe, pauses: Pauses, changed: list[int]
) -> None:
    """Fault F21: the server is told of the beginning, and when nothing is tried any more."""
    wish = await subscribe()
    began = clock.now()
    while True:
        stopped = await stop(store, clock, wish, Pause.NO_ACCESS)
        assert stopped.pause is Pause.NO_ACCESS
        if stopped.retry_at is None:
            break
        assert stopped.matches
        clock.advance((stopped.retry_at - clock.now()).total_seconds())
        await pauses.turn()
        assert (await get(store, wish)).runs
    assert timedelta(days=6) < clock.now() - began <= timedelta(days=7)
    assert not stopped.matches
    async with store.read() as tx:
        notices = await tx.notices.of_guild(GUILD)
    assert [notice.kind for notice in notices] == ["paused", "paused"]
    assert changed == [wish.id] * (stopped.failures - 1)


async def test_a_message_that_arrives_ends_the_row_of_failures_and_is_told(
    store: Store, clock: MovableClock, subscribe: Subscribe, pauses: Pauses
) -> None:
    wish = await subscribe()
    await stop(store, clock, wish, Pause.NO_ACCESS)
    clock.advance(600)
    await pauses.turn()
    assert (await get(store, wish)).failures == 1
    async with store.write() as tx:
        await recovered(tx, wish.id)
        await recovered(tx, wish.id)
    assert (await get(store, wish)).failures == 0
    async with store.read() as tx:
        notices = await tx.notices.of_guild(GUILD)
    assert [notice.kind for notice in notices] == ["paused", "resumed"]


async def test_nothing_is_tried_before_its_time(
    store: Store, clock: MovableClock, subscribe: Subscribe, pauses: Pauses, changed: list[int]
) -> None:
    wish = await subscribe()
    await stop(store, clock, wish, Pause.THREAD_CLOSED)
    clock.advance(599)
    await pauses.turn()
    assert not (await get(store, wish)).runs
    assert changed == []


@pytest.mark.parametrize("why", [Pause.CHANNEL_GONE, Pause.QUERY])
async def test_what_no_time_mends_waits_for_a_person(
    store: Store, clock: MovableClock, subscribe: Subscribe, pauses: Pauses, why: Pause
) -> None:
    """Fault F20."""
    wish = await subscribe()
    stopped = await stop(store, clock, wish, why)
    assert stopped.retry_at is None
    clock.advance(30 * 86400)
    await pauses.turn()
    assert (await get(store, wish)).pause is why


async def test_what_a_person_paused_stays_paused(
    store: Store, clock: MovableClock, subscribe: Subscribe
) -> None:
    wish = await subscribe()
    async with store.write() as tx:
        await tx.subscriptions.pause(wish.id, Pause.PERSON)
    assert (await stop(store, clock, wish, Pause.NO_ACCESS)).pause is Pause.PERSON


async def test_a_change_of_permissions_tries_soon(
    store: Store, clock: MovableClock, subscribe: Subscribe, pauses: Pauses, changed: list[int]
) -> None:
    """Fault F21: resume when permissions return."""
    wish, gone = await subscribe(), await subscribe(channel_id=22)
    other = await subscribe(guild_id=12, channel_id=23)
    await stop(store, clock, wish, Pause.NO_ACCESS)
    await stop(store, clock, gone, Pause.CHANNEL_GONE)
    await stop(store, clock, other, Pause.NO_ACCESS)
    await pauses.retry(GUILD)
    await pauses.turn()
    assert [(await get(store, one)).runs for one in (wish, gone, other)] == [True, False, False]
    assert changed == [wish.id]


async def test_a_storm_of_changes_ends_no_patience(
    store: Store, clock: MovableClock, subscribe: Subscribe, pauses: Pauses, changed: list[int]
) -> None:
    """Rule D12: one try in a turn; and nobody is told each time."""
    wish = await subscribe()
    for _minute in range(100):
        await stop(store, clock, wish, Pause.NO_ACCESS)
        for _change in range(3):
            await pauses.retry(GUILD)
        clock.advance(60)
        await pauses.turn()
    after = await stop(store, clock, wish, Pause.NO_ACCESS)
    assert after.retry_at is not None
    assert after.failures == 2
    assert len(changed) == 100
    async with store.read() as tx:
        assert len(await tx.notices.of_guild(GUILD)) == 1


async def test_a_channel_that_is_deleted_pauses_at_once(
    store: Store, clock: MovableClock, subscribe: Subscribe, pauses: Pauses, changed: list[int]
) -> None:
    """Fault F20: the gateway's own word, not a cache miss."""
    wish, other = await subscribe(), await subscribe(channel_id=22)
    await pauses.channel_gone(wish.channel_id)
    assert (await get(store, wish)).pause is Pause.CHANNEL_GONE
    assert (await get(store, other)).runs
    assert changed == [wish.id]


async def test_a_person_resumes_all_that_the_channel_was_in_the_way_of(
    store: Store, clock: MovableClock, subscribe: Subscribe
) -> None:
    wish, beside, own = await subscribe(), await subscribe(), await subscribe()
    for one in (wish, beside):
        await stop(store, clock, one, Pause.NO_ACCESS)
    async with store.write() as tx:
        await tx.subscriptions.pause(own.id, Pause.PERSON)
    clock.advance(60)
    async with store.write() as tx:
        assert await resume(tx, wish.id) == (wish.id, beside.id)
        assert await resume(tx, wish.id) == ()
        assert await resume(tx, own.id) == (own.id,)
    # Posts were collected meanwhile, so they come.
    assert (await get(store, wish)).since == wish.since
    # Nothing was collected for this one: what it missed is not new to it.
    assert (await get(store, own)).since == clock.now()


async def test_each_begins_where_its_own_site_was_read_to(
    store: Store, clock: MovableClock, subscribe: Subscribe
) -> None:
    """Faults, design 1: what a site still has to show is new to those that run again."""
    wishes = [await subscribe(site=site) for site in ("derpibooru", "twibooru")]
    for wish in wishes:
        await stop(store, clock, wish, Pause.CHANNEL_GONE)
    behind = clock.now()
    clock.advance(60)
    async with store.write() as tx:
        for site, cursor in (("derpibooru", clock.now()), ("twibooru", behind)):
            await tx.tails.put(Tail(site=site, cursor=cursor, updated_cursor=cursor))
    clock.advance(60)
    async with store.write() as tx:
        await resume(tx, wishes[0].id)
    assert [(await get(store, wish)).since for wish in wishes] == [
        behind + timedelta(seconds=60),
        behind,
    ]

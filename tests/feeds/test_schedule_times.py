"""Scheduled random pictures: when they come, at most one an hour in a channel (rule D11)."""

from datetime import datetime, timedelta
from itertools import pairwise

from bot.store import (
    Pause,
)
from tests.clock import MovableClock
from tests.feeds.drawing import Drawing
from tests.feeds.owed import Subscribe

HOUR = timedelta(hours=1)


async def test_between_two_lies_an_hour_even_where_one_was_late(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    """Down from noon to ten to four: one comes late, none at four, the next at five (D11)."""
    one = await schedule()
    drawing.clock.advance(3 * 3600 + 50 * 60)
    await drawing.turn()
    assert len(await drawing.rows()) == 1
    assert (await drawing.now(one)).next_at == datetime.fromisoformat("2026-11-22T17:00:00+00:00")


async def test_between_two_in_a_channel_lies_an_hour_and_both_get_their_turn(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    """Rule D11, also where a channel has several schedules."""
    first = await schedule(site="derpibooru", query="pony")
    second = await schedule(site="twibooru", query="pony", next_at=clock.now() + HOUR / 2)
    elsewhere = await schedule(channel_id=22)
    drawn: list[tuple[datetime, int]] = []
    for _minutes in range(6 * 6):
        known = len(drawn)
        await drawing.turn()
        await drawing.send()
        drawn += [(clock.now(), row.subscription_id) for row in (await drawing.rows())[known:]]
        clock.advance(600)
    times = [at for at, _id in drawn]
    assert all(later - earlier >= HOUR for earlier, later in pairwise(times))
    assert len(times) >= 5
    assert {number for _at, number in drawn} == {first.id, second.id}
    assert len(await drawing.rows(elsewhere.channel_id)) == 6


async def test_one_that_waits_holds_up_the_others_of_its_channel_unless_it_is_paused(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    first = await schedule()
    await drawing.turn()
    await schedule(site="derpibooru", query="pony", next_at=clock.now() + 2 * HOUR)
    clock.advance(2 * 3600)
    await drawing.turn()
    assert len(await drawing.rows()) == 1
    async with drawing.store.write() as tx:
        await tx.subscriptions.pause(first.id, Pause.PERSON)
    clock.advance(3600)
    await drawing.turn()
    assert len(await drawing.rows()) == 2


async def test_while_one_waits_to_be_sent_no_other_is_drawn(
    drawing: Drawing, schedule: Subscribe
) -> None:
    await schedule()
    for _hour in range(3):
        await drawing.turn()
        drawing.clock.advance(3600)
    assert len(await drawing.rows()) == 1
    await drawing.send()
    await drawing.turn()
    assert len(await drawing.rows()) == 2


async def test_one_of_quiet_hours_comes_at_their_end(
    drawing: Drawing, schedule: Subscribe, clock: MovableClock
) -> None:
    one = await schedule(quiet_from=11 * 60, quiet_until=14 * 60 + 20)
    await drawing.turn()
    end = (await drawing.now(one)).next_at
    assert end == datetime.fromisoformat("2026-11-22T14:20:00+00:00")
    assert (drawing.asked("ponyapi"), await drawing.rows()) == (0, [])
    drawing.clock.advance((end - clock.now()).total_seconds())
    await drawing.turn()
    assert len(await drawing.rows()) == 1

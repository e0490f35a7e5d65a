"""After a restart: what Discord can still recognise is neither lost nor repeated."""

import pytest

from bot.feeds.destination import HeldError, UncertainError
from bot.store import Announcement, Status
from tests.feeds.delivery import Delivery
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.memory_discord import FORUM
from tests.feeds.owed import CHANNEL, MakePost, Subscribe, announcement


async def cut_off(delivery: Delivery, subscribe: Subscribe, *, arrives: bool) -> Announcement:
    """Owe something, and end the process between sending it and its answer."""
    (row,) = await delivery.owe(await subscribe(), 1)
    delivery.discord.fail(UncertainError("the power failed"), arrives=arrives)
    await delivery.turn()
    assert await delivery.status(row) == [Status.SENDING]
    delivery.start()
    return row


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("seconds", [1, 50, 3600])
@pytest.mark.parametrize("forum", [False, True])
async def test_where_the_history_is_readable_it_comes_exactly_once(
    delivery: Delivery, subscribe: Subscribe, *, arrives: bool, seconds: float, forum: bool
) -> None:
    """Faults F31, F32; a forum's thread has no nonce at all."""
    if forum:
        delivery.discord.facts[CHANNEL] = FORUM
    row = await cut_off(delivery, subscribe, arrives=arrives)
    await delivery.turn(seconds)
    await delivery.turn(60)

    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1"]
    after = await announcement(delivery.store, row.id)
    assert after.status is Status.SENT
    assert after.message_id == delivery.discord.messages[0].id
    assert after.message_channel_id == delivery.discord.messages[0].channel_id
    # What was found is looked after like what was answered.
    assert after.recheck_at is not None


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("seconds", [1, 50])
async def test_inside_the_window_the_nonce_is_enough(
    delivery: Delivery, subscribe: Subscribe, *, arrives: bool, seconds: float
) -> None:
    """Fault F31."""
    delivery.discord.unreadable.add(CHANNEL)
    row = await cut_off(delivery, subscribe, arrives=arrives)
    await delivery.turn(seconds)
    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1"]
    assert await delivery.status(row) == [Status.SENT]


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("forum", [False, True])
async def test_unreadable_and_out_of_the_window_it_is_not_repeated(
    delivery: Delivery, subscribe: Subscribe, *, arrives: bool, forum: bool
) -> None:
    """The documented choice: it may be missing, it is never there twice; the next ones come."""
    if forum:
        delivery.discord.facts[CHANNEL] = FORUM
    delivery.discord.unreadable.add(CHANNEL)
    row = await cut_off(delivery, subscribe, arrives=arrives)
    (following,) = await delivery.owe(await subscribe(), 2)
    await delivery.turn(61)

    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1"] * arrives + ["derpibooru:2"]
    after = await announcement(delivery.store, row.id)
    assert after.status is Status.SENT
    assert after.message_id is None
    assert after.recheck_at is None
    assert await delivery.status(following) == [Status.SENT]


async def test_a_clock_that_was_set_back_makes_no_window_longer(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F36."""
    delivery.discord.unreadable.add(CHANNEL)
    row = await cut_off(delivery, subscribe, arrives=True)
    delivery.discord._nonces.clear()
    delivery.clock._start -= (delivery.clock.now() - delivery.clock._start) * 2
    delivery.clock._start = delivery.clock._start.replace(year=2025)
    await delivery.owe(await subscribe(), 2, due_at=delivery.clock.now())
    async with delivery.store.write() as tx:
        await tx.connection.exec_driver_sql("UPDATE announcements SET due_at = 0")
    await delivery.turn()
    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1", "derpibooru:2"]
    assert await delivery.status(row) == [Status.SENT]


async def test_nothing_is_decided_while_discord_cannot_be_asked(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    row = await cut_off(delivery, subscribe, arrives=True)
    delivery.discord.fail(UncertainError("503"), "find", times=2)
    await delivery.turn(3600)
    assert await delivery.status(row) == [Status.SENDING]
    delivery.discord.faults.clear()
    delivery.discord.fail(HeldError("429", 600), "find")
    await delivery.turn(60)
    await delivery.turn(599)
    assert await delivery.status(row) == [Status.SENDING]
    await delivery.turn(2)
    assert await delivery.status(row) == [Status.SENT]
    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1"]


async def test_what_may_not_be_shown_any_more_is_not_sent_again(
    delivery: Delivery, subscribe: Subscribe, bodies: MemoryBodies, make_post: MakePost
) -> None:
    """Fault F40."""
    row = await cut_off(delivery, subscribe, arrives=False)
    bodies.put(make_post(1, tags=("explicit",)))
    await delivery.turn(10)
    assert delivery.discord.messages == []
    assert await delivery.status(row) == [Status.DROPPED]


async def test_what_may_stand_there_and_is_not_fit_any_more_is_found_and_looked_after(
    delivery: Delivery, subscribe: Subscribe, bodies: MemoryBodies, make_post: MakePost
) -> None:
    """Reference: safety, 3.8; nobody can tell whether it arrived until the channel is read."""
    row = await cut_off(delivery, subscribe, arrives=True)
    bodies.put(make_post(1, tags=("explicit",)))
    delivery.discord.fail(UncertainError("503"), "find")
    await delivery.turn(10)
    assert await delivery.status(row) == [Status.SENDING]
    await delivery.turn(40)
    after = await announcement(delivery.store, row.id)
    assert after.status is Status.SENT
    assert after.message_id == delivery.discord.messages[0].id
    assert after.recheck_at is not None

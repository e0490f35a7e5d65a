"""What fails here, or ends meanwhile, loses nothing that is owed and touches nothing else."""

import asyncio
import sqlite3
from contextlib import closing

import pytest
from structlog.testing import capture_logs

from bot.store import Rhythm, Status
from tests.feeds.delivery import Delivery
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.owed import Subscribe


@pytest.mark.parametrize("patience", [0.5])
async def test_nothing_is_sent_that_cannot_be_noted(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F27: another program holds the database; it is waited for."""
    rows = await delivery.owe(await subscribe(), 1)
    with closing(sqlite3.connect(delivery.store.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        await delivery.turn()
        assert delivery.discord.attempts == []
        other.rollback()
    await delivery.turn(60)
    assert await delivery.status(*rows) == [Status.SENT]
    assert len(delivery.discord.attempts) == 1


@pytest.mark.parametrize("patience", [0.5])
async def test_what_arrived_is_noted_later_where_it_cannot_be_noted_now(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F27, between sending and noting: nothing is sent twice, nothing overtakes."""
    rows = await delivery.owe(await subscribe(), 1, 2)
    with closing(sqlite3.connect(delivery.store.path)) as other:
        delivery.discord.on_send = lambda: other.execute("BEGIN IMMEDIATE")
        await delivery.turn()
        delivery.discord.on_send = None
        other.rollback()
    assert await delivery.status(*rows) == [Status.SENDING, Status.QUEUED]
    await delivery.turn(60)
    assert await delivery.status(*rows) == [Status.SENT, Status.SENT]
    assert len(delivery.discord.attempts) == 2


async def test_one_broken_subscription_touches_no_other(
    delivery: Delivery, subscribe: Subscribe, bodies: MemoryBodies
) -> None:
    """Fault F42: it is tried a few times, then put aside."""
    broken = await delivery.owe(await subscribe(), 1, 2)
    await delivery.owe(await subscribe(channel_id=22), 3)
    bodies.breaking.add("derpibooru:1")
    with capture_logs() as logs:
        await delivery.turn()
        assert delivery.discord.posts(22) == ["derpibooru:3"]
        for _round in range(4):
            await delivery.turn(60)
    assert await delivery.status(*broken) == [Status.ASIDE, Status.SENT]
    assert [log["event"] for log in logs].count("delivery failed") == 3


async def test_one_broken_post_of_a_digest_takes_no_other_with_it(
    delivery: Delivery, subscribe: Subscribe, bodies: MemoryBodies
) -> None:
    """Fault F42."""
    wish = await subscribe(rhythm=Rhythm.DAILY)
    rows = await delivery.owe(wish, 1, 2, 3, 4, digest=True)
    await delivery.gather(rows, more=7)
    bodies.breaking.add("derpibooru:2")
    for _round in range(16):
        await delivery.turn(60)
    assert await delivery.status(*rows) == [
        Status.SENT, Status.ASIDE, Status.SENT, Status.SENT,
    ]  # fmt: skip
    assert sum(kept.outgoing.more for kept in delivery.discord.messages) == 7


async def test_a_stop_lets_what_is_under_way_arrive_and_begins_nothing(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F34."""
    rows = await delivery.owe(await subscribe(), 1, 2)
    sending, answer = asyncio.Event(), asyncio.Event()
    delivery.discord.waits = (sending, answer)
    turn = asyncio.create_task(delivery.deliverer.turn())
    await sending.wait()
    stopping = asyncio.create_task(delivery.deliverer.stop())
    await asyncio.sleep(0)
    answer.set()
    await asyncio.gather(stopping, turn)
    assert await delivery.status(*rows) == [Status.SENT, Status.QUEUED]


async def test_a_stop_waits_no_longer_than_it_may(delivery: Delivery, subscribe: Subscribe) -> None:
    """Fault F34: under ten seconds; the next start finds out what became of it."""
    rows = await delivery.owe(await subscribe(), 1)
    sending, never = asyncio.Event(), asyncio.Event()
    delivery.discord.waits = (sending, never)
    turn = asyncio.create_task(delivery.deliverer.turn())
    await sending.wait()
    before = delivery.clock.monotonic()
    await delivery.clock.hurry(delivery.deliverer.stop())
    assert delivery.clock.monotonic() - before < 10
    await turn
    assert await delivery.status(*rows) == [Status.SENDING]

    delivery.discord.waits = None
    delivery.start()
    await delivery.turn()
    assert await delivery.status(*rows) == [Status.SENT]

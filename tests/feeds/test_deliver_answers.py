"""What Discord answers to a message decides what becomes of it and of its channel."""

from datetime import timedelta

import pytest

from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    DeliveryError,
    HeldError,
    LaterError,
    NoAccessError,
    RefusedError,
    ThreadClosedError,
    UncertainError,
)
from bot.store import Pause, Status
from tests.feeds.delivery import Delivery
from tests.feeds.owed import CHANNEL, GUILD, Subscribe, announcement


@pytest.mark.parametrize("arrives", [True, False])
async def test_an_uncertain_message_is_repeated_in_its_place(
    delivery: Delivery, subscribe: Subscribe, *, arrives: bool
) -> None:
    """Faults F06-F09: one message, and nothing overtakes it."""
    await delivery.owe(await subscribe(), 1, 2)
    delivery.discord.fail(UncertainError("time-out"), arrives=arrives, times=3)
    for _round in range(6):
        await delivery.turn(10)

    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1", "derpibooru:2"]
    nonces = {attempt.nonce for attempt in delivery.discord.attempts[:-1]}
    assert len(nonces) == 1


async def test_other_channels_go_on_while_one_is_in_doubt(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F09."""
    await delivery.owe(await subscribe(), 1, 2)
    await delivery.owe(await subscribe(channel_id=22), 3, 4)
    delivery.discord.fail(UncertainError("slow"), channel_id=CHANNEL, times=100)
    await delivery.turn()
    assert delivery.discord.posts(CHANNEL) == []
    assert delivery.discord.posts(22) == ["derpibooru:3", "derpibooru:4"]


async def test_a_limit_puts_a_message_off_and_loses_nothing(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F04, also where the history cannot be read."""
    delivery.discord.unreadable.add(CHANNEL)
    rows = await delivery.owe(await subscribe(), 1, 2)
    delivery.discord.fail(LaterError("429", 300.0))
    await delivery.turn()
    assert await delivery.status(*rows) == [Status.QUEUED, Status.QUEUED]
    await delivery.turn(299)
    assert delivery.discord.messages == []
    await delivery.turn(2)
    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1", "derpibooru:2"]


async def test_everything_pauses_while_discord_holds_us_off(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F05: at least ten minutes, outbox intact."""
    rows = await delivery.owe(await subscribe(), 1)
    rows += await delivery.owe(await subscribe(guild_id=12, channel_id=22), 2)
    delivery.discord.fail(HeldError("429", 600.0))
    delivery.discord.fail(HeldError("429", 600.0))
    await delivery.turn()
    tried = len(delivery.discord.attempts)
    # A restart is no way round it.
    delivery.start()
    await delivery.turn(599)
    assert len(delivery.discord.attempts) == tried
    assert await delivery.status(*rows) == [Status.QUEUED, Status.QUEUED]
    await delivery.turn(2)
    assert await delivery.status(*rows) == [Status.SENT, Status.SENT]


async def test_a_message_that_was_deleted_at_once_counts_as_sent(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    (row,) = await delivery.owe(await subscribe(), 1)
    delivery.discord.fail(AlreadyGoneError("Unknown Message"))
    await delivery.turn()
    await delivery.turn(3600)
    after = await announcement(delivery.store, row.id)
    assert after.status is Status.SENT
    assert after.message_id is None
    assert after.recheck_at is None
    assert delivery.discord.messages == []


async def test_what_discord_always_refuses_is_set_aside_and_the_rest_flows(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F41: a minimal form once, then aside."""
    rows = await delivery.owe(await subscribe(), 1, 2)
    delivery.discord.fail(RefusedError("50035"), times=2)
    await delivery.turn()
    assert await delivery.status(*rows) == [Status.ASIDE, Status.SENT]
    assert [one.minimal for one in delivery.discord.attempts] == [False, True, False]
    assert (await announcement(delivery.store, rows[0].id)).reason == "50035"


async def test_what_discord_takes_in_its_minimal_form_is_sent_so(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F41."""
    rows = await delivery.owe(await subscribe(), 1)
    delivery.discord.fail(RefusedError("50035"))
    await delivery.turn()
    assert await delivery.status(*rows) == [Status.SENT]
    assert (await announcement(delivery.store, rows[0].id)).form == "text"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (NoAccessError("50013"), Pause.NO_ACCESS),
        (ThreadClosedError("160005"), Pause.THREAD_CLOSED),
    ],
    ids=["F21", "F24"],
)
async def test_a_channel_that_takes_nothing_pauses_what_goes_there(
    delivery: Delivery, subscribe: Subscribe, error: DeliveryError, why: Pause
) -> None:
    """Faults F21, F24; rule D12: one refusal, not one for each message."""
    wish, other = await subscribe(), await subscribe(query="cute")
    elsewhere = await subscribe(channel_id=22)
    rows = await delivery.owe(wish, 1, 2)
    await delivery.owe(other, 3)
    await delivery.owe(elsewhere, 4)
    delivery.discord.fail(error, channel_id=CHANNEL, times=9)
    await delivery.turn()

    assert len([one for one in delivery.discord.attempts if one.channel_id == CHANNEL]) == 1
    assert delivery.discord.posts(22) == ["derpibooru:4"]
    assert await delivery.status(*rows) == [Status.QUEUED, Status.QUEUED]
    async with delivery.store.read() as tx:
        paused = await tx.subscriptions.get_many([wish.id, other.id, elsewhere.id])
        notices = await tx.notices.due()
    assert [paused[one.id].pause for one in (wish, other, elsewhere)] == [why, why, Pause.NONE]
    assert paused[wish.id].retry_at == delivery.clock.now() + timedelta(minutes=10)
    assert [notice.subscription_id for notice in notices] == [wish.id, other.id]
    assert set(delivery.changed) == {wish.id, other.id}


async def test_a_channel_is_gone_only_if_discord_says_so_twice(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F20."""
    wish = await subscribe()
    rows = await delivery.owe(wish, 1)
    delivery.discord.fail(ChannelGoneError("10003"))
    await delivery.turn()
    assert await delivery.status(*rows) == [Status.QUEUED]
    await delivery.turn(60)
    assert await delivery.status(*rows) == [Status.SENT]

    delivery.discord.gone.add(CHANNEL)
    rows = await delivery.owe(wish, 2)
    await delivery.turn()
    async with delivery.store.read() as tx:
        after = await tx.subscriptions.get(wish.id)
    assert after is not None
    assert after.pause is Pause.CHANNEL_GONE
    assert after.retry_at is None
    assert await delivery.status(*rows) == [Status.QUEUED]


async def test_a_server_in_an_outage_is_left_alone(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F23."""
    rows = await delivery.owe(await subscribe(), 1)
    delivery.discord.unreachable.add(GUILD)
    await delivery.turn()
    assert delivery.discord.attempts == []
    delivery.discord.unreachable.clear()
    await delivery.turn(60)
    assert await delivery.status(*rows) == [Status.SENT]

"""Digests, quiet hours, caps and quotas: how much is sent, and when."""

from datetime import timedelta

from bot.feeds.destination import (
    RefusedError,
)
from bot.quotas import Rate
from bot.store import Status
from tests.feeds.delivery import Delivery
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.owed import CHANNEL, GUILD, Owe, Subscribe, announcement


async def test_a_digest_is_one_message_and_counts_the_rest(
    delivery: Delivery, subscribe: Subscribe, bodies: MemoryBodies
) -> None:
    rows = await delivery.owe(await subscribe(), 1, 2, 3, digest=True)
    await delivery.turn()
    assert delivery.discord.messages == []

    await delivery.gather(rows, more=4)
    # The first is gone meanwhile; its count is not.
    del bodies.posts["derpibooru", 1]
    await delivery.turn()
    (message,) = delivery.discord.messages
    assert message.posts == ["derpibooru:2", "derpibooru:3"]
    assert message.outgoing.more == 4
    ((_title, link),) = message.outgoing.more_links
    assert link.startswith("https://derpibooru.org/search?q=")
    assert message.outgoing.marker == rows[0].id
    assert await delivery.status(*rows) == [Status.DROPPED, Status.SENT, Status.SENT]
    ids = {(await announcement(delivery.store, row.id)).message_id for row in rows[1:]}
    assert ids == {message.id}


async def test_a_digest_that_is_too_large_is_split_and_not_cut(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Rule L2."""
    rows = await delivery.owe(await subscribe(), 1, 2, 3, 4, digest=True)
    await delivery.gather(rows, more=9)
    delivery.discord.fail(RefusedError("more artists than one message can credit"))
    await delivery.turn()
    assert [one.posts for one in delivery.discord.messages] == [
        ["derpibooru:1", "derpibooru:2"],
        ["derpibooru:3", "derpibooru:4"],
    ]
    assert [one.outgoing.more for one in delivery.discord.messages] == [0, 9]


async def test_word_of_more_comes_after_what_is_shown(
    delivery: Delivery, subscribe: Subscribe, owe: Owe
) -> None:
    """Fault F38."""
    wish = await subscribe()
    await delivery.owe(wish, 1)
    row = await owe(wish, None, more=475)
    await delivery.turn()
    assert [one.outgoing.more for one in delivery.discord.messages] == [0, 475]
    after = await announcement(delivery.store, row.id)
    assert after.status is Status.SENT
    assert after.recheck_at is None


async def test_quiet_hours_and_caps_put_off_and_keep_the_order(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """The clock stands at noon; the cap is two an hour."""
    quiet = await subscribe(quiet_from=11 * 60, quiet_until=13 * 60)
    capped = await subscribe(channel_id=22, cap=2)
    await delivery.owe(quiet, 1, 2)
    await delivery.owe(capped, 3, 4, 5)
    await delivery.turn()
    assert delivery.discord.posts(CHANNEL) == []
    assert delivery.discord.posts(22) == ["derpibooru:3", "derpibooru:4"]
    await delivery.turn(3600)
    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1", "derpibooru:2"]
    assert delivery.discord.posts(22)[2:] == ["derpibooru:5"]


async def test_a_server_gets_no_more_than_its_quota(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    delivery.start(guild_rate=Rate(2, 3600))
    await delivery.owe(await subscribe(), 1, 2, 3)
    await delivery.owe(await subscribe(guild_id=12, channel_id=22), 4)
    await delivery.turn()
    assert len(delivery.discord.of(CHANNEL)) == 2
    assert len(delivery.discord.of(22)) == 1
    await delivery.turn(3600)
    assert len(delivery.discord.of(CHANNEL)) == 3


class TestAServerThatTakesUsBack:
    """Rule D10, faults F23 and F38."""

    async def away(self, delivery: Delivery, time: timedelta) -> None:
        async with delivery.store.write() as tx:
            await tx.retention.left(GUILD)
        await delivery.turn(time.total_seconds())
        assert delivery.discord.messages == []
        async with delivery.store.write() as tx:
            await tx.retention.joined(GUILD)

    async def test_gets_no_burst_of_what_is_stale_but_word_of_it(
        self, delivery: Delivery, subscribe: Subscribe
    ) -> None:
        wish, other = await subscribe(), await subscribe(guild_id=12, channel_id=32)
        stale = await delivery.owe(wish, 1, 2, 3)
        untouched = await delivery.owe(other, 4, due_at=delivery.clock.now() + timedelta(days=9))
        await self.away(delivery, timedelta(days=3))
        await delivery.turn()
        assert await delivery.status(*stale) == [Status.FOLDED] * 3
        (word,) = delivery.discord.of(CHANNEL)
        assert (word.posts, word.outgoing.more) == ([], 3)
        assert await delivery.status(*untouched) == [Status.QUEUED]

    async def test_gets_everything_where_it_was_a_slip(
        self, delivery: Delivery, subscribe: Subscribe
    ) -> None:
        await delivery.owe(await subscribe(), 1, 2, 3)
        await self.away(delivery, timedelta(minutes=20))
        await delivery.turn()
        assert delivery.discord.posts(CHANNEL) == [f"derpibooru:{one}" for one in (1, 2, 3)]

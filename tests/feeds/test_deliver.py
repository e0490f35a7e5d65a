"""What is owed is sent once, in order, and what became of it is noted."""

import asyncio
from datetime import datetime, timedelta

from msgspec import structs

from bot.policies import Policies
from bot.safety import Action, ChannelFacts
from bot.sites import SiteError
from bot.store import Filter, Guild, Pause, Status, Subject
from tests.feeds.delivery import Delivery
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.memory_discord import RESTRICTED
from tests.feeds.owed import CHANNEL, GUILD, MakePost, Subscribe, announcement


async def test_what_is_owed_comes_once_in_order_and_is_noted(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    owed = await delivery.owe(await subscribe(), 3, 1, 2)
    await delivery.turn()
    await delivery.turn(3600)

    assert delivery.discord.posts(CHANNEL) == ["derpibooru:3", "derpibooru:1", "derpibooru:2"]
    first = await announcement(delivery.store, owed[0].id)
    assert first.status is Status.SENT
    assert first.message_id == delivery.discord.messages[0].id
    assert first.message_channel_id == CHANNEL
    assert first.form == "embed"
    assert first.shown
    assert first.sent_at is not None
    assert first.recheck_at == first.sent_at + timedelta(minutes=10)
    assert first.attempts == 1


async def test_a_message_says_all_that_its_subscription_wishes(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    other = await subscribe(query="cute pony")
    wish = await subscribe(role_id=5, template="{title}", spoiler=True, forum_tags=(7,))
    (row,) = await delivery.owe(wish, 1, matched=(wish.id, other.id))
    await delivery.turn()

    (sent,) = delivery.discord.attempts
    assert sent.nonce == f"{delivery.store.database_id}-{row.id}"
    assert sent.marker == row.id
    assert (sent.role_id, sent.template, sent.spoiler) == (5, "{title}", True)
    assert sent.forum_tags == (7,)
    assert sent.matched == ("cute pony", "pony")


async def test_what_a_post_became_while_it_waited_decides(
    delivery: Delivery, subscribe: Subscribe, make_post: MakePost, bodies: MemoryBodies
) -> None:
    """Fault F40: retagged, merged, deleted; and hidden by the server meanwhile."""
    rows = await delivery.owe(await subscribe(), 1, 2, 3, 4, 5)
    bodies.put(make_post(1, tags=("explicit", "artist:painter")))
    bodies.put(make_post(2, duplicate_of=9, hidden_from_users=True))
    bodies.put(make_post(4, tags=("safe", "artist:painter", "mud")))
    del bodies.posts["derpibooru", 3]
    async with delivery.store.write() as tx:
        mud = Filter(guild_id=GUILD, kind=Action.HIDE, subject=Subject.TAG, expression="mud")
        await tx.filters.put([mud])
    await delivery.turn()

    assert delivery.discord.posts(CHANNEL) == ["derpibooru:5"]
    assert await delivery.status(*rows) == [
        Status.DROPPED,
        Status.DROPPED,
        Status.DROPPED,
        Status.HIDDEN,
        Status.SENT,
    ]
    dropped = await announcement(delivery.store, rows[0].id)
    assert dropped.rule == "safety 3.5 rating"
    assert dropped.reason


async def test_a_site_that_does_not_answer_keeps_only_its_own_posts_waiting(
    delivery: Delivery, subscribe: Subscribe, bodies: MemoryBodies
) -> None:
    rows = await delivery.owe(await subscribe(), 1, 2)
    await delivery.owe(await subscribe(site="twibooru"), 3)
    bodies.failing["derpibooru"] = SiteError("derpibooru", "It is down.")
    await delivery.turn()
    assert delivery.discord.posts(CHANNEL) == ["twibooru:3"]
    assert await delivery.status(*rows) == [Status.QUEUED, Status.QUEUED]
    assert bodies.asked.count("derpibooru:2") == 0

    bodies.failing.clear()
    await delivery.turn(61)
    assert delivery.discord.posts(CHANNEL)[1:] == ["derpibooru:1", "derpibooru:2"]


async def test_a_place_that_loses_its_age_restriction_gets_nothing_of_what_waited(
    delivery: Delivery, subscribe: Subscribe, make_post: MakePost, bodies: MemoryBodies
) -> None:
    """Fault F25; and a cache that knows nothing yet is no loss (fault F02)."""
    async with delivery.store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, adult=True))
    delivery.policies = Policies(delivery.store, profile="full")
    delivery.start()
    wish = await subscribe(adult=True)
    rows = await delivery.owe(wish, 1, 2)
    bodies.put(make_post(1, tags=("suggestive", "artist:painter")))
    delivery.discord.facts[CHANNEL] = ChannelFacts()
    await delivery.turn()
    assert await delivery.status(*rows) == [Status.QUEUED, Status.QUEUED]

    delivery.discord.facts[CHANNEL] = RESTRICTED
    await delivery.turn(60)
    assert await delivery.status(*rows) == [Status.SENT, Status.SENT]

    rows = await delivery.owe(wish, 3, 4)
    delivery.discord.facts[CHANNEL] = structs.replace(RESTRICTED, nsfw=False)
    await delivery.turn()
    assert await delivery.status(*rows) == [Status.DROPPED, Status.DROPPED]
    async with delivery.store.read() as tx:
        after = await tx.subscriptions.get(wish.id)
    assert after is not None
    assert after.pause is Pause.AGE


async def test_the_operators_switches_hold_what_waits(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.9. What is stopped for now is not dropped."""
    rows = await delivery.owe(await subscribe(), 1)
    async with delivery.store.write() as tx:
        await tx.denials.panic(by=1)
    await delivery.turn()
    assert await delivery.status(*rows) == [Status.QUEUED]
    async with delivery.store.write() as tx:
        await tx.denials.resume()
        await tx.denials.site_off("derpibooru", by=1)
    delivery.policies.forget_switches()
    await delivery.turn(61)
    async with delivery.store.read() as tx:
        (wish,) = await tx.subscriptions.all()
    assert wish.pause is Pause.SITE
    assert await delivery.status(*rows) == [Status.QUEUED]


async def test_what_is_paused_or_left_gets_nothing(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    paused = await subscribe(pause=Pause.PERSON, paused_at=delivery.clock.now())
    left = await subscribe(guild_id=12, channel_id=22)
    rows = [*await delivery.owe(paused, 1), *await delivery.owe(left, 2)]
    async with delivery.store.write() as tx:
        await tx.retention.left(12)
    await delivery.turn()
    assert delivery.discord.attempts == []
    assert await delivery.status(*rows) == [Status.QUEUED, Status.QUEUED]


async def test_what_ends_while_its_message_is_made_is_not_sent(
    delivery: Delivery, subscribe: Subscribe, bodies: MemoryBodies
) -> None:
    """Its feed was removed, or it turned out to be another's twin."""
    rows = await delivery.owe(await subscribe(), 1, 2)

    async def end() -> None:
        async with delivery.store.write() as tx:
            await tx.deliveries.end([rows[0].id], Status.TWIN, rule="once", reason="twibooru:1")

    bodies.on_read["derpibooru:1"] = end
    await delivery.turn()
    assert delivery.discord.posts(CHANNEL) == ["derpibooru:2"]
    assert await delivery.status(*rows) == [Status.TWIN, Status.SENT]


async def test_the_worker_delivers_what_it_is_woken_for(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    looked: list[datetime] = []
    worker = asyncio.create_task(
        delivery.deliverer.run(lambda: looked.append(delivery.clock.now()))
    )
    await delivery.owe(await subscribe(), 1)
    delivery.deliverer.wake()
    async with asyncio.timeout(60):
        await delivery.discord.arrival(1)
    await delivery.owe(await subscribe(channel_id=22), 2)
    async with asyncio.timeout(60):
        await delivery.clock.hurry(delivery.discord.arrival(2))
    worker.cancel()
    await asyncio.wait({worker})
    await delivery.deliverer.stop()
    assert looked

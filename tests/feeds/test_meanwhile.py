"""What happens while a message is being made: nothing is lost, overtaken, or stopped for good."""

from datetime import timedelta

from msgspec import structs

from bot.feeds.destination import ChannelGoneError, NoAccessError, UncertainError
from bot.feeds.reading import PostUnreadableError
from bot.sites import SiteError
from bot.store import Pause, Rhythm, Status, Store, Subscription
from tests.clock import MovableClock
from tests.feeds.delivery import Delivery
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, Subscribe, announcement

ELSEWHERE = 22


async def move(store: Store, wish: Subscription, channel_id: int) -> None:
    """Let a wish go to another channel, as `/feed edit` does."""
    async with store.write() as tx:
        await tx.subscriptions.put(structs.replace(wish, channel_id=channel_id))
        await tx.history.move(wish.id, channel_id)


async def get(store: Store, wish: Subscription) -> Subscription:
    async with store.read() as tx:
        found = await tx.subscriptions.get(wish.id)
    assert found is not None
    return found


async def test_what_joins_a_digest_that_is_being_sent_is_shown_too(
    delivery: Delivery,
    discord: MemoryDiscord,
    bodies: MemoryBodies,
    subscribe: Subscribe,
    store: Store,
) -> None:
    """Faults, the contract: under the nonce of the message before it, it would never come."""
    wish = await subscribe(rhythm=Rhythm.HOURLY)
    rows = await delivery.owe(wish, 1, 2, digest=True)
    await delivery.gather(rows)

    async def close() -> None:
        if "derpibooru:2" in bodies.on_read:
            del bodies.on_read["derpibooru:2"]
            await delivery.owe(wish, 3, digest=True)
            async with store.write() as tx:
                assert await tx.announcements.close_digest(wish.id, 10) == rows[0].id

    bodies.on_read["derpibooru:2"] = close
    await delivery.turn()
    assert [kept.posts for kept in discord.of(CHANNEL)] == [
        ["derpibooru:1", "derpibooru:2", "derpibooru:3"]
    ]


async def test_a_feed_that_moves_meanwhile_sends_nothing_where_it_was(
    delivery: Delivery,
    discord: MemoryDiscord,
    bodies: MemoryBodies,
    subscribe: Subscribe,
    store: Store,
) -> None:
    wish = await subscribe()
    await delivery.owe(wish, 1)

    async def edit() -> None:
        del bodies.on_read["derpibooru:1"]
        await move(store, wish, ELSEWHERE)

    bodies.on_read["derpibooru:1"] = edit
    await delivery.turn()
    await delivery.turn()
    assert (discord.posts(CHANNEL), discord.posts(ELSEWHERE)) == ([], ["derpibooru:1"])


async def test_a_message_in_doubt_in_a_deleted_channel_stops_its_feed_once(
    delivery: Delivery, discord: MemoryDiscord, subscribe: Subscribe, store: Store
) -> None:
    """Fault F20: in another channel the feed runs on."""
    wish = await subscribe()
    (lost,) = await delivery.owe(wish, 1)
    discord.fail(UncertainError("504"))
    await delivery.turn()
    discord.gone.add(CHANNEL)
    discord.fail(ChannelGoneError("Unknown Channel"), "find")
    await delivery.turn(5)
    assert (await get(store, wish)).pause is Pause.CHANNEL_GONE
    async with store.write() as tx:
        await tx.subscriptions.resume(wish.id)
    await move(store, await get(store, wish), ELSEWHERE)
    discord.fail(ChannelGoneError("Unknown Channel"), "find")
    await delivery.turn(60)
    moved = await get(store, wish)
    assert moved.runs
    await delivery.owe(moved, 2)
    await delivery.turn(60)
    assert discord.posts(ELSEWHERE) == ["derpibooru:2"]
    assert await delivery.status(lost) == [Status.DROPPED]


async def test_what_a_feed_left_behind_follows_it_where_it_may_be_posted(
    delivery: Delivery, discord: MemoryDiscord, subscribe: Subscribe, store: Store
) -> None:
    """Fault F21: the channel that it left has no say in the one where it is."""
    wish = await subscribe()
    await delivery.owe(wish, 1)
    await move(store, wish, ELSEWHERE)
    # As one that was on its way when the feed moved, and was then taken back.
    await delivery.owe(wish, 2)
    discord.fail(NoAccessError("50013"), channel_id=CHANNEL)
    await delivery.turn()
    await delivery.turn()
    assert (await get(store, wish)).runs
    assert discord.posts(CHANNEL) == []
    assert sorted(discord.posts(ELSEWHERE)) == ["derpibooru:1", "derpibooru:2"]


async def test_nothing_overtakes_what_waits_for_its_site(
    delivery: Delivery, discord: MemoryDiscord, bodies: MemoryBodies, subscribe: Subscribe
) -> None:
    """Faults, the contract: in order."""
    wish = await subscribe()
    await delivery.owe(wish, 1)
    bodies.failing["derpibooru"] = SiteError("derpibooru", "It is busy.")
    await delivery.turn()
    bodies.failing.clear()
    await delivery.owe(wish, 2)
    await delivery.turn(10)
    assert discord.posts(CHANNEL) == []
    await delivery.turn(60)
    assert discord.posts(CHANNEL) == ["derpibooru:1", "derpibooru:2"]


async def test_what_is_owed_for_a_feed_that_is_gone_is_forgotten_in_time(
    delivery: Delivery, subscribe: Subscribe, store: Store, clock: MovableClock
) -> None:
    wish, stays = await subscribe(), await subscribe()
    await delivery.owe(wish, 1, status=Status.SENDING, sending_at=clock.now())
    await delivery.owe(stays, 2)
    async with store.write() as tx:
        await tx.subscriptions.remove(wish.guild_id, wish.id)
    clock.advance(timedelta(days=31).total_seconds())
    async with store.write() as tx:
        assert await tx.announcements.forget_old() == 1
        assert await tx.announcements.forget_old() == 0


async def test_a_post_that_nobody_can_read_holds_up_the_others_for_an_hour_at_most(
    delivery: Delivery, discord: MemoryDiscord, bodies: MemoryBodies, subscribe: Subscribe
) -> None:
    """Fault F18: its site's answer about it is broken, and stays so."""
    wish = await subscribe()
    (broken, _fine) = await delivery.owe(wish, 1, 2)

    async def unreadable() -> None:
        raise PostUnreadableError("derpibooru", "image.tags", "It is no list.")

    bodies.on_read["derpibooru:1"] = unreadable
    await delivery.turn()
    await delivery.turn(1800)
    assert discord.posts(CHANNEL) == []
    await delivery.turn(1800)
    assert discord.posts(CHANNEL) == ["derpibooru:2"]
    assert await delivery.status(broken) == [Status.DROPPED]
    assert (await announcement(delivery.store, broken.id)).rule == "F18"

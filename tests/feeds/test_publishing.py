"""What is to be published is published once, whoever dies when, and only what is fit for it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    DeliveryError,
    HeldError,
    LaterError,
    NoAccessError,
    RefusedError,
    UncertainError,
)
from bot.feeds.outcomes import DISCORD
from bot.feeds.publishing import LONGEST, PAUSE
from bot.loops import end
from bot.policies import Policies
from bot.safety import ChannelFacts, ChannelKind, Profile
from bot.store import Announcement, Cooldown, Guild, Status, Store
from bot.store.feed_tables import publications
from tests.feeds.delivery import Delivery
from tests.feeds.memory_discord import RESTRICTED, MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, MakePost, Subscribe

NEWS = ChannelFacts(kind=ChannelKind.ANNOUNCEMENT, nsfw=False, guild_available=True)
OTHER = 22


@pytest.fixture(autouse=True)
def news(discord: MemoryDiscord) -> None:
    discord.facts |= {CHANNEL: NEWS, OTHER: NEWS}


async def owed(store: Store) -> int:
    async with store.read() as tx:
        return len((await tx.connection.execute(select(publications))).all())


async def announce(
    delivery: Delivery, subscribe: Subscribe, *ids: int, **changes: Any
) -> list[Announcement]:
    """Have posts announced that are to be published, and not published yet."""
    rows = await delivery.owe(await subscribe(**{"publish": True, **changes}), *ids)
    await delivery.turn()
    return rows


async def publish(delivery: Delivery, seconds: float = 0.0) -> list[str]:
    """Let time pass and publish what is due then; return what followers have by now."""
    delivery.clock.advance(seconds)
    await delivery.publisher.turn()
    by_id = {kept.id: kept.posts for kept in delivery.discord.messages}
    return [post for number in delivery.discord.published for post in by_id.get(number, [])]


async def test_what_was_announced_is_published_in_order_where_that_is_wished(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    await announce(delivery, subscribe, 1, 2)
    await announce(delivery, subscribe, 3, channel_id=OTHER, publish=False)
    assert await publish(delivery) == ["derpibooru:1", "derpibooru:2"]
    assert await owed(delivery.store) == 0


class TestASenderThatDied:
    @pytest.mark.parametrize("seconds", [1, 3600])
    async def test_before_it_noted_the_message_has_it_published_once_it_is_found(
        self, delivery: Delivery, subscribe: Subscribe, seconds: float
    ) -> None:
        """Faults F31, F32."""
        delivery.discord.fail(UncertainError("the power failed"), arrives=True)
        await announce(delivery, subscribe, 1)
        assert await publish(delivery) == []
        delivery.start()
        await delivery.turn(seconds)
        assert len(delivery.discord.attempts) == 1
        assert await publish(delivery) == ["derpibooru:1"]

    async def test_before_it_noted_the_message_has_it_published_once_it_is_repeated(
        self, delivery: Delivery, subscribe: Subscribe
    ) -> None:
        delivery.discord.unreadable.add(CHANNEL)
        delivery.discord.fail(UncertainError("the power failed"), arrives=True)
        await announce(delivery, subscribe, 1)
        delivery.start()
        await delivery.turn(1)
        assert len(delivery.discord.attempts) == 2
        assert await publish(delivery) == ["derpibooru:1"]

    async def test_before_it_published_the_message_has_it_published_at_the_next_start(
        self, delivery: Delivery, subscribe: Subscribe
    ) -> None:
        await announce(delivery, subscribe, 1)
        delivery.start()
        assert await publish(delivery) == ["derpibooru:1"]

    async def test_before_it_noted_the_publication_asks_once_more_and_no_more(
        self, delivery: Delivery, subscribe: Subscribe
    ) -> None:
        await announce(delivery, subscribe, 1)
        delivery.discord.fail(UncertainError("the power failed"), "publish", arrives=True)
        assert await publish(delivery) == ["derpibooru:1"]
        assert await owed(delivery.store) == 1
        delivery.start()
        assert await publish(delivery) == ["derpibooru:1"]
        assert await owed(delivery.store) == 0

    async def test_leaves_what_nobody_knows_where_it_is_unpublished(
        self, delivery: Delivery, subscribe: Subscribe
    ) -> None:
        """Faults, the contract: it counts as sent, and may be missing."""
        delivery.discord.unreadable.add(CHANNEL)
        delivery.discord.fail(UncertainError("the power failed"), arrives=True)
        (row,) = await announce(delivery, subscribe, 1)
        delivery.start()
        await delivery.turn(3600)
        assert await delivery.status(row) == [Status.SENT]
        assert await owed(delivery.store) == 0


@pytest.mark.parametrize(
    "error",
    [
        AlreadyGoneError("404 10008"),
        ChannelGoneError("404 10003"),
        NoAccessError("403 50013"),
        RefusedError("400 50024"),
    ],
    ids=["message gone", "channel gone", "no access", "no announcement channel"],
)
async def test_what_discord_will_never_publish_is_over_and_said(
    delivery: Delivery, subscribe: Subscribe, error: DeliveryError
) -> None:
    """Rule D12."""
    await announce(delivery, subscribe, 1, 2)
    delivery.discord.fail(error, "publish")
    with capture_logs() as logs:
        assert await publish(delivery) == ["derpibooru:2"]
    assert [one["why"] for one in logs if one["log_level"] == "warning"] == [error.reason]
    assert await owed(delivery.store) == 0


@pytest.mark.parametrize(
    ("error", "seconds"),
    [(UncertainError("503"), 2), (LaterError("429", 900.0), 901)],
    ids=["F07", "F04"],
)
async def test_what_discord_does_not_take_now_holds_up_that_channel_alone(
    delivery: Delivery, subscribe: Subscribe, error: DeliveryError, seconds: float
) -> None:
    await announce(delivery, subscribe, 1)
    await announce(delivery, subscribe, 2, channel_id=OTHER)
    delivery.discord.fail(error, "publish", channel_id=CHANNEL)
    assert await publish(delivery) == ["derpibooru:2"]
    assert await publish(delivery, seconds - 1.5) == ["derpibooru:2"]
    assert await publish(delivery, 1.5) == ["derpibooru:2", "derpibooru:1"]


async def test_where_discord_takes_nothing_from_us_nothing_is_tried(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F05."""
    await announce(delivery, subscribe, 1)
    delivery.discord.fail(HeldError("429", 600.0), "publish")
    assert await publish(delivery) == []
    await announce(delivery, subscribe, 2, channel_id=OTHER)
    assert await publish(delivery, 599) == []
    assert sorted(await publish(delivery, 2)) == ["derpibooru:1", "derpibooru:2"]


async def test_a_hold_of_discords_is_heeded_by_a_new_process(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F05."""
    await announce(delivery, subscribe, 1)
    until = delivery.clock.now() + timedelta(minutes=10)
    async with delivery.store.write() as tx:
        await tx.cooldowns.put([Cooldown(host=DISCORD, until=until)])
    assert await publish(delivery) == []
    assert await publish(delivery, 601) == ["derpibooru:1"]


async def test_a_stop_breaks_off_what_waits_for_discords_limit_and_it_stays_owed(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F34: the library waits for as long as Discord says, perhaps an hour."""
    await announce(delivery, subscribe, 1)
    waiting = asyncio.Event()
    delivery.discord.limit = waiting, asyncio.Event()
    worker = asyncio.create_task(delivery.publisher.run(lambda: None))
    await waiting.wait()
    began = delivery.clock.monotonic()
    await delivery.clock.hurry(delivery.publisher.stop())
    assert delivery.clock.monotonic() - began < 2
    await end([worker])
    delivery.discord.limit = None
    delivery.start()
    assert await publish(delivery) == ["derpibooru:1"]


async def test_a_server_in_an_outage_waits(delivery: Delivery, subscribe: Subscribe) -> None:
    """Fault F23."""
    await announce(delivery, subscribe, 1)
    delivery.discord.unreachable.add(GUILD)
    assert await publish(delivery) == []
    delivery.discord.unreachable.clear()
    assert await publish(delivery) == ["derpibooru:1"]


async def test_what_could_not_be_published_for_a_day_is_given_up_and_that_is_said(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    await announce(delivery, subscribe, 1)
    delivery.discord.fail(LaterError("429", 60.0), "publish", times=99)
    await publish(delivery)
    assert await owed(delivery.store) == 1
    with capture_logs() as logs:
        assert await publish(delivery, LONGEST.total_seconds()) == []
        assert await publish(delivery, 61) == []
    assert [one["event"] for one in logs] == ["a message was not published"]
    assert await owed(delivery.store) == 0


class TestWhatIsNotFit:
    """Rule D6; reference: safety, 3.6."""

    async def test_because_it_was_retagged_waits_for_after_care(
        self, delivery: Delivery, subscribe: Subscribe, make_post: MakePost
    ) -> None:
        (row,) = await announce(delivery, subscribe, 1)
        await announce(delivery, subscribe, 2)
        delivery.bodies.put(make_post(1, tags=("explicit", "artist:painter")))
        assert await publish(delivery) == ["derpibooru:2"]
        assert await owed(delivery.store) == 1
        async with delivery.store.write() as tx:
            await tx.rechecks.remove([row.id], "safety 3.5", "retagged")
        assert await publish(delivery, PAUSE.total_seconds()) == ["derpibooru:2"]
        assert await owed(delivery.store) == 0

    async def test_in_part_waits_until_that_part_is_gone(
        self, delivery: Delivery, subscribe: Subscribe
    ) -> None:
        wish = await subscribe(publish=True)
        rows = await delivery.owe(wish, 1, 2, digest=True)
        await delivery.gather(rows)
        await delivery.turn()
        soon = delivery.clock.now() + timedelta(minutes=1)
        async with delivery.store.write() as tx:
            await tx.rechecks.remove([rows[0].id], "D3", "reported", still_shown_until=soon)
        assert await publish(delivery) == []
        async with delivery.store.write() as tx:
            await tx.rechecks.postpone([rows[0].id], None)
        await publish(delivery, PAUSE.total_seconds())
        assert delivery.discord.published == [delivery.discord.messages[0].id]

    async def test_for_everybody_is_never_published(
        self, delivery: Delivery, subscribe: Subscribe, make_post: MakePost
    ) -> None:
        """Also where a mistake elsewhere let it into such a channel."""
        delivery.policies = Policies(delivery.store, profile=Profile.FULL)
        delivery.discord.facts[CHANNEL] = RESTRICTED
        async with delivery.store.write() as tx:
            await tx.guilds.put(Guild(id=GUILD, adult=True))
        delivery.start()
        wish = await subscribe(publish=True, adult=True)
        rows = await delivery.owe(wish, 1)
        delivery.bodies.put(make_post(1, tags=("suggestive", "artist:painter")))
        await delivery.turn()
        assert await delivery.status(*rows) == [Status.SENT]
        assert await publish(delivery) == []
        assert await owed(delivery.store) == 0


async def test_whoever_does_not_wish_it_any_more_has_nothing_published(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    (row,) = await announce(delivery, subscribe, 1)
    async with delivery.store.write() as tx:
        await tx.subscriptions.remove(GUILD, row.subscription_id)
    assert await publish(delivery) == []
    assert await owed(delivery.store) == 0


async def test_while_all_pictures_are_stopped_none_is_published(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.9."""
    await announce(delivery, subscribe, 1)
    async with delivery.store.write() as tx:
        await tx.denials.panic(by=1)
    delivery.policies.forget_switches()
    assert await publish(delivery) == []
    async with delivery.store.write() as tx:
        await tx.denials.resume()
    delivery.policies.forget_switches()
    assert await publish(delivery, 61) == ["derpibooru:1"]


async def test_a_fault_of_our_own_in_one_message_holds_up_no_other(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """Fault F42."""
    await announce(delivery, subscribe, 1, 2)
    delivery.bodies.breaking.add("derpibooru:1")
    with capture_logs() as logs:
        assert await publish(delivery) == ["derpibooru:2"]
    assert [one["event"] for one in logs if one["log_level"] == "error"] == ["publishing failed"]
    delivery.bodies.breaking.clear()
    assert await publish(delivery, PAUSE.total_seconds()) == ["derpibooru:2", "derpibooru:1"]

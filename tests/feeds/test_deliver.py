"""What is owed is sent once, in order, and what became of it is noted."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import datetime, timedelta

import pytest
from msgspec import structs
from structlog.testing import capture_logs

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
from bot.policies import Policies
from bot.quotas import Rate
from bot.safety import ChannelFacts
from bot.sites import SiteError
from bot.store import Filter, Guild, Kind, Pause, Rhythm, Status, Store, Subject
from tests.clock import MovableClock
from tests.feeds.conftest import (
    CHANNEL,
    GUILD,
    MakePost,
    MemoryBodies,
    Owe,
    Subscribe,
    announcement,
)
from tests.feeds.delivery import Delivery
from tests.feeds.memory_discord import RESTRICTED, MemoryDiscord


@pytest.fixture
def delivery(
    store: Store,
    discord: MemoryDiscord,
    bodies: MemoryBodies,
    clock: MovableClock,
    policies: Policies,
    make_post: MakePost,
    owe: Owe,
) -> Delivery:
    return Delivery(store, discord, bodies, clock, policies, make_post, owe)


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
    wish = await subscribe(
        role_id=5, template="{title}", spoiler=True, publish=True, forum_tags=(7,)
    )
    (row,) = await delivery.owe(wish, 1, matched=(wish.id, other.id))
    await delivery.turn()

    (sent,) = delivery.discord.attempts
    assert sent.nonce == f"{delivery.store.database_id}-{row.id}"
    assert sent.marker == row.id
    assert (sent.role_id, sent.template, sent.spoiler) == (5, "{title}", True)
    assert (sent.publish, sent.forum_tags) == (True, (7,))
    assert sent.matched == ("cute pony", "pony")


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
        mud = Filter(guild_id=GUILD, kind=Kind.HIDE, subject=Subject.TAG, expression="mud")
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

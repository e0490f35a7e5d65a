"""From matches to the outbox: each post once, and what is hidden with its rule."""

from datetime import timedelta

import pytest
from msgspec import structs

from bot.policies import Policies
from bot.safety import Action, ChannelFacts, Profile
from bot.store import (
    Filter,
    Guild,
    Pause,
    Rhythm,
    Status,
    Store,
    Subject,
)
from tests.clock import MovableClock
from tests.feeds.announcing import Desk
from tests.feeds.memory_discord import RESTRICTED, MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, MakePost, Subscribe


async def test_each_channel_is_owed_a_post_once_and_the_oldest_first(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    here, there = await subscribe(), await subscribe(channel_id=22)
    old = make_post(9, first_seen_at=clock.now() - timedelta(minutes=5))
    new = make_post(3)
    assert await desk.announce((new, [here, there]), (old, [here])) == 3
    rows = await desk.rows()
    assert [(row.channel_id, row.post_id) for row in rows] == [(CHANNEL, 9), (CHANNEL, 3), (22, 3)]
    assert {row.status for row in rows} == {Status.QUEUED}
    assert rows[0].first_seen_at == old.first_seen_at
    assert rows[0].due_at == rows[0].created_at == clock.now()


async def test_what_is_kept_twice_is_owed_once(
    desk: Desk, subscribe: Subscribe, make_post: MakePost
) -> None:
    feed = await subscribe()
    prepared = await desk.prepare((make_post(1), [feed]), (make_post(2), [feed]))
    assert await desk.keep(prepared) == 2
    before = await desk.rows()
    assert await desk.keep(prepared) == 0
    assert await desk.rows() == before


@pytest.mark.parametrize("status", [Status.SENDING, Status.SENT, Status.ASIDE, Status.REMOVED])
async def test_what_discord_was_handed_is_never_owed_again(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, status: Status
) -> None:
    feed, later = await subscribe(), await subscribe()
    post = make_post()
    await desk.announce((post, [feed]))
    await desk.set(await desk.row(post), status=status, attempts=1)
    assert await desk.announce((post, [later])) == 0
    row = await desk.row(post)
    assert (row.status, row.matched) == (status, (feed.id, later.id))


async def test_a_post_says_which_feeds_of_its_channel_it_matches(
    desk: Desk, subscribe: Subscribe, make_post: MakePost
) -> None:
    feeds = [await subscribe(query=query) for query in ("pony", "safe", "artist:painter")]
    post = make_post()
    await desk.announce((post, feeds[1:]))
    assert (await desk.row(post)).subscription_id == feeds[1].id
    assert await desk.announce((post, feeds)) == 0
    row = await desk.row(post)
    assert row.matched == tuple(feed.id for feed in feeds)
    assert row.subscription_id == feeds[1].id


async def test_a_post_goes_by_itself_where_any_feed_wants_that(
    desk: Desk, subscribe: Subscribe, make_post: MakePost
) -> None:
    daily = await subscribe(rhythm=Rhythm.DAILY)
    each = await subscribe()
    both, late, told = make_post(1), make_post(2), make_post(3)
    await desk.announce((both, [daily, each]), (late, [daily]), (told, [daily]))
    assert (await desk.row(both)).digest is False
    assert (await desk.row(both)).subscription_id == each.id
    assert (await desk.row(late)).digest is True
    await desk.set(await desk.row(told), lead_id=1)
    await desk.announce((late, [each]), (told, [each]))
    assert (await desk.row(late)).digest is False
    assert (await desk.row(late)).subscription_id == each.id
    # Already part of a message that is about to go.
    assert (await desk.row(told)).subscription_id == daily.id


async def test_one_that_runs_is_preferred_to_one_that_is_paused(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    paused = await subscribe(pause=Pause.NO_ACCESS, retry_at=clock.now())
    runs = await subscribe(rhythm=Rhythm.DAILY)
    post = make_post()
    await desk.announce((post, [paused, runs]))
    assert (await desk.row(post)).subscription_id == runs.id


async def test_nothing_is_owed_to_a_feed_that_was_removed_meanwhile(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, store: Store
) -> None:
    """Neither to one that moved, nor to a server that was forgotten."""
    gone, moved, stays = [await subscribe() for _each in range(3)]
    forgotten = await subscribe(guild_id=12, channel_id=23)
    prepared = await desk.prepare(
        (make_post(1), [gone, moved, forgotten]), (make_post(2), [gone, stays])
    )
    async with store.write() as tx:
        await tx.subscriptions.remove(GUILD, gone.id)
        await tx.subscriptions.put(structs.replace(moved, channel_id=24))
        await tx.retention.forget_guild(12)
    assert await desk.keep(prepared) == 1
    (row,) = await desk.rows()
    assert (row.post_id, row.matched) == (2, (stays.id,))
    assert await desk.announce((make_post(3), [gone])) == 0


async def test_what_is_owed_can_be_rendered_without_asking_the_site(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, store: Store, clock: MovableClock
) -> None:
    post, hidden = make_post(1), make_post(2, tags=("explicit", "pony"))
    feed = await subscribe()
    await desk.announce((post, [feed]), (hidden, [feed]))
    async with store.read() as tx:
        kept = await tx.posts.body("derpibooru", 1)
        other = await tx.posts.body("derpibooru", 2)
    assert kept is not None
    assert (kept.post, kept.read_at) == (post, clock.now())
    assert other is not None
    assert other.post is None


async def test_what_a_rule_hides_is_recorded_with_the_rule(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, store: Store
) -> None:
    here, there = await subscribe(), await subscribe(channel_id=22)
    async with store.write() as tx:
        rule = Filter(
            guild_id=GUILD,
            channel_id=22,
            kind=Action.HIDE,
            subject=Subject.TAG,
            expression="spider",
        )
        await tx.filters.put([rule])
    spider = make_post(1, tags=("safe", "spider"))
    unsafe = make_post(2, tags=("explicit",))
    assert await desk.announce((spider, [here, there]), (unsafe, [here])) == 1
    assert (await desk.row(spider)).status is Status.QUEUED
    hidden = await desk.row(spider, 22)
    assert (hidden.status, hidden.rule) == (Status.HIDDEN, "safety 3.5 hidden tag")
    assert hidden.reason
    assert (await desk.row(unsafe)).rule == "safety 3.5 rating"


async def test_each_channel_is_held_against_its_own_verdict(
    store: Store, discord: MemoryDiscord, clock: MovableClock,
    subscribe: Subscribe, make_post: MakePost,
) -> None:  # fmt: skip
    """Only where profile, server and channel allow it (rules D4, D7)."""
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, adult=True))
    discord.facts[22] = RESTRICTED
    plain, restricted = await subscribe(), await subscribe(channel_id=22, adult=True)
    post = make_post(3, tags=("explicit",))
    safe, full = (
        Desk(store, Policies(store, profile=profile), discord, clock)
        for profile in (Profile.SAFE, Profile.FULL)
    )
    assert await safe.announce((post, [plain, restricted])) == 0
    assert await full.announce((post, [plain, restricted])) == 1
    desk = full
    assert (await desk.row(post)).status is Status.HIDDEN
    # What was hidden before is owed as soon as it may be shown.
    assert (await desk.row(post, 22)).status is Status.QUEUED


async def test_during_an_outage_of_discord_nothing_is_kept_back_for_its_rating(
    store: Store, discord: MemoryDiscord, clock: MovableClock,
    subscribe: Subscribe, make_post: MakePost,
) -> None:  # fmt: skip
    """Nothing is known of the channel then: it is judged when it is sent (faults F02, F23)."""
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, adult=True))
    discord.facts[22] = ChannelFacts()
    feed = await subscribe(channel_id=22, adult=True)
    safe, full = (
        Desk(store, Policies(store, profile=profile), discord, clock)
        for profile in (Profile.SAFE, Profile.FULL)
    )
    post, blocked = make_post(3, tags=("explicit",)), make_post(4, tags=("explicit", "foalcon"))
    assert await safe.announce((post, [feed])) == 0
    assert await full.announce((post, [feed]), (blocked, [feed])) == 1
    assert (await full.row(post, 22)).status is Status.QUEUED
    assert (await full.row(blocked, 22)).rule == "D3"


@pytest.mark.parametrize("status", [Status.HIDDEN, Status.DROPPED])
async def test_a_post_that_was_kept_back_is_owed_once_it_may_be_shown(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, status: Status
) -> None:
    """Retagged into the query, or the server's wishes changed."""
    feed, other = await subscribe(), await subscribe(rhythm=Rhythm.DAILY)
    await desk.announce((make_post(tags=("suggestive",)), [feed]))
    await desk.set(await desk.row(make_post()), status=status)
    still = make_post(tags=("suggestive",))
    assert await desk.announce((still, [feed])) == 0
    assert (await desk.row(still)).status is status
    assert await desk.announce((make_post(), [other])) == 1
    row = await desk.row(make_post())
    assert (row.status, row.rule, row.reason) == (Status.QUEUED, "", "")
    assert (row.subscription_id, row.digest) == (other.id, True)


async def test_what_may_have_arrived_before_it_was_dropped_stays_dropped(
    desk: Desk, subscribe: Subscribe, make_post: MakePost
) -> None:
    feed = await subscribe()
    await desk.announce((make_post(), [feed]))
    await desk.set(await desk.row(make_post()), status=Status.DROPPED, attempts=1)
    assert await desk.announce((make_post(), [feed])) == 0


async def test_after_a_long_downtime_the_newest_come_oldest_first_and_the_rest_is_counted(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    """Three days, 500 matches (fault F38)."""
    feed, daily = await subscribe(), await subscribe(rhythm=Rhythm.DAILY, channel_id=22)
    clock.advance(3 * 24 * 3600)
    posts = [
        make_post(1000 - age, first_seen_at=clock.now() - timedelta(minutes=8 * age), sources=())
        for age in range(500)
    ]
    await desk.announce(*((post, [feed, daily]) for post in posts))
    rows = [row for row in await desk.rows() if row.channel_id == CHANNEL]
    owed = [row for row in rows if row.status is Status.QUEUED]
    assert [row.post_id for row in owed] == [*range(976, 1001), None]
    assert owed[-1].more == 475
    assert sum(row.status is Status.FOLDED for row in rows) == 475
    # What waits for its period is gathered when that ends.
    waiting = [row for row in await desk.rows() if row.channel_id == 22]
    assert {row.status for row in waiting} == {Status.QUEUED}
    # Nothing of it comes again, and the next new post does.
    assert await desk.announce((posts[499], [feed]), (make_post(2000), [feed])) == 1
    owed = [row for row in await desk.rows() if row.status is Status.QUEUED and not row.digest]
    assert [row.post_id for row in owed] == [*range(977, 1001), 2000, None]
    assert owed[-1].more == 476

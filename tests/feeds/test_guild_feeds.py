"""Adding to a server's feeds: checked against the simulated boards, counted, audited, told."""

from datetime import datetime, timedelta

import pytest

from bot.demo.sites import Mode, SimulatedSites
from bot.feeds.wishes import FeedRefusedError
from bot.guild_feeds import GuildFeeds
from bot.policies import Policies
from bot.query import QueryError
from bot.safety import Profile
from bot.sites import Sites
from bot.store import (
    FeedKind,
    Guild,
    Rhythm,
    Store,
    Tail,
)
from tests.clock import MovableClock
from tests.feeds.changing import ADULT, BOSS, WHERE, AtWork, actions, add, wish
from tests.feeds.owed import CHANNEL, GUILD


async def test_a_new_feed_begins_where_its_site_was_read_to(
    feeds: GuildFeeds, store: Store, at_work: AtWork, clock: MovableClock
) -> None:
    """Reference: faults, design 1."""
    cursor = clock.now() - timedelta(seconds=40)
    async with store.write() as tx:
        await tx.tails.put(Tail(site="derpibooru", cursor=cursor, updated_cursor=cursor))
    kept = (await add(feeds, clock)).subscription
    assert (kept.since, kept.created_by, kept.next_at) == (cursor, BOSS, None)
    assert at_work.told == [kept.id]
    assert at_work.roster.get(kept.id) == kept
    assert await actions(store) == [("feed.add", f"feed {kept.id}")]


async def test_what_is_to_be_expected_is_asked_of_the_site(
    feeds: GuildFeeds, online: tuple[Sites, SimulatedSites], clock: MovableClock
) -> None:
    world = online[1].world
    since = datetime.fromisoformat("2026-11-15T12:00:00+00:00")
    newer = [
        one
        for one in world.posts("derpibooru").values()
        if one.first_seen_at > since and one.safe and "pony" in one.tags
    ]
    added = await add(feeds, clock)
    assert added.preflight.newest
    assert added.preflight.unasked == ""
    assert added.preflight.week is not None
    assert abs(added.preflight.week - len(newer)) <= len(newer) // 4 + 1


async def test_a_query_that_nothing_safe_can_match_is_refused_in_a_safe_channel_alone(
    store: Store,
    online: tuple[Sites, SimulatedSites],
    at_work: AtWork,
    feeds: GuildFeeds,
    clock: MovableClock,
) -> None:
    """Rules D1 and D4, fault F25."""
    with pytest.raises(QueryError):
        await add(feeds, clock, query="explicit")
    assert await feeds.of_guild(GUILD) == ()
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, adult=True))
    full = Policies(store, profile=Profile.FULL)
    feeds = GuildFeeds(store, full, online[0], at_work, clock)
    assert (await add(feeds, clock, ADULT, query="explicit")).subscription.adult
    assert not (await add(feeds, clock, ADULT, query="safe, cute")).subscription.adult


async def test_a_server_has_only_so_many_and_none_twice_in_a_channel(
    feeds: GuildFeeds, store: Store, clock: MovableClock
) -> None:
    await add(feeds, clock)
    with pytest.raises(FeedRefusedError, match="same one already"):
        await add(feeds, clock)
    await add(feeds, clock, channel_id=CHANNEL + 1)
    await add(feeds, clock, query="mare")
    with pytest.raises(FeedRefusedError, match="at most 3"):
        await add(feeds, clock, query="cute")
    assert len(await actions(store)) == 3


async def test_a_site_that_is_off_is_refused_and_one_that_is_down_is_not(
    feeds: GuildFeeds,
    store: Store,
    policies: Policies,
    online: tuple[Sites, SimulatedSites],
    clock: MovableClock,
) -> None:
    async with store.write() as tx:
        await tx.denials.site_off("twibooru", by=None)
    policies.forget_switches()
    with pytest.raises(FeedRefusedError, match="switched"):
        await add(feeds, clock, site="twibooru")
    online[1].set_mode("ponybooru", Mode(kind="html200"))
    added = await add(feeds, clock, site="ponybooru")
    assert added.preflight.unasked
    assert added.preflight.week is None


async def test_posts_of_before_come_only_where_wished_for_and_oldest_first(
    feeds: GuildFeeds, store: Store, clock: MovableClock
) -> None:
    await add(feeds, clock, query="mare")
    added = await feeds.add(wish(clock), WHERE, actor_id=BOSS, backfill=3)
    assert added.backfilled == 3
    async with store.read() as tx:
        rows = tuple(reversed(await tx.history.recent(GUILD)))
    assert [row.subscription_id for row in rows] == [added.subscription.id] * 3
    instants = [row.first_seen_at for row in rows]
    assert instants == sorted(instants)
    newest = [post.id for post in added.preflight.newest]
    assert rows[-1].post_id in newest[:3]


async def test_a_schedule_draws_under_the_policy_and_is_next_at_its_local_time(
    feeds: GuildFeeds, store: Store, clock: MovableClock
) -> None:
    """Rule D11."""
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, time_zone="Europe/Vienna"))
    added = await add(
        feeds, clock, kind=FeedKind.RANDOM, site="ponyapi", query="pony", rhythm=Rhythm.DAILY,
        at_minute=18 * 60,
    )  # fmt: skip
    assert len(added.preflight.newest) == 1
    assert added.subscription.next_at == datetime.fromisoformat("2026-11-22T17:00:00+00:00")
    with pytest.raises(FeedRefusedError, match="no picture"):
        await add(
            feeds, clock, kind=FeedKind.RANDOM, site="ponyapi", query="no such tag at all",
            rhythm=Rhythm.HOURLY,
        )  # fmt: skip
    assert (await actions(store))[0][0] == "schedule.add"
    assert (added.zone, added.beside, added.preflight.few) == ("Europe/Vienna", (), None)
    few = await add(
        feeds, clock, kind=FeedKind.RANDOM, query="id:2000000001", rhythm=Rhythm.DAILY
    )  # fmt: skip
    assert (few.beside, few.preflight.few) == ((added.subscription.id,), 1)

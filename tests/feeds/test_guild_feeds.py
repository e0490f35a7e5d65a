"""Changing a server's feeds: checked against the simulated boards, counted, audited, told."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import Mode, SimulatedSites
from bot.feeds.aliases import AliasBook
from bot.feeds.announce import Announcer
from bot.feeds.roster import Roster
from bot.feeds.wishes import FeedRefusedError
from bot.guild_feeds import Added, FeedPart, GuildFeeds, part_of, replace_feeds, retime
from bot.policies import Policies, Where
from bot.query import QueryError
from bot.safety import ChannelFacts, ChannelKind, Profile
from bot.sites import Sites
from bot.store import (
    Announcement,
    FeedKind,
    Guild,
    Pause,
    Rhythm,
    Status,
    Store,
    Subscription,
    Tail,
)
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, MakePost, Owe, Subscribe
from tests.sites.simulated import clients

WHERE = Where(guild_id=GUILD, channel_id=CHANNEL)
ADULT = structs.replace(
    WHERE, facts=ChannelFacts(kind=ChannelKind.TEXT, nsfw=True, guild_available=True)
)
BOSS = 99


class AtWork:
    """Feeds that learn and queue like the real ones, and remember what they were told."""

    def __init__(
        self, store: Store, policies: Policies, sites: Sites, discord: MemoryDiscord
    ) -> None:
        self.roster = Roster(store)
        self.announcer = Announcer(self.roster, policies, discord, SYSTEM_CLOCK)
        self.aliases = AliasBook(sites, store, self.roster, SYSTEM_CLOCK)
        self.told: list[int] = []

    async def changed(self, *subscription_ids: int) -> None:
        self.told += subscription_ids
        await self.roster.changed(*subscription_ids)


@pytest.fixture
async def boards() -> AsyncIterator[tuple[Sites, SimulatedSites]]:
    async with clients() as found:
        yield found


@pytest.fixture
def at_work(
    store: Store,
    policies: Policies,
    boards: tuple[Sites, SimulatedSites],
    discord: MemoryDiscord,
) -> AtWork:
    return AtWork(store, policies, boards[0], discord)


@pytest.fixture
def feeds(
    store: Store,
    policies: Policies,
    boards: tuple[Sites, SimulatedSites],
    at_work: AtWork,
    clock: MovableClock,
) -> GuildFeeds:
    return GuildFeeds(store, policies, boards[0], at_work, clock, most=3)


def wish(clock: MovableClock, **changes: Any) -> Subscription:
    usual: dict[str, Any] = {
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "site": "derpibooru",
        "query": "pony",
        "since": clock.now(),
        "created_at": clock.now(),
    }
    return Subscription(**(usual | changes))


async def add(feeds: GuildFeeds, clock: MovableClock, where: Where = WHERE, **wants: Any) -> Added:
    return await feeds.add(wish(clock, **wants), where, actor_id=BOSS)


async def actions(store: Store) -> list[tuple[str, str]]:
    async with store.read() as tx:
        return [(one.action, one.subject) for one in reversed(await tx.audit.recent(GUILD))]


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
    feeds: GuildFeeds, boards: tuple[Sites, SimulatedSites], clock: MovableClock
) -> None:
    world = boards[1].world
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
    boards: tuple[Sites, SimulatedSites],
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
    feeds = GuildFeeds(store, full, boards[0], at_work, clock)
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
    boards: tuple[Sites, SimulatedSites],
    clock: MovableClock,
) -> None:
    async with store.write() as tx:
        await tx.denials.site_off("twibooru", by=None)
    policies.forget_switches()
    with pytest.raises(FeedRefusedError, match="switched"):
        await add(feeds, clock, site="twibooru")
    boards[1].set_mode("ponybooru", Mode(kind="html200"))
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


async def test_a_change_is_audited_with_what_was_and_what_is(
    feeds: GuildFeeds, store: Store, at_work: AtWork, clock: MovableClock, subscribe: Subscribe
) -> None:
    kept = await subscribe()
    at_work.told.clear()
    changes = {"rhythm": Rhythm.DAILY, "at_minute": 600, "cap": 4, "query": "mare"}
    edited = await feeds.edit(GUILD, kept.id, changes, WHERE, actor_id=BOSS)
    assert edited.after.next_at == datetime.fromisoformat("2026-11-23T10:00:00+00:00")
    assert edited.preflight is not None
    assert at_work.told == [kept.id]
    async with store.read() as tx:
        entry = (await tx.audit.recent(GUILD))[0]
    assert entry.action == "feed.edit"
    assert entry.before == {"query": "pony", "rhythm": None, "at_minute": None, "cap": None}
    assert entry.after == {"query": "mare", "rhythm": "daily", "at_minute": 600, "cap": 4}


async def test_an_edit_that_changes_nothing_is_not_audited(
    feeds: GuildFeeds, store: Store, clock: MovableClock, subscribe: Subscribe
) -> None:
    kept = await subscribe()
    edited = await feeds.edit(GUILD, kept.id, {"cap": None}, WHERE, actor_id=BOSS)
    assert edited.before == edited.after
    assert await actions(store) == []


async def test_nobody_changes_what_another_server_has(
    feeds: GuildFeeds, clock: MovableClock, subscribe: Subscribe
) -> None:
    kept = await subscribe()
    for change in (
        feeds.edit(GUILD + 1, kept.id, {"cap": 1}, WHERE, actor_id=BOSS),
        feeds.pause(GUILD + 1, kept.id, actor_id=BOSS),
        feeds.resume(GUILD + 1, kept.id, WHERE, actor_id=BOSS),
        feeds.remove(GUILD + 1, kept.id, actor_id=BOSS),
    ):
        with pytest.raises(FeedRefusedError, match="no such feed"):
            await change
    assert await feeds.of_guild(GUILD) == (kept,)


async def test_what_waits_for_a_digest_comes_one_by_one_when_there_is_no_digest_any_more(
    feeds: GuildFeeds,
    store: Store,
    clock: MovableClock,
    owe: Owe,
    make_post: MakePost,
    subscribe: Subscribe,
) -> None:
    kept = await subscribe(rhythm=Rhythm.DAILY)
    owed = await owe(kept, make_post(), digest=True)
    await feeds.edit(GUILD, kept.id, {"rhythm": Rhythm.EACH}, WHERE, actor_id=BOSS)
    async with store.read() as tx:
        found = await tx.announcements.get(owed.id)
    assert found is not None
    assert not found.digest


async def test_what_is_owed_moves_with_its_feed_but_not_where_it_is_already(
    feeds: GuildFeeds,
    store: Store,
    clock: MovableClock,
    owe: Owe,
    make_post: MakePost,
    subscribe: Subscribe,
) -> None:
    kept = await subscribe()
    other = await subscribe(channel_id=CHANNEL + 1, query="mare")
    moved = await owe(kept, make_post(7))
    double = await owe(kept, make_post(8))
    await owe(other, make_post(8), status=Status.SENT)
    there = structs.replace(WHERE, channel_id=CHANNEL + 1)
    await feeds.edit(GUILD, kept.id, {"channel_id": CHANNEL + 1}, there, actor_id=BOSS)
    async with store.read() as tx:
        rows: list[Announcement | None] = [
            await tx.announcements.get(one.id) for one in (moved, double)
        ]
    assert [(row.channel_id, row.status) for row in rows if row] == [
        (CHANNEL + 1, Status.QUEUED),
        (CHANNEL, Status.DROPPED),
    ]


async def test_a_pause_by_a_person_leaves_out_what_comes_meanwhile(
    feeds: GuildFeeds, store: Store, clock: MovableClock, subscribe: Subscribe
) -> None:
    kept = await subscribe()
    paused = await feeds.pause(GUILD, kept.id, actor_id=BOSS)
    assert (paused.pause, paused.matches) == (Pause.PERSON, False)
    with pytest.raises(FeedRefusedError, match="already"):
        await feeds.pause(GUILD, kept.id, actor_id=BOSS)
    clock.advance(3600)
    (resumed,) = await feeds.resume(GUILD, kept.id, WHERE, actor_id=BOSS)
    assert resumed.since == clock.now()
    with pytest.raises(FeedRefusedError, match="not paused"):
        await feeds.resume(GUILD, kept.id, WHERE, actor_id=BOSS)
    assert [action for action, _subject in await actions(store)] == ["feed.pause", "feed.resume"]


async def test_a_pause_that_would_end_by_itself_loses_nothing_when_a_person_ends_it(
    feeds: GuildFeeds, store: Store, clock: MovableClock, subscribe: Subscribe
) -> None:
    """Fault F21."""
    kept = await subscribe()
    async with store.write() as tx:
        await tx.subscriptions.pause(kept.id, Pause.NO_ACCESS, retry_at=clock.now())
    clock.advance(3600)
    (resumed,) = await feeds.resume(GUILD, kept.id, WHERE, actor_id=BOSS)
    assert resumed == kept


async def test_a_feed_for_more_than_safe_art_does_not_resume_in_a_safe_channel(
    feeds: GuildFeeds, store: Store, clock: MovableClock, subscribe: Subscribe
) -> None:
    """Fault F25."""
    kept = await subscribe()
    async with store.write() as tx:
        await tx.subscriptions.put(structs.replace(kept, adult=True))
        await tx.subscriptions.pause(kept.id, Pause.AGE)
    with pytest.raises(FeedRefusedError, match="only safe ones"):
        await feeds.resume(GUILD, kept.id, WHERE, actor_id=BOSS)


async def test_a_schedule_that_resumes_late_does_not_make_up_for_it(
    feeds: GuildFeeds, clock: MovableClock
) -> None:
    """Faults F36 and F37."""
    kept = (
        await add(feeds, clock, kind=FeedKind.RANDOM, rhythm=Rhythm.HOURLY, query="")
    ).subscription
    await feeds.pause(GUILD, kept.id, actor_id=BOSS)
    clock.advance(5.5 * 3600)
    (resumed,) = await feeds.resume(GUILD, kept.id, WHERE, actor_id=BOSS)
    assert resumed.next_at == clock.now() + timedelta(minutes=30)


async def test_removing_one_owes_nothing_for_it_any_more(
    feeds: GuildFeeds,
    store: Store,
    at_work: AtWork,
    clock: MovableClock,
    owe: Owe,
    make_post: MakePost,
    subscribe: Subscribe,
) -> None:
    kept = await subscribe()
    owed = await owe(kept, make_post())
    await feeds.remove(GUILD, kept.id, actor_id=BOSS)
    async with store.read() as tx:
        row = await tx.announcements.get(owed.id)
        entry = (await tx.audit.recent(GUILD))[0]
    assert row is not None
    assert row.status is Status.DROPPED
    assert entry.before == {"channel_id": CHANNEL, "site": "derpibooru", "query": "pony"}
    assert at_work.roster.get(kept.id) is None
    assert await feeds.of_guild(GUILD) == ()


async def test_a_new_time_zone_moves_the_times_of_day(
    feeds: GuildFeeds, store: Store, clock: MovableClock, subscribe: Subscribe
) -> None:
    kept = await subscribe(rhythm=Rhythm.DAILY, at_minute=720)
    await subscribe(query="mare")
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, time_zone="America/New_York"))
        assert await retime(tx, GUILD, clock.now()) == (kept.id,)
    assert (await feeds.find(GUILD, kept.id)).next_at == datetime.fromisoformat(
        "2026-11-22T17:00:00+00:00"
    )


async def test_a_file_puts_its_feeds_in_the_place_of_others_and_leaves_equal_ones_alone(
    feeds: GuildFeeds, store: Store, at_work: AtWork, clock: MovableClock, subscribe: Subscribe
) -> None:
    same = await subscribe(since=clock.now() - timedelta(days=3))
    gone = await subscribe(query="mare")
    parts = [part_of(same), FeedPart(channel_id=CHANNEL, site="twibooru", query="cute")]
    wishes = await feeds.read_file(GUILD, parts, lambda _channel: WHERE)
    async with store.write() as tx:
        ids = await replace_feeds(tx, GUILD, wishes, clock.now(), by=BOSS)
    await feeds.work_with(*ids)
    kept, new = await feeds.of_guild(GUILD)
    assert kept == same
    assert (new.query, new.created_by, new.since) == ("cute", BOSS, clock.now())
    assert sorted(at_work.told) == [same.id, gone.id, new.id]


async def test_a_file_with_too_much_or_with_what_may_not_be_is_refused(feeds: GuildFeeds) -> None:
    part = FeedPart(channel_id=CHANNEL, site="derpibooru")
    with pytest.raises(FeedRefusedError, match="at most 3"):
        await feeds.read_file(GUILD, [part] * 4, lambda _channel: WHERE)
    unsafe, unlisted = (
        structs.replace(part, query="explicit"),
        structs.replace(part, site="ponyapi"),
    )
    with pytest.raises(QueryError):
        await feeds.read_file(GUILD, [unsafe], lambda _channel: WHERE)
    with pytest.raises(FeedRefusedError):
        await feeds.read_file(GUILD, [unlisted], lambda _channel: WHERE)


async def test_a_minute_of_every_hour_does_not_become_a_time_of_day(
    feeds: GuildFeeds, clock: MovableClock
) -> None:
    one = (await add(feeds, clock, rhythm=Rhythm.HOURLY, at_minute=30)).subscription
    weekly = await feeds.edit(GUILD, one.id, {"rhythm": Rhythm.WEEKLY}, WHERE, actor_id=BOSS)
    assert weekly.after.at_minute == 12 * 60
    hourly = await feeds.edit(GUILD, one.id, {"rhythm": Rhythm.HOURLY}, WHERE, actor_id=BOSS)
    timed = {"rhythm": Rhythm.DAILY, "at_minute": 90}
    daily = await feeds.edit(GUILD, one.id, timed, WHERE, actor_id=BOSS)
    assert (hourly.after.at_minute, daily.after.at_minute) == (0, 90)

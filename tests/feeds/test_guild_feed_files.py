"""Times and files: a new time zone, and the feeds of a file in the place of others."""

from datetime import datetime, timedelta

import pytest
from msgspec import structs

from bot.feeds.wishes import FeedRefusedError
from bot.guild_feeds import FeedPart, GuildFeeds, part_of, replace_feeds, retime
from bot.query import QueryError
from bot.store import (
    Guild,
    Rhythm,
    Store,
)
from tests.clock import MovableClock
from tests.feeds.changing import BOSS, WHERE, AtWork, add
from tests.feeds.owed import CHANNEL, GUILD, Subscribe


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

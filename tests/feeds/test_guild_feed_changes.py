"""Changing, pausing and removing a server's feeds: audited, and nothing lost."""

from datetime import datetime, timedelta

import pytest
from msgspec import structs

from bot.feeds.wishes import FeedRefusedError
from bot.guild_feeds import GuildFeeds
from bot.store import (
    Announcement,
    FeedKind,
    Pause,
    Rhythm,
    Status,
    Store,
)
from tests.clock import MovableClock
from tests.feeds.changing import BOSS, WHERE, AtWork, actions, add
from tests.feeds.owed import CHANNEL, GUILD, MakePost, Owe, Subscribe


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

"""Subscriptions: kept as they were made, found by place, site and time, paused and resumed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import structs

from bot.store import FeedKind, Pause, Rhythm, Store, Subscription
from tests.clock import MovableClock

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def feed(**values: Any) -> Subscription:
    usual: dict[str, Any] = {
        "guild_id": 1,
        "channel_id": 5,
        "site": "derpibooru",
        "query": "cute",
        "since": NOW,
        "created_at": NOW,
        "created_by": 7,
    }
    return Subscription(**(usual | values))


async def test_come_back_as_they_were_made(store: Store) -> None:
    full = feed(
        rhythm=Rhythm.WEEKLY, at_minute=480, weekday=2, settle=30, min_score=-5, quiet_from=1320,
        quiet_until=360, cap=4, role_id=2**62, forum_tags=(3, 2**61), adult=True, publish=True,
        spoiler=True, template="New: {title}", next_at=NOW + timedelta(days=2),
    )  # fmt: skip
    async with store.write() as tx:
        kept = await tx.subscriptions.add(full)
        schedule = await tx.subscriptions.add(feed(kind=FeedKind.RANDOM, site="ponyapi", query=""))
        assert await tx.subscriptions.get(kept.id) == kept == structs.replace(full, id=kept.id)
        found = await tx.subscriptions.of_guild(1)
        assert found == (kept, schedule)
        assert (type(found[0].rhythm), type(found[0].pause)) == (Rhythm, Pause)
        assert await tx.subscriptions.get(99) is None


async def test_what_a_subscription_is_by_now_replaces_what_it_was(store: Store) -> None:
    async with store.write() as tx:
        kept = await tx.subscriptions.add(feed())
        new = structs.replace(kept, query="solo", cap=2, forum_tags=(9,))
        assert await tx.subscriptions.put(new)
        assert await tx.subscriptions.get(kept.id) == new
        assert not await tx.subscriptions.put(structs.replace(new, id=kept.id + 1))


async def test_a_deleted_id_never_comes_back_and_only_its_server_deletes_it(store: Store) -> None:
    async with store.write() as tx:
        first = await tx.subscriptions.add(feed())
        assert not await tx.subscriptions.remove(2, first.id)
        assert await tx.subscriptions.remove(1, first.id)
        second = await tx.subscriptions.add(feed())
    assert second.id > first.id


async def test_are_found_by_server_channel_site_and_ids(store: Store) -> None:
    async with store.write() as tx:
        here = await tx.subscriptions.add(feed())
        there = await tx.subscriptions.add(feed(channel_id=6, site="twibooru"))
        other = await tx.subscriptions.add(feed(guild_id=2, channel_id=8))
        subscriptions = tx.subscriptions
        assert await subscriptions.all() == (here, there, other)
        assert await subscriptions.of_channel(6) == (there,)
        assert await subscriptions.get_many([here.id, other.id, 77]) == {
            here.id: here,
            other.id: other,
        }
        assert len(await subscriptions.get_many(range(2000))) == 3
        assert await subscriptions.count(1) == 2
        assert await subscriptions.guilds("derpibooru") == (1, 2)


def test_posts_are_matched_for_what_runs_and_for_what_resumes_by_itself() -> None:
    """Fault F21."""
    later = NOW + timedelta(hours=1)
    assert feed().matches
    assert feed(pause=Pause.NO_ACCESS, retry_at=later).matches
    assert not feed(pause=Pause.PERSON).matches
    assert not feed(kind=FeedKind.RANDOM).matches


async def test_ended_periods_come_in_the_order_in_which_they_ended(store: Store) -> None:
    async with store.write() as tx:
        late = await tx.subscriptions.add(feed(next_at=NOW))
        early = await tx.subscriptions.add(feed(next_at=NOW - timedelta(hours=1)))
        await tx.subscriptions.add(feed(next_at=NOW - timedelta(hours=2), pause=Pause.PERSON))
        await tx.subscriptions.add(feed())
        assert await tx.subscriptions.due(NOW) == (early, late)
        assert await tx.subscriptions.due(NOW, limit=1) == (early,)
        assert await tx.subscriptions.advance(early.id, NOW + timedelta(days=1))
        assert await tx.subscriptions.due(NOW) == (late,)


async def test_a_pause_keeps_its_beginning_and_is_retried_when_due(
    store: Store, clock: MovableClock
) -> None:
    async with store.write() as tx:
        kept = await tx.subscriptions.add(feed())
        began = clock.now()
        await tx.subscriptions.pause(
            kept.id, Pause.NO_ACCESS, detail="Embed Links", retry_at=NOW, failures=1
        )
        clock.advance(60)
        later = clock.now() + timedelta(minutes=30)
        await tx.subscriptions.pause(kept.id, Pause.NO_ACCESS, retry_at=later, failures=2)
        paused = await tx.subscriptions.get(kept.id)
        assert paused is not None
        assert (paused.paused_at, paused.retry_at, paused.failures) == (began, later, 2)
        assert await tx.subscriptions.to_retry(clock.now()) == ()
        assert await tx.subscriptions.to_retry(later) == (paused,)


async def test_resuming_leaves_no_trace_of_the_pause_and_says_whether_there_was_one(
    store: Store,
) -> None:
    async with store.write() as tx:
        kept = await tx.subscriptions.add(feed())
        await tx.subscriptions.pause(kept.id, Pause.PERSON)
        assert await tx.subscriptions.resume(kept.id)
        assert await tx.subscriptions.get(kept.id) == kept
        assert not await tx.subscriptions.resume(kept.id)
        await tx.subscriptions.pause(kept.id, Pause.PERSON)
        await tx.subscriptions.resume(kept.id, since=NOW + timedelta(days=3))
        resumed = await tx.subscriptions.get(kept.id)
        assert resumed is not None
        assert resumed.since == NOW + timedelta(days=3)

"""The outbox as people see it: by feed, by post, by day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.store import Announcement, Pause, Status, Store, Subscription, Transaction
from bot.store.announcement_rows import COLUMNS
from bot.store.feed_tables import announcements

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


async def keep(tx: Transaction, *rows: Announcement) -> None:
    """Put announcements into the outbox in the state that they are in."""
    for row in rows:
        values = {column.name: getattr(row, column.name) for column in COLUMNS}
        values["matched"] = "[" + ",".join(map(str, row.matched)) + "]"
        del values["id"]
        await tx.guilds._ensure_place(row.guild_id)
        await tx.connection.execute(insert(announcements).values(values))


def row(post_id: int | None, **values: Any) -> Announcement:
    usual: dict[str, Any] = {
        "guild_id": 1,
        "channel_id": 5,
        "site": "derpibooru",
        "post_id": post_id,
        "subscription_id": 3,
        "matched": (3,),
        "first_seen_at": NOW,
        "created_at": NOW,
        "due_at": NOW,
    }
    return Announcement(**(usual | values))


async def test_the_latest_come_first_and_each_feed_has_what_it_matched(store: Store) -> None:
    async with store.write() as tx:
        await keep(
            tx,
            row(1),
            row(2, subscription_id=1, matched=(1, 3, 31)),
            row(3, subscription_id=13, matched=(13, 31)),
            row(4, subscription_id=1, matched=(1, 13, 3)),
            row(5, guild_id=2),
        )
        recent = tx.history.recent
        assert [one.post_id for one in await recent(1)] == [4, 3, 2, 1]
        assert [one.post_id for one in await recent(1, limit=2)] == [4, 3]
        for feed, posts in ((3, [4, 2, 1]), (13, [4, 3]), (31, [3, 2]), (1, [4, 2]), (2, [])):
            assert [one.post_id for one in await recent(1, subscription_id=feed)] == posts


async def test_what_became_of_a_post_is_found_in_every_channel_of_the_server(store: Store) -> None:
    async with store.write() as tx:
        await keep(
            tx,
            row(1, status=Status.SENT),
            row(1, channel_id=6, status=Status.HIDDEN, rule="D3", reason="why"),
            row(1, channel_id=7, guild_id=2),
            row(1, site="twibooru", channel_id=8),
        )
        found = await tx.history.of_post(1, "derpibooru", 1)
    assert [(one.channel_id, one.status) for one in found] == [(5, Status.SENT), (6, Status.HIDDEN)]


async def test_when_a_feed_last_told_something_counts_whatever_it_shared(store: Store) -> None:
    later = NOW + timedelta(hours=1)
    async with store.write() as tx:
        await keep(
            tx,
            row(1, status=Status.SENT, sent_at=NOW),
            row(2, subscription_id=1, matched=(1, 3), status=Status.REMOVED, sent_at=later),
            row(3, subscription_id=4, matched=(4,), status=Status.HIDDEN),
            row(4, subscription_id=4, matched=(4,)),
            row(5, subscription_id=4, matched=(4,), status=Status.SENDING),
        )
        assert await tx.history.last_told(1) == {3: later, 1: later}
        assert await tx.history.owed(1) == {4: 2}


async def test_days_are_counted_by_when_it_was_sent_or_kept_back(store: Store) -> None:
    yesterday = NOW - timedelta(days=1)
    async with store.write() as tx:
        await keep(
            tx,
            row(1, status=Status.SENT, created_at=yesterday, sent_at=NOW),
            row(2, status=Status.REMOVED, sent_at=NOW + timedelta(minutes=14)),
            row(3, status=Status.HIDDEN, created_at=yesterday),
            row(4, status=Status.DROPPED, created_at=yesterday, subscription_id=9, matched=(9,)),
            row(5, status=Status.TWIN),
            row(6),
            row(7, status=Status.SENT, sent_at=NOW - timedelta(days=9)),
        )
        steps = await tx.history.steps(1, NOW - timedelta(days=2))
        own = await tx.history.steps(1, NOW - timedelta(days=2), subscription_id=9)
    assert [(one.begins, one.announced, one.hidden) for one in steps] == [
        (yesterday, 0, 2),
        (NOW, 2, 0),
    ]
    assert [(one.begins, one.announced, one.hidden) for one in own] == [(yesterday, 0, 1)]


@pytest.mark.parametrize("status", [Status.SENDING, Status.SENT, Status.HIDDEN])
async def test_only_what_nobody_sends_yet_moves_to_another_channel(
    store: Store, status: Status
) -> None:
    async with store.write() as tx:
        await keep(tx, row(1, status=status), row(2), row(None, more=4))
        await tx.history.move(3, 6)
        found = reversed(await tx.history.recent(1))
    assert [one.channel_id for one in found] == [5, 6, 6]


async def test_only_what_waits_for_a_period_is_released(store: Store) -> None:
    async with store.write() as tx:
        feed = await tx.subscriptions.add(
            Subscription(guild_id=1, channel_id=5, site="derpibooru", since=NOW, created_at=NOW)
        )
        owned = {"subscription_id": feed.id, "digest": True}
        await keep(tx, row(1, **owned), row(2, **owned, lead_id=2), row(3, digest=True))
        assert await tx.history.release(feed.id) == 1
        assert [one.digest for one in reversed(await tx.history.recent(1))] == [False, True, True]


async def test_an_operator_sees_how_much_waits(store: Store) -> None:
    async with store.write() as tx:
        for pause in (Pause.NONE, Pause.NO_ACCESS):
            feed = Subscription(
                guild_id=1, channel_id=5, site="derpibooru", pause=pause, since=NOW, created_at=NOW
            )
            await tx.subscriptions.add(feed)
        empty = await tx.history.outbox()
        await keep(tx, row(1), row(2, status=Status.SENDING), row(3, status=Status.ASIDE))
        found = await tx.history.outbox()
    assert (empty.owed, empty.oldest) == (0, None)
    assert (found.feeds, found.paused, found.owed, found.aside) == (2, 1, 2, 1)
    assert found.oldest == NOW

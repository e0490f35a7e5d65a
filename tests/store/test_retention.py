"""What is deleted and when (rule D10, fault F23)."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select

from bot.safety import Action
from bot.store import (
    GRACE,
    Channel,
    Filter,
    Guild,
    SiteFilter,
    Store,
    Subject,
    Subscription,
    Transaction,
)
from bot.store.feed_tables import announcements, notices
from bot.store.retention import _TRACES
from bot.store.tables import metadata
from tests.clock import MovableClock

MEMBER = 987_654_321_987_654_321


async def settle(tx: Transaction, guild_id: int, clock: MovableClock) -> None:
    """Make a server keep something in every table."""
    await tx.guilds.put(Guild(id=guild_id))
    await tx.channels.put(Channel(id=guild_id + 1, guild_id=guild_id, adult=True))
    for channel_id in (None, guild_id + 1):
        await tx.filters.put(
            [
                Filter(
                    guild_id=guild_id,
                    channel_id=channel_id,
                    kind=Action.HIDE,
                    subject=Subject.TAG,
                    expression="secret-spiders",
                    created_by=MEMBER,
                )
            ]
        )
        await tx.site_filters.put(
            SiteFilter(
                guild_id=guild_id,
                channel_id=channel_id,
                site="ponybooru",
                filter_id=1,
                refreshed_at=clock.now(),
                created_by=MEMBER,
            )
        )
    await tx.audit.add(guild_id, "filter.hide", actor_id=MEMBER)
    now = clock.now()
    feed = await tx.subscriptions.add(
        Subscription(
            guild_id=guild_id,
            channel_id=guild_id + 1,
            site="derpibooru",
            query="secret-spiders",
            since=now,
            created_at=now,
            created_by=MEMBER,
        )
    )
    place = {"guild_id": guild_id, "subscription_id": feed.id, "site": feed.site}
    await tx.connection.execute(
        insert(announcements).values(
            **place, channel_id=feed.channel_id, post_id=1, matched="[]", digest=False, more=0,
            status="queued", rule="", reason="", first_seen_at=now, created_at=now, due_at=now,
            attempts=0, form="", shown="", rechecks=0,
        )
    )  # fmt: skip
    await tx.connection.execute(
        insert(notices).values(
            **place, kind="paused", detail="", created_at=now, attempts=0, retry_at=now
        )
    )


async def rows(tx: Transaction) -> dict[str, int]:
    """How many rows each table of servers has."""
    counted = {}
    for table in metadata.sorted_tables:
        above = {key.column.table.name for key in table.foreign_keys}
        if table.name == "guilds" or above & {"guilds", "channels"}:
            found = await tx.connection.execute(select(func.count()).select_from(table))
            counted[table.name] = found.scalar_one()
    return counted


async def test_a_server_is_forgotten_whole_and_others_keep_theirs(
    store: Store, clock: MovableClock
) -> None:
    async with store.write() as tx:
        await settle(tx, 10, clock)
        one = await rows(tx)
        assert min(one.values()) > 0
        await settle(tx, 20, clock)
        assert await tx.retention.forget_guild(10)
        assert not await tx.retention.forget_guild(10)
        assert await rows(tx) == one
        assert len(await tx.filters.of_guild(20)) == 2


async def test_what_was_forgotten_is_not_left_in_the_file(path: Path, clock: MovableClock) -> None:
    async with Store(path, clock) as store:
        async with store.write() as tx:
            await settle(tx, 10, clock)
        async with store.write() as tx:
            await tx.retention.forget_guild(10)
    assert b"secret-spiders" not in path.read_bytes()
    assert [file.name for file in path.parent.iterdir()] == [path.name]


async def test_a_channel_is_forgotten_with_its_rules(store: Store, clock: MovableClock) -> None:
    async with store.write() as tx:
        await settle(tx, 10, clock)
        assert await tx.retention.forget_channel(11)
        assert not await tx.retention.forget_channel(11)
        assert [rule.channel_id for rule in await tx.filters.of_guild(10)] == [None]
        assert [rule.channel_id for rule in await tx.site_filters.of_guild(10)] == [None]


async def test_a_member_is_forgotten_everywhere_and_what_they_set_up_stays(
    path: Path, clock: MovableClock
) -> None:
    async with Store(path, clock) as store, store.write() as tx:
        await settle(tx, 10, clock)
        await tx.denials.opt_out("artist:somepony", by=MEMBER)
        await tx.audit.add(10, "other", actor_id=5)
        before = await rows(tx)
        assert await tx.retention.forget_user(MEMBER) == 7
        assert await tx.retention.forget_user(MEMBER) == 0
        assert await rows(tx) == before
        assert [entry.actor_id for entry in await tx.audit.recent(10)] == [5, None]
    with closing(sqlite3.connect(path)) as connection:
        assert str(MEMBER) not in "".join(connection.iterdump())


def test_every_column_with_a_member_is_among_those_that_are_emptied() -> None:
    named = {
        column
        for table in metadata.sorted_tables
        for column in table.columns
        if column.name in {"actor_id", "created_by", "user_id", "member_id"}
    }
    assert named == set(_TRACES)
    assert all(column.nullable for column in named)


async def test_a_removed_server_goes_after_its_grace(store: Store, clock: MovableClock) -> None:
    async with store.write() as tx:
        await settle(tx, 10, clock)
        await settle(tx, 20, clock)
        await tx.retention.left(10)
        clock.advance(GRACE.total_seconds() - 1)
        # Told again, for instance by the next READY, it does not begin anew.
        await tx.retention.left(10)
        assert await tx.retention.forget_due() == ()
        clock.advance(1)
        assert await tx.retention.forget_due() == (10,)
        assert await tx.retention.forget_due() == ()
        assert await tx.filters.of_guild(10) == ()
        assert len(await tx.filters.of_guild(20)) == 2


async def test_a_server_that_comes_back_within_its_grace_keeps_all(
    store: Store, clock: MovableClock
) -> None:
    async with store.write() as tx:
        await settle(tx, 10, clock)
        await tx.retention.left(10)
        clock.advance(60)
        await tx.retention.joined(10)
        clock.advance(2 * GRACE.total_seconds())
        assert await tx.retention.forget_due() == ()
        assert len(await tx.filters.of_guild(10)) == 2


async def test_settings_changed_during_the_grace_do_not_end_it(
    store: Store, clock: MovableClock
) -> None:
    async with store.write() as tx:
        await settle(tx, 10, clock)
        await tx.retention.left(10)
        await tx.guilds.put(Guild(id=10, language="de"))
        await tx.audit.add(10, "late", actor_id=None)
        clock.advance(GRACE.total_seconds())
        assert await tx.retention.forget_due() == (10,)


async def test_ready_finds_what_was_removed_while_we_were_away(
    store: Store, clock: MovableClock
) -> None:
    """An unavailable server is named in READY too, so that an outage removes nothing."""
    async with store.write() as tx:
        for guild_id in (10, 20, 30):
            await settle(tx, guild_id, clock)
        assert await tx.retention.reconcile({10, 20, 99}) == (30,)
        assert await tx.retention.reconcile({10, 99}) == (20,)
        assert await tx.retention.reconcile({10, 20}) == ()
        assert await tx.retention.forget_due(timedelta(0)) == (30,)


async def test_a_shard_judges_its_own_servers_alone(store: Store, clock: MovableClock) -> None:
    first, second = 4 << 22, 5 << 22
    async with store.write() as tx:
        await settle(tx, first, clock)
        await settle(tx, second, clock)
        assert await tx.retention.reconcile((), shard_id=1, shard_count=2) == (second,)
        assert await tx.retention.reconcile((), shard_id=0, shard_count=2) == (first,)


@pytest.mark.parametrize("guild_id", [0, 2**63 - 1])
async def test_forgetting_what_was_never_kept_is_no_error(store: Store, guild_id: int) -> None:
    async with store.write() as tx:
        await tx.retention.left(guild_id)
        await tx.retention.joined(guild_id)
        assert not await tx.retention.forget_guild(guild_id)

"""What followers are owed is kept with its message, and goes with it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from bot.store import Announcement, Publication, Status, Store, Subscription
from bot.store.feed_tables import publications
from tests.clock import MovableClock

GUILD, CHANNEL, OTHER = 11, 21, 22


@pytest.fixture
async def sent(store: Store, clock: MovableClock) -> list[int]:
    """Announcements that were sent, the first two in one message, the last elsewhere."""
    now = clock.now()
    async with store.write() as tx:
        wish = await tx.subscriptions.add(
            Subscription(
                guild_id=GUILD, channel_id=CHANNEL, site="derpibooru", since=now, created_at=now
            )
        )
        await tx.announcements.add(
            Announcement(
                guild_id=GUILD, channel_id=OTHER if post == 4 else CHANNEL, site="derpibooru",
                post_id=post, subscription_id=wish.id, status=Status.SENT, first_seen_at=now,
                created_at=now, due_at=now, lead_id=1 if post < 3 else None,
            )
            for post in (1, 2, 3, 4)
        )  # fmt: skip
    return [1, 2, 3, 4]


async def test_a_message_is_owed_once_and_the_longest_owed_comes_first(
    store: Store, clock: MovableClock, sent: list[int]
) -> None:
    async with store.write() as tx:
        for ids in (sent[3:], sent[2:3], sent[:2], sent[:2]):
            await tx.publications.owe(ids)
    async with store.read() as tx:
        assert await tx.publications.due_channels() == ((GUILD, CHANNEL), (GUILD, OTHER))
        assert await tx.publications.head(CHANNEL) == Publication(1, 1)
    async with store.write() as tx:
        await tx.publications.postpone(1, clock.now() + timedelta(minutes=1))
        assert await tx.publications.head(CHANNEL) == Publication(3, 3)
        await tx.publications.end(3)
        assert await tx.publications.head(CHANNEL) is None
    clock.advance(60)
    async with store.read() as tx:
        assert await tx.publications.head(CHANNEL) == Publication(1, 1)


async def test_one_whose_first_post_is_forgotten_is_known_by_the_next(
    store: Store, sent: list[int]
) -> None:
    async with store.write() as tx:
        await tx.announcements.forget(sent[0])
        await tx.publications.owe(sent[1:2])
        assert await tx.publications.head(CHANNEL) == Publication(2, 1)
        assert [row.id for row in await tx.rechecks.standing(1)] == [2]


async def test_what_is_forgotten_is_owed_to_nobody(store: Store, sent: list[int]) -> None:
    """Rule D10."""
    async with store.write() as tx:
        await tx.publications.owe(sent[2:3])
        await tx.publications.owe(sent[3:])
        await tx.announcements.forget(sent[2])
        assert await tx.publications.head(CHANNEL) is None
        await tx.retention.forget_guild(GUILD)
        assert (await tx.connection.execute(select(publications))).all() == []

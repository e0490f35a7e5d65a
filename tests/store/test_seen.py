"""What the tails saw is kept once, and for as long as it is needed."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy.exc import IntegrityError

from bot.posts.model import Location, Post
from bot.store import (
    Announcement,
    Pending,
    SeenPost,
    Status,
    Store,
    Subscription,
    Tail,
    Transaction,
    Waiting,
)
from bot.store.posts import KEEP_PICTURES, KEEP_SEEN
from tests.clock import MovableClock

SITE = "derpibooru"


def a_post(post_id: int, at: datetime, **changes: Any) -> Post:
    post = Post(
        site=SITE,
        id=post_id,
        page_url=f"https://derpibooru.org/images/{post_id}",
        media_hosts=frozenset({"derpicdn.net"}),
        tags=("safe", "artist:é"),
        first_seen_at=at,
        representations={"full": "https://derpicdn.net/1"},
        locations=(Location("twibooru", 3, "https://twibooru.org/3"),),
        score=None,
    )
    return structs.replace(post, **changes)


def seen(post_id: int, at: datetime, **changes: Any) -> SeenPost:
    row = SeenPost(site=SITE, id=post_id, first_seen_at=at, seen_at=at)
    return structs.replace(row, **changes)


async def owe(tx: Transaction, post_id: int, **changes: Any) -> None:
    now = tx.posts._now()
    wish = await tx.subscriptions.add(
        Subscription(guild_id=1, channel_id=5, site=SITE, since=now, created_at=now)
    )
    row = Announcement(
        guild_id=1,
        channel_id=5,
        site=SITE,
        post_id=post_id,
        subscription_id=wish.id,
        matched=(wish.id,),
        first_seen_at=now,
        created_at=now,
        due_at=now,
    )
    await tx.announcements.add([structs.replace(row, **changes)])


class TestTails:
    async def test_come_back_as_they_were_put(self, store: Store, clock: MovableClock) -> None:
        tail = Tail(
            site=SITE,
            cursor=clock.now(),
            updated_cursor=clock.now() - timedelta(hours=1),
            failing_since=clock.now(),
            outage_told=True,
        )
        other = structs.replace(tail, site="twibooru", failing_since=None)
        async with store.write() as tx:
            assert await tx.tails.get(SITE) is None
            await tx.tails.put(structs.replace(tail, cursor=tail.updated_cursor))
            await tx.tails.put(tail)
            await tx.tails.put(other)
            assert await tx.tails.get(SITE) == tail
            assert await tx.tails.all() == (tail, other)

    async def test_a_new_subscription_begins_where_the_site_was_read_to(
        self, store: Store, clock: MovableClock
    ) -> None:
        """Unless that was long ago, or by a clock that is ahead (faults, design 1; F39)."""
        now = clock.now()
        second = timedelta(seconds=1)
        expected = {
            now - 40 * second: now - 40 * second,
            now + 40 * second: now,
            now - timedelta(days=9): now - timedelta(minutes=5),
        }
        async with store.write() as tx:
            assert await tx.tails.beginning(SITE) == now
            for cursor, beginning in expected.items():
                await tx.tails.put(Tail(site=SITE, cursor=cursor, updated_cursor=cursor))
                assert await tx.tails.beginning(SITE) == beginning


class TestPosts:
    async def test_are_known_once_seen_and_stay_as_they_were(
        self, store: Store, clock: MovableClock
    ) -> None:
        now = clock.now()
        ids = range(1, 1201)
        async with store.write() as tx:
            await tx.posts.saw(seen(post_id, now) for post_id in ids)
            await tx.posts.saw([seen(7, now + timedelta(days=1))])
            assert await tx.posts.known(SITE, [*ids, 5000]) == set(ids)
            assert await tx.posts.known("twibooru", [7]) == set()
            assert await tx.posts.body(SITE, 7) == seen(7, now)
            assert await tx.posts.body(SITE, 5000) is None

    async def test_a_body_comes_back_exactly(self, store: Store, clock: MovableClock) -> None:
        now = clock.now()
        post = a_post(7, now - timedelta(hours=1))
        async with store.write() as tx:
            await tx.posts.saw([seen(7, now - timedelta(minutes=1))])
            await tx.posts.keep_body(post, now)
            kept = await tx.posts.body(SITE, 7)
            assert kept == seen(7, now - timedelta(minutes=1), post=post, read_at=now)
            assert (await tx.posts.seen(SITE, [7]))[7].post is None

    async def test_one_that_nobody_saw_counts_as_seen_when_its_body_is_kept(
        self, store: Store, clock: MovableClock
    ) -> None:
        now = clock.now()
        old, timeless = a_post(7, now - timedelta(days=999)), a_post(8, now, first_seen_at=None)
        async with store.write() as tx:
            for post in (old, timeless):
                await tx.posts.keep_body(post, now)
            found = await tx.posts.seen(SITE, [7, 8])
        assert found[7] == seen(7, now - timedelta(days=999), seen_at=now)
        assert found[8] == seen(8, now)

    async def test_a_body_that_an_older_version_wrote_is_read_anew(
        self, store: Store, clock: MovableClock
    ) -> None:
        async with store.write() as tx:
            await tx.posts.keep_body(a_post(7, clock.now()), clock.now())
            await tx.connection.exec_driver_sql("UPDATE posts SET body = X'81A161'")
            kept = await tx.posts.body(SITE, 7)
        assert kept is not None
        assert (kept.post, kept.read_at) == (None, None)

    async def test_pictures_belong_to_posts_that_were_seen(
        self, store: Store, clock: MovableClock
    ) -> None:
        post = a_post(7, clock.now())
        async with store.write() as tx:
            await tx.posts.keep_body(post, clock.now())
            await tx.posts.keep_pictures(post, {"sha512:a", "derpibooru:7"})
            await tx.posts.keep_pictures(post, {"sha512:a"})
        with pytest.raises(IntegrityError):
            async with store.write() as tx:
                await tx.posts.keep_pictures(a_post(8, clock.now()), {"sha512:a"})

    async def test_an_edit_changes_the_bodies_that_are_kept_and_hurries_after_care(
        self, store: Store, clock: MovableClock
    ) -> None:
        """Reference: safety, 3.8."""
        now = clock.now()
        later = now + timedelta(hours=1)
        async with store.write() as tx:
            for post_id in (1, 2, 3):
                await tx.posts.saw([seen(post_id, now)])
                sent = Status.SENT if post_id < 3 else Status.QUEUED
                recheck_at = {1: later, 2: None, 3: None}[post_id]
                await owe(tx, post_id, status=sent, recheck_at=recheck_at)
            await tx.posts.keep_body(a_post(1, now), now)
            new = [a_post(post_id, now, tags=("explicit",)) for post_id in (1, 2)]
            clock.advance(60)
            await tx.posts.edited(new, clock.now())
            await tx.posts.edited([], clock.now())
            kept = await tx.posts.bodies(SITE, [1, 2])
            assert kept[1] == seen(1, now, post=new[0], read_at=clock.now())
            assert kept[2].post is None
            rows = {row.post_id: row for row in await tx.announcements.of_posts(SITE, {1, 2, 3})}
            assert rows[1].recheck_at == clock.now()
            assert rows[2].recheck_at is None
            assert rows[3].recheck_at is None


class TestForgetting:
    async def test_what_was_seen_goes_when_nothing_can_bring_it_back(
        self, store: Store, clock: MovableClock
    ) -> None:
        now = clock.now()
        async with store.write() as tx:
            for post_id in range(1, 6):
                await tx.posts.saw([seen(post_id, now)])
            await owe(tx, 2)
            await owe(tx, 3, status=Status.SENT, recheck_at=now + timedelta(hours=1))
            await owe(tx, 5, status=Status.SENT)
            await tx.posts.keep_pictures(a_post(5, now), {"sha512:a"})
            await tx.tails.put(Tail(site=SITE, cursor=now, updated_cursor=now))
        clock.advance(KEEP_SEEN.total_seconds() + 60)
        late = Pending(
            site=SITE, post_id=4, reason=Waiting.VOTES, due_at=clock.now() - timedelta(days=1)
        )
        async with store.write() as tx:
            await tx.pending.put([late])
            # The site shows nothing newer: its list may still bring them (F39).
            assert await tx.posts.forget_old() == 0
            cursor = clock.now()
            await tx.tails.put(Tail(site=SITE, cursor=cursor, updated_cursor=cursor))
            assert await tx.posts.forget_old() == 1
            assert await tx.posts.known(SITE, range(9)) == {2, 3, 4, 5}
        clock.advance(KEEP_PICTURES.total_seconds())
        async with store.write() as tx:
            cursor = clock.now()
            await tx.tails.put(Tail(site=SITE, cursor=cursor, updated_cursor=cursor))
            await tx.posts.forget_old()
            # Nobody has looked at what waits for longer than anything may.
            assert await tx.posts.known(SITE, range(9)) == {2, 3}

    async def test_what_a_post_said_goes_when_nothing_is_owed_of_it(
        self, store: Store, clock: MovableClock
    ) -> None:
        now = clock.now()
        async with store.write() as tx:
            for post_id in (1, 2, 3, 4):
                await tx.posts.keep_body(a_post(post_id, now), now)
            await owe(tx, 1)
            await owe(tx, 2, status=Status.SENT, recheck_at=now)
            await owe(tx, 4, status=Status.SENT)
            await tx.pending.put([Pending(site=SITE, post_id=3, reason=Waiting.VOTES, due_at=now)])
            assert await tx.posts.forget_old() == 1
            kept = await tx.posts.bodies(SITE, range(9))
        assert {post_id for post_id, row in kept.items() if row.post is not None} == {1, 2, 3}
        assert kept[4] == seen(4, now)

    async def test_a_little_goes_at_a_time(self, store: Store, clock: MovableClock) -> None:
        async with store.write() as tx:
            await tx.posts.saw(seen(post_id, clock.now()) for post_id in range(50))
        clock.advance(2 * KEEP_SEEN.total_seconds())
        async with store.write() as tx:
            assert [await tx.posts.forget_old(limit=20) for _turn in range(4)] == [20, 20, 10, 0]


class TestPending:
    async def test_come_when_they_are_due_the_longest_due_first(
        self, store: Store, clock: MovableClock
    ) -> None:
        now = clock.now()
        rows = [
            Pending(
                site=SITE,
                post_id=post_id,
                reason=Waiting.ANSWER,
                due_at=now + timedelta(minutes=minutes),
                tries=post_id,
            )
            for post_id, minutes in ((1, 0), (2, -5), (3, 1), (4, -1))
        ]
        async with store.write() as tx:
            await tx.posts.saw(seen(post_id, now) for post_id in range(1, 5))
            await tx.pending.put(rows)
            assert await tx.pending.due(SITE, now, limit=9) == (rows[1], rows[3], rows[0])
            assert await tx.pending.due(SITE, now, limit=1) == (rows[1],)
            assert await tx.pending.due("twibooru", now, limit=9) == ()
            changed = structs.replace(rows[1], reason=Waiting.VOTES, due_at=now, tries=9)
            await tx.pending.put([changed])
            assert await tx.pending.of(SITE, [2, 3, 99]) == {2: changed, 3: rows[2]}
            await tx.pending.remove(SITE, [1, 4, 99])
            assert await tx.pending.count(SITE) == 2

    async def test_no_post_waits_that_was_not_seen(self, store: Store, clock: MovableClock) -> None:
        row = Pending(site=SITE, post_id=1, reason=Waiting.VOTES, due_at=clock.now())
        with pytest.raises(IntegrityError):
            async with store.write() as tx:
                await tx.pending.put([row])


async def test_aliases_are_kept_as_they_were_last_looked_up(
    store: Store, clock: MovableClock
) -> None:
    now = clock.now()
    async with store.write() as tx:
        await tx.aliases.put(SITE, {"aj": "applejack", "pony": "pony"}, now)
        await tx.aliases.put("twibooru", {"aj": "another"}, now)
        clock.advance(60)
        await tx.aliases.put(SITE, {"pony": "ponies"}, clock.now())
        assert await tx.aliases.of_site(SITE) == {"aj": "applejack", "pony": "ponies"}
        assert await tx.aliases.refreshed_before(SITE, clock.now(), limit=9) == ("aj",)
        await tx.aliases.remove(SITE, ["aj", "nothing"])
        assert await tx.aliases.of_site(SITE) == {"pony": "ponies"}
        assert await tx.aliases.of_site("twibooru") == {"aj": "another"}

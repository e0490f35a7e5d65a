"""The outbox: what comes in, what is folded, gathered, handed on and forgotten."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from msgspec import structs

from bot.posts.model import Post
from bot.store import Announcement, Rhythm, Status, Store, Subscription
from bot.store.announcements import FORGOTTEN, KEPT, KEPT_UNSENT
from tests.clock import MovableClock

GUILD, CHANNEL = 1, 5
START = datetime.fromisoformat("2026-11-22T12:00:00+00:00")


def owed(post_id: int | None, subscription_id: int, **changes: Any) -> Announcement:
    """Return an announcement that came at minute `post_id`."""
    came = START + timedelta(minutes=post_id or 0)
    made = Announcement(
        guild_id=GUILD,
        channel_id=CHANNEL,
        site="derpibooru",
        post_id=post_id,
        subscription_id=subscription_id,
        matched=(subscription_id,),
        first_seen_at=came,
        created_at=START,
        due_at=START,
    )
    return structs.replace(made, **changes)


async def subscribe(store: Store, **changes: Any) -> int:
    wish = Subscription(
        guild_id=GUILD, channel_id=CHANNEL, site="derpibooru", since=START, created_at=START
    )
    async with store.write() as tx:
        return (await tx.subscriptions.add(structs.replace(wish, **changes))).id


async def add(store: Store, *rows: Announcement) -> None:
    async with store.write() as tx:
        await tx.announcements.add(rows)


async def everything(store: Store) -> tuple[Announcement, ...]:
    """Return all there is: the ids are counted, and tests make few."""
    async with store.read() as tx:
        found = [await tx.announcements.get(number) for number in range(1, 60)]
    return tuple(one for one in found if one is not None)


def statuses(rows: Sequence[Announcement]) -> list[tuple[int | None, str]]:
    return [(row.post_id, row.status.value) for row in rows]


async def test_an_announcement_comes_back_as_it_was_put(store: Store) -> None:
    feed = await subscribe(store)
    row = owed(
        7, feed, matched=(feed, 99), digest=True, more=3, status=Status.HIDDEN, rule="D3",
        reason="never", lead_id=4, message_id=2**62, form="embed", shown="abc", rechecks=2,
    )  # fmt: skip
    await add(store, row)
    (found,) = await everything(store)
    assert found == structs.replace(row, id=found.id)
    assert type(found.status) is Status
    assert found.key == "derpibooru:7"


async def test_a_channel_has_one_announcement_of_a_post(store: Store) -> None:
    feed = await subscribe(store)
    await add(store, owed(7, feed), owed(7, feed, channel_id=6), owed(7, feed, site="twibooru"))
    await add(store, owed(7, feed, status=Status.HIDDEN), owed(None, feed), owed(None, feed))
    assert statuses(await everything(store)) == [(7, "queued")] * 3 + [(None, "queued")] * 2
    async with store.read() as tx:
        found = await tx.announcements.of_channel(6, "derpibooru", 7)
        assert found is not None
        assert found.channel_id == 6
        assert await tx.announcements.of_channel(6, "derpibooru", 8) is None
        assert len(await tx.announcements.of_posts("derpibooru", range(2000))) == 2


async def test_the_newest_up_to_the_cap_stay_and_the_rest_is_counted_at_the_end(
    store: Store,
) -> None:
    """Fault F38."""
    feed, other = await subscribe(store), await subscribe(store)
    await add(store, *(owed(number, feed) for number in (5, 1, 4, 2, 3)), owed(9, other))
    async with store.write() as tx:
        assert await tx.announcements.longest_queues({feed, other}, 3) == (feed,)
        assert await tx.announcements.fold(feed, 3) == 2
        assert await tx.announcements.longest_queues({feed, other}, 3) == ()
        assert await tx.announcements.fold(feed, 3) == 0
    rows = await everything(store)
    assert statuses(rows[:5]) == [
        (5, "queued"), (1, "folded"), (4, "queued"), (2, "folded"), (3, "queued")
    ]  # fmt: skip
    assert (rows[-1].post_id, rows[-1].more, rows[-1].matched) == (None, 2, (feed,))
    assert rows[-1].id > rows[-2].id


async def test_what_is_counted_later_joins_the_word_that_was_not_told_yet(store: Store) -> None:
    feed = await subscribe(store)
    await add(store, *(owed(number, feed) for number in range(1, 5)))
    async with store.write() as tx:
        await tx.announcements.fold(feed, 3)
    await add(store, owed(5, feed), owed(6, feed))
    async with store.write() as tx:
        await tx.announcements.fold(feed, 3)
    words = [row for row in await everything(store) if row.post_id is None]
    assert [word.more for word in words] == [3]
    assert words[0].id == max(row.id for row in await everything(store))


async def test_a_count_that_is_on_its_way_is_not_touched(store: Store) -> None:
    feed = await subscribe(store)
    await add(store, owed(None, feed, more=7, status=Status.SENDING, sending_at=START))
    await add(store, *(owed(number, feed) for number in range(1, 5)))
    async with store.write() as tx:
        await tx.announcements.fold(feed, 3)
    assert [row.more for row in await everything(store) if row.post_id is None] == [7, 1]


async def test_neither_what_is_on_its_way_nor_a_digest_is_folded(store: Store) -> None:
    feed = await subscribe(store)
    await add(
        store,
        owed(1, feed, status=Status.SENDING, sending_at=START),
        owed(2, feed, digest=True),
        owed(3, feed),
    )
    async with store.write() as tx:
        assert await tx.announcements.fold(feed, 1) == 0


async def test_a_digest_shows_the_newest_oldest_first_and_counts_the_rest(store: Store) -> None:
    feed = await subscribe(store, rhythm=Rhythm.DAILY)
    await add(store, *(owed(number, feed, digest=True) for number in (3, 1, 2, 5, 4)))
    async with store.write() as tx:
        lead = await tx.announcements.close_digest(feed, 3)
        assert await tx.announcements.close_digest(feed + 1, 3) is None
    rows = {row.post_id: row for row in await everything(store)}
    assert lead == rows[3].id
    assert {post for post, row in rows.items() if row.lead_id == lead} == {3, 4, 5}
    assert [rows[number].status for number in (1, 2)] == [Status.FOLDED] * 2
    assert [rows[number].more for number in (3, 4, 5)] == [2, 0, 0]


async def test_a_digest_that_was_not_sent_becomes_part_of_the_next(
    store: Store, clock: MovableClock
) -> None:
    """No burst after downtime (faults F36-F37)."""
    feed = await subscribe(store, rhythm=Rhythm.HOURLY)
    await add(store, *(owed(number, feed, digest=True) for number in range(1, 5)))
    async with store.write() as tx:
        await tx.announcements.close_digest(feed, 3)
    await add(store, *(owed(number, feed, digest=True) for number in (6, 7)))
    clock.advance(3600)
    async with store.write() as tx:
        lead = await tx.announcements.close_digest(feed, 3)
    rows = {row.post_id: row for row in await everything(store)}
    assert {post for post, row in rows.items() if row.lead_id == lead} == {4, 6, 7}
    assert rows[4].more == 3
    assert {row.due_at for row in rows.values() if row.lead_id == lead} == {clock.now()}
    assert sum(row.more for row in rows.values()) == 3


async def test_a_digest_whose_first_post_was_dropped_keeps_its_count(store: Store) -> None:
    feed = await subscribe(store, rhythm=Rhythm.HOURLY)
    await add(
        store,
        owed(1, feed, digest=True, lead_id=1, more=9, status=Status.DROPPED),
        owed(2, feed, digest=True, lead_id=1),
    )
    async with store.write() as tx:
        assert await tx.announcements.close_digest(feed, 3) == 2
    assert [row.more for row in await everything(store)] == [0, 9]


async def test_a_digest_that_is_on_its_way_stays_whole(store: Store) -> None:
    feed = await subscribe(store, rhythm=Rhythm.HOURLY)
    await add(
        store,
        owed(1, feed, digest=True, lead_id=1, status=Status.SENDING, sending_at=START),
        owed(2, feed, digest=True, lead_id=1),
        owed(3, feed, digest=True),
    )
    async with store.write() as tx:
        assert await tx.announcements.close_digest(feed, 3) == 3
    assert [row.lead_id for row in await everything(store)] == [1, 1, 3]


async def test_what_another_feed_of_the_channel_wants_is_owed_for_that_one(store: Store) -> None:
    """A removed subscription's announcements go with it, but for those that others want too."""
    gone = await subscribe(store)
    daily = await subscribe(store, rhythm=Rhythm.DAILY)
    each = await subscribe(store)
    elsewhere = await subscribe(store, channel_id=6)
    await add(
        store,
        owed(1, gone),
        owed(2, gone, matched=(gone, daily)),
        owed(3, gone, matched=(gone, daily, each), lead_id=1, more=4),
        owed(4, gone, matched=(gone, elsewhere, 4711)),
        owed(5, gone, status=Status.SENDING),
        owed(6, gone, status=Status.SENT),
        owed(None, gone, more=3, matched=(gone, each)),
        owed(7, each),
    )
    async with store.write() as tx:
        assert await tx.announcements.drop_queued(gone, "feed", "removed") == 3
    rows = {row.post_id: row for row in await everything(store)}
    assert (rows[1].status, rows[1].rule, rows[1].reason) == (Status.DROPPED, "feed", "removed")
    assert (rows[2].subscription_id, rows[2].digest, rows[2].matched) == (daily, True, (daily,))
    assert (rows[3].subscription_id, rows[3].digest) == (each, False)
    assert (rows[3].lead_id, rows[3].more, rows[3].status) == (None, 0, Status.QUEUED)
    assert {rows[4].status, rows[None].status} == {Status.DROPPED}
    assert (rows[5].status, rows[6].status) == (Status.SENDING, Status.SENT)
    assert (rows[7].subscription_id, rows[7].status) == (each, Status.QUEUED)


async def test_the_same_picture_comes_from_another_post_where_the_first_is_not_announced(
    store: Store, clock: MovableClock
) -> None:
    feed = await subscribe(store)
    twin = {"status": Status.TWIN, "rule": "one picture once", "reason": "derpibooru:7"}
    await add(
        store,
        owed(7, feed, status=Status.DROPPED),
        owed(20, feed, site="twibooru", **twin),
        owed(10, feed, site="ponybooru", **twin),
        owed(10, feed, site="ponybooru", channel_id=6, **twin),
    )
    clock.advance(60)
    async with store.write() as tx:
        assert await tx.announcements.release_twins(1) is True
        assert await tx.announcements.release_twins(1) is False
        assert await tx.announcements.release_twins(4711) is False
    _dropped, later, sooner, other = await everything(store)
    assert (sooner.status, sooner.reason, sooner.due_at) == (Status.QUEUED, "", clock.now())
    assert (later.status, later.reason) == (Status.TWIN, "ponybooru:10")
    assert other.status is Status.TWIN


async def test_what_is_over_for_long_is_forgotten_and_nothing_else(
    store: Store, clock: MovableClock
) -> None:
    feed = await subscribe(store)
    came = {Status.SENT, Status.ASIDE, Status.REMOVED}
    for number, status in enumerate(Status):
        sent_at = START + timedelta(days=70) if status in came else None
        base = {"status": status, "channel_id": number}
        await add(
            store,
            owed(1, feed, **base),
            owed(2, feed, sent_at=sent_at, **base),
            owed(3, feed, recheck_at=START, **base),
            owed(4, feed, created_at=START + KEPT, **base),
        )
    kept: dict[Status, list[list[int | None]]] = {status: [] for status in Status}
    for age in (KEPT_UNSENT, KEPT, KEPT + timedelta(days=15)):
        clock.advance((START + age - clock.now()).total_seconds() + 60)
        async with store.write() as tx:
            await tx.announcements.forget_old()
        rows = await everything(store)
        for status in Status:
            kept[status].append([row.post_id for row in rows if row.status is status])
    for status, found in kept.items():
        if status in {Status.QUEUED, Status.SENDING}:
            assert found == [[1, 2, 3, 4]] * 3
        elif status in came:
            assert found == [[1, 2, 3, 4], [2, 3, 4], [3, 4]]
        else:
            assert found == [[3, 4]] * 3


async def test_old_ones_are_deleted_a_bounded_number_at_a_time(
    store: Store, clock: MovableClock
) -> None:
    feed = await subscribe(store)
    rows = [owed(number, feed, status=Status.HIDDEN) for number in range(FORGOTTEN + 3)]
    await add(store, *rows)
    clock.advance(KEPT.total_seconds() + 60)
    async with store.write() as tx:
        assert await tx.announcements.forget_old() == FORGOTTEN
        assert await tx.announcements.forget_old() == 3
        assert await tx.announcements.forget_old() == 0


async def test_pictures_are_found_with_what_became_of_them(
    store: Store, clock: MovableClock
) -> None:
    feed = await subscribe(store)
    await add(
        store,
        owed(7, feed, status=Status.SENT),
        owed(7, feed, channel_id=6, status=Status.HIDDEN),
        owed(7, feed, channel_id=8),
        owed(9, feed, site="twibooru", status=Status.TWIN),
    )
    async with store.write() as tx:
        for site, post_id in (("derpibooru", 7), ("twibooru", 9)):
            post = Post(site=site, id=post_id, page_url="", media_hosts=frozenset(), tags=("safe",))
            await tx.posts.keep_body(post, clock.now())
            await tx.posts.keep_pictures(post, {"sha512:a", f"{site}:{post_id}"})
        found = await tx.announcements.of_pictures({"sha512:a", "sha512:b"})
        here = await tx.announcements.of_pictures({"sha512:a", "twibooru:9"}, channel_id=CHANNEL)
        sharing = await tx.announcements.sharing({"sha512:a", "twibooru:9", "x"})
    assert [(one.announcement.channel_id, one.announcement.key) for one in found] == [
        (CHANNEL, "derpibooru:7"), (8, "derpibooru:7"), (CHANNEL, "twibooru:9")
    ]  # fmt: skip
    assert [(one.identity, one.announcement.key) for one in here] == [
        ("sha512:a", "derpibooru:7"), ("sha512:a", "twibooru:9"), ("twibooru:9", "twibooru:9")
    ]  # fmt: skip
    assert sharing == {
        "sha512:a": {("derpibooru", 7), ("twibooru", 9)}, "twibooru:9": {("twibooru", 9)}
    }  # fmt: skip


async def test_a_subscription_is_owed_something_until_it_arrived(store: Store) -> None:
    feeds = {status: await subscribe(store) for status in Status}
    await add(store, *(owed(feed, feed, status=status) for status, feed in feeds.items()))
    async with store.read() as tx:
        waiting = {status for status in Status if await tx.announcements.is_owed(feeds[status])}
    assert waiting == {Status.QUEUED, Status.SENDING}

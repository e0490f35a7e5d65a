"""From matches to the outbox: each picture once, from whichever boards it comes."""

from datetime import timedelta

import pytest
from msgspec import structs

from bot.posts.model import Location, Post
from bot.store import (
    Rhythm,
    Status,
    Store,
)
from tests.clock import MovableClock
from tests.feeds.announcing import Desk
from tests.feeds.owed import MakePost, Subscribe


def boards(make_post: MakePost, clock: MovableClock) -> list[Post]:
    """Return one picture on three boards, tied by its file here and by its place there."""
    now = clock.now()
    return [
        make_post(10, "derpibooru", orig_sha512_hash="a" * 128, sources=()),
        make_post(
            20, "ponybooru", sha512_hash="a" * 128, sources=(),
            first_seen_at=now + timedelta(minutes=1),
        ),
        make_post(
            30, "twibooru", sources=(), first_seen_at=now + timedelta(minutes=2),
            locations=(Location("ponybooru", 20, "https://ponybooru.org/images/20"),),
        ),
    ]  # fmt: skip


@pytest.mark.parametrize("at_once", [True, False])
async def test_a_picture_on_three_boards_is_announced_once_and_names_all_feeds(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock, at_once: bool
) -> None:
    posts = boards(make_post, clock)
    feeds = [await subscribe(site=post.site) for post in posts]
    elsewhere = await subscribe(site="twibooru", channel_id=22)
    matches = [(post, [feed]) for post, feed in zip(posts, feeds, strict=True)]
    matches[2][1].append(elsewhere)
    if at_once:
        assert await desk.announce(*matches) == 2
    else:
        assert [await desk.announce(match) for match in matches] == [1, 0, 1]
    first, *twins = [await desk.row(post) for post in posts]
    assert (first.status, first.matched) == (Status.QUEUED, tuple(feed.id for feed in feeds))
    assert [(twin.status, twin.reason) for twin in twins] == [(Status.TWIN, "derpibooru:10")] * 2
    assert (await desk.row(posts[2], 22)).status is Status.QUEUED


async def test_a_picture_that_was_sent_is_not_announced_from_another_board(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    posts = boards(make_post, clock)
    feed, other = await subscribe(), await subscribe(site="ponybooru")
    await desk.announce((posts[0], [feed]))
    await desk.set(await desk.row(posts[0]), status=Status.SENT, message_id=5, attempts=1)
    clock.advance(20 * 24 * 3600)
    assert await desk.announce((posts[1], [other])) == 0
    assert (await desk.row(posts[0])).matched == (feed.id, other.id)


async def test_a_picture_that_is_hidden_on_one_board_may_come_from_another(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    posts = boards(make_post, clock)
    feed, other = await subscribe(), await subscribe(site="ponybooru")
    unrated = structs.replace(posts[0], tags=("pony",))
    assert await desk.announce((unrated, [feed]), (posts[1], [other])) == 1
    assert (await desk.row(posts[1])).status is Status.QUEUED


async def test_a_picture_that_a_digest_has_comes_by_itself_where_another_board_brings_it(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock
) -> None:
    posts = boards(make_post, clock)
    weekly = await subscribe(rhythm=Rhythm.WEEKLY)
    each = await subscribe(site="ponybooru")
    await desk.announce((posts[0], [weekly]))
    await desk.announce((posts[1], [each]))
    row = await desk.row(posts[0])
    assert (row.digest, row.subscription_id, row.status) == (False, each.id, Status.QUEUED)


async def test_a_source_ties_posts_of_different_sites_and_equal_size(
    desk: Desk, subscribe: Subscribe, make_post: MakePost
) -> None:
    art = ("https://example.org/art/123",)
    feed, other = await subscribe(), await subscribe(site="twibooru")
    await desk.announce((make_post(1, sources=art), [feed]))
    await desk.announce((make_post(2, "twibooru", sources=art, width=1999), [other]))
    await desk.announce((make_post(3, "twibooru", sources=art), [other]))
    statuses = [(row.key, row.status) for row in await desk.rows()]
    assert statuses == [
        ("derpibooru:1", Status.QUEUED),
        ("twibooru:2", Status.QUEUED),
        ("twibooru:3", Status.TWIN),
    ]


@pytest.mark.parametrize("at_once", [True, False])
async def test_pages_from_one_source_are_all_announced(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock, at_once: bool
) -> None:
    """A comic's pages have one source and one size; none of them may be lost for that."""
    art = ("https://example.org/art/123",)
    feed, other = await subscribe(), await subscribe(site="twibooru")
    pages = [(make_post(number, sources=art), [feed]) for number in (1, 2)]
    later = clock.now() + timedelta(minutes=1)
    again = make_post(3, "twibooru", sources=art, first_seen_at=later)
    if at_once:
        await desk.announce(*pages, (again, [other]))
    else:
        for page in pages:
            await desk.announce(page)
        await desk.announce((again, [other]))
    assert {row.status for row in await desk.rows()} == {Status.QUEUED}


async def test_a_twin_takes_over_where_the_first_post_is_not_announced_after_all(
    desk: Desk, subscribe: Subscribe, make_post: MakePost, clock: MovableClock, store: Store
) -> None:
    posts = boards(make_post, clock)
    feeds = [await subscribe(site=post.site) for post in posts]
    await desk.announce(*((post, [feed]) for post, feed in zip(posts, feeds, strict=True)))
    first = await desk.row(posts[0])
    await desk.set(first, status=Status.DROPPED)
    async with store.write() as tx:
        assert await tx.announcements.release_twins(first.id) is True
    assert [(await desk.row(post)).status for post in posts] == [
        Status.DROPPED, Status.QUEUED, Status.TWIN
    ]  # fmt: skip
    # What was dropped may come again, and is a twin of it by now.
    assert await desk.announce((posts[0], [feeds[0]])) == 0
    assert (await desk.row(posts[0])).reason == "ponybooru:20"

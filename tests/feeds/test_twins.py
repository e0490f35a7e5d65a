"""The same picture on three boards, from the matches to the message."""

from collections.abc import Sequence

import pytest
from msgspec import structs

from bot.feeds.announce import Announcer, Match
from bot.feeds.roster import Roster
from bot.posts.model import Location, Post
from bot.store import Pause, SeenPost, Subscription
from tests.feeds.delivery import Delivery
from tests.feeds.memory_discord import PLAIN, RESTRICTED
from tests.feeds.owed import CHANNEL, MakePost, Subscribe


@pytest.fixture
def boards(make_post: MakePost) -> list[Post]:
    """One picture on three boards."""
    return [
        make_post(10, "derpibooru", orig_sha512_hash="a" * 128),
        make_post(20, "ponybooru", sha512_hash="a" * 128),
        make_post(30, "twibooru", locations=(Location("ponybooru", 20, ""),)),
    ]


async def announce(
    delivery: Delivery, posts: Sequence[Post], feeds: Sequence[Subscription]
) -> None:
    """Let the tail of each board find its post and its feed want it, one after the other."""
    roster = Roster(delivery.store)
    await roster.load()
    announcer = Announcer(roster, delivery.policies, delivery.discord, delivery.clock)
    now = delivery.clock.now()
    for post, feed in zip(posts, feeds, strict=True):
        delivery.bodies.put(post)
        prepared = await announcer.prepare([Match(post, (feed.id,))])
        async with delivery.store.write() as tx:
            await tx.posts.saw(
                [SeenPost(site=post.site, id=post.id, first_seen_at=now, seen_at=now)]
            )
            await announcer.keep(tx, prepared)


async def test_a_picture_on_three_boards_is_one_message_that_names_its_feeds(
    delivery: Delivery, subscribe: Subscribe, boards: list[Post]
) -> None:
    feeds = [await subscribe(site=post.site, query=post.site) for post in boards]
    await announce(delivery, boards, feeds)
    await delivery.turn()
    (message,) = delivery.discord.of(CHANNEL)
    assert message.posts == ["derpibooru:10"]
    assert len(message.outgoing.matched) == 3


async def test_where_the_first_is_taken_away_before_its_turn_the_next_board_brings_it(
    delivery: Delivery, subscribe: Subscribe, boards: list[Post]
) -> None:
    """Deleted while it was queued (fault F40): the others were kept back for its sake."""
    feeds = [await subscribe(site=post.site) for post in boards]
    await announce(delivery, boards, feeds)
    delivery.clock.advance(600)
    delivery.bodies.put(structs.replace(boards[0], deletion_reason="spam", hidden_from_users=True))
    for post in boards[1:]:
        delivery.bodies.put(post)
    await delivery.turn()
    await delivery.turn()
    assert delivery.discord.posts(CHANNEL) == ["ponybooru:20"]


async def test_what_a_feed_for_adults_leaves_comes_for_the_one_that_runs_on(
    delivery: Delivery, subscribe: Subscribe, make_post: MakePost
) -> None:
    """The channel lost its age restriction (fault F25); safe posts were wanted by both."""
    delivery.discord.facts[CHANNEL] = RESTRICTED
    adult, plain = await subscribe(adult=True), await subscribe()
    post = make_post(1)
    await announce(delivery, [post, post, make_post(2)], [adult, plain, adult])
    delivery.discord.facts[CHANNEL] = PLAIN
    await delivery.turn()
    await delivery.turn()
    assert delivery.discord.posts(CHANNEL) == ["derpibooru:1"]
    async with delivery.store.read() as tx:
        paused = await tx.subscriptions.get(adult.id)
    assert paused is not None
    assert paused.pause is Pause.AGE

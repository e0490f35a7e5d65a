"""The posts of before that somebody explicitly wished for with a new feed."""

from collections.abc import Sequence
from datetime import timedelta

from bot.clock import Clock
from bot.feeds.announce import Announcer, Match
from bot.feeds.identity import first_seen
from bot.posts.model import Post
from bot.store import SeenPost, Store, Subscription

#: A post that is younger may not have been read for the others yet: that is left to the tail.
_SETTLED = timedelta(minutes=10)


async def backfill(
    posts: Sequence[Post],
    subscription: Subscription,
    store: Store,
    announcer: Announcer,
    clock: Clock,
) -> int:
    """Owe posts from before a feed began to it; return how many are owed.

    None that the site's tail has still to read: it would take them for read (fault F39). Raises
    StoreError.
    """
    now = clock.now()
    rows = {
        post.id: SeenPost(
            site=post.site, id=post.id, first_seen_at=first_seen(post, now), seen_at=now
        )
        for post in posts
    }
    old = subscription.since - _SETTLED
    async with store.read() as tx:
        known = await tx.posts.known(subscription.site, rows)
    wanted = [post for post in posts if post.id in known or rows[post.id].first_seen_at <= old]
    prepared = await announcer.prepare([Match(post, (subscription.id,)) for post in wanted])
    async with store.write() as tx:
        await tx.posts.saw([rows[post.id] for post in wanted if post.id not in known])
        return await announcer.keep(tx, prepared)

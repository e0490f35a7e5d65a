"""A message by which somebody sees a feed at work: sent once, and looked after like all others."""

from collections.abc import Iterable
from datetime import datetime

from bot.clock import Clock
from bot.safety import VerifiedPost
from bot.store import Announcement, Status, Store, Subscription, Transaction

from .destination import Delivered, DeliveryError, Destination, Outgoing, UncertainError
from .identity import first_seen
from .marks import nonce
from .names import name_of
from .recheck import LADDER
from .shown import shown


def as_announced(
    one: Subscription, post: VerifiedPost, *, marker: int = 0, nonce: str = ""
) -> Outgoing:
    """Return the message that a feed would send of a post; it mentions nobody."""
    return Outgoing(
        guild_id=one.guild_id,
        channel_id=one.channel_id,
        marker=marker,
        nonce=nonce,
        posts=(post,),
        matched=(name_of(one),),
        template=one.template,
        spoiler=one.spoiler,
        forum_tags=one.forum_tags,
    )


async def try_out(
    one: Subscription,
    posts: Iterable[VerifiedPost],
    store: Store,
    destination: Destination,
    clock: Clock,
) -> Delivered | None:
    """Send the first of these posts that its channel does not have, and look after the message.

    It goes past what is owed to the channel, and counts as announced there: it does not come
    again. `None`: the channel has all of them. Raises DeliveryError, and StoreError, with nothing
    sent unless its reason is that this is not known.
    """
    async with store.write() as tx:
        found = await _place(tx, one, posts, clock.now())
    if found is None:
        return None
    number, post = found
    try:
        sent = await destination.send(
            as_announced(one, post, marker=number, nonce=nonce(store.database_id, number))
        )
    except UncertainError:
        # It may stand there: then it must not come again.
        raise
    except DeliveryError:
        async with store.write() as tx:
            await tx.announcements.forget(number)
        raise
    place = (sent.message_id, sent.channel_id, sent.form)
    async with store.write() as tx:
        prints = {number: shown(post, spoiler=one.spoiler)}
        await tx.deliveries.sent(prints, place, clock.now() + LADDER[0])
    return sent


async def _place(
    tx: Transaction, one: Subscription, posts: Iterable[VerifiedPost], now: datetime
) -> tuple[int, VerifiedPost] | None:
    """Note one of the posts as sent; return the announcement's id, and the post."""
    for verified in posts:
        post = verified.post
        before = await tx.announcements.of_channel(one.channel_id, post.site, post.id)
        if before is not None:
            if not _is_over(before):
                continue
            await tx.announcements.forget(before.id)
        row = Announcement(
            guild_id=one.guild_id,
            channel_id=one.channel_id,
            site=post.site,
            post_id=post.id,
            subscription_id=one.id,
            matched=(one.id,),
            status=Status.SENT,
            first_seen_at=first_seen(post, now),
            created_at=now,
            due_at=now,
            attempts=1,
            sent_at=now,
        )
        await tx.announcements.add([row])
        kept = await tx.announcements.of_channel(one.channel_id, post.site, post.id)
        if kept is not None:
            return kept.id, verified
    return None


def _is_over(row: Announcement) -> bool:
    """Tell whether a message of one post stood there long ago, and is not looked after any more."""
    done = row.status is Status.SENT and row.message_id is not None
    return done and row.recheck_at is None and row.lead_id is None

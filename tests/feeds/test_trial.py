"""A message by which somebody sees a feed at work: announced once, and looked after (3.8)."""

import pytest

from bot.feeds.destination import RefusedError, UncertainError
from bot.feeds.marks import nonce
from bot.feeds.recheck import LADDER
from bot.feeds.shown import shown
from bot.feeds.trial import try_out
from bot.posts.model import Post
from bot.safety import SAFE, VerifiedPost, verify
from bot.store import Announcement, Status, Store, Subscription
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, MakePost, Owe, Subscribe


def fit(*posts: Post) -> list[VerifiedPost]:
    verdicts = [verify(post, SAFE) for post in posts]
    return [one for one in verdicts if isinstance(one, VerifiedPost)]


async def rows(store: Store) -> tuple[Announcement, ...]:
    async with store.read() as tx:
        return await tx.history.recent(GUILD, limit=100)


@pytest.fixture
async def one(subscribe: Subscribe) -> Subscription:
    return await subscribe(role_id=5, template="New!")


async def test_the_newest_that_the_channel_does_not_have_is_sent_and_looked_after(
    store: Store, discord: MemoryDiscord, clock: MovableClock, one: Subscription,
    make_post: MakePost, owe: Owe,
) -> None:  # fmt: skip
    posts = [make_post(number) for number in (9, 8, 7)]
    await owe(one, posts[0])
    sent = await try_out(one, fit(*posts), store, discord, clock)
    assert sent is not None
    (message,) = discord.messages
    assert message.posts == ["derpibooru:8"]
    assert message.outgoing.role_id is None
    assert message.outgoing.template == "New!"
    row = (await rows(store))[0]
    assert (row.status, row.message_id, row.subscription_id) == (Status.SENT, sent.message_id, 1)
    assert row.recheck_at == clock.now() + LADDER[0]
    assert message.outgoing.nonce == nonce(store.database_id, row.id)
    assert message.outgoing.marker == row.id
    assert (row.form, row.shown) == (sent.form, shown(fit(posts[1])[0]))
    async with store.read() as tx:
        assert await tx.rechecks.due(clock.now() + LADDER[0], 10) == ((row,),)


async def test_what_the_channel_has_or_waits_for_is_not_sent_again_before_its_care_is_over(
    store: Store, discord: MemoryDiscord, clock: MovableClock, one: Subscription,
    make_post: MakePost, owe: Owe,
) -> None:  # fmt: skip
    queued, told = make_post(9), make_post(8)
    await owe(one, queued)
    assert await try_out(one, fit(told), store, discord, clock)
    assert await try_out(one, fit(queued, told), store, discord, clock) is None
    (row, _queued) = await rows(store)
    async with store.write() as tx:
        await tx.rechecks.postpone([row.id], None)
    assert await try_out(one, fit(queued, told), store, discord, clock)
    assert [kept.channel_id for kept in discord.messages] == [CHANNEL, CHANNEL]
    assert (await rows(store))[0].id > row.id


async def test_what_discord_refuses_is_as_if_it_had_never_been_tried(
    store: Store, discord: MemoryDiscord, clock: MovableClock, one: Subscription,
    make_post: MakePost,
) -> None:  # fmt: skip
    discord.fail(RefusedError("no"))
    with pytest.raises(RefusedError):
        await try_out(one, fit(make_post()), store, discord, clock)
    assert await rows(store) == ()
    discord.fail(UncertainError("late"), arrives=True)
    with pytest.raises(UncertainError):
        await try_out(one, fit(make_post()), store, discord, clock)
    # It may stand there.
    assert [row.status for row in await rows(store)] == [Status.SENT]
    assert await try_out(one, fit(make_post()), store, discord, clock) is None

"""Never silent: servers are told once, where they still can be."""

from datetime import timedelta

import pytest

from bot.feeds.destination import HeldError, UncertainError
from bot.feeds.notices import Teller
from bot.feeds.pauses import pause
from bot.policies import Policies
from bot.store import FeedKind, Guild, Pause, Rhythm, Store, Subscription
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, Subscribe

NOTICES = 99


@pytest.fixture
def teller(store: Store, discord: MemoryDiscord, policies: Policies, clock: MovableClock) -> Teller:
    return Teller(store, discord, policies, clock)


async def stop(store: Store, clock: MovableClock, why: Pause, *wishes: Subscription) -> None:
    async with store.write() as tx:
        await pause(tx, wishes, why, now=clock.now())


async def set_notices(store: Store) -> None:
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, notice_channel_id=NOTICES))


async def test_a_pause_is_told_once_with_its_reason_and_a_button(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    """Fault F21."""
    wish = await subscribe()
    await set_notices(store)
    await stop(store, clock, Pause.NO_ACCESS, wish)
    await teller.turn()
    clock.advance(3600)
    await teller.turn()

    (notice,) = discord.notices
    assert notice.channel_id == NOTICES
    assert notice.resume == wish.id
    assert f"#{wish.id}" in notice.text
    assert f"<#{CHANNEL}>" in notice.text
    assert "I may not post there" in notice.text
    assert "I try again by myself" in notice.text


@pytest.mark.parametrize("why", [why for why in Pause if why not in {Pause.NONE, Pause.PERSON}])
async def test_each_reason_has_words_and_says_what_comes_next(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe,
    teller: Teller, why: Pause,
) -> None:  # fmt: skip
    await set_notices(store)
    await stop(store, clock, why, await subscribe())
    await teller.turn()
    text = discord.notices[0].text
    assert "paused, because" in text
    assert ("I try again" in text) is not ("until somebody resumes it" in text)


async def test_what_belongs_together_is_one_message(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    """One channel without permissions and seven feeds in it are no seven messages."""
    await set_notices(store)
    await stop(store, clock, Pause.NO_ACCESS, *[await subscribe() for _number in range(7)])
    await stop(store, clock, Pause.NO_ACCESS, await subscribe(guild_id=12, channel_id=32))
    await teller.turn()
    assert [notice.guild_id for notice in discord.notices if notice.channel_id == NOTICES] == [
        GUILD
    ]


async def test_what_one_notice_meets_keeps_no_other_from_being_told(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    """Fault F42."""
    await stop(store, clock, Pause.AGE, await subscribe())
    await stop(store, clock, Pause.AGE, await subscribe(guild_id=12, channel_id=32))
    discord.fail(RuntimeError("a fault of our own"), "notify")  # type: ignore[arg-type]
    with pytest.raises(RuntimeError, match="our own"):
        await teller.turn()
    assert len(discord.notices) == 1


async def test_where_the_channel_is_gone_another_feeds_channel_is_told(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    """Fault F20: an admin is told elsewhere."""
    wish = await subscribe()
    await subscribe(channel_id=22)
    discord.gone.add(CHANNEL)
    await stop(store, clock, Pause.CHANNEL_GONE, wish)
    await teller.turn()
    assert [notice.channel_id for notice in discord.notices] == [22]


async def test_a_server_that_cannot_be_told_is_tried_for_a_week(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    wish = await subscribe(channel_id=22)
    discord.mute.add(22)
    await stop(store, clock, Pause.AGE, wish)
    await teller.turn()
    assert discord.notices == []
    clock.advance(600)
    discord.mute.clear()
    await teller.turn()
    assert len(discord.notices) == 1

    discord.mute.add(22)
    await stop(store, clock, Pause.QUERY, await subscribe(channel_id=22))
    for _hour in range(9 * 24):
        clock.advance(3600)
        await teller.turn()
    async with store.read() as tx:
        notices = await tx.notices.of_guild(GUILD)
    assert all(notice.told_at is not None for notice in notices)
    assert notices[-1].attempts > 5
    assert len(discord.notices) == 1


async def test_what_is_over_before_it_was_told_is_not_told(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    wish = await subscribe()
    await stop(store, clock, Pause.NO_ACCESS, wish)
    async with store.write() as tx:
        await tx.subscriptions.resume(wish.id)
        await tx.notices.add("resumed", [GUILD], subscription_id=404)
    await teller.turn()
    assert discord.notices == []
    async with store.read() as tx:
        assert await tx.notices.due() == ()


async def test_an_outage_and_its_end_are_told_once_per_server(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    await subscribe()
    await subscribe()
    await subscribe(guild_id=12, channel_id=32)
    for kind in ("outage", "outage over"):
        async with store.write() as tx:
            await tx.notices.add(kind, [GUILD, 12], site="derpibooru", detail="500")
        await teller.turn()
    assert [(notice.channel_id, notice.resume) for notice in discord.notices] == [
        (CHANNEL, None), (32, None), (CHANNEL, None), (32, None),
    ]  # fmt: skip
    assert "Derpibooru has not answered" in discord.notices[0].text
    assert "Derpibooru answers again" in discord.notices[2].text


@pytest.mark.parametrize("kind", ["unread", "unread edits"])
async def test_what_was_not_read_back_is_told_with_the_instant_before_which_that_holds(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe,
    teller: Teller, kind: str,
) -> None:  # fmt: skip
    """Fault F38."""
    await subscribe()
    async with store.write() as tx:
        await tx.notices.add(kind, [GUILD], site="derpibooru", detail=clock.now().isoformat())
    await teller.turn()
    (notice,) = discord.notices
    assert "Derpibooru" in notice.text
    assert f"before <t:{int(clock.now().timestamp())}:f>" in notice.text


async def test_a_doubt_is_tried_again_and_a_hold_waits(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    """Fault F05."""
    await stop(store, clock, Pause.AGE, await subscribe())
    discord.fail(UncertainError("503"), "notify")
    await teller.turn()
    assert discord.notices == []
    clock.advance(60)
    discord.fail(HeldError("429", 600.0), "notify")
    await teller.turn()
    assert discord.notices == []
    await teller.turn()
    assert len(discord.notices) == 1


async def test_a_server_in_an_outage_is_told_later(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    """Fault F23."""
    await stop(store, clock, Pause.AGE, await subscribe())
    discord.unreachable.add(GUILD)
    await teller.turn()
    discord.unreachable.clear()
    clock.advance(timedelta(minutes=10).total_seconds())
    await teller.turn()
    assert len(discord.notices) == 1


async def test_a_schedule_is_called_one_and_what_it_left_out_is_not_promised(
    store: Store, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe, teller: Teller
) -> None:
    wish = await subscribe(kind=FeedKind.RANDOM, rhythm=Rhythm.DAILY)
    async with store.write() as tx:
        await tx.notices.add("silent", [GUILD], subscription_id=wish.id)
    await teller.turn()
    await set_notices(store)
    await stop(store, clock, Pause.SITE, wish)
    await teller.turn()

    silent, paused = discord.notices
    assert silent.channel_id == CHANNEL
    assert f"Schedule #{wish.id} in" in silent.text
    assert "brought nothing" in silent.text
    assert silent.resume is None
    assert f"Schedule #{wish.id} in" in paused.text
    assert "nothing is lost" not in paused.text

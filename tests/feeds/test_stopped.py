"""That the operator stopped everything is told where it lasts, once (reference: safety, 3.9)."""

import pytest

from bot.feeds.notices import Teller
from bot.feeds.roster import Roster
from bot.feeds.stopped import Stopped
from bot.feeds.tail import OUTAGE
from bot.policies import Policies
from bot.store import FeedKind, Guild, Pause, Rhythm, Store
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, Subscribe

NOTICES, OTHER, THIRD = 99, 12, 13


class Office:
    """What tells servers of a stop, the database being all that it remembers."""

    def __init__(
        self, store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
    ) -> None:
        self._store, self._policies, self._clock = store, policies, clock
        self._teller = Teller(store, discord, policies, clock)

    async def panic(self, *, on: bool) -> None:
        async with self._store.write() as tx:
            await (tx.denials.panic(by=None, reason="secret") if on else tx.denials.resume())
        self._policies.forget_switches()

    async def turn(self) -> None:
        roster = Roster(self._store)
        await roster.load()
        await Stopped(self._store, roster, self._policies, self._clock).turn()
        await self._teller.turn()


@pytest.fixture
def office(store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock) -> Office:
    return Office(store, policies, discord, clock)


async def test_a_stop_that_lasts_and_its_end_are_told_once_to_servers_that_wait(
    office: Office,
    store: Store,
    discord: MemoryDiscord,
    clock: MovableClock,
    subscribe: Subscribe,
) -> None:
    await subscribe()
    await subscribe()
    await subscribe(guild_id=OTHER, channel_id=32, kind=FeedKind.RANDOM, rhythm=Rhythm.DAILY)
    await subscribe(guild_id=THIRD, channel_id=33, pause=Pause.PERSON)
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=OTHER, notice_channel_id=NOTICES))
    await office.panic(on=True)
    clock.advance(OUTAGE.total_seconds() - 1)
    await office.turn()
    assert discord.notices == []
    for _day in range(5):
        clock.advance(24 * 3600)
        await office.turn()
    assert [one.channel_id for one in discord.notices] == [CHANNEL, NOTICES]
    assert all("stopped all pictures" in one.text for one in discord.notices)
    assert not any("secret" in one.text for one in discord.notices)

    await office.panic(on=False)
    for _turn in range(2):
        await office.turn()
    assert [one.channel_id for one in discord.notices[2:]] == [CHANNEL, NOTICES]
    assert all("flow again" in one.text for one in discord.notices[2:])
    await office.panic(on=True)
    clock.advance(OUTAGE.total_seconds())
    await office.turn()
    assert len(discord.notices) == 6


async def test_a_short_stop_is_told_to_nobody(
    office: Office, discord: MemoryDiscord, clock: MovableClock, subscribe: Subscribe
) -> None:
    await subscribe()
    for _time in range(3):
        await office.panic(on=True)
        clock.advance(OUTAGE.total_seconds() - 1)
        await office.turn()
        await office.panic(on=False)
        await office.turn()
    assert discord.notices == []

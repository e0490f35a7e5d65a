"""A site that the operator switched off is told, not only missed (reference: safety, 3.9)."""

import pytest

from bot.feeds.pauses import FIRST, Pauses
from bot.feeds.roster import Roster
from bot.feeds.switched_off import SwitchedOff
from bot.policies import Policies
from bot.store import FeedKind, Notice, Pause, Rhythm, Store, Subscription
from tests.clock import MovableClock
from tests.feeds.owed import GUILD, Subscribe


class Office:
    """Feeds, and who pauses and resumes them."""

    def __init__(self, store: Store, policies: Policies, clock: MovableClock) -> None:
        self.store = store
        self.policies = policies
        self.roster = Roster(store)
        changed = self.roster.changed
        self.pauses = Pauses(store, clock, changed=changed)
        sites = ("derpibooru", "twibooru", "ponyapi")
        self.off = SwitchedOff(store, self.roster, policies, sites, clock, changed=changed)

    async def turn(self) -> None:
        await self.pauses.turn()
        await self.off.turn()

    async def now(self, one: Subscription) -> Subscription:
        async with self.store.read() as tx:
            found = await tx.subscriptions.get(one.id)
        assert found is not None
        return found

    async def notices(self) -> tuple[Notice, ...]:
        async with self.store.read() as tx:
            return await tx.notices.of_guild(GUILD)


@pytest.fixture
def office(store: Store, policies: Policies, clock: MovableClock) -> Office:
    return Office(store, policies, clock)


async def test_what_is_of_a_site_that_is_off_pauses_once_and_runs_again_when_it_is_on(
    office: Office, store: Store, policies: Policies, clock: MovableClock, subscribe: Subscribe
) -> None:
    other = await subscribe(site="twibooru")
    feed = await subscribe()
    drawn = await subscribe(kind=FeedKind.RANDOM, rhythm=Rhythm.DAILY, query="cute")
    unknown = await subscribe(site="ponybooru")
    await office.roster.load()
    async with store.write() as tx:
        await tx.denials.site_off("derpibooru", by=None)
    policies.forget_switches()
    for _turn in range(3):
        await office.turn()
    assert (await office.now(other)).runs
    for one in (feed, drawn, unknown):
        assert (await office.now(one)).pause is Pause.SITE
        assert office.roster.get(one.id) == await office.now(one)
    told = {(one.subscription_id, one.kind, one.detail) for one in await office.notices()}
    assert told == {(one.id, "paused", "site") for one in (feed, drawn, unknown)}

    clock.advance(FIRST.total_seconds())
    await office.turn()
    assert len(await office.notices()) == 3
    async with store.write() as tx:
        await tx.denials.site_on("derpibooru")
    policies.forget_switches()
    for _turn in range(2):
        await office.turn()
    assert (await office.now(feed)).runs
    # Posts were collected all the time: none is older than what it wants.
    assert (await office.now(feed)).since == feed.since
    assert not (await office.now(unknown)).runs

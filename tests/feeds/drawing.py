"""Schedules over the simulated sites, and what they queued: the stage of their tests."""

import random

from bot.demo.sites import SimulatedSites
from bot.feeds.schedule import Schedules
from bot.policies import Policies
from bot.sites import Sites
from bot.store import (
    Announcement,
    Status,
    Store,
    Subscription,
)
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL


class Drawing:
    """Schedules over the simulated sites, and what they queued."""

    def __init__(
        self,
        store: Store,
        sites: Sites,
        simulated: SimulatedSites,
        policies: Policies,
        discord: MemoryDiscord,
        clock: MovableClock,
    ) -> None:
        self.store = store
        self.simulated = simulated
        self.policies = policies
        self.clock = clock
        self.woken = 0
        self.changed: tuple[int, ...] = ()
        self.schedules = Schedules(
            store, sites, policies, discord, clock,
            wake=self._wake, changed=self._note, chance=random.Random(5),
        )  # fmt: skip

    def _wake(self) -> None:
        self.woken += 1

    async def _note(self, *subscription_ids: int) -> None:
        self.changed += subscription_ids

    async def turn(self) -> None:
        await self.clock.hurry(self.schedules.turn())

    def asked(self, site: str) -> int:
        return len(self.simulated.requests[site])

    async def now(self, one: Subscription) -> Subscription:
        async with self.store.read() as tx:
            found = await tx.subscriptions.get(one.id)
        assert found is not None
        return found

    async def rows(self, channel_id: int = CHANNEL) -> list[Announcement]:
        async with self.store.read() as tx:
            statement = (
                announcements.select()
                .with_only_columns(announcements.c.id)
                .where(announcements.c.channel_id == channel_id)
                .order_by(announcements.c.id)
            )
            ids = (await tx.connection.execute(statement)).scalars().all()
            found = [await tx.announcements.get(number) for number in ids]
        return [one for one in found if one is not None]

    async def send(self) -> None:
        """Let everything that is owed arrive, its after-care over."""
        statement = announcements.update().where(announcements.c.status == Status.QUEUED)
        async with self.store.write() as tx:
            await tx.connection.execute(
                statement.values(status=Status.SENT, sent_at=self.clock.now(), attempts=1)
            )

"""All of the feeds together: made from their parts, and started as loops by the app."""

import asyncio

from bot.clock import Clock
from bot.loops import Beat, Loops, Turn, Worker
from bot.policies import Policies
from bot.settings import Settings
from bot.sites import Sites
from bot.store import Store
from bot.texts import Languages

from . import tail
from .aliases import AliasBook
from .announce import Announcer
from .appointments import Appointments
from .composing import Composer
from .deliver import Deliverer
from .destination import Destination
from .digest import Digests
from .forgetting import Forgetting
from .new_posts import broadest
from .notices import Teller
from .pauses import Pauses
from .publishing import Publisher
from .reading import Reader
from .recheck import AfterCare
from .roster import Roster
from .schedule import Schedules
from .stopped import Stopped
from .switched_off import SwitchedOff
from .tail import SiteTail

#: Seconds between two turns of each loop; what is due in one is in the database.
_PERIODS_EVERY = 10.0
_CARE_EVERY = 5.0
_PAUSES_EVERY = 60.0
_NOTICES_EVERY = 30.0
_HOURLY = 3600.0


class Feeds:
    """What servers are told by themselves.

    `start` begins the loops, which the app ends; they do nothing before `connected`, as without
    Discord no channel is known for what it is (fault F02). `stop` ends delivery, nothing lost.
    """

    def __init__(
        self,
        store: Store,
        sites: Sites,
        policies: Policies,
        messenger: Destination,
        clock: Clock,
        loops: Loops,
        settings: Settings,
        languages: Languages,
    ) -> None:
        self.messenger = messenger
        self.roster = Roster(store)
        self.reader = Reader(sites, store, clock)
        self.aliases = AliasBook(sites, store, self.roster, clock)
        self.announcer = Announcer(
            self.roster, policies, messenger, clock, catch_up=settings.catch_up
        )
        self.pauses = Pauses(store, clock, changed=self.changed)
        self._switched_off = SwitchedOff(
            store, self.roster, policies, sites, clock, changed=self.changed
        )
        self._stopped = Stopped(store, self.roster, policies, clock)
        composer = Composer(store, messenger, policies, self.reader, clock)
        self.deliverer = Deliverer(
            store,
            policies,
            messenger,
            composer,
            clock,
            changed=self.changed,
            languages=languages,
            guild_rate=settings.feed_posts,
            window=settings.nonce_window,
        )
        self._publisher = Publisher(store, messenger, composer, clock)
        wake = self.deliverer.wake
        policy = broadest(settings.profile, graphic=settings.graphic)
        self.tails = {
            name: SiteTail(
                board, store, self.roster, self.reader, self.announcer, policies, policy, clock,
                wake=wake,
            )
            for name, board in sites.boards.items()
        }  # fmt: skip
        self._digests = Digests(store, clock, wake=wake)
        self._schedules = Schedules(
            store, sites, policies, messenger, clock, wake=wake, changed=self.changed
        )
        self._appointments = Appointments(store, clock, changed=self.changed)
        self._after_care = AfterCare(
            store, self.reader, policies, messenger, composer, clock, languages=languages
        )
        self._teller = Teller(store, messenger, policies, clock, languages=languages)
        self._forgetting = Forgetting(store)
        self._loops = loops
        self._connected = asyncio.Event()

    async def start(self) -> None:
        """Begin all of it. Raises StoreError where the subscriptions cannot be read."""
        await self.roster.load()
        for name, one in self.tails.items():
            self._start(f"tail of {name}", tail.EVERY, one.turn)
        self._start("digests", _PERIODS_EVERY, self._digests.turn)
        self._start("schedules", _PERIODS_EVERY, self._schedules.turn)
        self._start("after-care", _CARE_EVERY, self._after_care.turn)
        self._start("pauses", _PAUSES_EVERY, self._look_after_pauses)
        self._start("notices", _NOTICES_EVERY, self._teller.turn)
        self._start("appointments", _HOURLY, self._appointments.turn)
        self._start("aliases", _HOURLY, self.aliases.turn)
        self._start("outbox's past", _HOURLY, self._forgetting.turn)
        self._keep("delivery", self.deliverer.run)
        self._keep("publishing", self._publisher.run)

    def connected(self) -> None:
        """Let the loops do something: Discord has told which servers and channels there are."""
        self._connected.set()

    async def stop(self) -> None:
        """Begin no message any more, and return when those under way have ended (fault F34)."""
        await asyncio.gather(self.deliverer.stop(), self._publisher.stop())
        await self.reader.close()

    async def changed(self, *subscription_ids: int) -> None:
        """Work with these subscriptions as they are by now, also where they are gone."""
        await self.roster.changed(*subscription_ids)
        self.deliverer.wake()

    async def guild_changed(self, guild_id: int) -> None:
        """Work with a server's subscriptions as they are by now."""
        await self.roster.guild_changed(guild_id)

    async def servers_changed(self) -> None:
        """Work with what servers have that we are in by now, and with nothing of the others."""
        await self.roster.servers_changed()
        self.deliverer.wake()

    async def access_changed(self, guild_id: int) -> None:
        """Try at once what waits for permissions or channels of a server (fault F21)."""
        if any(one.retry_at is not None for one in self.roster.of_guild(guild_id)):
            await self.pauses.retry(guild_id)

    async def channel_gone(self, channel_id: int) -> None:
        """Pause what was for a channel: Discord says that it was deleted (fault F20)."""
        await self.pauses.channel_gone(channel_id)

    def hasten(self, site: str) -> None:
        """Read a board's new posts in its next turn."""
        self.tails[site].hasten()

    async def _look_after_pauses(self) -> None:
        await self.pauses.turn()
        await self._switched_off.turn()
        await self._stopped.turn()
        reasons = dict(self.roster.unreadable)
        for one in self.tails.values():
            reasons.update(one.refused)
        # Of those that are paused already nothing is matched, and nothing is told again.
        reasons = {number: why for number, why in reasons.items() if self._runs(number)}
        if reasons:
            await self.pauses.unreadable(reasons)

    def _runs(self, subscription_id: int) -> bool:
        known = self.roster.get(subscription_id)
        return known is not None and known.runs

    def _start(self, name: str, seconds: float, turn: Turn) -> None:
        async def connected_turn() -> None:
            if self._connected.is_set():
                await turn()

        self._loops.start(name, seconds, connected_turn)

    def _keep(self, name: str, work: Worker) -> None:
        async def connected_work(beat: Beat) -> None:
            await self._connected.wait()
            await work(beat)

        self._loops.keep(name, connected_work)

"""All pictures stopped by the operator: where that lasts, servers are told once, and of its end.

While it lasts nothing is read and nothing is sent, so that feeds would be silent without a reason
(reference: safety, 3.9). A moment's stop is no news to anybody; one as long as a site's outage is.
"""

from bot.clock import Clock
from bot.policies import Policies
from bot.store import Store

from .roster import Roster
from .tail import OUTAGE

#: The fact in the database that servers were told.
TOLD = "panic_told"


class Stopped:
    """Has the servers told whose feeds or schedules run."""

    def __init__(self, store: Store, roster: Roster, policies: Policies, clock: Clock) -> None:
        self._store = store
        self._roster = roster
        self._policies = policies
        self._clock = clock

    async def turn(self) -> None:
        """Have told what is to be told now. Raises StoreError."""
        stopped = (await self._policies.switches()).panic
        async with self._store.read() as tx:
            told = await tx.meta.get(TOLD) is not None
            panic = (await tx.denials.switches()).panic if stopped else None
        if panic is not None and not told:
            if self._clock.now() - panic.created_at >= OUTAGE:
                await self._tell("stopped")
        elif told and not stopped:
            await self._tell("stopped over")

    async def _tell(self, kind: str) -> None:
        guilds = sorted({one.guild_id for one in self._roster.all() if one.runs})
        async with self._store.write() as tx:
            await tx.notices.add(kind, guilds)
            if kind == "stopped":
                await tx.meta.put(TOLD, self._clock.now().isoformat())
            else:
                await tx.meta.remove(TOLD)

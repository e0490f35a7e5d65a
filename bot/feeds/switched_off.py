"""Feeds of sites that the operator switched off: they pause and say so (reference: safety, 3.9).

While a site is off nothing of it is read, so nothing would be owed to anybody that a pause could
come of. Once the site is on again the pauses end, and nothing was missed.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from msgspec import structs

from bot.clock import Clock
from bot.policies import Policies
from bot.store import Pause, Store, Subscription

from .pauses import Changed, pause
from .roster import Roster

#: Paused in one transaction, so that nobody waits long for the database.
_TOGETHER = 100


class SwitchedOff:
    """Pauses what is of a site that is off, and has it tried again when that is on.

    `sites` are those that the settings leave on.

    `changed` is told which subscriptions changed.
    """

    def __init__(
        self,
        store: Store,
        roster: Roster,
        policies: Policies,
        sites: Collection[str],
        clock: Clock,
        *,
        changed: Changed,
    ) -> None:
        self._store = store
        self._roster = roster
        self._policies = policies
        self._sites = sites
        self._clock = clock
        self._changed = changed

    async def turn(self) -> None:
        """Pause what is concerned now, or end its pause. Raises StoreError."""
        on = set(self._sites) - (await self._policies.switches()).sites
        now = self._clock.now()
        running = [one.id for one in self._roster.all() if one.runs and one.site not in on]
        waiting = [one.id for one in self._roster.all() if one.site in on and _waits(one, now)]
        for together in (*_parts(running), *_parts(waiting)):
            async with self._store.write() as tx:
                known = (await tx.subscriptions.get_many(together)).values()
                off = [one for one in known if one.site not in on]
                await pause(tx, off, Pause.SITE, now=now)
                for one in known:
                    if one.site in on and _waits(one, now):
                        # Whoever ends pauses does so in its next turn.
                        await tx.subscriptions.put(structs.replace(one, retry_at=now))
            await self._changed(*together)


def _waits(one: Subscription, now: datetime) -> bool:
    return one.pause is Pause.SITE and one.retry_at is not None and one.retry_at > now


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[start : start + _TOGETHER] for start in range(0, len(ids), _TOGETHER))

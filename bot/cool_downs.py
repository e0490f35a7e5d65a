"""The sites' cool-downs in the database: a restart is no way round them (rule L6, fault F13)."""

import asyncio
from datetime import datetime, timedelta

import structlog

from bot.loops import Beat
from bot.sites.memory import CoolDown
from bot.store import Cooldown, Store, StoreError

_log = structlog.get_logger(__name__)


class CoolDowns:
    """What the sites asked of us, as `bot.sites` remembers it (`bot.sites.memory.Memory`).

    It is held in memory, read from the database before the first request and written to it as it
    grows. A database that fails costs the memory alone: the next writing tries again.
    """

    def __init__(self) -> None:
        self._known: dict[str, CoolDown] = {}
        self._unwritten: dict[str, CoolDown] = {}
        self._grown = asyncio.Event()

    def find(self, address: str) -> CoolDown | None:
        """Return the last cool-down of a host that is known of."""
        return self._known.get(address)

    def keep(self, address: str, cool_down: CoolDown) -> None:
        """Note a host's cool-down, unless a later one is noted already."""
        known = self._known.get(address)
        if known is None or known.until < cool_down.until:
            self._known[address] = self._unwritten[address] = cool_down
            self._grown.set()

    @property
    def has_grown(self) -> bool:
        """Tell whether there is something to be written."""
        return bool(self._unwritten)

    async def read(self, store: Store) -> None:
        """Take over what the database holds and is not over; raises StoreError."""
        async with store.read() as tx:
            for kept in await tx.cooldowns.current():
                self._known[kept.host] = CoolDown(kept.until, kept.reason, kept.failures)

    async def write(self, store: Store) -> None:
        """Write what was not written yet; raises StoreError, and then it still is not."""
        self._grown.clear()
        batch = dict(self._unwritten)
        if not batch:
            return
        pauses = [
            Cooldown(host=host, until=_kept(one.until), failures=one.failures, reason=one.reason)
            for host, one in batch.items()
        ]
        async with store.write() as tx:
            await tx.cooldowns.put(pauses)
        for host, written in batch.items():
            if self._unwritten.get(host) is written:
                del self._unwritten[host]

    async def keep_writing(self, store: Store, beat: Beat) -> None:
        """Write whatever comes, at once, until cancelled; raises StoreError."""
        while True:
            await self.write(store)
            beat()
            await self._grown.wait()

    async def write_last(self, store: Store) -> None:
        """Write what is left at the end; a database that fails is logged."""
        try:
            await self.write(store)
        except StoreError as error:
            _log.warning("the sites' cool-downs cannot be kept", error=str(error))


def _kept(until: datetime) -> datetime:
    """Return an end as the database keeps it, in whole milliseconds, never too early."""
    return until + timedelta(microseconds=-until.microsecond % 1000)

"""Until when the sites asked us to stay away; a restart is no way round it (F12-F14)."""

from collections.abc import Iterable
from datetime import datetime

from msgspec import Struct, structs
from sqlalchemy import delete, select

from .repository import Repository
from .tables import cooldowns


class Cooldown(Struct, frozen=True, kw_only=True):
    """One host's pause."""

    host: str
    until: datetime
    failures: int = 0
    """Failures in a row so far; the next back-off builds on it."""
    reason: str = ""
    """Why, for people."""


class Cooldowns(Repository):
    """The pauses."""

    async def put(self, pauses: Iterable[Cooldown]) -> None:
        """Keep these pauses, each in place of what its host had unless that ends later.

        Several processes keep theirs here, and none may shorten another's (rule L6).
        """
        kept = {pause.host: pause for pause in await self.current()}
        longer = [
            structs.asdict(pause)
            for pause in pauses
            if pause.host not in kept or pause.until >= kept[pause.host].until
        ]
        if longer:
            await self._put(cooldowns, longer, key=["host"], update=["until", "failures", "reason"])

    async def current(self) -> tuple[Cooldown, ...]:
        """Return the pauses that are not over, by host."""
        columns = [cooldowns.c[name] for name in Cooldown.__struct_fields__]
        found = await self._connection.execute(
            select(*columns).where(cooldowns.c.until > self._now()).order_by(cooldowns.c.host)
        )
        return tuple(Cooldown(**row) for row in found.mappings())

    async def clear(self, host: str) -> bool:
        """Forget a host's pause; return whether there was one."""
        return bool(await self._change(delete(cooldowns).where(cooldowns.c.host == host)))

"""What the repositories have in common: a transaction's connection, and the time."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Executable, Table
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.clock import Clock

from .statements import upsert
from .tables import channels, guilds


class Repository:
    """Statements about one subject, inside the transaction that they were made for."""

    def __init__(self, connection: AsyncConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def _now(self) -> datetime:
        return self._clock.now()

    async def _change(self, statement: Executable) -> int:
        """Execute it and return how many rows it concerned."""
        return (await self._connection.execute(statement)).rowcount

    async def _put(
        self,
        table: Table,
        rows: Sequence[Mapping[str, Any]],
        *,
        key: Iterable[str],
        update: Iterable[str],
        where: ColumnElement[bool] | None = None,
    ) -> None:
        """Insert the rows, or change those that are there, in one go."""
        if rows:
            statement = upsert(self._connection.dialect, table, key, update, where=where)
            await self._connection.execute(statement, [dict(row) for row in rows])

    async def _ensure_place(self, guild_id: int, channel_id: int | None = None) -> None:
        """See that the rows exist that everything about a server or channel hangs on."""
        await self._put(guilds, [{"id": guild_id, **GUILD_DEFAULTS}], key=["id"], update=[])
        if channel_id is not None:
            await self._put(
                channels, [{"id": channel_id, "guild_id": guild_id}], key=["id"], update=[]
            )


#: What a server has that has set nothing.
GUILD_DEFAULTS: Mapping[str, Any] = {
    "time_zone": "UTC",
    "language": "en",
    "manager_role_id": None,
    "notice_channel_id": None,
    "adult": False,
    "graphic": False,
}

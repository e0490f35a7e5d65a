"""Who changed what in a server, and when."""

from datetime import datetime
from typing import Any

from msgspec import Struct, json
from sqlalchemy import delete, insert, select

from .repository import Repository
from .tables import audit

#: Entries that are kept of each server; the oldest go first.
KEPT = 500
#: Characters of JSON that an entry keeps of a value; of a longer one only its beginning.
LONGEST_VALUE = 4000


class AuditEntry(Struct, frozen=True, kw_only=True):
    """One change."""

    id: int
    guild_id: int
    at: datetime
    actor_id: int | None
    """The member; `None` for one who asked to be forgotten, and for the bot itself."""
    action: str
    """What was done, such as `filter.hide`."""
    subject: str
    """What it was done to; empty for the server itself."""
    before: Any
    """The value as JSON gives it back; `None` where there was nothing."""
    after: Any


_ENTRY = [audit.c[name] for name in AuditEntry.__struct_fields__]


class Audit(Repository):
    """The servers' audit lists. Add to it in the transaction that makes the change."""

    async def add(
        self,
        guild_id: int,
        action: str,
        *,
        actor_id: int | None,
        subject: str = "",
        before: Any = None,
        after: Any = None,
    ) -> None:
        """Note a change. `before` and `after` are whatever JSON can express, structs included."""
        await self._ensure_place(guild_id)
        await self._connection.execute(
            insert(audit).values(
                guild_id=guild_id,
                at=self._now(),
                actor_id=actor_id,
                action=action,
                subject=subject[:LONGEST_VALUE],
                before=_encode(before),
                after=_encode(after),
            )
        )
        last_to_go = (
            select(audit.c.id)
            .where(audit.c.guild_id == guild_id)
            .order_by(audit.c.id.desc())
            .limit(1)
            .offset(KEPT)
            .scalar_subquery()
        )
        await self._connection.execute(
            delete(audit).where(audit.c.guild_id == guild_id, audit.c.id <= last_to_go)
        )

    async def recent(
        self, guild_id: int, *, limit: int = 25, before: int | None = None
    ) -> tuple[AuditEntry, ...]:
        """Return the latest entries, newest first; `before` is the id where the last page ended."""
        statement = select(*_ENTRY).where(audit.c.guild_id == guild_id)
        if before is not None:
            statement = statement.where(audit.c.id < before)
        found = await self._connection.execute(statement.order_by(audit.c.id.desc()).limit(limit))
        return tuple(
            AuditEntry(**{**row, "before": _decode(row["before"]), "after": _decode(row["after"])})
            for row in found.mappings()
        )


def _encode(value: Any) -> str | None:
    if value is None:
        return None
    text = json.encode(value).decode()
    if len(text) <= LONGEST_VALUE:
        return text
    # Half of it, because quoting it again doubles each quotation mark.
    return json.encode({"shortened": text[: LONGEST_VALUE // 2]}).decode()


def _decode(text: str | None) -> Any:
    return None if text is None else json.decode(text)

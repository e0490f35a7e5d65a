"""Small facts about the database itself and the deployment."""

from sqlalchemy import delete, select

from .repository import Repository
from .tables import meta

#: Identifies this copy of the database; part of every nonce, so that a restored copy makes others.
DATABASE_ID = "database_id"
#: Fingerprint of the commands that are registered with Discord.
COMMANDS = "commands"


class Meta(Repository):
    """The facts, by name."""

    async def get(self, key: str) -> str | None:
        """Return a fact, or `None` where it is not known."""
        found = await self._connection.execute(select(meta.c.value).where(meta.c.key == key))
        return found.scalar_one_or_none()

    async def put(self, key: str, value: str) -> None:
        """Keep a fact in place of what it was."""
        await self._put(meta, [{"key": key, "value": value}], key=["key"], update=["value"])

    async def put_first(self, key: str, value: str) -> str:
        """Keep a fact unless it is known; return what is known then."""
        await self._put(meta, [{"key": key, "value": value}], key=["key"], update=[])
        return await self.get(key) or value

    async def remove(self, key: str) -> None:
        """Forget a fact."""
        await self._connection.execute(delete(meta).where(meta.c.key == key))

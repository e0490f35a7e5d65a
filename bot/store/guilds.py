"""Servers, and those of their channels that have settings of their own."""

from msgspec import Struct, structs
from sqlalchemy import select

from .repository import GUILD_DEFAULTS, Repository
from .tables import channels, guilds


class Guild(Struct, frozen=True, kw_only=True):
    """A server's settings; the defaults are those of a server that has set nothing."""

    id: int
    time_zone: str = "UTC"
    """A name of the IANA database, such as `Europe/Vienna`."""
    language: str = "en"
    manager_role_id: int | None = None
    """The role whose holders may do what Manage Server may."""
    notice_channel_id: int | None = None
    """Where the server is told that something is wrong."""
    adult: bool = False
    """Whether it wants more than safe art where Discord and the operator allow it."""
    graphic: bool = False
    """Whether it wants violent art where the operator allows it (rule D2)."""


class Channel(Struct, frozen=True, kw_only=True):
    """A channel's own settings; `None` is as the server has it."""

    id: int
    guild_id: int
    adult: bool | None = None
    graphic: bool | None = None


_GUILD = [guilds.c[name] for name in Guild.__struct_fields__]
_CHANNEL = [channels.c[name] for name in Channel.__struct_fields__]


class Guilds(Repository):
    """The servers' settings."""

    async def get(self, guild_id: int) -> Guild:
        """Return a server's settings: the defaults where it has set nothing."""
        found = await self._connection.execute(select(*_GUILD).where(guilds.c.id == guild_id))
        row = found.mappings().one_or_none()
        return Guild(id=guild_id) if row is None else Guild(**row)

    async def away(self) -> frozenset[int]:
        """Return the ids of the servers that the bot was removed from, and that are still kept."""
        found = await self._connection.execute(
            select(guilds.c.id).where(guilds.c.removed_at.is_not(None))
        )
        return frozenset(found.scalars())

    async def put(self, guild: Guild) -> None:
        """Keep a server's settings in place of what it had."""
        await self._put(guilds, [structs.asdict(guild)], key=["id"], update=GUILD_DEFAULTS)


class Channels(Repository):
    """The channels' settings."""

    async def get(self, guild_id: int, channel_id: int) -> Channel:
        """Return a channel's settings: as the server has them where it has none."""
        found = await self._connection.execute(
            select(*_CHANNEL).where(channels.c.id == channel_id, channels.c.guild_id == guild_id)
        )
        row = found.mappings().one_or_none()
        return Channel(id=channel_id, guild_id=guild_id) if row is None else Channel(**row)

    async def of_guild(self, guild_id: int) -> tuple[Channel, ...]:
        """Return the server's channels that have settings or filters of their own, by id."""
        found = await self._connection.execute(
            select(*_CHANNEL).where(channels.c.guild_id == guild_id).order_by(channels.c.id)
        )
        return tuple(Channel(**row) for row in found.mappings())

    async def put(self, channel: Channel) -> None:
        """Keep a channel's settings in place of what it had."""
        await self._ensure_place(channel.guild_id)
        await self._put(
            channels, [structs.asdict(channel)], key=["id"], update=["adult", "graphic"]
        )

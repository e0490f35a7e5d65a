"""Changing a server's own settings, each change with its line in the audit list."""

from typing import Any

from msgspec import structs

from bot.store import Channel, Guild, Transaction
from bot.texts import RefusedError, _


class SettingRefusedError(RefusedError):
    """Something cannot be set as wished; `message` says why, for people."""


async def set_up(
    tx: Transaction, guild_id: int, given: dict[str, Any], *, by: int
) -> tuple[Guild, Guild]:
    """Change those settings of a server that are `given`; return what it had and has now."""
    old = await tx.guilds.get(guild_id)
    new = structs.replace(old, **given)
    if new != old:
        await tx.guilds.put(new)
        await _note(tx, "server.setup", old, new, by=by)
    return old, new


async def allow(
    tx: Transaction, guild_id: int, channel_id: int | None, given: dict[str, bool], *, by: int
) -> tuple[Guild, Channel | None]:
    """Note what a server, or one of its channels, allows; return the settings that hold now.

    Raises SettingRefusedError where a channel wants more than its server.
    """
    guild = await tx.guilds.get(guild_id)
    if channel_id is None:
        new = structs.replace(guild, **given)
        if new != guild:
            await tx.guilds.put(new)
            await _note(tx, "server.ratings", guild, new, by=by)
        return new, None
    if any(wish and not getattr(guild, name) for name, wish in given.items()):
        raise SettingRefusedError(
            _("A channel can only take back what the server allows. Allow it in the server first.")
        )
    own = await tx.channels.get(guild_id, channel_id)
    changed = structs.replace(
        own, **{name: None if wish else False for name, wish in given.items()}
    )
    if changed != own:
        await tx.channels.put(changed)
        await _note(tx, "server.ratings", own, changed, subject=str(channel_id), by=by)
    return guild, changed


async def _note(
    tx: Transaction,
    action: str,
    old: Guild | Channel,
    new: Guild | Channel,
    *,
    subject: str = "",
    by: int,
) -> None:
    before, after = structs.asdict(old), structs.asdict(new)
    changed = sorted(name for name in after if after[name] != before[name])
    await tx.audit.add(
        new.id if isinstance(new, Guild) else new.guild_id,
        action,
        subject=subject,
        actor_id=by,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )

"""Who may change what: checked at each command, button and window (reference: safety, 5).

Discord's own command permissions do not cover buttons and windows, and an admin can change them.
"""

from typing import Any

import discord
import structlog

from bot.texts import _
from bot.ui.answers import NotShownError
from bot.ui.host import host_of

_log = structlog.get_logger(__name__)


async def may_manage(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether a member has Manage Server or the server's manager role."""
    if interaction.guild_id is None or not isinstance(interaction.user, discord.Member):
        return False
    if interaction.permissions.administrator or interaction.permissions.manage_guild:
        return True
    guild = await host_of(interaction).policies.guild(interaction.guild_id)
    role = guild.manager_role_id
    return role is not None and interaction.user.get_role(role) is not None


async def managed_guild(interaction: discord.Interaction[Any]) -> int:
    """Return the server's id to somebody who may manage it; raises NotShownError for others."""
    if interaction.guild_id is None or not await may_manage(interaction):
        raise NotShownError(
            _("This is for members with Manage Server or this server's manager role.")
        )
    return interaction.guild_id


async def may_operate(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether an owner of the application asks, in the operator's server; closed by default.

    For what holds in all servers, or is done with the operator's own keys (rule D9).
    """
    host = host_of(interaction)
    if interaction.guild_id is None or interaction.guild_id != host.settings.operator_guild:
        return False
    try:
        return await host.is_owner(interaction.user)
    except discord.HTTPException as failure:
        _log.warning("cannot ask who owns the application", status=failure.status)
        return False

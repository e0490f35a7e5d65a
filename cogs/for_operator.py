"""Commands for the operator alone: who may use them, and where they are (safety, 3.9)."""

from typing import Any

import discord
from discord.ext import commands

from bot.client import MailmareBot
from bot.ui.permission import may_operate


class ForOperator:
    """Lets nobody else in; put it before the library's class, of a cog and of a group alike.

    A group that is added to a cog is not covered by the cog's own check.
    """

    async def interaction_check(self, interaction: discord.Interaction[Any], /) -> bool:
        """Let the application's owners through, in the operator's server."""
        return await may_operate(interaction)


async def add_for_operator(bot: MailmareBot, cog: commands.Cog) -> None:
    """Add a cog's commands to the operator's server, if there is one, and to no other."""
    guild_id = bot.settings.operator_guild
    if guild_id is not None:
        await bot.add_cog(cog, guild=discord.Object(guild_id))

"""The commands of Derpibooru."""

from discord.ext import commands

from bot.texts import _
from cogs.boards import add_board
from cogs.philomena import PhilomenaCog


class Derpibooru(
    PhilomenaCog, group_name="derpibooru", group_description=_("Pictures from Derpibooru.")
):
    """`/derpibooru`: what every Philomena board has."""

    site = "derpibooru"


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    await add_board(bot, Derpibooru)

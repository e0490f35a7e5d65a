"""The commands of Ponybooru."""

from discord.ext import commands

from bot.texts import _
from cogs.boards import add_board
from cogs.philomena import PhilomenaCog


class Ponybooru(
    PhilomenaCog, group_name="ponybooru", group_description=_("Pictures from Ponybooru.")
):
    """`/ponybooru`: what every Philomena board has."""

    site = "ponybooru"


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    await add_board(bot, Ponybooru)

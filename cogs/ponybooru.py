"""The commands of Ponybooru."""

from discord.ext import commands

from bot.texts import _
from cogs.boards import BoardCog, add_board


class Ponybooru(BoardCog, group_name="ponybooru", group_description=_("Pictures from Ponybooru.")):
    """`/ponybooru`: what every board has."""

    site = "ponybooru"


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    await add_board(bot, Ponybooru)

"""The commands of Derpibooru."""

from discord.ext import commands

from bot.texts import _
from cogs.boards import BoardCog, add_board


class Derpibooru(
    BoardCog, group_name="derpibooru", group_description=_("Pictures from Derpibooru.")
):
    """`/derpibooru`: what every board has."""

    site = "derpibooru"


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    await add_board(bot, Derpibooru)

"""The commands of Twibooru."""

from discord.ext import commands

from bot.texts import _
from cogs.boards import BoardCog, add_board


class Twibooru(BoardCog, group_name="twibooru", group_description=_("Pictures from Twibooru.")):
    """`/twibooru`: what every board has."""

    site = "twibooru"


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    await add_board(bot, Twibooru)

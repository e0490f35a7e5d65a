"""The menu of every message: "Find this picture"."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import MailmareBot
from bot.texts import _
from bot.ui.answers import answering, think
from bot.ui.buttons import finder_of, show
from bot.ui.guide import HELP
from bot.ui.here import policy_here
from bot.ui.lookalike import find_picture, picture_for, pictures_of


async def find_this_picture(interaction: discord.Interaction, message: discord.Message) -> None:
    """Answer privately with the post that a message's picture is, or is most like."""
    async with answering(interaction):
        finder = finder_of(interaction)
        policy = await policy_here(interaction)
        await think(interaction, private=True)
        sites = (client.site for client in finder.sites.values())
        url = picture_for(pictures_of(message), sites)
        await show(interaction, await find_picture(finder, url, policy))


async def setup(bot: commands.Bot) -> None:
    """Add the menu to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    text = _("In a message's menu, under Apps: the post that its picture is, with its credit.")
    bot.tree.add_command(
        app_commands.ContextMenu(
            name=_("Find this picture"), callback=find_this_picture, extras={HELP: text}
        )
    )

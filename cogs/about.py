"""`/help` and `/about`, also in direct messages."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import MailmareBot
from bot.texts import _
from bot.ui.answers import answering
from bot.ui.guide import about_embed, help_messages
from bot.ui.speech import speak_to_person


class About(commands.Cog):
    """What the bot says about itself; only to the person who asks."""

    def __init__(self, bot: MailmareBot) -> None:
        self._bot = bot

    @app_commands.command(name="help", description=_("What I can do, and how to ask for it."))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def help(self, interaction: discord.Interaction) -> None:
        """List every command, from the commands themselves."""
        async with answering(interaction):
            speak_to_person(interaction)
            first, *others = help_messages(self._bot.tree)
            await interaction.response.send_message(embeds=first, ephemeral=True)
            for embeds in others:
                await interaction.followup.send(embeds=embeds, ephemeral=True)

    @app_commands.command(description=_("What I am, what I keep, and how the sites are."))
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
    async def about(self, interaction: discord.Interaction) -> None:
        """Say what the bot is, its privacy, source code and version, and the sites' state."""
        async with answering(interaction):
            speak_to_person(interaction)
            finder = self._bot.finder
            await interaction.response.send_message(
                embed=about_embed(finder.sites.status(), finder.clock), ephemeral=True
            )


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await bot.add_cog(About(bot))

"""`/ponyaggregate import`: how anybody brings a picture or video to PonyAggregate."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import MailmareBot
from bot.texts import _
from bot.ui.answers import NotShownError, answering
from bot.ui.ponyaggregate import import_text, site_view
from bot.ui.speech import speak_to_person
from cogs.for_operator import add_for_operator
from cogs.options import Address
from cogs.ponyaggregate_account import PonyAggregateAccount
from cogs.ponyaggregate_options import read_page


@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class PonyAggregate(
    commands.GroupCog,
    group_name="ponyaggregate",
    group_description=_("The archive PonyAggregate."),
):
    """What members have of a site that lets only people in a browser add to it (rule L15)."""

    def __init__(self, bot: MailmareBot) -> None:
        self._bot = bot

    @app_commands.command(
        name="import",
        description=_("How to bring a page of Derpibooru or Pony.Tube to PonyAggregate."),
    )
    @app_commands.describe(page=_("The page's address, or the number or id in it."))
    async def import_page(self, interaction: discord.Interaction, page: Address) -> None:
        """Say privately what to enter where; neither the page nor the site is asked."""
        async with answering(interaction):
            speak_to_person(interaction)
            site = self._bot.finder.sites.ponyaggregate.site
            if site.name in (await self._bot.policies.switches()).sites:
                raise NotShownError(_("This site is switched off here."))
            found = read_page(self._bot, page)
            await interaction.response.send_message(
                import_text(found, site), view=site_view(site), ephemeral=True
            )


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await bot.add_cog(PonyAggregate(bot))
    await add_for_operator(bot, PonyAggregateAccount(bot))

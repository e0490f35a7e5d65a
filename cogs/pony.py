"""The commands of the Safe Pony API: the quickest joy."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import MailmareBot
from bot.texts import _
from bot.ui.answers import answering, think
from bot.ui.buttons import show
from bot.ui.completion import complete_list, complete_name
from bot.ui.facts import pony_tag_embed
from bot.ui.finder import Finder, check_site
from bot.ui.here import policy_here
from bot.ui.search import EXACT, RANDOM, Search
from cogs.options import PonyId, Query, TagName
from cogs.schedule import Schedule


@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
class Pony(commands.GroupCog, group_name="pony", group_description=_("Safe ponies, at random.")):
    """`/pony`, also in direct messages."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    @app_commands.command(description=_("A random safe pony."))
    @app_commands.describe(
        tags=_("Tags that it must all have, with commas between them."),
        no_stem=_("Take the tags to the letter: no other forms of the same words."),
    )
    async def random(
        self, interaction: discord.Interaction, tags: Query = "", *, no_stem: bool = False
    ) -> None:
        """Answer with a random pony and the button for another."""
        async with answering(interaction, tags):
            search = Search(self._finder.ponies.site.name, tags, EXACT if no_stem else RANDOM)
            policy = await policy_here(interaction)
            self._finder.link(search, policy)  # What cannot be asked is said at once, privately.
            await think(interaction)
            found = await self._finder.draw(search, policy)
            await show(interaction, found)

    @random.autocomplete("tags")
    async def complete_tags(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the tags with the last one completed."""
        return await complete_list(interaction, current, self._finder.ponies.site.name)

    @app_commands.command(description=_("One pony by its number."))
    @app_commands.describe(number=_("The pony's number."))
    @app_commands.rename(number="id")
    async def get(self, interaction: discord.Interaction, number: PonyId) -> None:
        """Answer with the pony of that number, if it may be shown."""
        async with answering(interaction):
            site = self._finder.ponies.site.name
            policy = await policy_here(interaction)
            await think(interaction)
            found = await self._finder.post(site, number, policy)
            await show(interaction, found)

    @app_commands.command(description=_("Other names of a tag, and how it is searched for."))
    @app_commands.describe(name=_("The tag's name, or another name for it."))
    async def tag(self, interaction: discord.Interaction, name: TagName) -> None:
        """Answer privately with what the Safe Pony API says about the tag."""
        async with answering(interaction):
            ponies = self._finder.ponies
            check_site(ponies.site.name, await policy_here(interaction))
            await think(interaction, private=True)
            embed = pony_tag_embed(await ponies.tag(name), ponies.site)
            await interaction.edit_original_response(embed=embed)

    @tag.autocomplete("name")
    async def complete_name(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the tags that begin so."""
        return await complete_name(interaction, current, self._finder.ponies.site.name)


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    if "ponyapi" not in bot.finder.sites:
        # Schedules draw from the boards as well.
        alone = app_commands.Group(name="pony", description=_("Random pictures in channels."))
        alone.add_command(Schedule(bot))
        bot.tree.add_command(alone)
        return
    cog = Pony(bot.finder)
    assert isinstance(cog.app_command, app_commands.Group)  # noqa: S101  a cog of a group has one
    cog.app_command.add_command(Schedule(bot))
    await bot.add_cog(cog)

"""The commands that every board has, written once; a board's own file gives them its name."""

from typing import ClassVar

import discord
from discord import app_commands
from discord.ext import commands

from bot.client import MailmareBot
from bot.safety.patterns import checked_pattern
from bot.sites.sorting import sorts
from bot.texts import _
from bot.ui.answers import answering, think
from bot.ui.buttons import show
from bot.ui.completion import complete_name, complete_query
from bot.ui.facts import comments_embed, tag_embed, tags_embed
from bot.ui.finder import Finder, check_site
from bot.ui.here import check_current, policy_here
from bot.ui.search import Search
from cogs.options import BoardId, ListPage, Pattern, Query, TagName

SORTS = [app_commands.Choice(name=sort.title, value=sort.name) for sort in sorts()]


async def answer_search(
    interaction: discord.Interaction, finder: Finder, search: Search, *, mature: bool = False
) -> None:
    """Answer with the first result and the buttons to reach the others."""
    async with answering(interaction, search.text):
        policy = await policy_here(interaction, mature=mature)
        finder.link(search, policy)  # What cannot be asked is said at once, privately.
        await think(interaction)
        await show(interaction, await finder.first(search, policy), mature=mature)


async def answer_random(
    interaction: discord.Interaction, finder: Finder, search: Search, *, mature: bool = False
) -> None:
    """Answer with a random result and the button for another."""
    async with answering(interaction, search.text):
        policy = await policy_here(interaction, mature=mature)
        finder.link(search, policy)
        await think(interaction)
        await show(interaction, await finder.draw(search, policy), mature=mature)


async def answer_post(
    interaction: discord.Interaction,
    finder: Finder,
    site: str,
    number: int,
    *,
    mature: bool = False,
) -> None:
    """Answer with the post of that number, if it may be shown."""
    async with answering(interaction):
        finder.board(site)
        policy = await policy_here(interaction, mature=mature)
        await think(interaction)
        await show(interaction, await finder.post(site, number, policy), mature=mature)


class BoardCog(commands.GroupCog):
    """Search, random, post, featured, tag, tags and comments of one board."""

    site: ClassVar[str]
    """The board's name in the catalogue."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    @app_commands.command(description=_("Search, and page through the results."))
    @app_commands.describe(
        query=_("A search as on the site, such as: twilight sparkle, (cute OR solo), -sad"),
        sort=_("The order of the results; newest first if you do not say."),
    )
    @app_commands.choices(sort=SORTS)
    async def search(
        self, interaction: discord.Interaction, query: Query, sort: str | None = None
    ) -> None:
        """Answer with the first result and the buttons to reach the others."""
        await answer_search(interaction, self._finder, Search(self.site, query, sort or ""))

    @app_commands.command(description=_("A random picture, and another, and another."))
    @app_commands.describe(
        query=_("A search as on the site; leave it out for any picture."),
        sort=_("Draw from the first 50 in this order instead of from all."),
    )
    @app_commands.choices(sort=SORTS)
    async def random(
        self, interaction: discord.Interaction, query: Query = "", sort: str | None = None
    ) -> None:
        """Answer with a random result and the button for another."""
        await answer_random(interaction, self._finder, Search(self.site, query, sort or ""))

    @search.autocomplete("query")
    @random.autocomplete("query")
    async def complete_query(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the query with its last tag completed."""
        return await complete_query(interaction, current, self.site, sent=True)

    @app_commands.command(description=_("One picture by its number."))
    @app_commands.describe(number=_("The number in the address of the picture's page."))
    @app_commands.rename(number="id")
    async def post(self, interaction: discord.Interaction, number: BoardId) -> None:
        """Answer with the post of that number, if it may be shown."""
        await answer_post(interaction, self._finder, self.site, number)

    @app_commands.command(description=_("The picture that the site features at present."))
    async def featured(self, interaction: discord.Interaction) -> None:
        """Answer with the featured post, if it may be shown."""
        async with answering(interaction):
            self._finder.board(self.site)
            policy = await policy_here(interaction)
            await think(interaction)
            found = await self._finder.featured(self.site, policy)
            await show(interaction, found)

    @app_commands.command(description=_("What a tag means and how many pictures have it."))
    @app_commands.describe(name=_("The tag's name, or another name for it."))
    async def tag(self, interaction: discord.Interaction, name: TagName) -> None:
        """Answer privately with what the site says about the tag."""
        async with answering(interaction):
            board = self._finder.board(self.site)
            check_site(self.site, await policy_here(interaction))
            await think(interaction, private=True)
            embed = tag_embed(await board.tag(name))
            await interaction.edit_original_response(embed=embed)

    @tag.autocomplete("name")
    async def complete_name(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the tags that begin so."""
        return await complete_name(interaction, current, self.site)

    @app_commands.command(description=_("Which tags are like a part of a name."))
    @app_commands.describe(
        pattern=_("A part of the name, or a name with * where anything may stand: star*light."),
        page=_("Which page of the tags, from the most used on."),
    )
    async def tags(
        self, interaction: discord.Interaction, pattern: Pattern, page: ListPage = 1
    ) -> None:
        """Answer privately with the tags that may be named here, and how many posts have them."""
        async with answering(interaction, pattern):
            board = self._finder.board(self.site)
            policy = await policy_here(interaction)
            check_site(self.site, policy)
            checked = checked_pattern(pattern)
            await think(interaction, private=True)
            found = await board.tags_like(checked, page=page)
            embed = tags_embed(found, board.site, policy)
            await interaction.edit_original_response(embed=embed)

    @app_commands.command(description=_("What people wrote under a picture, for your eyes only."))
    @app_commands.describe(
        number=_("The number in the address of the picture's page."),
        page=_("Which page of the comments, from the newest on."),
    )
    @app_commands.rename(number="id")
    async def comments(
        self, interaction: discord.Interaction, number: BoardId, page: ListPage = 1
    ) -> None:
        """Answer privately with the comments, if the post itself may be shown."""
        async with answering(interaction):
            self._finder.board(self.site)
            policy = await policy_here(interaction)
            await think(interaction, private=True)
            found, comments = await self._finder.comments(self.site, number, page, policy)
            await check_current(interaction, found.post)
            await interaction.edit_original_response(embed=comments_embed(found, comments))


async def add_board(bot: commands.Bot, cog: type[BoardCog]) -> None:
    """Add a board's commands to the bot."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await bot.add_cog(cog(bot.finder))

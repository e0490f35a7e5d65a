"""`/filter`: what a server, or one of its channels, does not want to see."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, TypeAlias

import discord
from discord import app_commands
from discord.ext import commands

from bot.catalogue import CATALOGUE
from bot.client import MailmareBot
from bot.guild_filters import GuildFilters, Place, Subjects
from bot.safety import Action, verify
from bot.texts import _
from bot.ui.answers import answering, think
from bot.ui.completion import complete_list, complete_query, managed
from bot.ui.filter_texts import (
    filters_embed,
    lifted_text,
    place_text,
    preset_text,
    put_text,
    site_filter_text,
    verdict_text,
)
from bot.ui.here import for_everybody, where, where_of
from bot.ui.permission import managed_guild
from cogs.options import BoardId, Query, SettingsChannel

_SITES = [
    app_commands.Choice(name=site.title, value=site.name)
    for site in CATALOGUE.values()
    if site.family in {"philomena", "twibooru", "ponyapi"}
]
_BOARDS = [one for one in _SITES if CATALOGUE[one.value].dialect is not None]
_FILTERED = [one for one in _SITES if CATALOGUE[one.value].family == "philomena"]

_TAGS = _("Tags with commas between them, such as: gore, spiders")
_QUERY = _("A whole search, such as: score.lt:0, -(cute || pony)")
_CHANNEL = _("Only in this channel; the whole server if you leave it out.")
_SITE = _("Only for posts of this site; every site if you leave it out.")

#: The commands that take what a board has; the others take what is hidden or spoilered here.
_COMPLETED = frozenset({"hide", "spoiler"})

#: What is done to rules about some words, in one place; it returns what to say of it.
_Change: TypeAlias = Callable[[Place, Subjects], Awaitable[str]]


@app_commands.default_permissions(manage_guild=True)
class FilterCog(
    commands.GroupCog, group_name="filter", group_description=_("What this server hides.")
):
    """Filters; each command checks that the member may manage the server."""

    def __init__(self, bot: MailmareBot) -> None:
        self._bot = bot
        self._filters = GuildFilters(bot.store, bot.policies, bot.finder.sites, bot.site_filters)
        group = self.app_command
        assert group is not None  # noqa: S101  a GroupCog has one
        changes: tuple[tuple[str, str, _Change], ...] = (
            (
                "hide",
                _("Hide posts with certain tags, or that a search finds."),
                partial(self._put, Action.HIDE),
            ),
            (
                "spoiler",
                _("Put posts behind a spoiler, by tags or by a search."),
                partial(self._put, Action.SPOILER),
            ),
            (
                "unhide",
                _("Show again what was hidden; also in one channel alone."),
                partial(self._lift, Action.HIDE),
            ),
            (
                "unspoiler",
                _("Take a spoiler away again; also in one channel alone."),
                partial(self._lift, Action.SPOILER),
            ),
        )
        for name, description, change in changes:
            command = _rule_command(self._filters, name, description, change)
            if name in _COMPLETED:
                command.autocomplete("tags")(self._complete_tags)
                command.autocomplete("query")(self._complete_query)
            group.add_command(command)

    @app_commands.command(description=_("List what is hidden and spoilered here."))
    @app_commands.describe(channel=_("Only what this channel has of its own."))
    async def show(
        self, interaction: discord.Interaction, channel: SettingsChannel | None = None
    ) -> None:
        """Answer with the list."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            wishes = await self._filters.wishes(guild_id)
            embed = filters_embed(wishes, None if channel is None else channel.id)
            await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command(
        name="site-filter", description=_("Use a board's public filter here, or stop using it.")
    )
    @app_commands.describe(
        site=_("The board."),
        number=_("The filter's number, in the address of its page."),
        channel=_CHANNEL,
        remove=_("Stop using it."),
    )
    @app_commands.rename(number="id")
    @app_commands.choices(site=_FILTERED)
    async def site_filter(
        self,
        interaction: discord.Interaction,
        site: str,
        number: BoardId,
        channel: SettingsChannel | None = None,
        *,
        remove: bool = False,
    ) -> None:
        """Import a filter, or drop it."""
        async with answering(interaction):
            place = await _place(interaction, channel)
            await think(interaction, private=True)
            name = place_text(place.channel_id)
            if not remove:
                found = await self._filters.use_site_filter(place, site, number)
                text = site_filter_text(found, name)
            elif await self._filters.drop_site_filter(place, site, number):
                text = _("That filter is no longer used in {place}.").format(place=name)
            else:
                text = _("That filter was not used in {place}.").format(place=name)
            await interaction.edit_original_response(content=text)

    @app_commands.command(description=_("What the rules make of one post, and which of them."))
    @app_commands.describe(
        site=_("The site that has it."),
        number=_("The number in the address of the picture's page."),
        channel=_("As in this channel; as here if you leave it out."),
    )
    @app_commands.rename(number="id")
    @app_commands.choices(site=_BOARDS)
    async def test(
        self,
        interaction: discord.Interaction,
        site: str,
        number: BoardId,
        channel: SettingsChannel | None = None,
    ) -> None:
        """Answer with the verdict and every rule that concerns the post."""
        async with answering(interaction):
            await managed_guild(interaction)
            place = where(interaction) if channel is None else where_of(channel)
            await think(interaction, private=True)
            policy = await self._bot.policies.of(for_everybody(place))
            finder = self._bot.finder
            post = await finder.unverified(site, number, policy)
            outcome = verify(post, policy, clock=finder.clock)
            text = verdict_text(post, outcome, policy, finder.clock)
            await interaction.edit_original_response(content=text)

    @app_commands.command(description=_("Hide a list of tags that are not for everybody."))
    @app_commands.describe(channel=_CHANNEL)
    async def preset(
        self, interaction: discord.Interaction, channel: SettingsChannel | None = None
    ) -> None:
        """Hide what the default list names and nothing is set for yet."""
        async with answering(interaction):
            place = await _place(interaction, channel)
            await think(interaction, private=True)
            text = preset_text(await self._filters.preset(place), place_text(place.channel_id))
            await interaction.edit_original_response(content=text)

    async def _complete_tags(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the list with its last tag completed."""
        if not await managed(interaction):
            return []
        return await complete_list(interaction, current, self._completing(interaction))

    async def _complete_query(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the query with its last tag completed."""
        if not await managed(interaction):
            return []
        return await complete_query(interaction, current, self._completing(interaction))

    def _completing(self, interaction: discord.Interaction) -> str:
        """Return whose tags are offered: of the board that is named, else of the first."""
        boards = self._bot.finder.sites.boards
        site = interaction.namespace.site
        return site if site in boards else next(iter(boards), "")

    async def _put(self, kind: Action, place: Place, subjects: Subjects) -> str:
        await self._filters.put(place, kind, subjects)
        return put_text(subjects, kind, place_text(place.channel_id))

    async def _lift(self, kind: Action, place: Place, subjects: Subjects) -> str:
        lifted = await self._filters.lift(place, kind, subjects)
        return lifted_text(lifted, place_text(place.channel_id))


def _rule_command(
    filters: GuildFilters, name: str, description: str, change: _Change
) -> app_commands.Command[Any, ..., None]:
    """Return a command that does `change` to rules about the words that it is given."""

    @app_commands.command(name=name, description=description)
    @app_commands.describe(tags=_TAGS, query=_QUERY, channel=_CHANNEL, site=_SITE)
    @app_commands.choices(site=_SITES)
    async def command(
        interaction: discord.Interaction,
        tags: Query = "",
        query: Query = "",
        channel: SettingsChannel | None = None,
        site: str = "",
    ) -> None:
        async with answering(interaction, query):
            place = await _place(interaction, channel)
            await think(interaction, private=True)
            text = await change(place, await filters.read(tags, query, site))
            await interaction.edit_original_response(content=text)

    return command


async def _place(interaction: discord.Interaction, channel: SettingsChannel | None) -> Place:
    """Return where a filter is to hold, for somebody who may say so."""
    return Place(
        guild_id=await managed_guild(interaction),
        channel_id=None if channel is None else channel.id,
        actor_id=interaction.user.id,
    )


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await bot.add_cog(FilterCog(bot))

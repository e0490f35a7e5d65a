"""`/embed`: the post behind a link, with its credit."""

import discord
from discord import app_commands
from discord.ext import commands

from bot.catalogue import CATALOGUE
from bot.client import MailmareBot
from bot.posts.links import Linked, post_of_link
from bot.texts import _
from bot.ui.answers import NotShownError, answering, think
from bot.ui.buttons import show
from bot.ui.finder import Finder
from bot.ui.here import policy_here
from cogs.options import Address


class Links(commands.Cog):
    """`/embed`, for the links of all sites alike."""

    def __init__(self, finder: Finder) -> None:
        self._finder = finder

    @app_commands.command(description=_("A post behind its link, with artist and source."))
    @app_commands.describe(url=_("The address of a post's page, or of its picture."))
    async def embed(self, interaction: discord.Interaction, url: Address) -> None:
        """Answer with the post that the link is of, if it may be shown; the link is not opened."""
        async with answering(interaction):
            linked = self._read(url)
            policy = await policy_here(interaction)
            await think(interaction)
            await show(interaction, await self._finder.post(linked.site, linked.id, policy))

    def _read(self, url: str) -> Linked:
        """Return the post of a link; raises NotShownError with the links that are known."""
        # The operator may have given sites hosts of their own.
        own = {name: client.site for name, client in self._finder.sites.items()}
        linked = post_of_link(url, (CATALOGUE | own).values())
        if linked is not None and linked.site in own:
            return linked
        lines = [_why_not(linked)]
        if own:
            sites = ", ".join(site.title for site in own.values())
            lines.append(
                _("I know links to posts and pictures of {sites}, such as <{example}>.").format(
                    sites=sites, example=next(iter(own.values())).page_url(123)
                )
            )
        raise NotShownError("\n".join(lines))


def _why_not(linked: Linked | None) -> str:
    if linked is None:
        return _("This is no link to a post or a picture that I know.")
    site = CATALOGUE[linked.site]
    if site.family == "ponyaggregate":
        return _(
            "{site} lets no program read its posts, so I do not know whom to credit. Please open"
            " the link in a browser."
        ).format(site=site.title)
    return _("{site} is switched off here.").format(site=site.title)


async def setup(bot: commands.Bot) -> None:
    """Add the command to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await bot.add_cog(Links(bot.finder))

"""`/operator`: the switches of whoever runs the bot, in one server (reference: safety, 3.9)."""

from collections.abc import Iterable
from typing import Any, TypeAlias

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.catalogue import CATALOGUE
from bot.client import MailmareBot
from bot.posts.tags import clean_tag_name, split_namespace
from bot.posts.text import safe_text
from bot.sites.errors import SiteError
from bot.texts import _
from bot.ui.answers import NotShownError, answering, tell, think
from bot.ui.operator_status import status_embed
from cogs.for_operator import ForOperator, add_for_operator
from cogs.options import PonyId, TagName

Reason: TypeAlias = app_commands.Range[str, 1, 200]

_ARTIST = "artist"
_NAME = 100
_SITES = [app_commands.Choice(name=site.title, value=name) for name, site in CATALOGUE.items()]

_log = structlog.get_logger(__name__)


@app_commands.default_permissions(administrator=True)
class Operator(
    ForOperator,
    commands.GroupCog,
    group_name="operator",
    group_description=_("Switches for all servers."),
):
    """`/operator`, for the application's owners alone."""

    site = app_commands.Group(name="site", description=_("A site, everywhere."))
    post = app_commands.Group(name="post", description=_("One post, everywhere."))
    artist = app_commands.Group(name="artist", description=_("An artist's work, everywhere."))

    def __init__(self, bot: MailmareBot) -> None:
        self._bot = bot

    @app_commands.command(description=_("How sites, switches, feeds, loops and store are."))
    async def status(self, interaction: discord.Interaction) -> None:
        """Answer with the state of everything that an operator looks after."""
        async with answering(interaction):
            await think(interaction, private=True)
            async with self._bot.store.read() as tx:
                switches = await tx.denials.switches()
                outbox = await tx.history.outbox()
            embed = status_embed(
                self._bot.finder.sites.status(),
                switches,
                self._bot.store,
                self._bot.loops.pulses(),
                outbox,
                servers=len(self._bot.guilds),
                clock=self._bot.finder.clock,
            )
            await interaction.edit_original_response(embed=embed)

    @app_commands.command(description=_("Stop all pictures, everywhere, at once."))
    @app_commands.describe(reason=_("For you to remember why."))
    async def panic(self, interaction: discord.Interaction, reason: Reason = "") -> None:
        """Stop all media."""
        async with answering(interaction):
            await think(interaction, private=True)
            async with self._bot.store.write() as tx:
                await tx.denials.panic(by=interaction.user.id, reason=reason)
            await self._done(
                interaction, _("All pictures are stopped. `/operator resume` lets them flow again.")
            )

    @app_commands.command(description=_("Let pictures flow again."))
    async def resume(self, interaction: discord.Interaction) -> None:
        """End the panic."""
        async with answering(interaction):
            await think(interaction, private=True)
            async with self._bot.store.write() as tx:
                changed = await tx.denials.resume()
            await self._done(
                interaction,
                _("Pictures flow again.") if changed else _("Pictures were not stopped."),
            )

    @site.command(name="off", description=_("Show nothing of a site any more."))
    @app_commands.describe(site=_("The site."), reason=_("For you to remember why."))
    @app_commands.choices(site=_SITES)
    async def site_off(
        self, interaction: discord.Interaction, site: str, reason: Reason = ""
    ) -> None:
        """Switch a site off."""
        async with answering(interaction):
            title = CATALOGUE[site].title
            await think(interaction, private=True)
            async with self._bot.store.write() as tx:
                await tx.denials.site_off(site, by=interaction.user.id, reason=reason)
            await self._done(interaction, _("{site} is switched off.").format(site=title))

    @site.command(name="on", description=_("Show a site again."))
    @app_commands.describe(site=_("The site."))
    @app_commands.choices(site=_SITES)
    async def site_on(self, interaction: discord.Interaction, site: str) -> None:
        """Switch a site on again."""
        async with answering(interaction):
            title = CATALOGUE[site].title
            await think(interaction, private=True)
            async with self._bot.store.write() as tx:
                changed = await tx.denials.site_on(site)
            text = _("{site} is shown again.") if changed else _("{site} was not switched off.")
            await self._done(interaction, text.format(site=title))

    @post.command(name="deny", description=_("Show a post nowhere any more."))
    @app_commands.describe(
        site=_("The site."), number=_("The post's number."), reason=_("For you to remember why.")
    )
    @app_commands.rename(number="id")
    @app_commands.choices(site=_SITES)
    async def post_deny(
        self, interaction: discord.Interaction, site: str, number: PonyId, reason: Reason = ""
    ) -> None:
        """Deny a post."""
        async with answering(interaction):
            title = CATALOGUE[site].title
            await think(interaction, private=True)
            async with self._bot.store.write() as tx:
                await tx.denials.deny_post(site, number, by=interaction.user.id, reason=reason)
            await self._done(
                interaction,
                _("Post {id} of {site} is shown nowhere any more.").format(id=number, site=title),
            )

    @post.command(name="allow", description=_("Allow a post again that you denied."))
    @app_commands.describe(site=_("The site."), number=_("The post's number."))
    @app_commands.rename(number="id")
    @app_commands.choices(site=_SITES)
    async def post_allow(self, interaction: discord.Interaction, site: str, number: PonyId) -> None:
        """Allow a post again."""
        async with answering(interaction):
            title = CATALOGUE[site].title
            await think(interaction, private=True)
            async with self._bot.store.write() as tx:
                changed = await tx.denials.allow_post(site, number)
            text = (
                _("Post {id} of {site} is allowed again.")
                if changed
                else _("Post {id} of {site} was not denied.")
            )
            await self._done(interaction, text.format(id=number, site=title))

    @artist.command(name="opt-out", description=_("Show nothing by an artist, on any site."))
    @app_commands.describe(name=_("The artist's tag."), reason=_("For you to remember why."))
    async def opt_out(
        self, interaction: discord.Interaction, name: TagName, reason: Reason = ""
    ) -> None:
        """Note that an artist does not want to be shown, under every name that the boards know."""
        async with answering(interaction):
            given = _artist_tag(name)
            await think(interaction, private=True)
            tags, silent = await self._canonical(given)
            async with self._bot.store.write() as tx:
                for tag in tags:
                    await tx.denials.opt_out(tag, by=interaction.user.id, reason=reason)
            lines = [_("Shown nowhere any more: {tags}.").format(tags=_listed(tags))]
            if silent:
                lines.append(
                    _(
                        "Not asked for other names, because they did not answer: {sites}."
                        " Please repeat this later."
                    ).format(sites=", ".join(silent))
                )
            await self._done(interaction, "\n".join(lines))

    @artist.command(name="opt-in", description=_("Show an artist's work again."))
    @app_commands.describe(name=_("The artist's tag."))
    async def opt_in(self, interaction: discord.Interaction, name: TagName) -> None:
        """Take an artist's opt-out back."""
        async with answering(interaction):
            given = _artist_tag(name)
            await think(interaction, private=True)
            tags, _silent = await self._canonical(given)
            async with self._bot.store.write() as tx:
                shown = [tag for tag in tags if await tx.denials.opt_in(tag)]
            await self._done(
                interaction,
                _("Shown again: {tags}.").format(tags=_listed(shown))
                if shown
                else _("{tags} had not opted out.").format(tags=_listed(tags)),
            )

    async def _done(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Let what was changed take effect, then say so."""
        self._bot.policies.forget_switches()
        command = interaction.command.qualified_name if interaction.command else None
        _log.warning("a switch of the operator's was used", command=command)
        await tell(interaction, text)

    async def _canonical(self, tag: str) -> tuple[list[str], list[str]]:
        """Return an artist tag as given and as each board has it, and who did not answer."""
        tags, silent = {tag: None}, []
        for board in self._bot.finder.sites.boards.values():
            try:
                found = await board.tag(tag)
            except SiteError as failure:
                if failure.until is not None:
                    silent.append(board.site.title)
                continue
            name = clean_tag_name(found.name)
            if split_namespace(name)[0] == _ARTIST:
                tags[name] = None
        return list(tags), silent


def _artist_tag(text: str) -> str:
    """Return the artist tag that is meant, whatever role is written before the name."""
    _role, name = split_namespace(clean_tag_name(text))
    if not name:
        raise NotShownError(_("This is not the name of a tag."))
    return f"{_ARTIST}:{name}"


def _listed(tags: Iterable[str]) -> str:
    return ", ".join(f"**{safe_text(tag, _NAME)}**" for tag in tags)


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the operator's server (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await add_for_operator(bot, Operator(bot))

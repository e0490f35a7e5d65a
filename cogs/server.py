"""`/server`: a server's settings, as a file too, and who changed what."""

import io
from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot import guild_file
from bot.client import MailmareBot
from bot.feeds.wishes import FeedRefusedError
from bot.guild_feeds import FeedPart, replace_feeds, retime
from bot.guild_file import LARGEST, GuildFileError, time_zones
from bot.guild_settings import allow, set_up
from bot.policies import read_wishes
from bot.posts.text import safe_text
from bot.query import QueryError
from bot.safety import Profile, Verdict, verdict
from bot.store import Subscription
from bot.texts import _
from bot.ui.answers import NotShownError, answering, think
from bot.ui.completion import managed
from bot.ui.feed_host import feed_host, guild_feeds, where_it_goes
from bot.ui.here import where_of
from bot.ui.lines import CONTENT, fitting
from bot.ui.permission import managed_guild
from bot.ui.server_texts import audit_embed, ratings_embed, settings_embed
from cogs.options import AuditPage, SettingsChannel

_CHOICES = 25
_AUDIT_PAGE = 20


@app_commands.default_permissions(manage_guild=True)
class Server(
    commands.GroupCog, group_name="server", group_description=_("The settings of this server.")
):
    """Settings; each command checks that the member may manage the server."""

    def __init__(self, bot: MailmareBot) -> None:
        self._bot = bot
        if bot.policies.profile is not Profile.FULL:
            # Where nothing but safe art is ever shown there is nothing to allow (rule D7).
            self._group.remove_command("ratings")

    @property
    def _group(self) -> app_commands.Group:
        group = self.app_command
        assert group is not None  # noqa: S101  a GroupCog has one
        return group

    @app_commands.command(description=_("Show the settings, and change those that you give."))
    @app_commands.describe(
        time_zone=_("Where the server is, such as Europe/Vienna: for times of day."),
        manager_role=_("Whoever has this role may change my settings; @everyone takes it back."),
        notices=_("Where I say that something is wrong."),
        language=_("The language of what I say in the channels."),
    )
    async def setup(
        self,
        interaction: discord.Interaction,
        time_zone: str = "",
        manager_role: discord.Role | None = None,
        notices: SettingsChannel | None = None,
        language: str = "",
    ) -> None:
        """Change what was given, and answer with all settings."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            if time_zone and time_zone not in time_zones():
                raise NotShownError(
                    _("There is no such time zone. Begin to type and choose one from the list.")
                )
            if language and language not in self._bot.languages.names:
                raise NotShownError(
                    _("I do not speak that. Begin to type and choose one from the list.")
                )
            if isinstance(notices, discord.ForumChannel):
                raise NotShownError(
                    _("A forum takes no messages of its own. Please choose another channel.")
                )
            given: dict[str, Any] = {}
            if time_zone:
                given["time_zone"] = time_zone
            if manager_role is not None:
                role = None if manager_role.is_default() else manager_role.id
                given["manager_role_id"] = role
            if notices is not None:
                given["notice_channel_id"] = notices.id
            if language:
                given["language"] = language
            await think(interaction, private=True)
            async with self._bot.store.write() as tx:
                old, new = await set_up(tx, guild_id, given, by=interaction.user.id)
                moved: tuple[int, ...] = ()
                if new.time_zone != old.time_zone:
                    moved = await retime(tx, guild_id, self._bot.finder.clock.now())
            self._bot.policies.forget(guild_id)
            await interaction.edit_original_response(embed=settings_embed(new))
            if moved:
                await feed_host(interaction).feeds.changed(*moved)

    @setup.autocomplete("time_zone")
    async def complete_time_zone(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the time zones that hold what was typed."""
        if not await managed(interaction):
            return []
        wanted = current.strip().replace(" ", "_").casefold()
        zones = sorted(zone for zone in time_zones() if wanted in zone.casefold())
        return [app_commands.Choice(name=zone, value=zone) for zone in zones[:_CHOICES]]

    @setup.autocomplete("language")
    async def complete_language(
        self, _interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the languages that there is a catalogue of."""
        wanted = current.strip().casefold()
        names = [name for name in self._bot.languages.names if wanted in name.casefold()]
        return [app_commands.Choice(name=name, value=name) for name in names[:_CHOICES]]

    @app_commands.command(description=_("What may be shown beside safe art, here or in a channel."))
    @app_commands.describe(
        adult=_("Art for adults: in age-restricted channels, by /mature alone."),
        graphic=_("Violent art, in the same places; the bot's operator must allow it too."),
        channel=_("Only in this channel, which can take back what the server allows."),
    )
    async def ratings(
        self,
        interaction: discord.Interaction,
        *,
        adult: bool | None = None,
        graphic: bool | None = None,
        channel: SettingsChannel | None = None,
    ) -> None:
        """Change what was given, and answer with what holds and what it means."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            if graphic and not self._bot.settings.graphic:
                raise NotShownError(_("This bot's operator does not allow violent art anywhere."))
            given = {
                name: wish
                for name, wish in (("adult", adult), ("graphic", graphic))
                if wish is not None
            }
            place = None if channel is None else channel.id
            await think(interaction, private=True)
            async with self._bot.store.write() as tx:
                guild, own = await allow(tx, guild_id, place, given, by=interaction.user.id)
            self._bot.policies.forget(guild_id)
            restricted = None if channel is None else _is_restricted(channel)
            embed = ratings_embed(
                guild, own, restricted=restricted, graphic=self._bot.settings.graphic
            )
            await interaction.edit_original_response(embed=embed)

    @app_commands.command(description=_("Everything that is set here, as a file."))
    async def export(self, interaction: discord.Interaction) -> None:
        """Answer privately with the file."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            async with self._bot.store.read() as tx:
                feeds = await tx.subscriptions.of_guild(guild_id)
                body = guild_file.export(await read_wishes(tx, guild_id), feeds)
            file = discord.File(io.BytesIO(body), filename="mailmare-server.json")
            await interaction.response.send_message(file=file, ephemeral=True)

    @app_commands.command(
        name="import", description=_("Set everything as in a file that /server export made.")
    )
    @app_commands.describe(
        file=_("The file."),
        apply=_("Really do it; if you leave this out I only say what would change."),
    )
    async def import_file(
        self, interaction: discord.Interaction, file: discord.Attachment, *, apply: bool = False
    ) -> None:
        """Say what the file would change; with `apply`, change it."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            await think(interaction, private=True)
            try:
                settings = guild_file.read(
                    await self._bot.attachments.read(file, LARGEST), self._bot.languages.names
                )
            except GuildFileError as error:
                raise NotShownError(safe_text(error.message, CONTENT)) from error
            guild = interaction.guild
            assert guild is not None  # noqa: S101  the command is for servers alone
            settings, left_out = guild_file.at_home(
                settings,
                channels={channel.id for channel in (*guild.channels, *guild.threads)},
                roles={role.id for role in guild.roles if not role.is_default()},
            )
            wishes = await self._wishes(interaction, guild_id, settings.feeds)
            by, now = interaction.user.id, self._bot.finder.clock.now()
            changed: tuple[int, ...] = ()
            async with self._bot.store.write() as tx:
                old = await read_wishes(tx, guild_id)
                feeds = await tx.subscriptions.of_guild(guild_id)
                lines = guild_file.changes(old, settings, feeds)
                if apply and lines:
                    await guild_file.apply(tx, guild_id, settings, by=by)
                    if wishes is not None:
                        changed = await replace_feeds(tx, guild_id, wishes, now, by=by)
                    if settings.time_zone != old.guild.time_zone:
                        changed += await retime(tx, guild_id, now)
            self._bot.policies.forget(guild_id)
            if changed:
                await guild_feeds(interaction).work_with(*changed)
            text = _import_text(lines, left_out, applied=apply)
            await interaction.edit_original_response(content=text)

    async def _wishes(
        self,
        interaction: discord.Interaction,
        guild_id: int,
        parts: tuple[FeedPart, ...] | None,
    ) -> tuple[Subscription, ...] | None:
        """Return what a file's feeds are in this server; `None` where it says nothing of them."""
        if not parts:
            return parts if parts is None else ()
        try:
            return await guild_feeds(interaction).read_file(
                guild_id, parts, lambda channel_id: where_it_goes(interaction, channel_id)
            )
        except (FeedRefusedError, QueryError) as error:
            text = _("A feed of the file cannot be: {reason}").format(reason=error.message)
            raise NotShownError(safe_text(text, CONTENT)) from error

    @app_commands.command(description=_("Who changed which setting, and when."))
    @app_commands.describe(page=_("Which page, from the newest on."))
    async def audit(self, interaction: discord.Interaction, page: AuditPage = 1) -> None:
        """Answer with a page of the audit list."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            async with self._bot.store.read() as tx:
                entries = await tx.audit.recent(guild_id, limit=page * _AUDIT_PAGE)
            shown = entries[(page - 1) * _AUDIT_PAGE :]
            await interaction.response.send_message(embed=audit_embed(shown), ephemeral=True)


def _is_restricted(channel: SettingsChannel) -> bool:
    """Tell whether more than safe art can be shown in a channel at all (rules D4 and D6)."""
    facts = where_of(channel).facts
    return verdict(facts, Profile.FULL) is Verdict.ADULT


def _import_text(lines: tuple[str, ...], left_out: int, *, applied: bool) -> str:
    if not lines:
        text = [_("The file changes nothing here.")]
    elif applied:
        text = [_("Done:")]
    else:
        text = [_("This would change, and nothing has changed yet:")]
    text += [f"- {safe_text(line, 300)}" for line in lines]
    if left_out:
        text.append(
            _("Left out, because this server has no such channel or role: {count}").format(
                count=left_out
            )
        )
    return fitting(text, CONTENT)


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await bot.add_cog(Server(bot))

"""`/server`: a server's settings, as a file too, and who changed what."""

import io
from collections.abc import Collection
from urllib.parse import urlsplit

import discord
from discord import app_commands
from discord.ext import commands
from msgspec import structs

from bot import guild_file
from bot.client import MailmareBot
from bot.guild_file import LANGUAGES, LARGEST, GuildFileError, time_zones
from bot.policies import read_wishes
from bot.posts.text import safe_text
from bot.texts import _
from bot.ui.answers import NotShownError, answering, think
from bot.ui.filter_texts import fitting
from bot.ui.permission import managed_guild, may_manage
from bot.ui.server_texts import audit_embed, settings_embed
from cogs.options import AuditPage, SettingsChannel

_CHOICES = 25
_CONTENT = 1900
_AUDIT_PAGE = 20


@app_commands.default_permissions(manage_guild=True)
class Server(
    commands.GroupCog, group_name="server", group_description=_("The settings of this server.")
):
    """Settings; each command checks that the member may manage the server."""

    def __init__(self, bot: MailmareBot) -> None:
        self._bot = bot

    @app_commands.command(description=_("Show the settings, and change those that you give."))
    @app_commands.describe(
        time_zone=_("Where the server is, such as Europe/Vienna: for times of day."),
        manager_role=_("Whoever has this role may change my settings; @everyone takes it back."),
        notices=_("Where I say that something is wrong."),
        language=_("The language of what I say in the channels."),
    )
    @app_commands.choices(
        language=[app_commands.Choice(name=name, value=name) for name in LANGUAGES]
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
            async with self._bot.store.write() as tx:
                old = new = await tx.guilds.get(guild_id)
                if time_zone:
                    new = structs.replace(new, time_zone=time_zone)
                if manager_role is not None:
                    role = None if manager_role.is_default() else manager_role.id
                    new = structs.replace(new, manager_role_id=role)
                if notices is not None:
                    new = structs.replace(new, notice_channel_id=notices.id)
                if language:
                    new = structs.replace(new, language=language)
                if new != old:
                    before, after = structs.asdict(old), structs.asdict(new)
                    changed = {name for name in after if after[name] != before[name]}
                    await tx.guilds.put(new)
                    await tx.audit.add(
                        guild_id,
                        "server.setup",
                        actor_id=interaction.user.id,
                        before={name: before[name] for name in sorted(changed)},
                        after={name: after[name] for name in sorted(changed)},
                    )
            self._bot.policies.forget(guild_id)
            await interaction.response.send_message(embed=settings_embed(new), ephemeral=True)

    @setup.autocomplete("time_zone")
    async def complete_time_zone(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the time zones that hold what was typed."""
        if not await may_manage(interaction):
            return []
        wanted = current.strip().replace(" ", "_").casefold()
        zones = sorted(zone for zone in time_zones() if wanted in zone.casefold())
        return [app_commands.Choice(name=zone, value=zone) for zone in zones[:_CHOICES]]

    @app_commands.command(description=_("Everything that is set here, as a file."))
    async def export(self, interaction: discord.Interaction) -> None:
        """Answer privately with the file."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            async with self._bot.store.read() as tx:
                body = guild_file.export(await read_wishes(tx, guild_id))
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
                settings = guild_file.read(await _body(file, self._bot.attachment_hosts))
            except GuildFileError as error:
                raise NotShownError(safe_text(error.message, _CONTENT)) from error
            guild = interaction.guild
            assert guild is not None  # noqa: S101  the command is for servers alone
            settings, left_out = guild_file.at_home(
                settings,
                channels={channel.id for channel in guild.channels},
                roles={role.id for role in guild.roles},
            )
            async with self._bot.store.write() as tx:
                lines = guild_file.changes(await read_wishes(tx, guild_id), settings)
                if apply and lines:
                    await guild_file.apply(tx, guild_id, settings, by=interaction.user.id)
            self._bot.policies.forget(guild_id)
            text = _import_text(lines, left_out, applied=apply)
            await interaction.edit_original_response(content=text)

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


async def _body(file: discord.Attachment, hosts: Collection[str]) -> bytes:
    """Return what a member attached, from Discord's own hosts and of a size that can be mine.

    Nothing else that anybody gives is ever fetched (reference: safety, 5).
    """
    parts = urlsplit(file.url)
    if parts.scheme != "https" or parts.hostname not in hosts:
        raise NotShownError(_("Please attach the file to the command itself."))
    if file.size > LARGEST:
        raise NotShownError(_("This file is too large to be one of mine."))
    return await file.read()


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
    return fitting(text, _CONTENT)


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await bot.add_cog(Server(bot))

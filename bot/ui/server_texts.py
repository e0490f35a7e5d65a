"""A server's settings and its audit list, in words; only for those who may change them."""

from collections.abc import Iterable

import discord
import msgspec

from bot.posts.text import inline_code, safe_text
from bot.store import AuditEntry, Channel, Guild
from bot.texts import _
from bot.ui.lines import COLOUR, LIST, fitting

_VALUE = 120


def settings_embed(guild: Guild) -> discord.Embed:
    """Return a server's settings."""
    role, channel = guild.manager_role_id, guild.notice_channel_id
    lines = [
        _("Time zone: {zone}").format(zone=guild.time_zone),
        _("Manager role: {role}").format(role=f"<@&{role}>" if role else _("none")),
        _("Channel for notices: {channel}").format(channel=f"<#{channel}>" if channel else "-"),
        _("Language: {language}").format(language=guild.language),
    ]
    if role:
        lines.append(
            _(
                "Discord shows these commands to members with Manage Server; in Server Settings,"
                " Integrations, you can show them to that role as well."
            )
        )
    return discord.Embed(title=_("Settings"), colour=COLOUR, description="\n".join(lines))


def ratings_embed(
    guild: Guild, channel: Channel | None, *, restricted: bool | None, graphic: bool
) -> discord.Embed:
    """Return what a server, or one of its channels, allows beside safe art, and what that means.

    `restricted` is whether more than safe art can be shown in the channel at all, `graphic`
    whether the operator allows violent art.
    """
    own = Channel(id=0, guild_id=guild.id) if channel is None else channel
    lines = [
        _("Art for adults: {wish}").format(wish=_wish(server=guild.adult, channel=own.adult)),
        _("Violent art: {wish}").format(
            wish=_wish(server=guild.graphic, channel=own.graphic)
            if graphic
            else _("not by this bot's operator")
        ),
        _(
            "What is allowed is shown by `/mature` alone, and only in age-restricted channels that"
            " are not for announcements. Every other command and every other place stays safe for"
            " everybody, and your filters hold everywhere."
        ),
    ]
    if restricted is False:
        lines.append(
            _("<#{channel}> is no such channel, so nothing but safe art is shown there.").format(
                channel=own.id
            )
        )
    title = _("Allowed in this server") if channel is None else _("Allowed in one channel")
    return discord.Embed(title=title, colour=COLOUR, description="\n".join(lines))


def _wish(*, server: bool, channel: bool | None) -> str:
    return _("allowed") if server and channel is not False else _("not allowed")


def audit_embed(entries: Iterable[AuditEntry]) -> discord.Embed:
    """Return who changed what, newest first."""
    text = fitting(map(_audit_line, entries), LIST)
    return discord.Embed(
        title=_("Changes"), colour=COLOUR, description=text or _("Nothing was changed yet.")
    )


def _audit_line(entry: AuditEntry) -> str:
    who = f"<@{entry.actor_id}>" if entry.actor_id else _("somebody")
    line = f"<t:{int(entry.at.timestamp())}:R> {who}: **{safe_text(entry.action, _VALUE)}**"
    if entry.subject:
        line += f" ({safe_text(entry.subject, _VALUE)})"
    if entry.before is not None:
        line += " " + inline_code(_value(entry.before), _VALUE)
    if entry.after is not None:
        line += " → " + inline_code(_value(entry.after), _VALUE)
    return line


def _value(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()

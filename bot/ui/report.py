"""The report button: a post that should not be there goes at once, or its server is told."""

import re
from typing import Any, Self, TypeAlias

import discord
import structlog
from msgspec import Struct

from bot.catalogue import CATALOGUE
from bot.safety import VerifiedPost
from bot.store import Guild
from bot.texts import _
from bot.ui.answers import NotShownError, answering, tell, think
from bot.ui.host import host_of
from bot.ui.kept import Kept
from bot.ui.pace import too_fast

_log = structlog.get_logger(__name__)

#: What an announcement is taken back by.
RULE = "safety 3.9 report"

#: Channels that take a message of their own: all that can have settings but forums.
Writable: TypeAlias = (
    discord.TextChannel | discord.VoiceChannel | discord.StageChannel | discord.Thread
)


class Reported(Struct, frozen=True, kw_only=True):
    """What somebody says should not be shown."""

    site: str = ""
    """Empty: a message as a whole."""
    post_id: int = 0
    link: str | None
    """Where it is; `None`: in an answer for one member alone."""
    once: int
    """Reports with the same number are told once in a while: the message's, or its part's."""


class ReportButton(
    Kept,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=(
        r"m1:report:(?!several:)(?P<site>[a-z]+):(?P<post>[0-9]{1,16})"
        r"(?::(?P<marker>[0-9]{1,19}))?\Z"
    ),
):
    """Says that a post should not be shown; whoever may manage messages removes it with it.

    Under an announcement it carries the marker by which its message is known again (reference:
    recipes, Outbox marks).
    """

    def __init__(self, site: str, post_id: int, marker: int | None = None) -> None:
        super().__init__(
            discord.ui.Button(
                label=_("Report"),
                custom_id=f"m1:report:{site}:{post_id}" + (f":{marker}" if marker else ""),
                style=discord.ButtonStyle.secondary,
            )
        )
        self.site = site
        self.post_id = post_id
        self.marker = marker

    @classmethod
    def of(cls, post: VerifiedPost) -> Self:
        """Return the button for a post."""
        return cls(post.post.site, post.post.id)

    @classmethod
    def read(cls, match: re.Match[str], _options: list[discord.SelectOption], /) -> Self:
        """Read the state of a button that was pressed."""
        marker = match["marker"]
        return cls(match["site"], int(match["post"]), int(marker) if marker else None)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Remove the message, or tell those who may."""
        async with answering(interaction):
            if may_remove(interaction):
                await self._remove(interaction)
            else:
                message = interaction.message
                told = message is not None and not message.flags.ephemeral
                await report(
                    interaction,
                    Reported(
                        site=self.site,
                        post_id=self.post_id,
                        link=message.jump_url if told and message is not None else None,
                        once=message.id if message is not None else interaction.id,
                    ),
                )

    async def _remove(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()
        _log.info("a reported post was removed", site=self.site, post=self.post_id)
        if self.marker is not None and interaction.message is not None:
            await take_back(interaction, interaction.message.id, self.marker)
        await interaction.followup.send(removed_text(), ephemeral=True)


def may_remove(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether a report by this person removes at once (reference: safety, 3.9)."""
    return interaction.guild_id is None or interaction.permissions.manage_messages


def removed_text() -> str:
    """Return what is said to whoever removed something."""
    return _("Removed. `/filter hide` keeps posts with a tag or query from coming back.")


async def take_back(interaction: discord.Interaction[Any], message_id: int, marker: int) -> None:
    """Note that a message of the outbox was removed, so that after-care does not look for it."""
    if interaction.guild_id is None:
        return
    async with host_of(interaction).store.write() as tx:
        rows = await tx.rechecks.of_message(interaction.guild_id, message_id, marker)
        await tx.rechecks.remove([row.id for row in rows], RULE, removal_reason())


def removal_reason() -> str:
    """Return why an announcement is counted as removed."""
    return _("Somebody who may manage messages removed it.")


async def report(interaction: discord.Interaction[Any], reported: Reported) -> None:
    """Tell the managers of a server, or say whom to tell; raises NotShownError where too many.

    For servers: in direct messages everybody may remove.
    """
    host = host_of(interaction)
    guild_id = interaction.guild_id
    if guild_id is None:
        return
    if wait := host.quotas.report(interaction.user.id):
        raise NotShownError(too_fast(interaction, wait))
    if not interaction.response.is_done():
        await think(interaction, private=True)
    if not host.quotas.is_first_report(reported.once):
        await tell(interaction, _("Somebody has reported this already. Thank you."))
        return
    told = False
    try:
        settings = await host.policies.guild(guild_id)
        channel = _notice_channel(interaction.guild, settings)
        told = await _send(channel, _notice(reported, interaction.channel_id))
    finally:
        if not told:
            host.quotas.take_back_report(reported.once)
    if told:
        await tell(interaction, _("Thank you. This server's managers have been told."))
        return
    await tell(
        interaction,
        _(
            "I know no channel in which I could tell this server's managers. Please tell {whom}"
            " about it."
        ).format(whom=_whom_to_tell(interaction.guild, settings)),
    )


def _notice(reported: Reported, channel_id: int | None) -> str:
    """Return what the managers read: which post, where, and what they can do.

    Who reported it is not told: nobody should have to fear reporting.
    """
    lines = [_what(reported)]
    if reported.link is None:
        lines.append(
            _("It was in an answer for one member alone, in <#{channel}>.").format(
                channel=channel_id
            )
        )
    else:
        lines.append(
            _(
                "It is here: {link}. Whoever may manage messages there removes it at once"
                " with the same button."
            ).format(link=reported.link)
        )
    return "\n".join(lines)


def _what(reported: Reported) -> str:
    if not reported.site:
        return _("A member reported a message of mine.")
    site = CATALOGUE.get(reported.site)
    return _("A member reported post {id} of {site}: <{url}>").format(
        id=reported.post_id,
        site=site.title if site else reported.site,
        url=site.page_url(reported.post_id) if site else "-",
    )


def _notice_channel(guild: discord.Guild | None, settings: Guild) -> Writable | None:
    """Return the server's channel for notices, if there is one and the bot may write there."""
    if guild is None or settings.notice_channel_id is None:
        return None
    channel = guild.get_channel_or_thread(settings.notice_channel_id)
    if not isinstance(channel, Writable):
        return None
    allowed = channel.permissions_for(guild.me)
    may_send = (
        allowed.send_messages_in_threads
        if isinstance(channel, discord.Thread)
        else allowed.send_messages
    )
    return channel if allowed.view_channel and may_send else None


async def _send(channel: Writable | None, text: str) -> bool:
    if channel is None:
        return False
    try:
        await channel.send(text, allowed_mentions=discord.AllowedMentions.none())
    except discord.HTTPException as failure:
        _log.warning("a report could not be told", status=failure.status, code=failure.code)
        return False
    return True


def _whom_to_tell(guild: discord.Guild | None, settings: Guild) -> str:
    people = [_("whoever manages messages here")]
    if settings.manager_role_id is not None:
        people.append(f"<@&{settings.manager_role_id}>")
    if guild is not None and guild.owner_id is not None:
        people.append(f"<@{guild.owner_id}>")
    return _(" or ").join(people)

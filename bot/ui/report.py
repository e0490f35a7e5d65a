"""The report button: a post that should not be there goes at once, or its server is told."""

import re
from typing import Any, Self

import discord
import structlog

from bot.safety import VerifiedPost
from bot.sites.catalogue import CATALOGUE
from bot.store import Guild
from bot.texts import _
from bot.ui.answers import NotShownError, answering, tell, think
from bot.ui.host import host_of
from bot.ui.pace import Paced, too_fast

_log = structlog.get_logger(__name__)


class ReportButton(
    Paced,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"m1:report:(?P<site>[a-z]+):(?P<post>[0-9]{1,16})\Z",
):
    """Says that a post should not be shown; whoever may manage messages removes it with it."""

    def __init__(self, site: str, post_id: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=_("Report"),
                custom_id=f"m1:report:{site}:{post_id}",
                style=discord.ButtonStyle.secondary,
            )
        )
        self.site = site
        self.post_id = post_id

    @classmethod
    def of(cls, post: VerifiedPost) -> Self:
        """Return the button for a post."""
        return cls(post.post.site, post.post.id)

    @classmethod
    async def from_custom_id(
        cls,
        _interaction: discord.Interaction[Any],
        _item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> Self:
        """Read the state of a button that was pressed."""
        return cls(match["site"], int(match["post"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Remove the message, or tell those who may."""
        async with answering(interaction):
            if interaction.guild_id is None or interaction.permissions.manage_messages:
                await self._remove(interaction)
            else:
                await self._report(interaction, interaction.guild_id)

    async def _remove(self, interaction: discord.Interaction[Any]) -> None:
        await interaction.response.defer()
        await interaction.delete_original_response()
        _log.info("a reported post was removed", site=self.site, post=self.post_id)
        await interaction.followup.send(
            _("Removed. `/filter hide` keeps posts with a tag or query from coming back."),
            ephemeral=True,
        )

    async def _report(self, interaction: discord.Interaction[Any], guild_id: int) -> None:
        host = host_of(interaction)
        if wait := host.quotas.report(interaction.user.id):
            raise NotShownError(too_fast(interaction, wait))
        await think(interaction, private=True)
        message_id = interaction.message.id if interaction.message else interaction.id
        if not host.quotas.is_first_report(message_id):
            await tell(interaction, _("Somebody has reported this already. Thank you."))
            return
        settings = await host.policies.guild(guild_id)
        channel = _notice_channel(interaction.guild, settings)
        if await _send(channel, self._notice(interaction)):
            await tell(interaction, _("Thank you. This server's managers have been told."))
            return
        host.quotas.take_back_report(message_id)
        await tell(
            interaction,
            _(
                "This server has not set where I should tell its managers."
                " Please tell {whom} about it."
            ).format(whom=_whom_to_tell(interaction.guild, settings)),
        )

    def _notice(self, interaction: discord.Interaction[Any]) -> str:
        """Return what the managers read: which post, where, and what they can do.

        Who reported it is not told: nobody should have to fear reporting.
        """
        site = CATALOGUE.get(self.site)
        lines = [
            _("A member reported post {id} of {site}: <{url}>").format(
                id=self.post_id,
                site=site.title if site else self.site,
                url=site.page_url(self.post_id) if site else "-",
            )
        ]
        message = interaction.message
        if message is None or message.flags.ephemeral:
            lines.append(
                _("It was in an answer for one member alone, in <#{channel}>.").format(
                    channel=interaction.channel_id
                )
            )
        else:
            lines.append(
                _(
                    "It is here: {link}. Whoever may manage messages there removes it at once"
                    " with the same button."
                ).format(link=message.jump_url)
            )
        return "\n".join(lines)


def _notice_channel(
    guild: discord.Guild | None, settings: Guild
) -> discord.TextChannel | discord.Thread | None:
    """Return the server's channel for notices, if there is one and the bot may write there."""
    if guild is None or settings.notice_channel_id is None:
        return None
    channel = guild.get_channel_or_thread(settings.notice_channel_id)
    if not isinstance(channel, discord.TextChannel | discord.Thread):
        return None
    allowed = channel.permissions_for(guild.me)
    may_send = (
        allowed.send_messages_in_threads
        if isinstance(channel, discord.Thread)
        else allowed.send_messages
    )
    return channel if allowed.view_channel and may_send else None


async def _send(channel: discord.TextChannel | discord.Thread | None, text: str) -> bool:
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

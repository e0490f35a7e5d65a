"""Where somebody asks, in raw facts, and the policy that holds there (rules D4 and D6)."""

from typing import Any

import discord
from msgspec import structs

from bot.policies import Where
from bot.safety import ChannelFacts, ChannelKind, Policy, VerifiedPost
from bot.texts import _
from bot.ui.answers import NotShownError
from bot.ui.host import host_of

_KINDS: dict[discord.ChannelType, ChannelKind] = {
    discord.ChannelType.text: ChannelKind.TEXT,
    discord.ChannelType.voice: ChannelKind.VOICE,
    discord.ChannelType.stage_voice: ChannelKind.STAGE,
    discord.ChannelType.forum: ChannelKind.FORUM,
    discord.ChannelType.media: ChannelKind.MEDIA,
    discord.ChannelType.news: ChannelKind.ANNOUNCEMENT,
    discord.ChannelType.news_thread: ChannelKind.ANNOUNCEMENT_THREAD,
    discord.ChannelType.public_thread: ChannelKind.THREAD,
    discord.ChannelType.private_thread: ChannelKind.THREAD,
    discord.ChannelType.private: ChannelKind.DM,
    discord.ChannelType.group: ChannelKind.GROUP_DM,
}


def facts_of(channel: Any, *, guild_available: bool, user_install: bool = False) -> ChannelFacts:
    """Return the raw facts of a channel as the library knows it; `None` is a place unknown.

    The flags themselves are read: `is_nsfw()` answers for a thread whose parent nobody knows.
    """
    parent = channel.parent if isinstance(channel, discord.Thread) else None
    return ChannelFacts(
        kind=_kind(channel),
        nsfw=None if isinstance(channel, discord.Thread) else getattr(channel, "nsfw", None),
        parent_kind=None if parent is None else _kind(parent),
        parent_nsfw=None if parent is None else parent.nsfw,
        guild_available=guild_available,
        user_install=user_install,
    )


def where_of(channel: Any) -> Where:
    """Return the place that a channel of a server is, as the library knows it."""
    guild = channel.guild
    return Where(
        guild_id=guild.id,
        channel_id=_settings_channel(channel),
        facts=facts_of(channel, guild_available=not guild.unavailable),
    )


def where(interaction: discord.Interaction[Any]) -> Where:
    """Return the place that an interaction comes from."""
    guild, channel = interaction.guild, interaction.channel
    return Where(
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id if channel is None else _settings_channel(channel),
        facts=facts_of(
            channel,
            guild_available=guild is not None and not guild.unavailable,
            user_install=not interaction.is_guild_integration(),
        ),
    )


def for_everybody(place: Where) -> Where:
    """Return a place as commands see it that are not age-restricted themselves: safe (rule D5)."""
    return structs.replace(place, facts=ChannelFacts())


async def policy_here(interaction: discord.Interaction[Any], *, mature: bool = False) -> Policy:
    """Return the policy of the place that `interaction` comes from.

    Discord wants a command of its own for more than safe art, with `nsfw: true` (rule D5). Only
    that one, and the buttons under its answers, are `mature`; for all others a server's wish for
    more changes nothing. The place is judged by its present facts at each command and press.
    """
    place = where(interaction)
    return await host_of(interaction).policies.of(place if mature else for_everybody(place))


async def check_current(
    interaction: discord.Interaction[Any], post: VerifiedPost, *, mature: bool = False
) -> None:
    """Raise NotShownError where what may be shown here changed since a post was verified.

    To be asked right before anything of the post is sent (reference: safety, 3.6): reading it may
    have taken long, and somebody may have pulled a switch meanwhile.
    """
    policy = await policy_here(interaction, mature=mature)
    if not post.is_current(policy, host_of(interaction).finder.clock):
        raise NotShownError(_("What may be shown here has just changed. Please ask again."))


def _kind(channel: Any) -> ChannelKind:
    kind = getattr(channel, "type", None)
    return _KINDS.get(kind, ChannelKind.UNKNOWN) if kind is not None else ChannelKind.UNKNOWN


def _settings_channel(channel: Any) -> int:
    """Return the id of the channel whose settings hold: of a thread, its parent's."""
    identity: int = channel.parent_id if isinstance(channel, discord.Thread) else channel.id
    return identity

"""What the library knows of the places that announcements go to; nothing that is only supposed."""

from collections.abc import Iterable

import discord

from bot.feeds.reconcile import WITHOUT_NONCE
from bot.policies import Where
from bot.safety import ChannelFacts, ChannelKind
from bot.ui.here import where_of

#: Discord's numbers of kinds of channels.
FORUM = 15
_NUMBERS = {
    0: ChannelKind.TEXT,
    2: ChannelKind.VOICE,
    5: ChannelKind.ANNOUNCEMENT,
    10: ChannelKind.ANNOUNCEMENT_THREAD,
    11: ChannelKind.THREAD,
    12: ChannelKind.THREAD,
    13: ChannelKind.STAGE,
    FORUM: ChannelKind.FORUM,
    16: ChannelKind.MEDIA,
}
#: Channels whose kind is remembered.
_LEARNT = 10_000


class Places:
    """The client's view of servers and channels: it may be empty, and is then no word of anything.

    What Discord was asked itself about channels that the library does not know is remembered.
    """

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._kinds: dict[int, ChannelKind] = {}

    def where(self, guild_id: int, channel_id: int) -> Where:
        """Return a place for its policy; with nothing known of it, a safe one (rule D6)."""
        channel = self._channel(channel_id)
        if channel is not None and channel.guild.id == guild_id:
            return where_of(channel)
        kind = self._kinds.get(channel_id, ChannelKind.UNKNOWN)
        return Where(guild_id=guild_id, channel_id=channel_id, facts=ChannelFacts(kind=kind))

    def is_reachable(self, guild_id: int) -> bool:
        """Tell whether a server can be sent to; with nothing known of it, it can (fault F23)."""
        guild = self._client.get_guild(guild_id)
        if guild is None:
            # After READY the library knows every server that we are in.
            return not self._client.is_ready()
        return not guild.unavailable

    def is_known(self, channel_id: int) -> bool:
        """Tell whether it is known what kind of channel it is."""
        return channel_id in self._kinds or self._channel(channel_id) is not None

    def is_forum(self, channel_id: int) -> bool:
        """Tell whether a channel is known to take threads alone."""
        channel = self._channel(channel_id)
        if channel is None:
            return self._kinds.get(channel_id) in WITHOUT_NONCE
        return isinstance(channel, discord.ForumChannel)

    def learn(self, channel_id: int, number: int) -> None:
        """Remember what kind of channel Discord says it is, by its number."""
        if len(self._kinds) >= _LEARNT:
            self._kinds.clear()
        self._kinds[channel_id] = _NUMBERS.get(number, ChannelKind.UNKNOWN)

    def may_embed(self, channel_id: int) -> bool | None:
        """Tell whether a channel takes embeds (fault F26); `None`: nothing is known of it."""
        allowed = self._permissions(channel_id)
        return None if allowed is None else allowed.embed_links

    def may_read(self, channel_id: int) -> bool | None:
        """Tell whether a channel's history may be read; `None`: nothing is known of it."""
        allowed = self._permissions(channel_id)
        return None if allowed is None else allowed.read_messages and allowed.read_message_history

    def has_role(self, guild_id: int, role_id: int) -> bool:
        """Tell whether a role exists; with nothing known of its server, it does (fault F22)."""
        guild = self._client.get_guild(guild_id)
        return guild is None or guild.unavailable or guild.get_role(role_id) is not None

    def tags(self, channel_id: int, wanted: Iterable[int]) -> list[int]:
        """Return those of the wanted tags that a forum has; all, where it is not known."""
        channel = self._channel(channel_id)
        if not isinstance(channel, discord.ForumChannel):
            return list(wanted)
        has = {tag.id for tag in channel.available_tags}
        return [tag for tag in wanted if tag in has]

    def _channel(self, channel_id: int) -> discord.abc.GuildChannel | discord.Thread | None:
        channel = self._client.get_channel(channel_id)
        if isinstance(channel, discord.abc.GuildChannel | discord.Thread):
            return None if channel.guild.unavailable else channel
        return None

    def _permissions(self, channel_id: int) -> discord.Permissions | None:
        channel = self._channel(channel_id)
        if channel is None or (isinstance(channel, discord.Thread) and channel.parent is None):
            return None
        return channel.permissions_for(channel.guild.me)

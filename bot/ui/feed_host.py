"""What commands about feeds need of the client that received an interaction."""

from typing import Any, Protocol, cast

import discord

from bot.feeds.destination import Destination
from bot.feeds.wishes import FeedRefusedError
from bot.guild_feeds import GuildFeeds, Running
from bot.policies import Where
from bot.settings import Settings
from bot.store import StoreError, Subscription
from bot.texts import _
from bot.ui.here import where_of
from bot.ui.host import Host

#: Digits of a number that no database holds any more.
_LONGEST_ID = 19


class Feeds(Running, Protocol):
    """The feeds at work."""

    @property
    def messenger(self) -> Destination:
        """Return the way to Discord."""


class FeedHost(Host, Protocol):
    """The parts of the client that commands about feeds use."""

    feeds: Feeds
    settings: Settings


def feed_host(interaction: discord.Interaction[Any]) -> FeedHost:
    """Return the client that received `interaction`, as those commands see it."""
    return cast("FeedHost", interaction.client)


def guild_feeds(interaction: discord.Interaction[Any]) -> GuildFeeds:
    """Return the changes that can be made to the feeds of servers."""
    host = feed_host(interaction)
    return GuildFeeds(
        host.store,
        host.policies,
        host.finder.sites,
        host.feeds,
        host.finder.clock,
        most=host.settings.feeds,
    )


async def own_feed(interaction: discord.Interaction[Any], guild_id: int, text: str) -> Subscription:
    """Return the feed or schedule of a server that `text` names by its number or its query.

    Raises FeedRefusedError where there is none, or more than one.
    """
    feeds = guild_feeds(interaction)
    wanted = text.strip()
    if wanted.isascii() and wanted.isdecimal() and len(wanted) < _LONGEST_ID:
        return await feeds.find(guild_id, int(wanted))
    found = [one for one in await feeds.of_guild(guild_id) if one.query.strip() == wanted]
    if len(found) != 1:
        raise FeedRefusedError(
            _("There is no such feed or schedule here. Begin to type and choose one from the list.")
        )
    return found[0]


async def site_of_feed(interaction: discord.Interaction[Any], text: object) -> str | None:
    """Return the site of the feed that `text` names; `None` where it names none."""
    if interaction.guild_id is None or not isinstance(text, str):
        return None
    try:
        return (await own_feed(interaction, interaction.guild_id, text)).site
    except (FeedRefusedError, StoreError):
        return None


def where_it_goes(interaction: discord.Interaction[Any], channel_id: int) -> Where:
    """Return the place that a channel is, by what is known of it; a safe one where nothing is."""
    guild = interaction.guild
    channel = guild.get_channel_or_thread(channel_id) if guild else None
    if channel is None:
        return Where(guild_id=interaction.guild_id, channel_id=channel_id)
    return where_of(channel)

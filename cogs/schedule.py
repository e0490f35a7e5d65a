"""`/pony schedule`: a random picture in a channel, at most one an hour, at local times (D11)."""

from typing import Any

import discord
from discord import app_commands
from msgspec import structs

from bot.client import MailmareBot
from bot.feeds.wishes import FeedRefusedError
from bot.store import FeedKind, Rhythm, Subscription
from bot.texts import _
from bot.ui import feed_changes
from bot.ui.answers import answering, think
from bot.ui.completion import complete_list, complete_query, managed
from bot.ui.feed_host import guild_feeds, own_feed, site_of_feed
from bot.ui.feed_places import target_of
from bot.ui.feed_texts import list_embed
from bot.ui.permission import managed_guild
from cogs.feed_options import (
    DRAWN,
    PERIODS,
    WEEKDAYS,
    FeedTarget,
    OwnSchedule,
    TimeOfDay,
    role_given,
    times_given,
)
from cogs.options import Query

_PONYAPI = "ponyapi"
_SCHEDULE = _("Which one; begin to type its number or its tags.")
_CHANNEL = _("The channel, thread or forum that it comes in.")
_TAGS = _("Tags that it must all have, with commas between them; of a board, a search.")
_RHYTHM = _("How often.")
_AT = _("The local time of day, such as 18:30; for an hourly one its minutes count.")
_WEEKDAY = _("The day for a weekly one.")
_SITE = _("Where it is from; the Safe Pony API if you leave it out.")
_ROLE = _("The one role that each message mentions.")


class Schedule(app_commands.Group):
    """The schedules; each command checks that the member may manage the server."""

    def __init__(self, bot: MailmareBot) -> None:
        super().__init__(name="schedule", description=_("A random picture at times you choose."))
        self._bot = bot

    @app_commands.command(description=_("Bring a random picture to a channel at local times."))
    @app_commands.describe(
        channel=_CHANNEL,
        rhythm=_RHYTHM,
        tags=_TAGS,
        at=_AT,
        weekday=_WEEKDAY,
        site=_SITE,
        role=_ROLE,
    )
    @app_commands.choices(rhythm=PERIODS, site=DRAWN)
    @app_commands.choices(weekday=WEEKDAYS)
    async def add(
        self,
        interaction: discord.Interaction,
        channel: FeedTarget,
        rhythm: str,
        tags: Query = "",
        *,
        at: TimeOfDay = "",
        weekday: int | None = None,
        site: str = _PONYAPI,
        role: discord.Role | None = None,
    ) -> None:
        """Check everything, keep the schedule, and show one such picture."""
        async with answering(interaction, tags):
            guild_id = await managed_guild(interaction)
            now = self._bot.finder.clock.now()
            wish = Subscription(
                guild_id=guild_id,
                channel_id=channel.id,
                kind=FeedKind.RANDOM,
                site=site,
                query=tags.strip(),
                rhythm=Rhythm(rhythm),
                since=now,
                created_at=now,
            )
            times = times_given(wish.rhythm, at, weekday)
            wish = structs.replace(wish, **times, **role_given(role))
            await feed_changes.add(interaction, wish, channel)

    @add.autocomplete("tags")
    async def complete_new(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the tags with the last one completed, by the site that it draws from."""
        if not await managed(interaction):
            return []
        return await _complete(interaction, current, interaction.namespace.site or _PONYAPI)

    @app_commands.command(name="list", description=_("Every schedule, and when it is next."))
    async def list_schedules(self, interaction: discord.Interaction) -> None:
        """Answer with the list."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            overview = await guild_feeds(interaction).overview(guild_id)
            embed = list_embed(overview, FeedKind.RANDOM)
            await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command(description=_("Change what you give of a schedule."))
    @app_commands.describe(
        schedule=_SCHEDULE,
        tags=_TAGS,
        channel=_CHANNEL,
        rhythm=_RHYTHM,
        at=_AT,
        weekday=_WEEKDAY,
        role=_ROLE,
    )
    @app_commands.choices(rhythm=PERIODS)
    @app_commands.choices(weekday=WEEKDAYS)
    async def edit(
        self,
        interaction: discord.Interaction,
        schedule: OwnSchedule,
        tags: Query | None = None,
        channel: FeedTarget | None = None,
        *,
        rhythm: str | None = None,
        at: TimeOfDay = "",
        weekday: int | None = None,
        role: discord.Role | None = None,
    ) -> None:
        """Change those fields, and say what is another now."""
        async with answering(interaction, tags or ""):
            guild_id = await managed_guild(interaction)
            one = await _own(interaction, guild_id, schedule)
            await think(interaction, private=True)
            given: dict[str, Any] = {
                "query": tags and tags.strip(),
                "channel_id": channel and channel.id,
                "rhythm": rhythm and Rhythm(rhythm),
            }
            changes = {name: value for name, value in given.items() if value is not None}
            changes |= times_given(Rhythm(rhythm or one.rhythm), at, weekday)
            changes |= role_given(role)
            target = channel or await target_of(interaction, one.channel_id)
            await feed_changes.edit(interaction, one, changes, target)

    @edit.autocomplete("tags")
    async def complete_edited(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the tags with the last one completed, by the site of the schedule."""
        if not await managed(interaction):
            return []
        site = await site_of_feed(interaction, interaction.namespace.schedule)
        return await _complete(interaction, current, site)

    @app_commands.command(description=_("End a schedule for good."))
    @app_commands.describe(schedule=_SCHEDULE)
    async def remove(self, interaction: discord.Interaction, schedule: OwnSchedule) -> None:
        """Delete it."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            one = await _own(interaction, guild_id, schedule)
            await feed_changes.remove(interaction, one)


async def _complete(
    interaction: discord.Interaction, current: str, site: str | None
) -> list[app_commands.Choice[str]]:
    if site == _PONYAPI:
        return await complete_list(interaction, current, site)
    return await complete_query(interaction, current, site, sent=True)


async def _own(interaction: discord.Interaction, guild_id: int, text: str) -> Subscription:
    one = await own_feed(interaction, guild_id, text)
    if one.kind is not FeedKind.RANDOM:
        raise FeedRefusedError(_("That is a feed: `/feed` changes it."))
    return one

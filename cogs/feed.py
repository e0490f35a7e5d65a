"""`/feed`: new posts of the boards, announced in a server's channels."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands
from msgspec import structs

from bot.client import MailmareBot
from bot.store import Rhythm, Subscription
from bot.texts import _
from bot.ui import feed_changes
from bot.ui.answers import answering, think
from bot.ui.completion import complete_query, managed
from bot.ui.feed_buttons import resume
from bot.ui.feed_host import guild_feeds, own_feed, site_of_feed
from bot.ui.feed_places import forum_tags as tags_of_forum
from bot.ui.feed_places import target_of
from bot.ui.feed_texts import feed_embed, list_embed
from bot.ui.permission import managed_guild
from cogs.feed_looks import FeedLooks
from cogs.feed_options import (
    BOARDS,
    RHYTHMS,
    WEEKDAYS,
    Backfill,
    Cap,
    FeedTarget,
    ForumTags,
    OwnFeed,
    QuietHours,
    Score,
    Settle,
    Template,
    TimeOfDay,
    role_given,
    template_given,
    times_given,
)
from cogs.options import Query

_FEED = _("Which one; begin to type its number or its query.")
_QUERY = _("A search as on the site, such as: twilight sparkle, (cute OR solo), -sad")
_CHANNEL = _("The channel, thread or forum that it is announced in.")
_RHYTHM = _("Each post by itself, or all of an hour, day or week together.")
_AT = _("The local time of day for a daily or weekly one, such as 18:30.")
_WEEKDAY = _("The day for a weekly one.")
_SETTLE = _("Minutes that a post matures before it is decided.")
_SCORE = _("The least score that a post must reach within three days.")
_QUIET = _("Local hours in which nothing is sent, such as 22:00-07:00.")
_ROLE = _("The one role that each message mentions.")
_CAP = _("Messages an hour at most.")
_TEMPLATE = _("Words above the picture; {artists}, {site}, {tags}… stand for its own.")
_FORUM_TAGS = _("Names of the forum's tags for each post, with commas between them.")
_PUBLISH = _("Whether followers of an announcement channel get it, too.")
_SPOILER = _("Whether every picture lies behind a spoiler.")
_CLEARED: dict[str, tuple[str, dict[str, Any]]] = {
    "query": (_("the query: everything comes"), {"query": ""}),
    "min_score": (_("the least score"), {"min_score": None}),
    "quiet_hours": (_("the quiet hours"), {"quiet_from": None, "quiet_until": None}),
    "cap": (_("the cap"), {"cap": None}),
    "role": (_("the role"), {"role_id": None}),
    "template": (_("the template"), {"template": ""}),
    "forum_tags": (_("the forum's tags"), {"forum_tags": ()}),
}


@app_commands.default_permissions(manage_guild=True)
class FeedCog(
    FeedLooks,
    group_name="feed",
    group_description=_("New pictures, announced in this server's channels."),
):
    """Feeds; each command checks that the member may manage the server."""

    def __init__(self, bot: MailmareBot) -> None:
        self._bot = bot

    @app_commands.command(description=_("Announce new pictures of a board in a channel."))
    @app_commands.describe(
        site=_("The board."),
        channel=_CHANNEL,
        query=_QUERY,
        rhythm=_RHYTHM,
        at=_AT,
        weekday=_WEEKDAY,
        role=_ROLE,
        settle=_SETTLE,
        min_score=_SCORE,
        quiet_hours=_QUIET,
        backfill=_("How many pictures of before to begin with."),
        cap=_CAP,
        template=_TEMPLATE,
        forum_tags=_FORUM_TAGS,
        publish=_PUBLISH,
        spoiler=_SPOILER,
    )
    @app_commands.choices(site=BOARDS, rhythm=RHYTHMS)
    @app_commands.choices(weekday=WEEKDAYS)
    async def add(
        self,
        interaction: discord.Interaction,
        site: str,
        channel: FeedTarget,
        query: Query = "",
        *,
        rhythm: str = Rhythm.EACH.value,
        at: TimeOfDay = "",
        weekday: int | None = None,
        role: discord.Role | None = None,
        settle: Settle = 0,
        min_score: Score | None = None,
        quiet_hours: QuietHours = "",
        backfill: Backfill = 0,
        cap: Cap | None = None,
        template: Template = "",
        forum_tags: ForumTags = "",
        publish: bool = False,
        spoiler: bool = False,
    ) -> None:
        """Check everything, keep the feed, and say what is to be expected of it."""
        async with answering(interaction, query):
            guild_id = await managed_guild(interaction)
            now = self._bot.finder.clock.now()
            wish = Subscription(
                guild_id=guild_id,
                channel_id=channel.id,
                site=site,
                query=query.strip(),
                rhythm=Rhythm(rhythm),
                settle=settle,
                min_score=min_score,
                cap=cap,
                template=template_given(template),
                forum_tags=tags_of_forum(channel, forum_tags),
                publish=publish,
                spoiler=spoiler,
                since=now,
                created_at=now,
            )
            times = times_given(wish.rhythm, at, weekday, quiet_hours)
            wish = structs.replace(wish, **times, **role_given(role))
            await feed_changes.add(interaction, wish, channel, backfill=backfill)

    @add.autocomplete("query")
    async def complete_new(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the query with its last tag completed."""
        if not await managed(interaction):
            return []
        return await complete_query(interaction, current, interaction.namespace.site)

    @app_commands.command(name="list", description=_("Every feed and schedule, and how it does."))
    @app_commands.describe(channel=_("Only those of one channel."))
    async def list_feeds(
        self, interaction: discord.Interaction, channel: FeedTarget | None = None
    ) -> None:
        """Answer with the list."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            overview = await guild_feeds(interaction).overview(guild_id)
            embed = list_embed(overview, channel_id=channel.id if channel else None)
            await interaction.response.send_message(embed=embed, ephemeral=True)

    @app_commands.command(description=_("Everything that is set for one feed or schedule."))
    @app_commands.describe(feed=_FEED)
    async def show(self, interaction: discord.Interaction, feed: OwnFeed) -> None:
        """Answer with its settings and its state."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            one = await own_feed(interaction, guild_id, feed)
            overview = await guild_feeds(interaction).overview(guild_id)
            await interaction.response.send_message(embed=feed_embed(one, overview), ephemeral=True)

    @app_commands.command(description=_("Change what you give of a feed or schedule."))
    @app_commands.describe(
        feed=_FEED,
        query=_QUERY,
        channel=_CHANNEL,
        rhythm=_RHYTHM,
        at=_AT,
        weekday=_WEEKDAY,
        settle=_SETTLE,
        min_score=_SCORE,
        quiet_hours=_QUIET,
        cap=_CAP,
        role=_ROLE,
        template=_TEMPLATE,
        forum_tags=_FORUM_TAGS,
        publish=_PUBLISH,
        spoiler=_SPOILER,
        clear=_("What to take back."),
    )
    @app_commands.choices(
        rhythm=RHYTHMS,
        clear=[
            app_commands.Choice(name=label, value=name)
            for name, (label, _fields) in _CLEARED.items()
        ],
    )
    @app_commands.choices(weekday=WEEKDAYS)
    async def edit(
        self,
        interaction: discord.Interaction,
        feed: OwnFeed,
        query: Query | None = None,
        channel: FeedTarget | None = None,
        *,
        rhythm: str | None = None,
        at: TimeOfDay = "",
        weekday: int | None = None,
        settle: Settle | None = None,
        min_score: Score | None = None,
        quiet_hours: QuietHours = "",
        cap: Cap | None = None,
        role: discord.Role | None = None,
        template: Template | None = None,
        forum_tags: ForumTags = "",
        publish: bool | None = None,
        spoiler: bool | None = None,
        clear: str | None = None,
    ) -> None:
        """Change those fields, and say what is another now."""
        async with answering(interaction, query or ""):
            guild_id = await managed_guild(interaction)
            one = await own_feed(interaction, guild_id, feed)
            await think(interaction, private=True)
            given: dict[str, Any] = {
                "query": query and query.strip(),
                "channel_id": channel and channel.id,
                "rhythm": rhythm and Rhythm(rhythm),
                "settle": settle,
                "min_score": min_score,
                "cap": cap,
                "template": template and template_given(template),
                "publish": publish,
                "spoiler": spoiler,
            }
            changes: dict[str, Any] = {
                name: value for name, value in given.items() if value is not None
            }
            changes |= times_given(Rhythm(rhythm or one.rhythm), at, weekday, quiet_hours)
            changes |= role_given(role)
            if clear is not None:
                changes |= _CLEARED[clear][1]
            target = channel or await target_of(interaction, one.channel_id)
            if forum_tags:
                changes["forum_tags"] = tags_of_forum(target, forum_tags)
            await feed_changes.edit(interaction, one, changes, target)

    @edit.autocomplete("query")
    async def complete_edited(
        self, interaction: discord.Interaction, current: str
    ) -> list[app_commands.Choice[str]]:
        """Offer the query with its last tag completed, by the board of the feed."""
        if not await managed(interaction):
            return []
        site = await site_of_feed(interaction, interaction.namespace.feed)
        return await complete_query(interaction, current, site)

    @app_commands.command(description=_("Stop a feed or schedule until you resume it."))
    @app_commands.describe(feed=_FEED)
    async def pause(self, interaction: discord.Interaction, feed: OwnFeed) -> None:
        """Pause it."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            await think(interaction, private=True)
            one = await own_feed(interaction, guild_id, feed)
            await guild_feeds(interaction).pause(guild_id, one.id, actor_id=interaction.user.id)
            text = _("Number {id} is paused. What comes meanwhile is not announced later.")
            await interaction.edit_original_response(content=text.format(id=one.id))

    @app_commands.command(description=_("Let a paused feed or schedule run again."))
    @app_commands.describe(feed=_FEED)
    async def resume(self, interaction: discord.Interaction, feed: OwnFeed) -> None:
        """Resume it, or say what still stands in the way."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            await think(interaction, private=True)
            text = await resume(interaction, guild_id, feed)
            await interaction.edit_original_response(content=text)

    @app_commands.command(description=_("End a feed or schedule for good."))
    @app_commands.describe(feed=_FEED)
    async def remove(self, interaction: discord.Interaction, feed: OwnFeed) -> None:
        """Delete it, with what is owed for it alone."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            one = await own_feed(interaction, guild_id, feed)
            await feed_changes.remove(interaction, one)


async def setup(bot: commands.Bot) -> None:
    """Add the commands to the bot (discord.py's entry of an extension)."""
    assert isinstance(bot, MailmareBot)  # noqa: S101  the extensions are Mailmare's own
    await bot.add_cog(FeedCog(bot))

"""What the commands of feeds and schedules take."""

from typing import Any, TypeAlias

import discord
from discord import app_commands

from bot.catalogue import CATALOGUE
from bot.feeds.wishes import (
    LONGEST_SETTLE,
    MOST_AN_HOUR,
    FeedRefusedError,
    check_times,
    read_hours,
    read_time,
)
from bot.guild_feeds import MOST_BACKFILL
from bot.posts.text import plain_text
from bot.store import FeedKind, Rhythm, Subscription
from bot.texts import _
from bot.ui.completion import managed
from bot.ui.feed_host import guild_feeds
from bot.ui.feed_places import Target
from bot.ui.feed_texts import rhythm_name

#: Discord's limits of a completion.
_CHOICES, _NAME = 25, 100


class _Target(app_commands.Transformer):
    """A channel, thread or forum that announcements can go to; Discord offers no others."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return [
            discord.ChannelType.text,
            discord.ChannelType.news,
            discord.ChannelType.voice,
            discord.ChannelType.forum,
            discord.ChannelType.public_thread,
            discord.ChannelType.private_thread,
            discord.ChannelType.news_thread,
        ]

    async def transform(
        self,
        _interaction: discord.Interaction,
        value: app_commands.AppCommandChannel | app_commands.AppCommandThread,
        /,
    ) -> Target:
        channel = value.resolve()
        if channel is None:
            try:
                # A thread that is archived is not among those that Discord tells of.
                channel = await value.fetch()
            except discord.HTTPException as error:
                raise app_commands.TransformerError(value, self.type, self) from error
        if not isinstance(channel, Target):
            raise app_commands.TransformerError(value, self.type, self)
        return channel


class _Own(app_commands.Transformer):
    """One of the server's own feeds or schedules, by its number; completed from those alone."""

    def __init__(self, kind: FeedKind | None = None) -> None:
        self._kind = kind

    async def transform(self, _interaction: discord.Interaction, value: str, /) -> str:
        return value

    async def autocomplete(  # type: ignore[override]
        self, interaction: discord.Interaction[Any], value: str, /
    ) -> list[app_commands.Choice[str]]:
        if interaction.guild_id is None or not await managed(interaction):
            return []
        wanted = value.strip().casefold()
        offered = []
        for one in await guild_feeds(interaction).of_guild(interaction.guild_id):
            name = _offer(one, interaction.guild)
            if self._kind in {None, one.kind} and wanted in name.casefold():
                offered.append(app_commands.Choice(name=name, value=str(one.id)))
        return offered[:_CHOICES]


def _offer(one: Subscription, guild: discord.Guild | None) -> str:
    channel = guild.get_channel_or_thread(one.channel_id) if guild else None
    where = f"#{channel.name}" if channel else "#?"
    query = one.query or _("everything")
    title = CATALOGUE[one.site].title if one.site in CATALOGUE else one.site
    return plain_text(f"{one.id} · {title} · {where} · {query}", _NAME)


FeedTarget: TypeAlias = app_commands.Transform[Target, _Target]
OwnFeed: TypeAlias = app_commands.Transform[str, _Own]
OwnSchedule: TypeAlias = app_commands.Transform[str, _Own(FeedKind.RANDOM)]
Backfill: TypeAlias = app_commands.Range[int, 0, MOST_BACKFILL]
Settle: TypeAlias = app_commands.Range[int, 0, LONGEST_SETTLE]
Score: TypeAlias = app_commands.Range[int, -10_000, 100_000]
Cap: TypeAlias = app_commands.Range[int, 1, MOST_AN_HOUR]
TimeOfDay: TypeAlias = app_commands.Range[str, 0, 10]
QuietHours: TypeAlias = app_commands.Range[str, 0, 20]
Template: TypeAlias = app_commands.Range[str, 0, 500]
ForumTags: TypeAlias = app_commands.Range[str, 0, 200]
Days: TypeAlias = app_commands.Range[int, 2, 28]

#: The boards, whose new posts can be announced, and every site that has some at random.
BOARDS = [
    app_commands.Choice(name=site.title, value=site.name)
    for site in CATALOGUE.values()
    if site.dialect is not None
]
DRAWN = [
    app_commands.Choice(name=site.title, value=site.name)
    for site in CATALOGUE.values()
    if site.dialect is not None or site.family == "ponyapi"
]
RHYTHMS = [app_commands.Choice(name=rhythm_name(one), value=one.value) for one in Rhythm]
PERIODS = [one for one in RHYTHMS if one.value != Rhythm.EACH]
WEEKDAYS = [
    app_commands.Choice(name=name, value=number)
    for number, name in enumerate(
        (
            _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"),
            _("Sunday"),
        )
    )
]  # fmt: skip


def times_given(
    rhythm: Rhythm, at: str, weekday: int | None, quiet_hours: str = ""
) -> dict[str, Any]:
    """Return the fields that times given with a rhythm are about; raises FeedRefusedError."""
    check_times(rhythm, at=bool(at), weekday=weekday is not None)
    fields: dict[str, Any] = {} if weekday is None else {"weekday": weekday}
    if at:
        fields["at_minute"] = read_time(at)
    if quiet_hours:
        hours = read_hours(quiet_hours)
        fields |= {"quiet_from": hours.begin, "quiet_until": hours.end}
    return fields


def template_given(template: str) -> str:
    """Return a template as it is kept.

    Discord's options hold one line: a break is written as it is in programs.
    """
    return template.replace("\\n", "\n")


def role_given(role: discord.Role | None) -> dict[str, Any]:
    """Return the field that a role is about; raises FeedRefusedError for that of everybody."""
    if role is None:
        return {}
    if role.is_default():
        raise FeedRefusedError(_("Everybody at once is never mentioned; please choose a role."))
    return {"role_id": role.id}

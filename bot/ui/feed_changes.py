"""Setting up, changing and ending feeds and schedules: the same for both, and what is answered."""

from collections.abc import Mapping
from typing import Any

import discord
from msgspec import structs

from bot.store import Subscription
from bot.texts import _
from bot.ui.answers import NotShownError, think
from bot.ui.feed_answers import added_text, edited_text
from bot.ui.feed_host import guild_feeds
from bot.ui.feed_places import Target, check_place
from bot.ui.feed_preview import show_preview
from bot.ui.here import where_of
from bot.ui.host import host_of


async def add(
    interaction: discord.Interaction[Any],
    wish: Subscription,
    channel: Target,
    *,
    backfill: int = 0,
) -> None:
    """Check everything, keep the wish, say what is to be expected of it, and show one picture.

    Raises what `check_place` and `GuildFeeds.add` raise.
    """
    found = check_place(channel, wish)
    await think(interaction, private=True)
    added = await guild_feeds(interaction).add(
        wish, where_of(channel), actor_id=interaction.user.id, backfill=backfill
    )
    await interaction.edit_original_response(content=added_text(added, found, backfill=backfill))
    if added.preflight.newest:
        clock = host_of(interaction).finder.clock
        await show_preview(interaction, added.subscription, added.preflight.newest, clock)


async def edit(
    interaction: discord.Interaction[Any],
    one: Subscription,
    changes: Mapping[str, Any],
    channel: Target,
) -> None:
    """Change the named fields, and say what is another now; it was thought about already.

    `channel` is the one that it is for from now on. Raises what `check_place` and
    `GuildFeeds.edit` raise, and NotShownError where nothing is to be changed.
    """
    if not changes:
        raise NotShownError(_("Please give something to change."))
    found = check_place(channel, structs.replace(one, **changes))
    edited = await guild_feeds(interaction).edit(
        one.guild_id, one.id, changes, where_of(channel), actor_id=interaction.user.id
    )
    zone = (await host_of(interaction).policies.guild(one.guild_id)).time_zone
    await interaction.edit_original_response(content=edited_text(edited, found, zone))


async def remove(interaction: discord.Interaction[Any], one: Subscription) -> None:
    """Delete it, with what is owed for it alone."""
    await think(interaction, private=True)
    await guild_feeds(interaction).remove(one.guild_id, one.id, actor_id=interaction.user.id)
    text = _("Number {id} is removed. What it announced stays where it is.")
    await interaction.edit_original_response(content=text.format(id=one.id))

"""The button under a notice that lets a paused feed run again.

Its `custom_id` is `m1:resume:<subscription id>`; who may press it is checked at each press.
"""

import re
from typing import Any, Self

import discord

from bot.texts import _, ngettext
from bot.ui.answers import answering, think
from bot.ui.feed_host import guild_feeds, own_feed
from bot.ui.feed_places import check_place, target_of
from bot.ui.here import where_of
from bot.ui.kept import Kept
from bot.ui.permission import managed_guild


class ResumeButton(
    Kept,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"m1:resume:(?P<id>[0-9]{1,18})\Z",
):
    """Resumes one feed or schedule of the server that it is pressed in."""

    def __init__(self, subscription_id: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=_("Resume"),
                custom_id=f"m1:resume:{subscription_id}",
                style=discord.ButtonStyle.primary,
            )
        )
        self.subscription_id = subscription_id

    @classmethod
    def read(cls, match: re.Match[str], _options: list[discord.SelectOption], /) -> Self:
        """Read which feed a button is about that was pressed."""
        return cls(int(match["id"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Resume it, or say what still stands in the way."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            await think(interaction, private=True)
            text = await resume(interaction, guild_id, str(self.subscription_id))
            await interaction.edit_original_response(content=text)


async def resume(interaction: discord.Interaction[Any], guild_id: int, name: str) -> str:
    """Let a feed run again for somebody who may say so; return what happened.

    Raises FeedRefusedError where it cannot, and QueryError.
    """
    one = await own_feed(interaction, guild_id, name)
    channel = await target_of(interaction, one.channel_id)
    check_place(channel, one)
    resumed = await guild_feeds(interaction).resume(
        guild_id, one.id, where_of(channel), actor_id=interaction.user.id
    )
    return ngettext(
        "Number {ids} runs again in {channel}.",
        "Numbers {ids} run again in {channel}.",
        len(resumed),
    ).format(ids=", ".join(str(each.id) for each in resumed), channel=f"<#{one.channel_id}>")

"""The button under an announcement that hides its artist or a tag in that channel from now on."""

import re
from collections.abc import Iterator
from typing import Any, Self

import discord

from bot.guild_filters import GuildFilters, Place, Subjects
from bot.posts.credit import artists_of
from bot.posts.model import Post
from bot.posts.shown import shown_tags
from bot.posts.tags import clean_tag_name
from bot.posts.text import plain_text
from bot.safety import Action, Policy
from bot.texts import _
from bot.ui.answers import NotShownError, answering, tell, think
from bot.ui.filter_texts import place_text, put_text
from bot.ui.here import policy_here, where
from bot.ui.host import host_of
from bot.ui.kept import Kept
from bot.ui.permission import managed_guild

#: Discord's limits for the options of a select.
_MOST, _LONGEST = 25, 100
#: So long is a tag at most that one of them holds, in whatever units Discord counts.
_SHORT = _LONGEST // 2


class MuteButton(
    Kept,
    discord.ui.DynamicItem[discord.ui.Button[Any]],
    template=r"m1:mute:(?P<site>[a-z]+):(?P<post>[0-9]{1,16})\Z",
):
    """Asks whoever may manage the server what of a post is to be hidden in this channel."""

    def __init__(self, site: str, post_id: int) -> None:
        super().__init__(
            discord.ui.Button(
                label=_("Mute…"),
                custom_id=f"m1:mute:{site}:{post_id}",
                style=discord.ButtonStyle.secondary,
            )
        )
        self.site = site
        self.post_id = post_id

    @classmethod
    def read(cls, match: re.Match[str], _options: list[discord.SelectOption], /) -> Self:
        """Read the state of a button that was pressed."""
        return cls(match["site"], int(match["post"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Read the post and offer its artists and tags, privately."""
        async with answering(interaction):
            await managed_guild(interaction)
            await think(interaction, private=True)
            policy = await policy_here(interaction)
            post = await host_of(interaction).finder.unverified(self.site, self.post_id, policy)
            names = list(_names(post, policy))
            if not names:
                raise NotShownError(_("This post has nothing to hide it by; try `/filter hide`."))
            view = discord.ui.View(timeout=None)
            view.add_item(MuteChoice(names))
            await interaction.edit_original_response(
                content=_("What should not come in {place} any more?").format(
                    place=place_text(where(interaction).channel_id)
                ),
                view=view,
            )


class MuteChoice(Kept, discord.ui.DynamicItem[discord.ui.Select[Any]], template=r"m1:mute-what\Z"):
    """Artists and tags of a post, any of which can be chosen."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(
            discord.ui.Select(
                custom_id="m1:mute-what",
                placeholder=_("Artists and tags"),
                max_values=len(names),
                options=[
                    discord.SelectOption(label=plain_text(name, _LONGEST), value=name)
                    for name in names
                ],
            )
        )

    @classmethod
    def read(cls, _match: re.Match[str], options: list[discord.SelectOption], /) -> Self:
        """Read the state of a choice that was made."""
        return cls([option.value for option in options])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Hide what was chosen in this channel from now on."""
        async with answering(interaction):
            guild_id = await managed_guild(interaction)
            await think(interaction, private=True)
            host = host_of(interaction)
            filters = GuildFilters(host.store, host.policies, host.finder.sites, host.site_filters)
            channel_id = where(interaction).channel_id
            place = Place(guild_id=guild_id, channel_id=channel_id, actor_id=interaction.user.id)
            subjects = Subjects(tuple(self.item.values))
            await filters.put(place, Action.HIDE, subjects)
            await tell(interaction, put_text(subjects, Action.HIDE, place_text(channel_id)))


def _names(post: Post, policy: Policy) -> Iterator[str]:
    """Yield the tags that can be chosen: who made it, then the few that may be shown here."""
    names = [clean_tag_name(tag) for tag in post.tags]
    people = [f"{artist.role}:{artist.name}" for artist in artists_of(names)]
    fit = [*people, *shown_tags(post.tags, denied=policy.denied)]
    usable = [
        name for name in dict.fromkeys(fit) if plain_text(name, _LONGEST) and len(name) <= _SHORT
    ]
    yield from usable[:_MOST]

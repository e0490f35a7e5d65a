"""What an announcement will look like, shown to the one person who asked."""

from collections.abc import Iterable
from typing import Any

import discord

from bot.clock import Clock
from bot.feeds.composing import name_of
from bot.feeds.destination import Outgoing
from bot.posts.model import Post
from bot.safety import Policy, VerifiedPost, verify
from bot.store import Subscription
from bot.texts import _
from bot.ui.announcement import render
from bot.ui.answers import NotShownError
from bot.ui.here import policy_here


def first_shown(posts: Iterable[Post], policy: Policy, clock: Clock) -> VerifiedPost | None:
    """Return the first of some posts that may be shown under a policy."""
    for post in posts:
        verified = verify(post, policy, clock=clock)
        if isinstance(verified, VerifiedPost):
            return verified
    return None


def as_announced(one: Subscription, post: VerifiedPost, nonce: str = "") -> Outgoing:
    """Return the message that a feed would send of a post; it mentions nobody."""
    return Outgoing(
        guild_id=one.guild_id,
        channel_id=one.channel_id,
        marker=0,
        nonce=nonce,
        posts=(post,),
        matched=(name_of(one),),
        template=one.template,
        spoiler=one.spoiler,
        forum_tags=one.forum_tags,
    )


async def show_preview(
    interaction: discord.Interaction[Any], one: Subscription, posts: Iterable[Post], clock: Clock
) -> None:
    """Show privately how the first of these posts would be announced that may be shown here.

    What may be shown is judged by the place where it is asked (rule D5); where that is nothing, or
    its credit fits into no message, this is said, and what was answered before stands. There are
    no buttons but those of a gallery, which is one piece.
    """
    policy = await policy_here(interaction)
    post = first_shown(posts, policy, clock)
    if post is None:
        text = _("Nothing that it found just now may be shown to you here.")
        await interaction.followup.send(text, ephemeral=True)
        return
    try:
        message = render(as_announced(one, post))
    except NotShownError as reason:
        await interaction.followup.send(reason.message, ephemeral=True)
        return
    content = _("This is what it will look like:")
    if message.form == "gallery":
        await interaction.followup.send(content, ephemeral=True)
        await interaction.followup.send(view=message.view, ephemeral=True)
        return
    text = f"{content}\n{message.content}" if message.content else content
    await interaction.followup.send(
        text,
        embeds=list(message.embeds),
        allowed_mentions=discord.AllowedMentions.none(),
        ephemeral=True,
    )

"""What an announcement will look like, shown to the one person who asked."""

from collections.abc import Iterable
from typing import Any

import discord

from bot.clock import Clock
from bot.feeds.trial import as_announced
from bot.posts.model import Post
from bot.safety import Policy, Refusal, VerifiedPost, verify
from bot.store import Subscription
from bot.texts import _
from bot.ui.announcement import render
from bot.ui.answers import NotShownError
from bot.ui.here import policy_here


def those_shown(
    posts: Iterable[Post], policy: Policy, clock: Clock, none: str
) -> list[VerifiedPost]:
    """Return those of some posts that may be shown under a policy.

    Raises NotShownError where none may be: it says `none`, and why the first may not.
    """
    verdicts = [verify(post, policy, clock=clock) for post in posts]
    fit = [one for one in verdicts if isinstance(one, VerifiedPost)]
    if fit:
        return fit
    first = next((one.reason for one in verdicts if isinstance(one, Refusal)), "")
    raise NotShownError(f"{none} {first}".strip())


async def show_preview(
    interaction: discord.Interaction[Any], one: Subscription, posts: Iterable[Post], clock: Clock
) -> None:
    """Show privately how the first of these posts would be announced that may be shown here.

    What may be shown is judged by the place where it is asked (rule D5); where that is nothing, or
    its credit fits into no message, this is said, and what was answered before stands. There are
    no buttons but those of a gallery, which is one piece.
    """
    policy = await policy_here(interaction)
    none = _("Nothing that it found just now may be shown to you here.")
    try:
        post = those_shown(posts, policy, clock, none)[0]
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

"""Whether the bot can announce in a channel: its permissions there, in Discord's own words."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import discord
from msgspec import Struct

from bot.feeds.wishes import FeedRefusedError
from bot.posts.text import safe_text
from bot.store import Subscription
from bot.texts import _, ngettext

Target: TypeAlias = (
    discord.TextChannel | discord.VoiceChannel | discord.ForumChannel | discord.Thread
)
#: Tags that a forum's post can have.
MOST_TAGS = 5
_LISTED = 300


class Standing(Struct, frozen=True):
    """What stands in the way of announcing in a channel."""

    missing: tuple[str, ...] = ()
    """Permissions without which nothing can be sent there."""
    notes: tuple[str, ...] = ()
    """What else there is to know, for people."""


def standing(channel: Target, wish: Subscription) -> Standing:
    """Return what the bot can do for a wish in a channel, by what the library knows of it."""
    allowed = channel.permissions_for(channel.guild.me)
    missing = [name for name, has in _needed(channel, allowed) if not has]
    return Standing(tuple(missing), tuple(_notes(channel, allowed, wish)))


def check_place(channel: Target, wish: Subscription) -> Standing:
    """Return what there is to know of a channel; raises FeedRefusedError where nothing can be sent.

    Also where the wish is not one for a channel of that kind.
    """
    found = standing(channel, wish)
    if found.missing:
        raise FeedRefusedError(
            ngettext(
                "I need one more permission in {channel}: {names}.",
                "I need more permissions in {channel}: {names}.",
                len(found.missing),
            ).format(channel=channel.mention, names=", ".join(found.missing))
        )
    if wish.publish and not _is_news(channel):
        raise FeedRefusedError(_("Only what is sent to an announcement channel can be published."))
    forum = channel if isinstance(channel, discord.ForumChannel) else None
    if wish.forum_tags and forum is None:
        raise FeedRefusedError(_("Only the posts of a forum have tags."))
    if forum is not None and forum.flags.require_tag and not wish.forum_tags:
        # Discord would refuse each post.
        raise FeedRefusedError(
            _(
                "This forum wants a tag on each post: please give `forum_tags`, one of {names}."
            ).format(names=_tag_names(forum))
        )
    return found


def forum_tags(channel: Target, names: str) -> tuple[int, ...]:
    """Return the ids of a forum's tags by their names; raises FeedRefusedError for others."""
    wanted = [name.strip().casefold() for name in names.split(",") if name.strip()]
    if not wanted:
        return ()
    if not isinstance(channel, discord.ForumChannel):
        raise FeedRefusedError(_("Only the posts of a forum have tags."))
    known = {tag.name.casefold(): tag.id for tag in channel.available_tags}
    if unknown := [name for name in wanted if name not in known]:
        raise FeedRefusedError(
            _("The forum has no tag “{name}”. It has: {names}.").format(
                name=safe_text(unknown[0], _LISTED), names=_tag_names(channel)
            )
        )
    if len(wanted) > MOST_TAGS:
        raise FeedRefusedError(_("A forum's post has at most {most} tags.").format(most=MOST_TAGS))
    return tuple(dict.fromkeys(known[name] for name in wanted))


def _needed(channel: Target, allowed: discord.Permissions) -> Sequence[tuple[str, bool]]:
    needed = [(_("View Channel"), allowed.view_channel), (_("Embed Links"), allowed.embed_links)]
    if isinstance(channel, discord.Thread):
        needed.append((_("Send Messages in Threads"), allowed.send_messages_in_threads))
        if channel.locked:
            needed.append((_("Manage Threads"), allowed.manage_threads))
        return needed
    if isinstance(channel, discord.ForumChannel):
        # In a forum this permission is the one to begin a post with.
        needed.append((_("Create Posts"), allowed.send_messages))
        return needed
    needed.append((_("Send Messages"), allowed.send_messages))
    return needed


def _notes(channel: Target, allowed: discord.Permissions, wish: Subscription) -> Iterator[str]:
    if not allowed.read_message_history:
        yield _(
            "Without Read Message History I cannot look up, after an interruption, whether a"
            " message arrived; then I rather leave it out than repeat it."
        )
    role = channel.guild.get_role(wish.role_id) if wish.role_id else None
    if role is not None and not role.mentionable and not allowed.mention_everyone:
        yield _("The role is shown, but nobody is notified: it does not let itself be mentioned.")
    if isinstance(channel, discord.Thread) and channel.archived:
        yield _("The thread is archived; the first announcement opens it again.")


def _tag_names(forum: discord.ForumChannel) -> str:
    return safe_text(", ".join(tag.name for tag in forum.available_tags), _LISTED) or "-"


def _is_news(channel: Target) -> bool:
    return isinstance(channel, discord.TextChannel) and channel.is_news()


async def target_of(interaction: discord.Interaction[Any], channel_id: int) -> Target:
    """Return a channel of the server; raises FeedRefusedError where I cannot see it.

    Discord is asked for one that the library does not know: of threads that are archived nothing
    is told beforehand.
    """
    guild = interaction.guild
    channel = guild.get_channel_or_thread(channel_id) if guild else None
    if guild is not None and channel is None:
        try:
            channel = await guild.fetch_channel(channel_id)
        except (discord.HTTPException, discord.InvalidData):
            channel = None
    if not isinstance(channel, Target):
        raise FeedRefusedError(
            _("I cannot see its channel: it is gone, closed, or hidden from me.")
        )
    return channel

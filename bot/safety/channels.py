"""What Discord's own facts about a place allow (rules D4, D6 and D7)."""

from enum import StrEnum

from msgspec import Struct


class Profile(StrEnum):
    """What a whole deployment is for (rule D7)."""

    SAFE = "safe"
    """Nothing but safe art, on no path at all: an app that is listed in Discord's directory."""
    FULL = "full"
    """More where Discord, the server and its channel allow it."""


class ChannelKind(StrEnum):
    """Kinds of places that an answer or an announcement can go to."""

    TEXT = "text"
    VOICE = "voice"
    STAGE = "stage"
    FORUM = "forum"
    MEDIA = "media"
    THREAD = "thread"
    """Public or private, of a text, forum or media channel."""
    ANNOUNCEMENT = "announcement"
    ANNOUNCEMENT_THREAD = "announcement thread"
    DM = "dm"
    GROUP_DM = "group dm"
    UNKNOWN = "unknown"


class ChannelFacts(Struct, frozen=True, kw_only=True):
    """What is known of a place; nothing that is only supposed."""

    kind: ChannelKind = ChannelKind.UNKNOWN
    nsfw: bool | None = None
    """The channel's age-restricted flag; `None`: not known. A thread has none of its own."""
    parent_kind: ChannelKind | None = None
    """Of a thread's parent; `None`: it is not cached."""
    parent_nsfw: bool | None = None
    guild_available: bool = False
    """Whether the server is known at present: not during an outage, nor before READY (F02)."""
    user_install: bool = False
    """Whether the command came through an app installed by a user, not by the server."""


class Verdict(StrEnum):
    """What a place is fit for."""

    SAFE = "safe"
    ADULT = "adult"


_RESTRICTABLE = frozenset(
    {
        ChannelKind.TEXT, ChannelKind.VOICE, ChannelKind.STAGE, ChannelKind.FORUM,
        ChannelKind.MEDIA,
    }
)  # fmt: skip
_WITH_THREADS = frozenset({ChannelKind.TEXT, ChannelKind.FORUM, ChannelKind.MEDIA})


def verdict(facts: ChannelFacts, profile: Profile | str = Profile.SAFE) -> Verdict:
    """Return what a place is fit for: SAFE unless every fact says otherwise (D4, D6, D7).

    A server's own `nsfw_level` is no fact here: it says nothing about a channel.
    """
    if profile != Profile.FULL or not facts.guild_available or facts.user_install:
        return Verdict.SAFE
    kind, nsfw = facts.kind, facts.nsfw
    if kind is ChannelKind.THREAD:
        if facts.parent_kind not in _WITH_THREADS:
            return Verdict.SAFE
        kind, nsfw = facts.parent_kind, facts.parent_nsfw
    return Verdict.ADULT if kind in _RESTRICTABLE and nsfw is True else Verdict.SAFE

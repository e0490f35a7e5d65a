"""What Discord's refusals mean for a message (reference: faults, F04-F09, F20-F24)."""

import discord

from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    DeliveryError,
    HeldError,
    LaterError,
    NoAccessError,
    RefusedError,
    ThreadClosedError,
    UncertainError,
)

#: How long everything pauses where Discord, or what stands before it, refuses us altogether (F05).
BAN = 600.0
#: A forum that has as many open posts as Discord lets it have.
FULL = 3600.0

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
NOT_A_TEXT_CHANNEL = 50008
ALREADY_PUBLISHED = 40033
_TOO_MANY_THREADS = 160006
_CLOSED = frozenset({50083, 160005})
#: Refused with 403, and yet because of what is in it.
_CONTENT = frozenset({20009, 200000, 200001, 240000})
#: What bounds our own waits in the text of an answer.
_LONGEST = 86400.0


class ForumError(DeliveryError):
    """The channel takes threads alone, so this was sent in the wrong way."""


class PublishedError(DeliveryError):
    """The message was published before, and Discord does it once."""


def failure_of(error: discord.HTTPException) -> DeliveryError:
    """Return what an answer other than success means. Whatever is not known is a refusal."""
    reason = _reason(error)
    match error.status:
        case 429:
            return _limited(error, reason)
        case 401:
            return HeldError(reason, BAN)
        case 403:
            return _forbidden(error, reason)
        case 404:
            # Nothing else of what we name can be unknown; whether it is so is asked again (F20).
            gone = error.code == UNKNOWN_MESSAGE
            return AlreadyGoneError(reason) if gone else ChannelGoneError(reason)
        case 408 | 425:
            return UncertainError(reason)
        case status if status >= 500:  # noqa: PLR2004
            return UncertainError(reason)
    return _bad(error, reason)


def _forbidden(error: discord.HTTPException, reason: str) -> DeliveryError:
    if error.code in _CONTENT:
        return RefusedError(reason)
    if not error.code:
        # Not Discord's own words: the network before it refuses us.
        return HeldError(reason, BAN)
    return NoAccessError(reason)


def _bad(error: discord.HTTPException, reason: str) -> DeliveryError:
    if error.code in _CLOSED:
        return ThreadClosedError(reason)
    if error.code == NOT_A_TEXT_CHANNEL:
        return ForumError(reason)
    if error.code == ALREADY_PUBLISHED:
        return PublishedError(reason)
    if error.code == _TOO_MANY_THREADS:
        return LaterError(reason, FULL)
    return RefusedError(reason)


def _limited(error: discord.HTTPException, reason: str) -> DeliveryError:
    """Tell a limit of Discord's from the ban of our address, which has no `Via` (fault F05)."""
    headers = error.response.headers
    wait = _seconds(headers.get("Retry-After"))
    if not headers.get("Via"):
        return HeldError(reason, max(BAN, wait))
    return LaterError(reason, wait)


def _seconds(text: str | None) -> float:
    try:
        return min(max(0.0, float(text or 0.0)), _LONGEST)
    except ValueError:
        return 0.0


def _reason(error: discord.HTTPException) -> str:
    """Return what Discord says, on one line and short; it says nothing secret there."""
    text = " ".join(str(error.text or "").split())[:200]
    return f"{error.status} {error.code}: {text}" if text else f"{error.status} {error.code}"

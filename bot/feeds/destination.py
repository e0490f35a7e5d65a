"""How feeds reach Discord: one small protocol, and the ways in which a message can fail."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal, Protocol, TypeAlias

from msgspec import Struct

from bot.policies import Where
from bot.safety import VerifiedPost

Form: TypeAlias = Literal["embed", "gallery", "text"]


class Outgoing(Struct, frozen=True, kw_only=True):
    """One message that is owed to one channel, complete."""

    guild_id: int
    channel_id: int
    marker: int
    """The first announcement's id: it goes into the report button (recipes, Outbox marks)."""
    nonce: str
    """At most 25 characters; the same for every attempt of this message."""
    posts: tuple[VerifiedPost, ...] = ()
    """1 to 10; none in a message that only says how many more there are."""
    more: int = 0
    more_links: tuple[tuple[str, str], ...] = ()
    """(title, https address) where the uncounted ones can be seen."""
    matched: tuple[str, ...] = ()
    """What the subscriptions that it matches are called, for people; untrusted text."""
    role_id: int | None = None
    """The one role that may be mentioned; left out where it does not exist any more (F22)."""
    template: str = ""
    spoiler: bool = False
    """Whether every picture lies behind a spoiler, whatever its own verdict."""
    forum_tags: tuple[int, ...] = ()
    minimal: bool = False
    """Whether to send credit and links as plain text, after Discord refused the usual form."""


class Delivered(Struct, frozen=True):
    """A message as Discord has it."""

    message_id: int
    channel_id: int
    """The channel that it stands in: a forum's new thread, else the one it was owed to."""
    form: Form


class DeliveryError(Exception):
    """A message did not get to its channel; `reason` says why, for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ChannelGoneError(DeliveryError):
    """Discord says that the channel does not exist (10003); to be confirmed (fault F20)."""


class NoAccessError(DeliveryError):
    """Permissions are missing (50013, 50001; fault F21)."""


class ThreadClosedError(DeliveryError):
    """The thread is archived or locked and may not be opened (fault F24)."""


class RefusedError(DeliveryError):
    """Discord refuses this message in this form (400, 50035; fault F41)."""


class AlreadyGoneError(DeliveryError):
    """The message was delivered before and is deleted (404, 10008): it counts as sent."""


class UncertainError(DeliveryError):
    """Whether it arrived is not known: time-outs, 5xx, a connection that broke (F06-F09)."""


class HeldError(DeliveryError):
    """Discord takes nothing from us for a while: a 429 without `Via` (fault F05)."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class LaterError(DeliveryError):
    """Discord did not take it, and will later: a limit of its own that we ran into (fault F04)."""

    def __init__(self, reason: str, seconds: float) -> None:
        super().__init__(reason)
        self.seconds = seconds


class UnreadableError(DeliveryError):
    """The channel's history cannot be read, so nothing can be looked up in it."""


class Destination(Protocol):
    """Discord, as feeds see it; the client implements it."""

    def where(self, guild_id: int, channel_id: int) -> Where:
        """Return the place for its policy; with nothing known of it, a safe one (rule D6)."""

    def is_reachable(self, guild_id: int) -> bool:
        """Tell whether the server can be sent to: not during its outage (fault F23)."""

    async def send(self, message: Outgoing) -> Delivered:
        """Send a message; a repeat with the same nonce inside the window makes no second one.

        Raises a DeliveryError other than UnreadableError.
        """

    async def find(
        self, channel_id: int, markers: Sequence[int], after: datetime
    ) -> Mapping[int, Delivered]:
        """Return our own messages since `after` that carry one of the markers.

        Raises UnreadableError, UncertainError, ChannelGoneError.
        """

    async def edit(self, delivered: Delivered, message: Outgoing) -> Delivered:
        """Show something else in a message; raises as `send` does, AlreadyGoneError where gone."""

    async def remove(self, delivered: Delivered) -> None:
        """Delete a message; one that is gone is no failure. Raises as `send` does."""

    async def publish(self, delivered: Delivered) -> None:
        """Pass a message on to the followers of its announcement channel; again is no failure.

        Raises as `send` does, and may take as long as Discord's limit for it lasts.
        """

    async def exists(self, channel_id: int) -> bool:
        """Ask Discord itself whether a channel exists (fault F20); raises UncertainError."""

    async def notify(
        self, guild_id: int, channel_ids: Sequence[int], text: str, *, resume: int | None = None
    ) -> bool:
        """Tell a server something in the first of these channels that takes it.

        `resume` is the subscription that a button under it resumes. Returns whether it was told;
        raises UncertainError, HeldError.
        """

"""What became of a message that was handed to Discord without an answer (faults F06-F09, F32).

Where the channel's history can be read, the message is looked for by its marker. Where it is not
there, it is sent again; inside the nonce's window Discord answers such a repeat with the first
message. Where the history cannot be read and the window is over, the message is *not* repeated:
it may be missing, it is never there twice.
"""

from datetime import timedelta
from typing import TypeAlias

import structlog
from msgspec import Struct

from bot.clock import Clock
from bot.safety import ChannelKind
from bot.store import Status

from .composing import Owed
from .destination import (
    ChannelGoneError,
    Delivered,
    DeliveryError,
    Destination,
    HeldError,
    UnreadableError,
)

#: Our clock and Discord's may differ by so much.
MARGIN = timedelta(minutes=5)
#: Forums and media channels: a new thread has no nonce.
WITHOUT_NONCE = frozenset({ChannelKind.FORUM, ChannelKind.MEDIA})
#: Seconds that a thread without an answer has to appear before it is looked for.
APPEARING = 30.0

_log = structlog.get_logger(__name__)


class Found(Struct, frozen=True):
    """It is there; `None`: it counts as sent, and nobody knows where it is."""

    delivered: Delivered | None


class Repeat(Struct, frozen=True):
    """It is to be sent again, in a window of its own if it is `anew`."""

    anew: bool
    is_absent: bool = False
    """Whether its channel shows that it is not there, so far."""


class Wait(Struct, frozen=True):
    """It is too early to find out; for so many seconds."""

    seconds: float


class Failed(Struct, frozen=True):
    """It cannot be found out now."""

    error: DeliveryError


Answer: TypeAlias = Found | Repeat | Wait | Failed


class Reconciler:
    """Finds out about messages; `window` is for how many seconds Discord knows a nonce again.

    A new thread has `appearing` seconds to appear before it is looked for.
    """

    def __init__(
        self, destination: Destination, clock: Clock, *, window: float, appearing: float
    ) -> None:
        self._destination = destination
        self._clock = clock
        self._window = window
        self._appearing = appearing
        #: By marker, when a message was first handed over in this process.
        self._handed: dict[int, float] = {}

    def handed(self, marker: int) -> None:
        """Note that a message is handed over now, and that its window begins."""
        self._handed[marker] = self._clock.monotonic()

    def is_over(self, marker: int) -> None:
        """Forget a message: what became of it is known."""
        self._handed.pop(marker, None)

    async def ask(self, owed: Owed) -> Answer:
        """Find out about a message that has the status `sending`."""
        age = self._age(owed)
        if not self._has_nonce(owed) and age < self._appearing:
            return Wait(self._appearing - age)
        after = min(row.sending_at for row in owed.rows if row.sending_at is not None)
        try:
            found = await self._destination.find(owed.channel_id, [owed.marker], after - MARGIN)
        except UnreadableError:
            if self._has_nonce(owed) and age < self._window:
                return Repeat(anew=False)
            _log.warning("a message is not repeated", marker=owed.marker, channel=owed.channel_id)
            return Found(None)
        except (ChannelGoneError, HeldError) as error:
            return Failed(error)
        except DeliveryError as error:
            # The nonce alone is enough.
            safe = self._has_nonce(owed) and age < self._window
            return Repeat(anew=False) if safe else Failed(error)
        if owed.marker in found:
            return Found(found[owed.marker])
        anew = not (self._has_nonce(owed) and age < self._window)
        return Repeat(anew, is_absent=True)

    def _has_nonce(self, owed: Owed) -> bool:
        """Tell whether Discord knows a repeat again; of a place that is not known it may not."""
        kind = self._destination.where(owed.guild_id, owed.channel_id).facts.kind
        return kind is not ChannelKind.UNKNOWN and kind not in WITHOUT_NONCE

    def _age(self, owed: Owed) -> float:
        """Return the seconds since it was first handed over; the clock's word, if it can be right.

        A clock that was set back makes it infinite rather than young (fault F36).
        """
        if owed.marker in self._handed:
            return self._clock.monotonic() - self._handed[owed.marker]
        began = [
            row.sending_at
            for row in owed.rows
            if row.status is Status.SENDING and row.sending_at is not None
        ]
        age = (self._clock.now() - min(began)).total_seconds() if began else -1.0
        return age if age >= 0 else float("inf")

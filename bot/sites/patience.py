"""Asking again for as long as it takes, for readers of long lists who would rather wait."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.clock import Clock

from .errors import BadResponse, Busy, CoolingDown, SiteError, Unavailable, Unconfirmed

T = TypeVar("T")

#: How often something is asked for, the first time included.
MOST_TRIES = 5
#: Seconds that are waited for a site at most, in all.
LONGEST = 600.0
#: Seconds to wait where nobody says how long.
_SHORT = 1.0


async def patiently(
    ask: Callable[[], Awaitable[T]],
    clock: Clock,
    *,
    tries: int = MOST_TRIES,
    longest: float = LONGEST,
) -> T:
    """Return what `ask` gives, asking again after each pause that its site needs.

    For reads alone. A site that stays away for longer than `longest` seconds in all, or fails
    `tries` times, raises its last error; so do answers (`NotFound`, `BadQuery`) and refusals at
    once, and a change of which nobody knows whether it was made.
    """
    ends = clock.monotonic() + longest
    for _try in range(tries - 1):
        try:
            return await ask()
        except (CoolingDown, Busy, Unavailable, BadResponse) as error:
            seconds = _pause(error, clock)
            if seconds is None or clock.monotonic() + seconds > ends:
                raise
        await clock.sleep(seconds)
    return await ask()


def _pause(error: SiteError, clock: Clock) -> float | None:
    """Return how long to wait; `None` where waiting does not help."""
    if isinstance(error, Unconfirmed):
        return None
    if error.until is not None:
        return max(0.0, (error.until - clock.now()).total_seconds())
    return None if isinstance(error, CoolingDown) else _SHORT

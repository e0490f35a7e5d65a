"""The one clock that everything with a deadline is handed."""

import asyncio
from datetime import UTC, datetime

# Bound once, at import: a simulated Discord replaces `time.monotonic` (and the loop's own time)
# for the code it runs, and a deadline of ours must not stand still with it.
from time import monotonic, time


class Clock:
    """The real time; tests and the demo hand in one that they move themselves."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.fromtimestamp(time(), UTC)

    def monotonic(self) -> float:
        """Return seconds from an arbitrary start that never go back."""
        return monotonic()

    async def sleep(self, seconds: float) -> None:
        """Pause the calling task for at least `seconds` (at once where that is negative)."""
        await asyncio.sleep(max(0.0, seconds))


SYSTEM_CLOCK = Clock()

"""The pace of all requests to Discord together: it allows 50 a second, and counts for itself."""

import asyncio
from collections import deque

from bot.clock import Clock
from bot.quotas import Rate

#: Below Discord's 50 a second: commands need some too (rule D12).
DISCORD = Rate(40, 1.0)


class Pace:
    """Lets at most `rate` through, in the order in which they came.

    The library has no such pace, and loses messages in a burst.
    """

    def __init__(self, clock: Clock, rate: Rate = DISCORD) -> None:
        self._clock = clock
        self._rate = rate
        #: When the latest were let through; measured, as whoever waits may wake up late.
        self._times: deque[float] = deque(maxlen=rate.count)
        self._turn = asyncio.Lock()

    async def wait(self) -> None:
        """Return when it is the caller's turn."""
        async with self._turn:
            if len(self._times) == self._rate.count:
                left = self._times[0] + self._rate.seconds - self._clock.monotonic()
                if left > 0:
                    await self._clock.sleep(left)
            self._times.append(self._clock.monotonic())

"""Counting how long things take, in plain numbers for whoever watches the process."""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate


class Durations:
    """How often something took how long, in seconds: counted by upper bounds, and summed."""

    def __init__(self, *bounds: float) -> None:
        self.bounds = bounds
        """Ascending; what takes longer than the last is counted beyond them all."""
        self.total = 0.0
        """All of them together."""
        self._counts = [0] * (len(bounds) + 1)

    def add(self, seconds: float) -> None:
        """Count one that took `seconds`; a bound belongs to what is below it."""
        self._counts[bisect_left(self.bounds, seconds)] += 1
        self.total += seconds

    def up_to(self) -> Iterator[tuple[float, int]]:
        """Yield each bound, and infinity, with how many took as long at most."""
        yield from zip((*self.bounds, float("inf")), accumulate(self._counts), strict=True)

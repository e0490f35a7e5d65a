"""A small memory of what was read a moment ago, bounded in entries and in age."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from bot.clock import Clock

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Recent(Generic[K, V]):
    """At most `entries` values, none older than `seconds`; the least recently used goes first."""

    def __init__(self, clock: Clock, *, entries: int, seconds: float) -> None:
        self._clock = clock
        self._entries = entries
        self._seconds = seconds
        self._kept: OrderedDict[K, tuple[float, V]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many values are kept, those past their age included."""
        return len(self._kept)

    def get(self, key: K) -> V | None:
        """Return the value kept under `key` if it is young enough."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        since, value = kept
        if self._clock.monotonic() - since >= self._seconds:
            del self._kept[key]
            return None
        self._kept.move_to_end(key)
        return value

    def put(self, key: K, value: V) -> None:
        """Keep `value` under `key` from now on."""
        self._kept[key] = (self._clock.monotonic(), value)
        self._kept.move_to_end(key)
        while len(self._kept) > self._entries:
            self._kept.popitem(last=False)

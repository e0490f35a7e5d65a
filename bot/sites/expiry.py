"""Answers that may be used again, for as long as their server says (rule L5)."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import NamedTuple

from bot.clock import Clock

from . import headers as read

MOST_ANSWERS = 256
MOST_BYTES = 16 * 1024 * 1024
#: However long a server says, an answer is asked for again after a day.
LONGEST = 86_400.0


class Kept(NamedTuple):
    """One answer and how long it may be used."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    value: object
    fresh_until: float
    """By the monotonic clock."""
    spare_until: float
    """Until when it may stand in for an answer that fails (`stale-if-error`)."""

    @property
    def validators(self) -> dict[str, str]:
        """Return the headers that ask whether the answer still holds; none if it cannot be."""
        asked = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
        return {name: self.headers[of] for name, of in asked.items() if of in self.headers}


class Shelf:
    """A small store of answers by request; the one not used for longest goes first."""

    def __init__(
        self, clock: Clock, *, most: int = MOST_ANSWERS, most_bytes: int = MOST_BYTES
    ) -> None:
        self._clock = clock
        self._most = most
        self._most_bytes = most_bytes
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0

    def fresh(self, request: str) -> Kept | None:
        """Return an answer that may be used without asking, if there is one."""
        kept = self.any(request)
        return kept if kept and kept.fresh_until > self._clock.monotonic() else None

    def spare(self, request: str) -> Kept | None:
        """Return an answer that may stand in for one that failed, if there is one."""
        kept = self.any(request)
        return kept if kept and kept.spare_until > self._clock.monotonic() else None

    def any(self, request: str) -> Kept | None:
        """Return the answer to `request`, however old."""
        kept = self._kept.get(request)
        if kept:
            self._kept.move_to_end(request)
        return kept

    def put(self, request: str, kept: Kept) -> None:
        """Keep an answer in place of an older one, if its headers allow and give a use for it."""
        self.drop(request)
        allowed = read.expiry(kept.headers, self._clock.now())
        if not allowed.store or not (allowed.fresh or allowed.stale_if_error or kept.validators):
            return
        now = self._clock.monotonic()
        fresh_until = now + min(LONGEST, allowed.fresh)
        spare_until = fresh_until + min(LONGEST, allowed.stale_if_error)
        self._kept[request] = kept._replace(fresh_until=fresh_until, spare_until=spare_until)
        self._bytes += len(kept.body)
        while len(self._kept) > self._most or self._bytes > self._most_bytes:
            self.drop(next(iter(self._kept)))

    def drop(self, request: str) -> None:
        """Forget the answer to `request`, if there is one."""
        kept = self._kept.pop(request, None)
        if kept:
            self._bytes -= len(kept.body)

"""What came of the requests to each site since we were started, in plain numbers."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.clock import Clock
from bot.tallies import Durations

from .errors import (
    BadQuery,
    BadResponse,
    Busy,
    CoolingDown,
    KeyRefused,
    NeedsBrowser,
    NotFound,
    Refused,
    SiteError,
    Unavailable,
)

#: The first that an error is an instance of names its outcome; what is not among them is `failed`.
_OUTCOMES: tuple[tuple[type[SiteError], str], ...] = (
    (NotFound, "not_found"),
    (BadQuery, "bad_query"),
    (KeyRefused, "key_refused"),
    (NeedsBrowser, "needs_browser"),
    (Refused, "refused"),
    (CoolingDown, "cooling_down"),
    (BadResponse, "unreadable"),
    (Busy, "busy"),
    (Unavailable, "unavailable"),
)
#: How long a request may wait for its turn, in seconds (`PATIENCE` of `host`).
_WAITS = (0.01, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0)


class Tally:
    """What came of the requests to one site; each outcome is one of a few words."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.sent: Counter[str] = Counter()
        """Requests that left, by outcome; each try of a repeated one counts."""
        self.unsent: Counter[str] = Counter()
        """Tries that did not get their turn, by reason."""
        self.reused: Counter[str] = Counter()
        """Callers whose answer cost the site nothing or little: `fresh` from what was kept,
        `shared` with another caller, `unchanged` by the site's word, `stale` for one that failed.
        """
        self.waits = Durations(*_WAITS)
        """How long those waited for their turn that left."""

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Measure a wait for the gate; a refusal by it is counted as not sent."""
        began = self._clock.monotonic()
        try:
            yield
        except SiteError as error:
            self.unsent[_outcome(error)] += 1
            raise
        self.waits.add(self._clock.monotonic() - began)

    @contextmanager
    def sending(self) -> Iterator[None]:
        """Count a request that leaves, by what comes of it."""
        outcome = "broken_off"
        try:
            yield
            outcome = "answered"
        except SiteError as error:
            outcome = _outcome(error)
            raise
        finally:
            self.sent[outcome] += 1


class Tallies:
    """The tallies of one transport, by the catalogue's names."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._by_site: dict[str, Tally] = {}

    def of(self, site: str) -> Tally:
        """Return the tally of a site, one of nothing where there was nothing yet."""
        return self._by_site.setdefault(site, Tally(self._clock))


def _outcome(error: SiteError) -> str:
    return next((name for kind, name in _OUTCOMES if isinstance(error, kind)), "failed")

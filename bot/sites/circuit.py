"""How a host stands with us: what it asked for, how often it failed, and what that obliges to."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from math import inf, isinf

from bot.clock import Clock
from bot.texts import _

log = logging.getLogger(__name__)

#: The first back-off; each further failure in a row doubles it, up to the longest (rule L6).
FIRST_BACK_OFF = 0.5
LONGEST_BACK_OFF = 600.0
#: Failures in a row after which nobody waits for the host any more.
OPENS_AFTER = 3
#: What a host gets that asked for rest without saying how long, doubled each time (boards, 1.4).
FIRST_REST = 60.0
LONGEST_REST = 3600.0
#: A host that wants longer than this is left alone until the operator starts us again (F14).
SWITCHED_OFF_AFTER = 86_400.0


class Circuit:
    """One host's standing. Seconds throughout; `jitter` gives numbers from 0 to 1.

    The log tells each change under the name of its `site`: the operator has no other way to
    learn of it (fault F14). A failure alone is no change, as the next request may be answered.
    """

    def __init__(self, clock: Clock, jitter: Callable[[], float], site: str = "") -> None:
        self._clock = clock
        self._jitter = jitter
        self._site = site
        self._logged = ""
        """Why the host is left alone, as the log last said; empty where it works."""
        self.epoch = 0
        """Grows with every failure: what was sent in an earlier epoch proves nothing new."""
        self.failures = 0
        """Failures in a row; several requests that fail together are one."""
        self.until = -inf
        """The end of the present pause, by the monotonic clock; infinite once switched off."""
        self.reason = ""
        """Why the host is or was left alone, for people."""
        self.asked = False
        """Whether the present pause is one that the host asked for, to be kept over a restart."""
        self.degraded = False
        """Whether its last page could not be read for the most part (fault F18)."""
        self.key_refused = False
        self.heard = False
        """Whether it was asked at all since we were started."""

    @property
    def off(self) -> bool:
        """Tell whether the host is left alone until we are started again (fault F14)."""
        return self.until == inf

    @property
    def is_open(self) -> bool:
        """Tell whether the host failed so often that nobody is to wait for it."""
        return self.off or self.failures >= OPENS_AFTER

    @property
    def left(self) -> float:
        """Return how many seconds of the pause are left."""
        return max(0.0, self.until - self._clock.monotonic())

    def instant(self, monotonic: float | None) -> datetime | None:
        """Return a reading of the monotonic clock as an instant; `None` if there is none."""
        if monotonic is None or isinf(monotonic):
            return None
        return self._clock.now() + timedelta(seconds=monotonic - self._clock.monotonic())

    def works(self, epoch: int) -> None:
        """Note an answer to a request sent in `epoch`.

        A pause stays: what was asked for is kept, whoever else still got an answer.
        """
        self.heard = True
        if epoch == self.epoch:
            self.failures = 0
            if self._logged and not self.off:
                self._logged = ""
                log.info("%s works again", self._site)

    def failed(self, epoch: int, reason: str, *, at_least: float = 0.0) -> None:
        """Note a failure of a request sent in `epoch`: everybody backs off (rule L6)."""
        self._count(epoch)
        back_off = min(LONGEST_BACK_OFF, FIRST_BACK_OFF * 2.0 ** min(self.failures - 1, 20))
        self.rest(max(at_least, back_off), reason, asked=at_least > 0)

    def asked_for_rest(
        self, epoch: int, reason: str, *, seconds: float | None = None, first: float = FIRST_REST
    ) -> None:
        """Note that the host sent us away for `seconds`, or without saying for how long."""
        self._count(epoch)
        if seconds is None:
            longest = max(first, LONGEST_REST)
            seconds = min(longest, first * 2.0 ** min(self.failures - 1, 20))
        self.rest(seconds, reason, asked=True)

    def rest(self, seconds: float, reason: str, *, asked: bool) -> None:
        """Leave the host alone for `seconds` and up to half as much again, at most a minute."""
        now = self._clock.monotonic()
        if seconds > SWITCHED_OFF_AFTER:
            self.until = inf
            self.reason = _("It asked to be left alone for more than a day.")
            self._log()
            return
        until = now + seconds + min(60.0, seconds / 2) * self._jitter()
        if until > self.until:
            self.until = until
            self.reason = reason
            self.asked = asked
            self._log()

    def resume(self, until: datetime, reason: str, failures: int) -> None:
        """Go on with a pause that began before we were started, without making it longer."""
        self.until = self._clock.monotonic() + (until - self._clock.now()).total_seconds()
        self.reason = reason
        self.failures = failures
        self.asked = True
        self._log()

    def _log(self) -> None:
        """Log what the host's standing has become, once for each reason."""
        if self.reason == self._logged or not (self.asked or self.is_open):
            return
        self._logged = self.reason
        until = self.instant(self.until)
        if until is None:
            log.error("%s is switched off until a restart: %s", self._site, self.reason)
        else:
            ends = until.isoformat(timespec="seconds")
            log.warning("%s is left alone until %s: %s", self._site, ends, self.reason)

    def _count(self, epoch: int) -> None:
        self.heard = True
        if epoch == self.epoch:
            self.failures += 1
            self.epoch += 1

"""The back-off of a crash loop, kept on disk so that a supervisor's restarts obey it (fault F45).

Discord allows a bot a number of log-ins a day and resets its token when they are used up; its
answers of 401, 403 and 429 are counted too (rule D12).
"""

import os
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec
from msgspec import Struct

FILE_NAME = "restarts.json"
#: Starts in a row that may fail before the next one waits.
FREE = 3
FIRST_WAIT = 5.0
LONGEST_WAIT = 900.0
#: Seconds of running after which a start counts as a good one.
STEADY = 600.0


class _Record(Struct, kw_only=True):
    failures: int = 0
    """Starts in a row that did not end well, the present one included."""
    started: datetime | None = None
    not_before: datetime | None = None
    """The instant before which Discord wants no log-in."""


class Restarts:
    """The record of this data directory's starts."""

    def __init__(self, data_dir: Path) -> None:
        self.path = data_dir / FILE_NAME
        """Removing this file forgets the failed starts."""
        self.connected = False
        """Whether the present start came as far as being connected."""
        self._record = _Record()
        # A record that cannot be read must not keep the bot from starting.
        with suppress(FileNotFoundError, msgspec.MsgspecError, UnicodeDecodeError):
            self._record = msgspec.json.decode(self.path.read_bytes(), type=_Record)

    def wait(self, now: datetime) -> float:
        """Return the seconds that this start has to wait, from the instant `now` (UTC)."""
        record = self._record
        late = record.failures - FREE
        delay = min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(late, 30)) if late >= 0 else 0.0
        waits = [0.0]
        if record.started is not None:
            # Never longer than the delay, wherever the machine's clock has jumped to.
            left = (record.started - now).total_seconds() + delay
            waits.append(min(delay, left))
        if record.not_before is not None:
            waits.append(min(LONGEST_WAIT, (record.not_before - now).total_seconds()))
        return max(waits)

    def begin(self, now: datetime) -> None:
        """Note a start as failed until it proves good; raises OSError if it cannot be noted."""
        self._record = _Record(failures=self._record.failures + 1, started=now)
        self._write()

    def good(self) -> None:
        """Note that the present start is a good one.

        That is a steady run, or the clean stop of one that was connected. A stop before that
        proves nothing: it may be a supervisor that lost its patience.
        """
        self._record = _Record()
        self._write()

    def hold(self, now: datetime, seconds: float) -> None:
        """Note that no start may log in for `seconds` from `now` on."""
        self._record.not_before = now + timedelta(seconds=seconds)
        self._write()

    def _write(self) -> None:
        part = self.path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(msgspec.json.encode(self._record))
            file.flush()
            # The very next thing may be a crash.
            os.fsync(file.fileno())
        part.replace(self.path)

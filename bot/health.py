"""The heartbeat: a small file that the running bot keeps fresh and `mailmare health` reads.

Nothing here imports Discord's library, so that a container can ask often and cheaply.
"""

import logging
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeAlias

import msgspec
from msgspec import Meta, Struct

from bot.clock import Clock
from bot.texts import _

FILE_NAME = "heartbeat.json"
#: Missed beats after which the bot counts as not running.
MISSED = 3

# The standard library's own logger: importing the other one takes as long as all of `health`.
_log = logging.getLogger(__name__)


#: One that does not say its zone would be no instant.
Instant: TypeAlias = Annotated[datetime, Meta(tz=True)]
#: How the bot is, in a word for programs; only the first is well.
State: TypeAlias = Literal[
    "running", "stopped", "unknown", "waiting", "starting", "disconnected", "in_trouble"
]


class Heartbeat(Struct, frozen=True, kw_only=True):
    """What the file says."""

    pid: int
    at: Instant
    """When it was written."""
    alive_at: Instant | None
    """When the bot last was connected to Discord; None: not yet since it started."""
    interval: float
    """Seconds between two beats."""
    waiting_until: Instant | None = None
    """The end of a wait before the next log-in, where the bot is in one."""
    troubles: Sequence[str] = ()
    """A line for each of its loops that is stuck or failing."""


class Health(Struct, frozen=True, kw_only=True):
    """Whether the bot is well, and the line that says so."""

    state: State
    text: str

    @property
    def ok(self) -> bool:
        """Whether it is well."""
        return self.state == "running"


async def heartbeat(
    path: Path,
    clock: Clock,
    alive: Callable[[], bool],
    interval: float = 15.0,
    *,
    waiting_until: datetime | None = None,
    troubles: Callable[[], Sequence[str]] = tuple,
) -> None:
    """Write the file at once, then again and again until cancelled.

    That is every `interval` seconds, and each second until the bot is connected for the first
    time. `alive` says whether it is just now. A bot that waits before it logs in says until when,
    with `waiting_until`; it does not become connected meanwhile. `troubles` gives a line for each
    loop of the bot that does not do its work. The file is removed at the end.
    A disk that takes no more is logged once, and the bot goes on (fault F48).
    """
    alive_at: datetime | None = None
    failing = False
    try:
        while True:
            now = clock.now()
            alive_at = now if alive() else alive_at
            beat = Heartbeat(
                pid=os.getpid(),
                at=now,
                alive_at=alive_at,
                interval=interval,
                waiting_until=waiting_until,
                troubles=troubles(),
            )
            try:
                _write(path, msgspec.json.encode(beat))
                failing = False
            except OSError as error:
                if not failing:
                    _log.warning("heartbeat not written to %s: %s", path, error.strerror)
                failing = True
            # Whoever waits for the start wants to know it soon.
            await clock.sleep(interval if alive_at or waiting_until else min(1.0, interval))
    finally:
        _remove(path)


def check(path: Path, now: datetime) -> Health:
    """Read the file and judge it at the instant `now` (UTC)."""
    try:
        beat = msgspec.json.decode(path.read_bytes(), type=Heartbeat)
    except FileNotFoundError:
        return Health(
            state="stopped", text=_("not running: there is no heartbeat in the data directory")
        )
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return Health(state="unknown", text=_("the heartbeat in the data directory cannot be read"))
    patience = MISSED * beat.interval
    age = (now - beat.at).total_seconds()
    # A beat from the future is one from before the machine's clock was put back: a bot that
    # runs has replaced it by the next look.
    if not -beat.interval <= age <= patience:
        return Health(
            state="stopped",
            text=_("not running: the last heartbeat was written {seconds} s ago").format(
                seconds=round(age)
            ),
        )
    if beat.waiting_until is not None:
        return Health(
            state="waiting",
            text=_("waiting to start again until {time}, as the log says").format(
                time=beat.waiting_until.isoformat(timespec="seconds")
            ),
        )
    if beat.alive_at is None:
        return Health(state="starting", text=_("starting: not yet connected to Discord"))
    silence = (now - beat.alive_at).total_seconds()
    if silence > patience:
        return Health(
            state="disconnected",
            text=_("running, but not connected to Discord for {seconds} s").format(
                seconds=round(silence)
            ),
        )
    if beat.troubles:
        return Health(
            state="in_trouble",
            text=_("running, but not all of it works. {troubles}").format(
                troubles=" ".join(beat.troubles)
            ),
        )
    return Health(state="running", text=_("running and connected to Discord"))


def _write(path: Path, data: bytes) -> None:
    """Replace the file in one step: a reader sees the old beat or the new one."""
    part = path.with_suffix(".part")
    part.write_bytes(data)
    part.replace(path)


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)

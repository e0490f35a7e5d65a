"""Work that goes on for as long as the process lives, and how it fares (reference: faults, 6).

There are two kinds. A loop does a short turn again and again: `Loops.start`. A worker runs until
it is ended, and is begun anew whenever it stops by itself: `Loops.keep`. Both are known by name,
and `Loops.pulses` tells how each of them is.
"""

import asyncio
import contextvars
import random
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any, TypeAlias

import structlog
from msgspec import Struct

from bot.clock import Clock
from bot.texts import _, ngettext

#: Pauses that may pass without a good turn before a loop counts as stuck, and the least time.
MISSED = 3
LEAST_PATIENCE = 60.0
#: Times in a row that a worker may stop by itself before it counts as failing.
MOST_RESTARTS = 3
#: The pause before a worker's first new beginning; each further one doubles it, up to the longest.
FIRST_BACK_OFF = 1.0
LONGEST_BACK_OFF = 300.0
#: Seconds between two looks at how late the event loop is, and by which it may be late.
TICK = 1.0
LATE = 1.0
#: Seconds that a turn has to come to its end when its loop is ended (fault F34).
GRACE = 2.0
_ERROR = 200

_log = structlog.get_logger(__name__)

Turn: TypeAlias = Callable[[], Coroutine[Any, Any, None]]
Beat: TypeAlias = Callable[[], None]
Worker: TypeAlias = Callable[[Beat], Coroutine[Any, Any, None]]


class Pulse(Struct, frozen=True, kw_only=True):
    """How one loop or worker is; instants are UTC."""

    name: str
    began_at: datetime | None
    """When its last turn, or its worker, last began."""
    finished_at: datetime | None
    """When a turn last ended well, or the worker last gave a beat."""
    failures: int
    """Turns that failed in a row, or times that the worker stopped without a beat in between."""
    error: str
    """The last error, type and message without secrets; it stays when all is well again."""
    trouble: str
    """What is wrong, for people; empty where all is well."""


def start(work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
    """Start a task that belongs to the process and to nobody who happens to be served now."""
    return contextvars.Context().run(asyncio.get_running_loop().create_task, work)


async def end(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel what has not ended yet, and return when all has."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)


class BlockedError(Exception):
    """Something kept the event loop from everything else."""


def lag(clock: Clock, note: Callable[[float], object]) -> Worker:
    """Return a worker that measures how late the event loop is, and fails when it is (fault F46).

    So it is logged with the time that it took, and counts as trouble where it goes on. `note` is
    told each measurement, in seconds.
    """

    async def measure(beat: Beat) -> None:
        while True:
            before = clock.monotonic()
            await clock.sleep(TICK)
            late = clock.monotonic() - before - TICK
            note(late)
            if late > LATE:
                message = f"nothing else was done for {late:.1f} s"
                raise BlockedError(message)
            beat()

    return measure


class Loops:
    """The loops and workers of one process; `app.py` makes it, starts them and closes it.

    `redact` takes the secrets out of an error's text; `jitter` gives numbers from 0 to 1.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        redact: Callable[[str], str],
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self._clock = clock
        self._redact = redact
        self._jitter = jitter
        self._running: dict[str, tuple[_Life, asyncio.Task[None]]] = {}

    def start(self, name: str, seconds: float, work: Turn) -> asyncio.Task[None]:
        """Do `work` at once and then after each pause of `seconds`, until the task is ended.

        A turn that fails is logged and ends that one turn alone: the next comes all the same. The
        loop is stuck when no turn ended well for `MISSED` pauses (and at least `LEAST_PATIENCE`
        seconds). Raises ValueError where a loop or worker of that name runs already.
        """
        life = _Life(name, self._clock, patience=max(LEAST_PATIENCE, MISSED * seconds))
        return self._begin(life, self._turns(life, seconds, work))

    def keep(self, name: str, work: Worker, *, quiet: float | None = None) -> asyncio.Task[None]:
        """Run `work` until the task is ended, and begin it anew when it raises or returns.

        Before each new beginning is a pause that grows and is jittered, from `FIRST_BACK_OFF` to
        `LONGEST_BACK_OFF` seconds. `work` is given a function to call whenever it got something
        done; such a beat ends a row of failures. The worker is in trouble when it stopped
        `MOST_RESTARTS` times in a row, or gave no beat for `quiet` seconds where that is given.
        Raises ValueError where a loop or worker of that name runs already.
        """
        life = _Life(name, self._clock, patience=quiet, restarts=MOST_RESTARTS)
        return self._begin(life, self._lives(life, work))

    def pulses(self) -> tuple[Pulse, ...]:
        """Return how every loop and worker is, in the order in which they were started."""
        return tuple(life.pulse() for life, _task in self._running.values())

    def troubles(self) -> tuple[str, ...]:
        """Return a line for each loop and worker with which something is wrong."""
        return tuple(pulse.trouble for pulse in self.pulses() if pulse.trouble)

    async def close(self) -> None:
        """End all of them, turns after a moment's grace, and return when they have ended."""
        await end([task for _life, task in self._running.values()])

    def _begin(self, life: "_Life", work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        if life.name in self._running:
            work.close()
            message = f"{life.name} runs already"
            raise ValueError(message)
        task = start(work)
        self._running[life.name] = life, task
        task.add_done_callback(lambda _task: self._running.pop(life.name))
        return task

    async def _turns(self, life: "_Life", seconds: float, work: Turn) -> None:
        while True:
            life.begins()
            error = await _outcome(work(), grace=GRACE)
            if error is None:
                life.beats()
            else:
                self._failed(life, error)
            await self._clock.sleep(seconds)

    async def _lives(self, life: "_Life", work: Worker) -> None:
        while True:
            life.begins()
            error = await _outcome(work(life.beats))
            self._failed(life, error or _EndedError("it ended by itself"))
            # A long row must not become a number too large for a float.
            pause = FIRST_BACK_OFF * 2.0 ** min(life.failures - 1, 20)
            await self._clock.sleep(min(LONGEST_BACK_OFF, pause) * (0.5 + self._jitter() / 2))

    def _failed(self, life: "_Life", error: BaseException) -> None:
        text = self._redact(f"{type(error).__name__}: {error}")
        life.fails(" ".join(text.split())[:_ERROR])
        # A loop of short turns that fails all night fills no disk.
        if life.failures.bit_count() == 1:
            _log.error(
                "a loop's turn failed", loop=life.name, in_a_row=life.failures, exc_info=error
            )


class _EndedError(Exception):
    """A worker returned, which it should not."""


class _Life:
    """What is remembered of one loop or worker; ages are measured by the monotonic clock."""

    def __init__(
        self, name: str, clock: Clock, *, patience: float | None, restarts: int | None = None
    ) -> None:
        self.name = name
        self.failures = 0
        self._clock = clock
        self._patience = patience
        self._restarts = restarts
        self._began_at: datetime | None = None
        self._finished_at: datetime | None = None
        self._error = ""
        self._well = clock.monotonic()

    def begins(self) -> None:
        self._began_at = self._clock.now()

    def beats(self) -> None:
        self._finished_at = self._clock.now()
        self._well = self._clock.monotonic()
        self.failures = 0

    def fails(self, error: str) -> None:
        self.failures += 1
        self._error = error

    def pulse(self) -> Pulse:
        return Pulse(
            name=self.name,
            began_at=self._began_at,
            finished_at=self._finished_at,
            failures=self.failures,
            error=self._error,
            trouble=self._trouble(),
        )

    def _trouble(self) -> str:
        silence = self._clock.monotonic() - self._well
        if self._patience is not None and silence > self._patience:
            text = _("{loop}: nothing done for {seconds} s.").format(
                loop=self.name, seconds=round(silence)
            )
        elif self._restarts is not None and self.failures >= self._restarts:
            text = ngettext(
                "{loop}: stopped {count} time in a row.",
                "{loop}: stopped {count} times in a row.",
                self.failures,
            ).format(loop=self.name, count=self.failures)
        else:
            return ""
        return f"{text} {self._error}" if self.failures else text


async def _outcome(work: Coroutine[Any, Any, None], *, grace: float = 0.0) -> BaseException | None:
    """Do `work` in a task of its own, and return its error.

    Ended with the caller, it has `grace` seconds to finish: a statement of the database that is
    broken off costs its connection.
    """
    turn = asyncio.create_task(work)
    try:
        await asyncio.wait({turn})
    except asyncio.CancelledError:
        await asyncio.wait({turn}, timeout=grace)
        raise
    finally:
        await end([turn])
    return _EndedError("it was cancelled") if turn.cancelled() else turn.exception()

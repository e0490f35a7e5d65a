"""Who may ask a host, and when: limits by route, one queue by priority, pauses for everybody."""

import asyncio
from collections.abc import Iterable
from contextvars import Context
from enum import IntEnum
from itertools import count
from math import inf

from pyrate_limiter import InMemoryBucket, Rate, RateItem

from bot.catalogue import Limit
from bot.clock import Clock

#: Added to every window, as requests that leave evenly may arrive a little bunched.
_MARGIN_MS = 100


class Priority(IntEnum):
    """Who is asking: where a limit is short, the smaller goes first."""

    INTERACTIVE = 0
    """A person waits for the answer."""
    BACKGROUND = 1
    """A feed or a refresh, which can wait its turn."""
    TYPING = 2
    """Somebody types, and types on: it is answered at once, after everybody else, or not at all."""


class Paused(Exception):
    """The host is to be left alone until `until`, a reading of the monotonic clock."""

    def __init__(self, until: float) -> None:
        super().__init__(until)
        self.until = until


class Crowded(Exception):
    """Our share is used up until `until` (monotonic), or for a while that nobody knows."""

    def __init__(self, until: float | None) -> None:
        super().__init__(until)
        self.until = until


class Ticket:
    """One request that waits for its turn, at most until `deadline` (monotonic)."""

    def __init__(self, lane: "_Lane", priority: Priority, number: int, deadline: float) -> None:
        self.lane = lane
        self.priority = priority
        self.number = number
        self.deadline = deadline
        self.turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    @property
    def order(self) -> tuple[int, int]:
        """Return what tickets are sorted by: priority, then who came first."""
        return (self.priority, self.number)


class _Bucket(InMemoryBucket):
    """The library's exact sliding window, on our own clock."""

    def __init__(self, rate: Rate, clock: Clock) -> None:
        super().__init__([rate])
        self._own_clock = clock

    def now(self) -> int:
        # The small addition keeps a whole millisecond whole after its way through a float.
        return int(self._own_clock.monotonic() * 1000 + 0.001)


class _Lane:
    """The routes that one limit covers."""

    def __init__(self, limit: Limit, clock: Clock) -> None:
        self.limit = limit
        self.paused_until = -inf
        self._window = int(limit.seconds * 1000) + _MARGIN_MS
        self._bucket = _Bucket(Rate(limit.requests, self._window), clock)

    def take(self) -> bool:
        """Count one request now, if the limit allows one."""
        now = self._bucket.now()
        self._bucket.leak(now)
        return self._bucket.put(RateItem(self.limit.path, now))

    def opens(self, ahead: int, start: float) -> float:
        """Return when a request could go that has `ahead` others before it."""
        most = self.limit.requests
        times = [item.timestamp for item in self._bucket.items[-most:]]
        earliest = max(self._bucket.now(), int(start * 1000))
        for _turn in range(ahead + 1):
            free = times[-most] + self._window + 1 if len(times) >= most else 0
            times.append(max(earliest, free))
        return times[-1] / 1000


class Gate:
    """The one way to a host. Requests go by priority, then by age, as the limits allow.

    `limits` are the catalogue's, most specific path first. At most `most_in_flight` requests run
    at once, and only one while the host has not proved itself since it last failed.
    """

    def __init__(self, clock: Clock, limits: Iterable[Limit], *, most_in_flight: int) -> None:
        self._clock = clock
        # Routes that nobody stated a limit for get one request a second (rule L10).
        self._lanes = [_Lane(limit, clock) for limit in (*limits, Limit("/", 1, 1.0))]
        self._most_in_flight = most_in_flight
        self._proven = False
        self._in_flight = 0
        self._paused_until = -inf
        self._hard = False
        self._waiting: list[Ticket] = []
        self._numbers = count()
        self._timer: asyncio.Task[None] | None = None
        self._timer_due = inf

    def ask(self, path: str, priority: Priority, patience: float) -> Ticket:
        """Queue a request for `path` and return its ticket, to be handed to `wait`.

        Raises `Paused` or `Crowded` at once where its turn cannot come within `patience` seconds.
        """
        now = self._clock.monotonic()
        lane = self._lane(path)
        ticket = Ticket(lane, priority, next(self._numbers), now + patience)
        pause = max(self._paused_until, lane.paused_until)
        if pause > now and (self._hard or pause > ticket.deadline):
            raise Paused(pause)
        ahead = sum(1 for t in self._waiting if t.lane is lane and t.order < ticket.order)
        turn = lane.opens(ahead, max(now, pause))
        if turn > ticket.deadline:
            raise Crowded(turn)
        self._waiting.append(ticket)
        self._pump()
        return ticket

    async def wait(self, ticket: Ticket) -> None:
        """Return when it is the ticket's turn; then `leave` must follow.

        Raises `Paused` or `Crowded` where it turns out that its turn comes too late.
        """
        try:
            await ticket.turn
        except asyncio.CancelledError:
            if ticket in self._waiting:
                self._waiting.remove(ticket)
            elif not ticket.turn.cancelled() and ticket.turn.exception() is None:
                self.leave()
            raise

    def leave(self) -> None:
        """Give the place of a finished request to the next."""
        self._in_flight -= 1
        self._pump()

    def promote(self, ticket: Ticket, priority: Priority, patience: float) -> None:
        """Let a waiting ticket go as `priority`, as somebody more urgent waits for it too."""
        ticket.priority = priority
        ticket.deadline = min(ticket.deadline, self._clock.monotonic() + patience)
        self._pump()

    def pause(self, until: float, *, hard: bool = False) -> None:
        """Send nothing to the host before `until`; a pause is made longer, never shorter.

        A `hard` pause is told to everybody at once; others are waited for by whoever has the
        patience.
        """
        self._paused_until = max(self._paused_until, until)
        self._hard = hard
        self._pump()

    def pause_route(self, path: str, until: float) -> None:
        """Send nothing to the routes that share a limit with `path` before `until`."""
        lane = self._lane(path)
        lane.paused_until = max(lane.paused_until, until)
        self._pump()

    def prove(self, *, proven: bool) -> None:
        """Tell whether the host works: until it does, requests go one at a time."""
        self._proven = proven

    async def close(self) -> None:
        """End the timer, the only task of the gate."""
        if self._timer is not None:
            self._timer.cancel()
            await asyncio.gather(self._timer, return_exceptions=True)
            self._timer = None

    def _lane(self, path: str) -> _Lane:
        return next(lane for lane in self._lanes if path.startswith(lane.limit.path))

    def _pump(self) -> None:
        """Let go whoever may, refuse whoever cannot, and wake again when that changes."""
        wake = inf
        for ticket in sorted(self._waiting, key=lambda t: t.order):
            if ticket.turn.done():
                self._waiting.remove(ticket)
            else:
                wake = min(wake, self._treat(ticket, self._clock.monotonic()))
        self._arm(wake)

    def _treat(self, ticket: Ticket, now: float) -> float:
        """Decide about one ticket; return when to look at it again."""
        pause = max(self._paused_until, ticket.lane.paused_until)
        if pause > now:
            if self._hard or pause > ticket.deadline:
                return self._settle(ticket, Paused(pause))
            return pause
        opens = ticket.deadline
        if self._in_flight < (self._most_in_flight if self._proven else 1):
            if ticket.lane.take():
                self._in_flight += 1
                return self._settle(ticket, None)
            opens = ticket.lane.opens(0, now)
        if ticket.deadline <= now:
            return self._settle(ticket, Crowded(opens if opens > now else None))
        return min(opens, ticket.deadline)

    def _settle(self, ticket: Ticket, refusal: Exception | None) -> float:
        self._waiting.remove(ticket)
        if refusal is None:
            ticket.turn.set_result(None)
        else:
            ticket.turn.set_exception(refusal)
        return inf

    def _arm(self, due: float) -> None:
        if self._timer is not None:
            if self._timer_due <= due:
                return
            self._timer.cancel()
            self._timer = None
        if due < inf:
            self._timer_due = due
            # A context of its own: whoever asks may live in simulated time (design: recipes).
            loop = asyncio.get_running_loop()
            self._timer = Context().run(loop.create_task, self._wake(due))

    async def _wake(self, due: float) -> None:
        await self._clock.sleep(due - self._clock.monotonic())
        self._timer = None
        self._pump()

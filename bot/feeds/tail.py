"""The one reading of a site's posts that all its subscriptions share."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from enum import IntEnum

import structlog
from msgspec import structs

from bot.clock import Clock
from bot.feeds import pace
from bot.feeds.answers import Answers
from bot.feeds.border import Fault, attempt
from bot.feeds.decisions import Decisions, Keeps
from bot.feeds.edits import Edits
from bot.feeds.new_posts import NewPosts
from bot.feeds.reading import Reader
from bot.feeds.roster import Roster
from bot.feeds.set_aside import SetAside
from bot.feeds.waiting import WaitingPosts
from bot.policies import Policies
from bot.safety import Policy
from bot.sites import Board, Busy, SiteError
from bot.store import Store, Tail

#: How long a site is out before its servers are told, once.
OUTAGE = timedelta(hours=6)
#: Seconds between two turns; what is due in one is decided by the site's pace.
EVERY = 5.0

_log = structlog.get_logger(__name__)


class _Part(IntEnum):
    """What a turn may do, in this order."""

    NEWEST = 1
    EDITS = 2
    WAITING = 3

    def __str__(self) -> str:
        return self.name.lower()


class SiteTail:
    """Follows one board: its new posts, its edits, and the posts that wait for something.

    `turn` does what is due; call it every `EVERY` seconds, from one task. `policy` is what
    `new_posts.broadest` gives; `wake` is called when more is owed to some channel. While the
    operator has switched the site or all media off, nothing is read, and the cursor stays.
    """

    def __init__(
        self,
        board: Board,
        store: Store,
        roster: Roster,
        reader: Reader,
        keeps: Keeps,
        policies: Policies,
        policy: Policy,
        clock: Clock,
        *,
        wake: Callable[[], None],
    ) -> None:
        self.site = board.site.name
        self._board = board
        self._store = store
        self._roster = roster
        self._policies = policies
        self._clock = clock
        decisions = Decisions(self.site, store, roster, keeps, clock, wake=wake)
        self._new = NewPosts(board, store, roster, reader, decisions, clock, policy)
        self._edits = Edits(board, store, reader, decisions, clock, policy)
        self._answers = Answers(board, roster, policy)
        self._waiting = WaitingPosts(
            self.site, store, reader, decisions, self._answers, clock,
            searches=pace.searches(board.site),
        )  # fmt: skip
        self._tail: Tail | None = None
        self._loaded = False
        self._new_at = self._edits_at = self._waiting_at = clock.monotonic()
        self._aside = SetAside(self.site, clock)
        self._pause = pace.least_pause(board.site)
        self._well_at: float | None = None

    @property
    def silence(self) -> float | None:
        """Seconds since the newest posts were last read, or anybody began to wait for them.

        `None` while nobody does, or the site is switched off.
        """
        return None if self._well_at is None else self._clock.monotonic() - self._well_at

    @property
    def tail(self) -> Tail | None:
        """How far the site was read; `None` before it ever was."""
        return self._tail

    @property
    def pause(self) -> float:
        """Seconds between two readings of the newest posts, as the site publishes now."""
        return self._pause

    @property
    def refused(self) -> Mapping[int, str]:
        """Why the site cannot be asked for a subscription, for people, by its id."""
        return self._answers.refused

    def hasten(self) -> None:
        """Read the newest posts in the next turn, unless the site asked to be left alone."""
        self._new_at = min(self._new_at, self._clock.monotonic())

    async def turn(self) -> None:
        """Do what is due now. A site's failure is noted and no error; raises StoreError.

        And what a part of it failed with by a fault of our own, when the others had their turn:
        that part rests for a while that grows, and each turn tells of it (fault F42).
        """
        if await self._is_off():
            self._well_at = None
            return
        if not self._loaded:
            async with self._store.read() as tx:
                self._tail = await tx.tails.get(self.site)
            self._loaded = True
        # A site is left alone while nobody waits for its posts.
        if self.site not in self._roster.sites():
            self._well_at = None
            return
        if self._well_at is None:
            self._well_at = self._clock.monotonic()
        resting = [part for part in _Part if self._aside.rests(part)]
        try:
            await self._read([part for part in _Part if part not in resting])
        except Busy as error:
            _log.info("a reading waits for its turn", site=self.site, reason=error.message)
        except SiteError as error:
            _log.info("a reading failed", site=self.site, reason=error.message)
        self._aside.tell(resting)

    async def _is_off(self) -> bool:
        switches = await self._policies.switches()
        return switches.panic or self.site in switches.sites

    async def _read(self, parts: Iterable[_Part]) -> None:
        """Do these if they are due; a fault of our own in one does not hold up the next."""
        for met in [await attempt(self._do(part)) for part in parts]:
            if isinstance(met, Fault):
                raise met.error

    async def _do(self, part: _Part) -> None:
        """Do a part if it is due."""
        least = pace.least_pause(self._board.site)
        now = self._clock.monotonic()
        if part is _Part.NEWEST:
            if now >= self._new_at:
                await self._aside.attempt(part, self._read_new)
        # While a site is out only its newest posts are tried.
        elif self._tail is None or self._tail.failing_since is not None:
            return
        elif part is _Part.EDITS and now >= self._edits_at:
            self._edits_at = now + pace.EDITS_AFTER * least
            await self._aside.attempt(part, self._read_edits)
        elif part is _Part.WAITING and now >= self._waiting_at:
            self._waiting_at = now + pace.WAITING_AFTER * least
            await self._aside.attempt(part, self._waiting.turn)

    async def _read_edits(self) -> None:
        if self._tail is not None:
            self._tail = await self._edits.read(self._tail)

    async def _read_new(self) -> None:
        # Also after an error of the database a site is not asked at once again.
        self._new_at = self._clock.monotonic() + self._pause
        try:
            if self._tail is None:
                read = await self._new.begin()
            else:
                read = await self._new.read(self._tail)
        except Busy:
            raise
        except SiteError as error:
            await self._failed(error)
            raise
        self._tail = read.tail
        self._pause = pace.pause_after(self._board.site, read.first_seen_at, self._clock.now())
        self._well_at = self._clock.monotonic()
        self._new_at = self._well_at + self._pause

    async def _failed(self, error: SiteError) -> None:
        """Note a failure, and have the servers told once when it has lasted for long."""
        now = self._clock.now()
        if error.until is not None:
            left = (error.until - now).total_seconds()
            self._new_at = max(self._new_at, self._clock.monotonic() + left)
        before = self._tail or Tail(site=self.site, cursor=now, updated_cursor=now)
        since: datetime = before.failing_since or now
        long_out = now - since >= OUTAGE
        after = structs.replace(
            before, failing_since=since, outage_told=before.outage_told or long_out
        )
        if after == self._tail:
            return
        _log.warning("a site is out", site=self.site, reason=error.message, since=since.isoformat())
        async with self._store.write() as tx:
            if after.outage_told and not before.outage_told:
                guilds = await tx.subscriptions.guilds(self.site)
                await tx.notices.add("outage", guilds, site=self.site, detail=error.message)
            await tx.tails.put(after)
        self._tail = after

"""Delivery: each message that is owed is sent once, in order, and what became of it is noted.

1. What is due in a channel is read, oldest first. Quiet hours, caps and the server's quota may
   put it off.
2. Each post is verified under the policy of this moment; what is not fit any more is dropped.
3. `sending` is committed. Nothing is sent without that (faults F27, F28).
4. The message is handed to Discord, with a nonce made of its id.
5. `sent` is committed, with the message's id.

A kill before 3 leaves a message that is owed, and one after 5 a message that was sent. In
between, the next start finds `sending`, and looks for the message before it sends it again
(`bot.feeds.reconcile`).
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.clock import Clock
from bot.loops import end
from bot.policies import Policies
from bot.quotas import FEED_RATE, NONCE_WINDOW, Quota, Rate
from bot.store import Status, Store, StoreError
from bot.texts import Languages, _

from .composing import Composer, Later, Owed, Ready, Rest, Stop, owed_of
from .destination import Destination
from .holding import held_until
from .lanes import WIDTH, Lanes
from .ledger import Ledger
from .outcomes import DISCORD, Outcomes
from .pauses import Changed
from .reconcile import APPEARING, Failed, Found, Reconciler, Repeat, Wait
from .rests import Rests

#: How often it is looked for what has become due, in seconds; most of it is told before.
EVERY = 10.0
#: A server that Discord has an outage for is left alone for so long (fault F23).
OUTAGE = 30.0
#: How long `stop` lets messages arrive that are under way (fault F34).
STOPPING = 8.0
#: Failures of our own in a row after which a message is put aside (fault F42).
OWN_FAULTS = 3

_log = structlog.get_logger(__name__)


class Deliverer:
    """Sends what is due. `run` is for a worker that is kept alive, `turn` for one round.

    `changed` is told which subscriptions were paused. `guild_rate` is how many messages a server
    gets, `window` for how many seconds Discord knows a nonce again, `appearing` how many a new
    thread has to appear, and `width` in how many channels something is done at a time.
    """

    def __init__(
        self,
        store: Store,
        policies: Policies,
        destination: Destination,
        composer: Composer,
        clock: Clock,
        *,
        changed: Changed,
        languages: Languages | None = None,
        guild_rate: Rate = FEED_RATE,
        window: float = NONCE_WINDOW,
        appearing: float = APPEARING,
        width: int = WIDTH,
    ) -> None:
        self._store = store
        self._policies = policies
        self._destination = destination
        self._composer = composer
        self._clock = clock
        self._languages = languages or Languages()
        self._quota = Quota(guild_rate, clock)
        self._rests = Rests(clock)
        self._ledger = Ledger(store)
        self._reconciler = Reconciler(destination, clock, window=window, appearing=appearing)
        self._outcomes = Outcomes(
            destination,
            self._ledger,
            self._rests,
            self._reconciler,
            self._quota,
            clock,
            changed=changed,
        )
        self._lanes = Lanes(self._step, self._broke, clock, width=width)
        self._woken = asyncio.Event()
        self._stopping = False
        self._knows_hold = False
        #: By channel, how many of our own failures came in a row.
        self._own_faults: dict[int, int] = {}

    @property
    def outcomes(self) -> Outcomes:
        """What became of messages, and how often."""
        return self._outcomes

    def wake(self) -> None:
        """Look at once for what is due: something was put into the outbox."""
        self._woken.set()

    async def run(self, beat: Callable[[], object]) -> None:
        """Deliver until it is ended, and call `beat` after each look. Raises StoreError."""
        while True:
            self._woken.clear()
            await self._offer()
            beat()
            await self._until_woken(min(EVERY, self._rests.soonest()))

    async def turn(self) -> None:
        """Deliver all that is due now and can be, and return. Raises StoreError."""
        await self._offer()
        await self._lanes.drained()

    async def stop(self, seconds: float = STOPPING) -> None:
        """Begin nothing more, and return when what is under way has ended (fault F34).

        What takes longer than `seconds` is broken off; the next start finds out about it.
        """
        self._stopping = True
        await self._lanes.close(seconds)
        await self._ledger.close()

    async def _offer(self) -> None:
        """Let every channel that something is due in have its turn."""
        if not self._knows_hold:
            await self._recall_hold()
        if self._stopping or self._rests.all_rest:
            return
        async with self._store.read() as tx:
            due = await tx.deliveries.due_channels()
        for guild_id, channel_id in due:
            if not self._rests.rests(guild_id, channel_id):
                self._lanes.offer(guild_id, channel_id)
        self._lanes.pump()

    async def _recall_hold(self) -> None:
        """Heed a hold of Discord's that an earlier process met: a restart is no way round it."""
        async with self._store.read() as tx:
            for kept in await tx.cooldowns.current():
                if kept.host == DISCORD:
                    left = kept.until - self._clock.now()
                    self._rests.rest_all(left.total_seconds())
        self._knows_hold = True

    async def _until_woken(self, seconds: float) -> None:
        waits = [
            asyncio.ensure_future(self._clock.sleep(seconds)),
            asyncio.ensure_future(self._wake_up()),
        ]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await end(waits)

    async def _wake_up(self) -> None:
        await self._woken.wait()

    async def _step(self, guild_id: int, channel_id: int) -> bool:
        """Do what a channel is owed next; return whether it may be owed more at once."""
        if self._stopping or self._rests.rests(guild_id, channel_id):
            return False
        if not self._destination.is_reachable(guild_id):
            self._rests.rest(channel_id, OUTAGE)
            return False
        guild = await self._policies.guild(guild_id)
        # Whatever is said in a server's channels is said in its language.
        with self._languages.speaking(guild.language):
            return await self._do_next(channel_id)

    async def _do_next(self, channel_id: int) -> bool:
        await self._outcomes.note_arrived(channel_id)
        async with self._store.read() as tx:
            rows = await tx.deliveries.head(channel_id)
            owed = await owed_of(tx, rows) if rows else None
        if owed is None:
            return False
        more = await self._next(owed)
        self._own_faults.pop(channel_id, None)
        return more

    async def _next(self, owed: Owed) -> bool:
        if self._own_faults.get(owed.channel_id, 0) >= OWN_FAULTS:
            if len(owed.rows) > 1 and all(row.is_untouched for row in owed.rows):
                # One of its posts is to blame, and the others need not go with it.
                return await self._outcomes.halve(owed)
            return await self._outcomes.aside(owed, "F42", _("It could not be put together."))
        if any(row.status is Status.SENDING for row in owed.rows):
            return await self._again(owed)
        if wait := self._quota.wait(owed.guild_id):
            self._rests.rest_guild(owed.guild_id, wait)
            return False
        if (until := await self._held_until(owed)) is not None:
            return await self._outcomes.postpone(owed, until)
        return await self._send(owed, again=False, anew=True)

    async def _held_until(self, owed: Owed) -> datetime | None:
        """Return when quiet hours or a cap that hold a message back end."""
        sent_at: tuple[datetime, ...] = ()
        if owed.wish.cap is not None:
            async with self._store.read() as tx:
                sent_at = await tx.deliveries.sent_at(owed.wish.id)
        guild = await self._policies.guild(owed.guild_id)
        return held_until(owed.wish, guild.time_zone, self._clock.now(), sent_at)

    async def _again(self, owed: Owed) -> bool:
        """Find out about a message that was handed to Discord; repeat it where that is right."""
        match await self._reconciler.ask(owed):
            case Found(delivered):
                return await self._outcomes.arrived(owed, dict.fromkeys(owed.ids, ""), delivered)
            case Repeat(anew, is_absent):
                return await self._send(owed, again=not anew, anew=anew, is_absent=is_absent)
            case Failed(error):
                return await self._outcomes.failed(owed, error, again=True)
            case Wait(seconds):
                self._rests.rest(owed.channel_id, seconds)
                return False

    async def _send(self, owed: Owed, *, again: bool, anew: bool, is_absent: bool = False) -> bool:
        match await self._composer.compose(owed):
            case Later(until) if not again:
                return await self._outcomes.postpone(owed, until)
            case Later():
                self._rests.fails(owed.channel_id)
                return False
            case Rest(seconds):
                self._rests.rest(owed.channel_id, seconds)
                return False
            case Stop(why, reason):
                return await self._outcomes.stop(owed, why, reason)
            case Ready(dropped=dropped) if dropped and again and not is_absent:
                # It may stand there with what is not fit any more. Once it is known where, it is
                # looked after; taken for never sent it would stay (reference: safety, 3.8).
                self._rests.rest(owed.channel_id, APPEARING)
                return False
            case Ready() as ready if not self._stopping:
                return await self._outcomes.send(owed, ready, again=again, anew=anew)
            case _:
                return False

    def _broke(self, guild_id: int, channel_id: int, error: BaseException) -> None:
        """Let a channel rest in which something went wrong; the others go on (fault F42)."""
        self._rests.fails(channel_id)
        if isinstance(error, StoreError):
            _log.warning("the outbox cannot be used", channel=channel_id, error=str(error))
            return
        self._own_faults[channel_id] = self._own_faults.get(channel_id, 0) + 1
        _log.error("delivery failed", guild=guild_id, channel=channel_id, exc_info=error)

"""Handing a message to Discord, and noting what came of it."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from msgspec import structs

from bot.clock import Clock
from bot.quotas import Quota
from bot.store import Cooldown, Pause, Status, Transaction
from bot.texts import _

from .composing import Owed, Ready
from .destination import (
    AlreadyGoneError,
    ChannelGoneError,
    Delivered,
    DeliveryError,
    Destination,
    HeldError,
    LaterError,
    NoAccessError,
    Outgoing,
    RefusedError,
    ThreadClosedError,
    UncertainError,
)
from .ledger import Change, Ledger
from .pauses import Changed, pause, recovered
from .recheck import LADDER
from .reconcile import Reconciler
from .rests import Rests

#: What the cool-down is kept under that holds for all of Discord.
DISCORD = "discord"
#: What is asked again after so many seconds where Discord contradicts itself.
DOUBT = 30.0

#: What failures are counted as.
_KINDS: Mapping[type[DeliveryError], str] = {
    ChannelGoneError: "channel_gone",
    HeldError: "held",
    LaterError: "later",
    NoAccessError: "no_access",
    RefusedError: "refused",
    ThreadClosedError: "thread_closed",
    UncertainError: "uncertain",
}
_OTHER = "other"
#: What becomes of a post that is owed.
_ENDS = (Status.SENT, Status.HIDDEN, Status.DROPPED, Status.ASIDE)

_log = structlog.get_logger(__name__)


class _ChangedError(Exception):
    """What is to be sent is not owed any more as it was: it is looked at anew."""


class Outcomes:
    """Sends messages and notes in the outbox what became of them.

    Everything here returns whether something else may be sent in the channel at once, and raises
    StoreError where the outbox cannot be written; nothing is sent then (faults F27, F28).
    """

    def __init__(
        self,
        destination: Destination,
        ledger: Ledger,
        rests: Rests,
        reconciler: Reconciler,
        quota: Quota,
        clock: Clock,
        *,
        changed: Changed,
    ) -> None:
        self._destination = destination
        self._ledger = ledger
        self._rests = rests
        self._reconciler = reconciler
        self._quota = quota
        self._clock = clock
        self._changed = changed
        # Each from 0, as whoever watches for a change does not see the first of all.
        self.ends: Counter[str] = Counter(dict.fromkeys(_ENDS, 0))
        """Posts owed that something became of since we were started, by what that was."""
        self.failures: Counter[str] = Counter(dict.fromkeys([*_KINDS.values(), _OTHER], 0))
        """Failures of Discord to take a message, by kind."""
        #: By channel, what arrived and could not be noted yet.
        self._unwritten: dict[int, Change] = {}

    async def send(self, owed: Owed, ready: Ready, *, again: bool, anew: bool) -> bool:
        """Note what is dropped and what is being sent, and send it.

        `again`: it may have arrived before. `anew`: Discord does not know its nonce any more.
        """

        async def begin(tx: Transaction) -> None:
            if not await tx.deliveries.is_unchanged(owed.rows):
                raise _ChangedError
            for dropped in ready.dropped:
                await tx.deliveries.end(
                    [dropped.id], dropped.status, rule=dropped.rule, reason=dropped.reason
                )
                # The same picture may still be fit on another board.
                await tx.announcements.release_twins(dropped.id)
            if ready.message is not None and not await tx.deliveries.sending(ready.ids, anew=anew):
                raise _ChangedError

        try:
            await self._ledger.write(begin)
        except _ChangedError:
            return True
        self.ends.update(dropped.status for dropped in ready.dropped)
        if ready.message is None:
            self._reconciler.is_over(owed.marker)
            return True
        if anew:
            self._reconciler.handed(owed.marker)
        try:
            return await self._attempt(owed, ready, ready.message)
        except RefusedError as error:
            return await self._refused(owed, ready, ready.message, error)
        except DeliveryError as error:
            return await self.failed(owed, error, again=again)

    async def arrived(
        self, owed: Owed, shown: Mapping[int, str], delivered: Delivered | None
    ) -> bool:
        """Note that a message arrived; without `delivered` nobody knows where."""
        place = None
        if delivered is not None:
            place = (delivered.message_id, delivered.channel_id, delivered.form)

        async def note(tx: Transaction) -> None:
            await tx.deliveries.sent(shown, place, self._clock.now() + LADDER[0])
            if owed.wish.publish and delivered is not None:
                await tx.publications.owe(shown)
            await recovered(tx, owed.wish.id)

        self.ends[Status.SENT] += len(shown)
        self._quota.count(owed.guild_id)
        self._rests.is_well(owed.channel_id)
        self._reconciler.is_over(owed.marker)
        self._unwritten[owed.channel_id] = note
        await self.note_arrived(owed.channel_id)
        if owed.wish.failures:
            await self._changed(owed.wish.id)
        return True

    async def note_arrived(self, channel_id: int) -> None:
        """Note what arrived in a channel when it could not be noted; before anything else there."""
        if (note := self._unwritten.get(channel_id)) is not None:
            await self._ledger.write(note)
            del self._unwritten[channel_id]

    async def failed(self, owed: Owed, error: DeliveryError, *, again: bool) -> bool:
        """Do what an error asks for; `again` is whether the message may have arrived before."""
        if isinstance(error, AlreadyGoneError):
            return await self.arrived(owed, dict.fromkeys(owed.ids, ""), None)
        self._count(error)
        match error:
            case ChannelGoneError():
                return await self._gone(owed, error, again=again)
            case NoAccessError():
                return await self._stop_channel(owed, Pause.NO_ACCESS, error, again=again)
            case ThreadClosedError():
                return await self._stop_channel(owed, Pause.THREAD_CLOSED, error, again=again)
            case HeldError():
                await self._hold(error)
            case LaterError():
                self._rests.rest(owed.channel_id, error.seconds)
            case _:
                self._rests.fails(owed.channel_id)
                return False
        await self._take_back(owed, again=again)
        return False

    async def stop(self, owed: Owed, why: Pause, reason: str) -> bool:
        """Pause the subscription whose wishes hold for a message."""
        if why is Pause.AGE:
            reason = _("The channel is not age-restricted any more.")

        async def change(tx: Transaction) -> None:
            if why is Pause.AGE:
                # What was meant for a place that is no more is not for this one (fault F25).
                await tx.announcements.drop_queued(owed.wish.id, "D4", reason)
            await pause(tx, [owed.wish], why, reason, now=self._clock.now())

        await self._ledger.write(change)
        await self._changed(owed.wish.id)
        return True

    async def postpone(self, owed: Owed, until: datetime) -> bool:
        """Send nothing of a message's subscription in its channel before `until`."""
        await self._ledger.write(
            lambda tx: tx.deliveries.postpone(owed.channel_id, owed.wish.id, until)
        )
        return True

    async def aside(self, owed: Owed, rule: str, reason: str) -> bool:
        """Put a message aside for good, so that the next ones come (fault F41)."""
        await self._ledger.write(
            lambda tx: tx.deliveries.end(owed.ids, Status.ASIDE, rule=rule, reason=reason)
        )
        self.ends[Status.ASIDE] += len(owed.ids)
        self._reconciler.is_over(owed.marker)
        _log.warning(
            "a message was put aside", marker=owed.marker, channel=owed.channel_id, why=reason
        )
        return True

    async def halve(self, owed: Owed) -> bool:
        """Make two messages of one that was never sent: only one of them need be put aside."""

        async def change(tx: Transaction) -> None:
            if await tx.deliveries.is_unchanged(owed.rows):
                await tx.deliveries.split(owed.rows, owed.more)

        await self._ledger.write(change)
        return True

    async def _attempt(self, owed: Owed, ready: Ready, message: Outgoing) -> bool:
        delivered = await self._destination.send(message)
        return await self.arrived(owed, ready.shown, delivered)

    async def _refused(
        self, owed: Owed, ready: Ready, message: Outgoing, error: RefusedError
    ) -> bool:
        """Send a smaller message, then a plainer one; then put it aside (fault F41)."""
        self._count(error)
        rows = [row for row in owed.rows if row.id in ready.shown]
        if len(rows) > 1:
            await self._ledger.write(lambda tx: tx.deliveries.split(rows, owed.more))
            self._reconciler.is_over(owed.marker)
            return True
        try:
            return await self._attempt(owed, ready, structs.replace(message, minimal=True))
        except RefusedError:
            return await self.aside(owed, "F41", error.reason)
        except DeliveryError as second:
            return await self.failed(owed, second, again=False)

    async def _gone(self, owed: Owed, error: ChannelGoneError, *, again: bool) -> bool:
        """Ask Discord itself before a channel is taken for deleted (fault F20)."""
        try:
            exists = await self._destination.exists(owed.channel_id)
        except DeliveryError:
            exists = True
        if not exists:
            return await self._stop_channel(owed, Pause.CHANNEL_GONE, error, again=again)
        self._rests.fails(owed.channel_id, DOUBT)
        await self._take_back(owed, again=again)
        return False

    async def _stop_channel(
        self, owed: Owed, why: Pause, error: DeliveryError, *, again: bool
    ) -> bool:
        """Pause all that goes to a channel: each of them would fail in the same way (rule D12)."""
        stopped: set[int] = set()

        async def change(tx: Transaction) -> None:
            if not again:
                await tx.deliveries.take_back(owed.ids)
            wish = await tx.subscriptions.get(owed.wish.id)
            if wish is None or wish.channel_id != owed.channel_id:
                # Its subscription has moved on: what is wrong here must not stop it there.
                if again or wish is None:
                    await tx.deliveries.end(
                        owed.ids, Status.DROPPED, rule="feed", reason=error.reason
                    )
                else:
                    await tx.history.move(wish.id, wish.channel_id)
            of_channel = await tx.subscriptions.of_channel(owed.channel_id)
            await pause(tx, of_channel, why, error.reason, now=self._clock.now())
            stopped.update(one.id for one in of_channel)

        await self._ledger.write(change)
        await self._changed(*stopped)
        return True

    def _count(self, error: DeliveryError) -> None:
        self.failures[_KINDS.get(type(error), _OTHER)] += 1

    async def _hold(self, error: HeldError) -> None:
        """Let everything rest, also after a restart (fault F05)."""
        self._rests.rest_all(error.seconds)
        _log.error("Discord holds us off", seconds=error.seconds, why=error.reason)
        until = self._clock.now() + timedelta(seconds=error.seconds)
        hold = Cooldown(host=DISCORD, until=until, reason=error.reason)
        await self._ledger.write(lambda tx: tx.cooldowns.put([hold]))

    async def _take_back(self, owed: Owed, *, again: bool) -> None:
        """Queue a message anew that Discord certainly does not have."""
        if not again:
            self._reconciler.is_over(owed.marker)
            await self._ledger.write(lambda tx: tx.deliveries.take_back(owed.ids))

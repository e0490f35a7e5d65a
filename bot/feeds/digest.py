"""Digests: what a subscription was owed in a period, in one message (faults F36-F37).

While a period runs its announcements wait in the outbox; at its end the newest of them are
gathered into one message, and the rest is counted in it. A period that ends in quiet hours ends
with them. One that ended while we were down ends once, late; the next is reckoned from then.
"""

from collections.abc import Callable

from bot.clock import Clock
from bot.store import FeedKind, Store, Subscription

from .in_turn import in_turn
from .local_times import next_time, quiet_end

#: Posts in one message: as many embeds as Discord takes, and pictures in a gallery.
DIGEST_SIZE = 10


class Digests:
    """Ends the periods that are over; `wake` is called when that owes somebody a message."""

    def __init__(self, store: Store, clock: Clock, *, wake: Callable[[], None]) -> None:
        self._store = store
        self._clock = clock
        self._wake = wake

    async def turn(self) -> None:
        """Do what is due now. Raises StoreError, and what one failed with when all had theirs."""
        async with self._store.read() as tx:
            due = await tx.subscriptions.due(self._clock.now(), kind=FeedKind.FEED)
        await in_turn(due, self._end_period)

    async def _end_period(self, subscription: Subscription) -> None:
        now = self._clock.now()
        async with self._store.write() as tx:
            one = await tx.subscriptions.get(subscription.id)
            if one is None or not one.runs or one.next_at is None or one.next_at > now:
                return
            zone = (await tx.guilds.get(one.guild_id)).time_zone
            quiet = quiet_end(now, one.quiet_from, one.quiet_until, zone)
            if quiet is not None:
                await tx.subscriptions.advance(one.id, quiet)
                return
            lead = await tx.announcements.close_digest(one.id, DIGEST_SIZE)
            next_at = next_time(now, one.rhythm, one.at_minute, one.weekday, zone)
            await tx.subscriptions.advance(one.id, next_at)
        if lead is not None:
            self._wake()

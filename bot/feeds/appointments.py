"""Times that were reckoned from a wrong present: put right once the clock is (fault F36)."""

from bot.clock import Clock
from bot.store import Store, Subscription

from .in_turn import in_turn
from .local_times import next_time
from .pauses import Changed


class Appointments:
    """Finds what seems to come too late, as after the clock was ahead and was set back.

    `changed` is told which feeds begin earlier than they would have.
    """

    def __init__(self, store: Store, clock: Clock, *, changed: Changed) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed

    async def turn(self) -> None:
        """Put right what is wrong now. Raises StoreError."""
        async with self._store.write() as tx:
            begun = await tx.astray.bring_back()
        if begun:
            await self._changed(*begun)
        async with self._store.read() as tx:
            astray = await tx.subscriptions.astray(self._clock.now())
        await in_turn(astray, self._put_right)

    async def _put_right(self, subscription: Subscription) -> None:
        async with self._store.write() as tx:
            one = await tx.subscriptions.get(subscription.id)
            if one is not None and one.next_at == subscription.next_at:
                zone = (await tx.guilds.get(one.guild_id)).time_zone
                now = self._clock.now()
                await tx.subscriptions.advance(
                    one.id, next_time(now, one.rhythm, one.at_minute, one.weekday, zone)
                )

"""Times that were reckoned from a wrong present: put right once the clock is (fault F36)."""

from bot.clock import Clock
from bot.store import Store, Subscription

from .in_turn import in_turn
from .local_times import next_time


class Appointments:
    """Finds periods that seem to end too late, as after the clock was ahead and was set back."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def turn(self) -> None:
        """Put right what is wrong now. Raises StoreError."""
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

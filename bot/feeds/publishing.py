"""Publishing: what was sent to an announcement channel goes on to the channel's followers.

That a message is to be published is noted in the transaction that notes that it was sent, also
where it was only found again after a crash, and stays noted until Discord has taken it: nothing
is forgotten by a restart, and a repeat is refused by Discord as one. What goes on is judged once
more before: only what the policy lets through now, and what is fit for everybody (rule D6).
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.posts.rating import Rating, ratings
from bot.store import Announcement, Publication, Status, Store, StoreError

from .border import Fault, attempt
from .composing import Composer, Later, Ready, Rest, owed_of
from .destination import (
    DeliveryError,
    Destination,
    HeldError,
    LaterError,
    Outgoing,
    UncertainError,
)
from .lanes import Lanes
from .outcomes import DISCORD
from .recheck import delivered_of
from .rests import Rests

#: How often it is looked for what is owed, in seconds.
EVERY = 10.0
#: How old a message may be that followers still get: Discord lets few be published in an hour.
LONGEST = timedelta(days=1)
#: What is not fit as it stands waits for after-care, and what we failed with for a better time.
PAUSE = timedelta(minutes=10)
#: Channels in which something is published at a time; one that waits for long does not count.
WIDTH = 8
#: Seconds that `stop` lets what is under way come to its end; the rest stays owed.
STOPPING = 1.0

_log = structlog.get_logger(__name__)


class Publisher:
    """Publishes what is owed. `run` is for a worker that is kept alive, `turn` for one round."""

    def __init__(
        self, store: Store, destination: Destination, composer: Composer, clock: Clock
    ) -> None:
        self._store = store
        self._destination = destination
        self._composer = composer
        self._clock = clock
        self._rests = Rests(clock)
        self._lanes = Lanes(self._step, self._broke, clock, width=WIDTH)

    async def run(self, beat: Callable[[], object]) -> None:
        """Publish until it is ended, and call `beat` after each look. Raises StoreError."""
        while True:
            await self._offer()
            beat()
            await self._clock.sleep(EVERY)

    async def turn(self) -> None:
        """Publish all that is due now and can be, and return. Raises StoreError."""
        await self._offer()
        await self._lanes.drained()

    async def stop(self) -> None:
        """Begin nothing more, and break off what waits for Discord (fault F34)."""
        await self._lanes.close(STOPPING)

    async def _offer(self) -> None:
        """Let every channel whose followers are owed something have its turn."""
        async with self._store.read() as tx:
            # Also a restart is no way round a hold of Discord's (fault F05).
            if any(kept.host == DISCORD for kept in await tx.cooldowns.current()):
                return
            due = await tx.publications.due_channels()
        for guild_id, channel_id in due:
            self._lanes.offer(guild_id, channel_id)
        self._lanes.pump()

    async def _step(self, guild_id: int, channel_id: int) -> bool:
        """Publish what a channel owes next; return whether it may owe more at once."""
        if self._rests.rests(guild_id, channel_id) or not self._destination.is_reachable(guild_id):
            return False
        async with self._store.read() as tx:
            one = await tx.publications.head(channel_id)
            rows = await tx.rechecks.standing(one.marker) if one is not None else ()
        if one is None:
            return False
        more = await attempt(self._next(one, rows))
        if isinstance(more, Fault):
            _log.error("publishing failed", announcement=one.id, exc_info=more.error)
            return await self._postpone(one, self._clock.now() + PAUSE)
        return more

    async def _next(self, one: Publication, rows: tuple[Announcement, ...]) -> bool:
        shown = [row for row in rows if row.status is Status.SENT]
        if not shown:
            return await self._end(one)
        now = self._clock.now()
        if now - (shown[0].sent_at or now) > LONGEST:
            return await self._end(one, "it took too long")
        if len(shown) < len(rows):
            # It shows what was taken back, and soon will not any more.
            return await self._postpone(one, now + PAUSE)
        return await self._judge(one, shown)

    async def _judge(self, one: Publication, shown: list[Announcement]) -> bool:
        """Publish what is fit for it as it is now."""
        async with self._store.read() as tx:
            owed = await owed_of(tx, shown)
        if not owed.wish.publish:
            return await self._end(one)
        match await self._composer.compose(owed):
            case Ready(Outgoing() as message, dropped=()):
                if not _is_for_everybody(message):
                    return await self._end(one, "it is not for everybody")
                return await self._publish(one, shown[0])
            case Later(until):
                return await self._postpone(one, until)
            case Rest(seconds):
                self._rests.rest(owed.channel_id, seconds)
                return False
            case _:
                return await self._postpone(one, self._clock.now() + PAUSE)

    async def _publish(self, one: Publication, row: Announcement) -> bool:
        try:
            await self._destination.publish(delivered_of(row))
        except HeldError as error:
            self._rests.rest_all(error.seconds)
            return False
        except LaterError as error:
            self._rests.rest(row.channel_id, error.seconds)
            return False
        except UncertainError:
            self._rests.fails(row.channel_id)
            return False
        except DeliveryError as error:
            return await self._end(one, error.reason)
        self._rests.is_well(row.channel_id)
        return await self._end(one)

    async def _end(self, one: Publication, why_not: str = "") -> bool:
        """Owe a message no more; `why_not` is why its followers do not get it."""
        async with self._store.write() as tx:
            await tx.publications.end(one.id)
        if why_not:
            _log.warning("a message was not published", announcement=one.id, why=why_not)
        return True

    async def _postpone(self, one: Publication, until: datetime) -> bool:
        async with self._store.write() as tx:
            await tx.publications.postpone(one.id, until)
        return True

    def _broke(self, guild_id: int, channel_id: int, error: BaseException) -> None:
        """Let a channel rest in which something went wrong; the others go on (fault F42)."""
        self._rests.fails(channel_id)
        if isinstance(error, StoreError):
            _log.warning("what is owed cannot be used", channel=channel_id, error=str(error))
        else:
            _log.error("publishing failed", guild=guild_id, channel=channel_id, exc_info=error)


def _is_for_everybody(message: Outgoing) -> bool:
    return all(ratings(post.post.tags) == {Rating.SAFE} for post in message.posts)

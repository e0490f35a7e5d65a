"""Pauses: a subscription that cannot post stops, says so, and tries again by itself.

    async with store.write() as tx:
        await pause(tx, wishes, Pause.NO_ACCESS, "Missing Permissions", now=clock.now())
    await roster.changed(*(wish.id for wish in wishes))

A pause that ends by itself is tried again after a time that grows, for `PATIENCE` in all; posts
are collected meanwhile, so that none is lost (fault F21). The servers are told of its beginning
and of its end, and when only a person can end it (`bot.feeds.notices`).
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta

import structlog
from msgspec import structs

from bot.clock import Clock
from bot.store import Pause, Store, Subscription, Transaction

#: Tells whoever knows the subscriptions that these changed.
Changed = Callable[..., Awaitable[None]]

#: Pauses that are tried again, after at least and at most so long, for so long in all.
RETRIED = frozenset({Pause.NO_ACCESS, Pause.THREAD_CLOSED, Pause.AGE, Pause.SITE})
FIRST, LONGEST, PATIENCE = timedelta(minutes=10), timedelta(days=1), timedelta(days=7)
#: What is wrong with the channel is wrong for everything that goes there.
OF_CHANNEL = frozenset({Pause.NO_ACCESS, Pause.CHANNEL_GONE, Pause.THREAD_CLOSED})

_log = structlog.get_logger(__name__)


def retry_in(failures: int) -> timedelta | None:
    """Return how long to wait after so many failures in a row; `None`: a person has to see to it.

    Pure. The waits double, and together last `PATIENCE` at most.
    """
    wait, waited = FIRST, timedelta()
    for _failure in range(failures):
        waited += wait
        wait = min(2 * wait, LONGEST)
    return wait if waited + wait <= PATIENCE else None


async def pause(
    tx: Transaction,
    wishes: Iterable[Subscription],
    why: Pause,
    detail: str = "",
    *,
    now: datetime,
) -> None:
    """Stop subscriptions because of something that they met, and have their servers told.

    A server is told when a row of failures begins, and when nothing is tried any more. One that
    a person has paused meanwhile is left alone.
    """
    known = await tx.subscriptions.get_many(wish.id for wish in wishes)
    for wish in known.values():
        if not wish.runs:
            continue
        wait = retry_in(wish.failures) if why in RETRIED else None
        await tx.subscriptions.pause(
            wish.id,
            why,
            detail=detail,
            retry_at=None if wait is None else now + wait,
            failures=wish.failures + 1,
        )
        if wish.failures == 0 or wait is None:
            await tx.notices.add("paused", [wish.guild_id], subscription_id=wish.id, detail=why)
        _log.warning(
            "a subscription paused", subscription=wish.id, guild=wish.guild_id, why=why.value
        )


async def recovered(tx: Transaction, subscription_id: int) -> None:
    """Note that a subscription that had failed could post again, and have its server told."""
    wish = await tx.subscriptions.get(subscription_id)
    if wish is None or not wish.failures:
        return
    await tx.subscriptions.put(structs.replace(wish, failures=0))
    await tx.notices.add("resumed", [wish.guild_id], subscription_id=wish.id)


async def resume(tx: Transaction, subscription_id: int) -> tuple[int, ...]:
    """Let a subscription run because a person said so; return the ids of all that run again.

    Where the channel was in the way, all that it was in the way of run again. What a subscription
    collected meanwhile comes; where nothing was collected, it begins where its site was read to.
    Empty where it does not exist or runs already.
    """
    asked = await tx.subscriptions.get(subscription_id)
    if asked is None or asked.runs:
        return ()
    together = [asked]
    if asked.pause in OF_CHANNEL:
        others = await tx.subscriptions.of_channel(asked.channel_id)
        together += [one for one in others if one.pause is asked.pause and one.id != asked.id]
    for wish in together:
        collected = wish.retry_at is not None
        since = None if collected else await tx.tails.beginning(wish.site)
        await tx.subscriptions.resume(wish.id, since=since)
    return tuple(wish.id for wish in together)


class Pauses:
    """Ends pauses whose time has come, and begins those that Discord tells of.

    `changed` is told which subscriptions changed, after the transaction.
    """

    def __init__(self, store: Store, clock: Clock, *, changed: Changed) -> None:
        self._store = store
        self._clock = clock
        self._changed = changed

    async def unreadable(self, reasons: Mapping[int, str]) -> None:
        """Pause subscriptions whose query cannot be read or asked (any more), by their ids.

        A person has to edit such a query; until then nobody would hear of it.
        """
        async with self._store.write() as tx:
            wishes = await tx.subscriptions.get_many(reasons)
            for wish in wishes.values():
                await pause(tx, [wish], Pause.QUERY, reasons[wish.id], now=self._clock.now())
        await self._changed(*wishes)

    async def channel_gone(self, channel_id: int) -> None:
        """Pause what was for a channel that Discord says was deleted (fault F20)."""
        async with self._store.write() as tx:
            wishes = await tx.subscriptions.of_channel(channel_id)
            await pause(tx, wishes, Pause.CHANNEL_GONE, now=self._clock.now())
        await self._changed(*(wish.id for wish in wishes))

    async def retry(self, guild_id: int) -> None:
        """Try in the next turn what is tried again in a server: permissions or channels changed.

        However often they change, it is once in a turn, and costs nothing of the patience (D12).
        """
        now = self._clock.now()
        async with self._store.write() as tx:
            for wish in await tx.subscriptions.of_guild(guild_id):
                if not wish.runs and wish.retry_at is not None and wish.retry_at > now:
                    failures = max(1, wish.failures - 1)
                    await tx.subscriptions.put(
                        structs.replace(wish, retry_at=now, failures=failures)
                    )

    async def turn(self) -> None:
        """Try again what is due; it pauses anew where it still cannot post. Raises StoreError."""
        async with self._store.read() as tx:
            due = await tx.subscriptions.to_retry(self._clock.now())
        if not due:
            return
        async with self._store.write() as tx:
            # As they are by now: somebody may have ended or removed one in between.
            wishes = await tx.subscriptions.to_retry(self._clock.now())
            await _try_again(tx, wishes)
        await self._changed(*(wish.id for wish in wishes))


async def _try_again(tx: Transaction, wishes: Iterable[Subscription]) -> None:
    """Let these run, with their failures remembered until one message has arrived."""
    for wish in wishes:
        await tx.subscriptions.put(
            structs.replace(wish, pause=Pause.NONE, pause_detail="", paused_at=None, retry_at=None)
        )

"""Scheduled random pictures: one at a time, at the local times that a server chose (rule D11).

What is due together is drawn together: one answer of a site serves every channel that wants the
same, and each takes what it has not shown for longest. A time that comes while the site is out is
tried a few times and then left out; one that passed while we were down comes once, late. Between
two in a channel lies an hour, whichever of its schedules they are of: the later one waits.
"""

import random
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

import structlog

from bot.clock import Clock
from bot.policies import Policies
from bot.posts.model import Post
from bot.query import QueryError
from bot.safety import Policy
from bot.sites import SiteError, Sites
from bot.store import (
    Announcement,
    FeedKind,
    Pause,
    Rhythm,
    Status,
    Store,
    StoreError,
    Subscription,
    Transaction,
)

from .destination import Destination
from .drawing import Drawing, Drawn, wish_of
from .identity import first_seen, identities
from .in_turn import in_turn
from .local_times import next_time, quiet_end
from .pauses import Changed, pause
from .set_aside import SetAside

#: What a channel showed so long ago may come again, and its after-care is over (safety, 3.8).
RECENT = timedelta(hours=73)
#: Times in a row that a site may fail before a draw is left out, and the pause between them.
TRIES = 3
PAUSE = timedelta(minutes=2)
#: The least time between two in a channel: an hour, but for the minute that a turn may be late.
HOUR = timedelta(hours=1)
LEAST = HOUR - timedelta(minutes=1)

#: Draws of one turn; what is left then has its turn in the next.
_AT_ONCE = 500

#: A schedule that brought nothing for longer leaves times out: few pictures match it.
SILENT = {
    Rhythm.HOURLY: timedelta(hours=3),
    Rhythm.DAILY: timedelta(days=3),
    Rhythm.WEEKLY: timedelta(days=15),
}

_log = structlog.get_logger(__name__)


class Schedules:
    """Draws what is due.

    `wake` is called when that owes somebody a message, `changed` with what it had to pause.
    """

    def __init__(
        self,
        store: Store,
        sites: Sites,
        policies: Policies,
        destination: Destination,
        clock: Clock,
        *,
        wake: Callable[[], None],
        changed: Changed,
        chance: random.Random | None = None,
    ) -> None:
        self._store = store
        self._sites = sites
        self._policies = policies
        self._destination = destination
        self._clock = clock
        self._wake = wake
        self._changed = changed
        self._chance = chance or random.Random()  # noqa: S311  which picture comes is no secret
        self._tries: dict[int, int] = {}
        # A database that fails would have the sites asked again each turn.
        self._aside = SetAside("schedule", clock, also=(StoreError,))

    async def turn(self) -> None:
        """Do what is due now. Raises StoreError, and what one failed with when all had theirs.

        One that failed rests for a while that grows, and is told by each turn until it is well.
        """
        async with self._store.read() as tx:
            due = await tx.subscriptions.due(
                self._clock.now(), kind=FeedKind.RANDOM, limit=_AT_ONCE + len(self._aside)
            )
        self._aside.only(one.id for one in due)
        resting = {one.id for one in due if self._aside.rests(one.id)}
        drawing = Drawing(self._sites, self._store)
        await in_turn(
            [one for one in due if one.id not in resting],
            lambda one: self._aside.attempt(one.id, lambda: self._draw(one, drawing)),
        )
        self._aside.tell(resting)

    async def _draw(self, one: Subscription, drawing: Drawing) -> None:
        zone = (await self._policies.guild(one.guild_id)).time_zone
        now = self._clock.now()
        quiet = quiet_end(now, one.quiet_from, one.quiet_until, zone)
        if quiet is not None:
            await self._advance(one, quiet)
            return
        async with self._store.read() as tx:
            there = await _schedules(tx, one)
            drawn = await tx.history.last_drawn(each.id for each in there)
        # One from before the clock was set back holds nothing up (fault F36).
        last = max((at for at in drawn.values() if at <= now), default=None)
        if last is not None and now < last + LEAST:
            await self._advance(one, last + HOUR)
            return
        others = [each for each in there if not self._aside.rests(each.id)]
        if any(_goes_first(each, one, drawn, now) for each in others):
            # It stays due, and waits its hour once the other has come.
            return
        policy = await self._policies.of(self._destination.where(one.guild_id, one.channel_id))
        if await self._is_held(one, policy):
            self._tries.pop(one.id, None)
            await self._advance(one, _next_of(one, now, zone))
            return
        try:
            post = await self._pick(one, policy, drawing)
        except SiteError as failure:
            tries = self._tries.get(one.id, 0) + 1
            if tries < TRIES:
                self._tries[one.id] = tries
                await self._advance(one, now + PAUSE)
                return
            _log.warning("a scheduled picture is left out", id=one.id, why=failure.message)
            post = None
        self._tries.pop(one.id, None)
        if post is None:
            next_at = _next_of(one, now, zone)
            await self._advance(one, next_at)
            await self._tell_silence(one, drawn.get(one.id), next_at)
        # An hour lies between two, even where the last one was late.
        elif await self._keep(one, post, _next_of(one, now + LEAST, zone)):
            self._wake()

    async def _is_held(self, one: Subscription, policy: Policy) -> bool:
        """Tell whether nothing is to be drawn this time, for a reason that is told elsewhere."""
        if policy.panic or one.site in policy.sites_off or one.site not in self._sites:
            return True
        async with self._store.read() as tx:
            for each in await _schedules(tx, one):
                # It waits for Discord or for the server: one more would be a burst.
                if each.runs and await tx.announcements.is_owed(each.id):
                    return True
        return False

    async def _tell_silence(
        self, one: Subscription, last: datetime | None, next_at: datetime
    ) -> None:
        """Have the server told, once in a while, of a schedule that brings nothing for long."""
        if not is_silent(one, last, next_at):
            return
        async with self._store.write() as tx:
            same = await tx.subscriptions.get(one.id)
            told = await tx.notices.of_guild(one.guild_id)
            known = any(each.kind == "silent" and each.subscription_id == one.id for each in told)
            if same is not None and same.runs and not known:
                await tx.notices.add("silent", [one.guild_id], subscription_id=one.id)

    async def _pick(self, one: Subscription, policy: Policy, drawing: Drawing) -> Post | None:
        """Return what to show, or `None` where there is nothing; raises SiteError."""
        try:
            wish = wish_of(one, policy)
        except QueryError as error:
            # The rules changed since it was set up: its server is told, and can edit it.
            async with self._store.write() as tx:
                await pause(tx, [one], Pause.QUERY, error.message, now=self._clock.now())
            await self._changed(one.id)
            return None
        drawn = await drawing.of(wish)
        while (post := await self._choose(one.channel_id, drawn, policy)) is None:
            if not await drawing.ask(wish):
                return await self._choose(one.channel_id, drawn, policy, again=True)
        return post

    async def _choose(
        self, channel_id: int, drawn: Drawn, policy: Policy, *, again: bool = False
    ) -> Post | None:
        """Return one of what was drawn that the channel has not shown.

        Or `again` the one that it showed longest ago, if that is long enough.
        """
        fit = drawn.fit(policy, self._clock)
        shown = await self._shown_at(channel_id, fit, drawn)
        if fresh := [key for key in fit if key not in shown]:
            return fit[self._chance.choice(fresh)]
        oldest = min(fit, key=lambda key: (shown[key], key), default=None)
        if not again or oldest is None or shown[oldest] > self._clock.now() - RECENT:
            return None
        return fit[oldest]

    async def _shown_at(
        self, channel_id: int, keys: Iterable[str], drawn: Drawn
    ) -> dict[str, datetime]:
        """Return by key when a channel last showed, or was to show, each of these pictures."""
        by_identity: dict[str, list[str]] = {}
        for key in keys:
            for identity in drawn.identities[key]:
                by_identity.setdefault(identity, []).append(key)
        async with self._store.read() as tx:
            found = await tx.announcements.of_pictures(by_identity, channel_id=channel_id)
        shown: dict[str, datetime] = {}
        for one in found:
            at = one.announcement.sent_at or one.announcement.created_at
            for key in by_identity[one.identity]:
                shown[key] = max(at, shown.get(key, at))
        return shown

    async def _keep(self, one: Subscription, post: Post, next_at: datetime) -> bool:
        """Put it into the outbox; return whether it is owed now."""
        now = self._clock.now()
        async with self._store.write() as tx:
            same = await tx.subscriptions.get(one.id)
            if same is None or not same.runs or same.next_at != one.next_at:
                return False
            await tx.subscriptions.advance(one.id, next_at)
            before = await tx.announcements.of_channel(one.channel_id, post.site, post.id)
            if before is not None:
                if before.recheck_at is not None or before.status in (
                    Status.QUEUED,
                    Status.SENDING,
                ):
                    return False
                # It was shown long ago, or kept back then: this is another time.
                await tx.announcements.forget(before.id)
            await tx.posts.keep_body(post, now)
            await tx.posts.keep_pictures(post, identities(post))
            await tx.announcements.add(
                [
                    Announcement(
                        guild_id=one.guild_id,
                        channel_id=one.channel_id,
                        site=post.site,
                        post_id=post.id,
                        subscription_id=one.id,
                        matched=(one.id,),
                        first_seen_at=first_seen(post, now),
                        created_at=now,
                        due_at=now,
                    )
                ]
            )
        return True

    async def _advance(self, one: Subscription, next_at: datetime) -> None:
        async with self._store.write() as tx:
            same = await tx.subscriptions.get(one.id)
            # Somebody may have set other times meanwhile.
            if same is not None and same.next_at == one.next_at:
                await tx.subscriptions.advance(one.id, next_at)


def is_silent(one: Subscription, last: datetime | None, next_at: datetime) -> bool:
    """Tell whether a schedule that next draws at `next_at` brought nothing at its last times.

    `last` is when it brought something; `None`: it never did.
    """
    # In quiet hours nothing is expected of one that comes more often.
    quiet = one.quiet_from is not None and one.rhythm is Rhythm.HOURLY
    begun = max(last or one.created_at, one.since)
    return not quiet and next_at - begun > SILENT.get(one.rhythm, timedelta.max)


def _next_of(one: Subscription, after: datetime, zone: str) -> datetime:
    return next_time(after, one.rhythm, one.at_minute, one.weekday, zone)


def _goes_first(
    other: Subscription, one: Subscription, drawn: Mapping[int, datetime], now: datetime
) -> bool:
    """Tell whether another of the channel is due as well, and brought nothing for longer."""
    if other.next_at is None or not other.runs or other.next_at > now + HOUR - LEAST:
        return False
    mine = drawn.get(one.id)
    return mine is not None and drawn.get(other.id, mine - HOUR) < mine


async def _schedules(tx: Transaction, one: Subscription) -> list[Subscription]:
    """Return the schedules of the channel of one, itself included."""
    return [
        each
        # By their server, which they are indexed by.
        for each in await tx.subscriptions.of_guild(one.guild_id)
        if each.kind is FeedKind.RANDOM and each.channel_id == one.channel_id
    ]

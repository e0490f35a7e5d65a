"""Deciding posts, and keeping all that follows from it in one transaction.

Where a fault of our own is met, it is found out whose it is: each post is decided and kept by
itself, and where that fails for each subscription by itself. What cannot be done is set aside as
a pending post, which is tried again for as long as any other, and everything else goes its way
(fault F42). The cursor moves last, so that a kill in between loses and repeats nothing.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

import structlog
from msgspec import Struct, structs

from bot.clock import Clock
from bot.feeds.announce import Match
from bot.feeds.border import Fault, attempt
from bot.feeds.decide import Decision, decide, next_look
from bot.feeds.identity import first_seen
from bot.feeds.roster import Roster
from bot.posts.model import Post
from bot.store import Pending, SeenPost, Store, Tail, Transaction, Waiting

#: Posts of which is remembered that a fault was reported, and subscriptions named with one.
_REPORTED = 1000
_NAMED = 10

_log = structlog.get_logger(__name__)


class Keeps(Protocol):
    """Who puts announcements into the outbox: the announcer."""

    async def prepare(self, matches: Sequence[Match]) -> Any:
        """Return what is to be announced where; outside any transaction."""

    async def keep(self, tx: Transaction, prepared: Any) -> int:
        """Put it into the outbox; return how many rows are owed now that were not before.

        What is there already is not put there again.
        """


class Looked(Struct, frozen=True, kw_only=True):
    """A post that was just read."""

    post: Post
    seen_at: datetime
    """When a tail first saw it."""
    tries: int = 0
    """How often it was read again because it waited."""
    answered: Collection[int] | None = None
    """The subscriptions that the site says it satisfies; `None` where it was not asked."""


class Changes(Struct, frozen=True, kw_only=True):
    """What else is to be kept with the decisions."""

    tail: Tail | None = None
    new: Collection[int] = ()
    """The posts among them that were not seen before, by id."""
    edited: Sequence[Post] = ()
    gone: Collection[int] = ()
    """Posts that wait for nothing any more, as they do not exist."""
    told: Sequence["Told"] = ()
    """What the servers that have feeds there are to be told."""


class Told(Struct, frozen=True, kw_only=True):
    """One notice for the servers that have feeds of a site."""

    kind: str
    """As `bot.store.Notice` has it."""
    detail: str = ""
    begun_before: datetime | None = None
    """Only for those of which a feed began before."""


class Decisions:
    """Decides posts of one site and keeps what follows; `wake` is called when more is owed."""

    def __init__(
        self,
        site: str,
        store: Store,
        roster: Roster,
        keeps: Keeps,
        clock: Clock,
        *,
        wake: Callable[[], None],
    ) -> None:
        self._site = site
        self._store = store
        self._roster = roster
        self._keeps = keeps
        self._clock = clock
        self._wake = wake
        #: Posts whose fault was reported, so that it is once.
        self._reported: set[int] = set()

    async def decide(self, looked: Looked) -> Decision:
        """Return what becomes of one post for now."""
        made = await attempt(self._decide(looked, self._roster))
        return await self._decide_each(looked, made) if isinstance(made, Fault) else made

    async def keep(self, looked: Iterable[Looked], changes: Changes) -> int:
        """Decide these posts, oldest first, and keep everything at once or nothing of it.

        Only where a fault of our own is met one is kept after the other. Returns how many rows of
        the outbox that made. Raises StoreError.
        """
        now = self._clock.now()
        ordered = sorted(looked, key=lambda one: _order(one.post, now))
        owed = await attempt(self._keep_all(ordered, changes))
        if isinstance(owed, Fault):
            owed = await self._keep_each(ordered, changes, owed)
        if owed:
            self._wake()
        return owed

    async def _decide(self, looked: Looked, roster: Roster) -> Decision:
        return decide(
            looked.post,
            roster,
            self._clock.now(),
            seen_at=looked.seen_at,
            tries=looked.tries,
            answered=looked.answered,
        )

    async def _decide_each(self, looked: Looked, fault: Fault) -> Decision:
        """Decide a post for each subscription by itself; those that cannot be wait."""
        made: list[Decision] = []
        blamed: list[int] = []
        for one in self._roster.of_site(self._site):
            each = await attempt(self._decide(looked, self._roster.alone(one.id)))
            if isinstance(each, Fault):
                blamed.append(one.id)
            else:
                made.append(each)
        self._report(looked.post, fault, blamed)
        return self._together([*made, self._aside(looked)] if blamed else made)

    async def _keep_all(self, ordered: Sequence[Looked], changes: Changes) -> int:
        return await self._insist(ordered, changes, self.decide)

    async def _keep_each(self, ordered: Sequence[Looked], changes: Changes, fault: Fault) -> int:
        """Keep one post after the other, and then all else."""
        _log.warning(
            "posts are kept one after the other", site=self._site, why=type(fault.error).__name__
        )
        edited = {post.id: post for post in changes.edited}
        owed = 0
        for one in ordered:
            post_id = one.post.id
            own = [edited.pop(post_id)] if post_id in edited else []
            part = Changes(new={post_id}.intersection(changes.new), edited=own)
            kept = await attempt(self._keep_all([one], part))
            owed += await self._keep_one(one, part, kept) if isinstance(kept, Fault) else kept
        for post in edited.values():
            kept = await attempt(self._keep_all([], Changes(edited=[post])))
            if isinstance(kept, Fault):
                self._report(post, kept, ())
        return owed + await self._keep_all([], structs.replace(changes, new=(), edited=()))

    async def _keep_one(self, one: Looked, changes: Changes, fault: Fault) -> int:
        """Set a post aside, and keep it for each subscription by itself."""
        found = await self.decide(one)
        waits = self._together([structs.replace(found, matched=()), self._aside(one)])

        async def keep(changes: Changes, *matched: int) -> int:
            async def made(_one: Looked) -> Decision:
                return structs.replace(waits, matched=matched)

            return await self._insist([one], changes, made)

        # First, so that a kill does not leave out those whose turn has not come yet.
        owed = await keep(Changes(new=changes.new))
        blamed: list[int] = []
        for subscription_id in found.matched:
            kept = await attempt(keep(Changes(), subscription_id))
            if isinstance(kept, Fault):
                blamed.append(subscription_id)
            else:
                owed += kept
        self._report(one.post, fault, blamed)
        return owed

    def _aside(self, looked: Looked) -> Decision:
        """Return that a post waits because of a fault; not for longer than for anything else."""
        due_at = next_look(looked.seen_at, self._clock.now())
        if due_at is None:
            _log.error("a post is given up", post=looked.post.key)
            return Decision()
        return Decision(waiting=Waiting.FAULT, due_at=due_at)

    def _together(self, made: Sequence[Decision]) -> Decision:
        """Return what several decisions about one post say together."""
        waits = sorted((one.due_at, one.waiting) for one in made if one.due_at and one.waiting)
        due_at, waiting = waits[0] if waits else (None, None)
        if any(one.waiting is Waiting.FAULT for one in made):
            waiting = Waiting.FAULT
        return Decision(
            matched=tuple(sorted({one for each in made for one in each.matched})),
            asks=tuple(sorted({one for each in made for one in each.asks})),
            waiting=waiting,
            due_at=due_at,
        )

    def _report(self, post: Post, fault: Fault, blamed: Collection[int]) -> None:
        """Say once what went wrong with a post, and for which subscriptions."""
        if post.id in self._reported:
            return
        if len(self._reported) >= _REPORTED:
            self._reported.clear()
        self._reported.add(post.id)
        _log.error(
            "a post was set aside",
            post=post.key,
            subscriptions=sorted(blamed)[:_NAMED],
            exc_info=fault.error,
        )

    async def _insist(
        self,
        ordered: Sequence[Looked],
        changes: Changes,
        decide: Callable[[Looked], Awaitable[Decision]],
    ) -> int:
        """Decide and keep all; again where a subscription began meanwhile."""
        owed: int | None = None
        while owed is None:
            owed = await self._commit([(one, await decide(one)) for one in ordered], changes)
        return owed

    async def _commit(
        self, decided: Sequence[tuple[Looked, Decision]], changes: Changes
    ) -> int | None:
        """Keep all of it at once; `None`: a subscription began meanwhile, and nothing was kept."""
        matches = [Match(one.post, made.matched) for one, made in decided if made.matched]
        prepared = await self._keeps.prepare(matches) if matches else None
        waiting = [row for one, made in decided if (row := self._waiting(one, made)) is not None]
        idle = {one.post.id for one, _made in decided} - {row.post_id for row in waiting}
        async with self._store.write() as tx:
            if await self._roster.catch_up(tx):
                return None
            await tx.posts.saw(self._seen(one) for one, _ in decided if one.post.id in changes.new)
            await tx.pending.remove(self._site, idle.union(changes.gone))
            await tx.pending.put(waiting)
            await tx.posts.edited(changes.edited, self._clock.now())
            owed = 0 if prepared is None else await self._keeps.keep(tx, prepared)
            for one in changes.told:
                guilds = await tx.subscriptions.guilds(self._site, begun_before=one.begun_before)
                await tx.notices.add(one.kind, guilds, site=self._site, detail=one.detail)
            if changes.tail is not None:
                await tx.tails.put(changes.tail)
        return owed

    def _seen(self, one: Looked) -> SeenPost:
        return SeenPost(
            site=self._site,
            id=one.post.id,
            first_seen_at=first_seen(one.post, one.seen_at),
            seen_at=one.seen_at,
        )

    def _waiting(self, one: Looked, made: Decision) -> Pending | None:
        if made.waiting is None or made.due_at is None:
            return None
        return Pending(
            site=self._site,
            post_id=one.post.id,
            reason=made.waiting,
            due_at=made.due_at,
            tries=one.tries,
        )


def _order(post: Post, now: datetime) -> tuple[datetime, int]:
    return first_seen(post, now), post.id

"""Deciding posts, and keeping all that follows from it in one transaction."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from msgspec import Struct

from bot.clock import Clock
from bot.feeds.announce import Match
from bot.feeds.decide import Decision, decide
from bot.feeds.identity import first_seen
from bot.feeds.roster import Roster
from bot.posts.model import Post
from bot.store import Pending, SeenPost, Store, Tail, Transaction


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
    notice: str = ""
    """What the servers that have feeds there are to be told, such as `outage over`."""


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

    def decide(self, looked: Looked) -> Decision:
        """Return what becomes of one post for now."""
        return decide(
            looked.post,
            self._roster,
            self._clock.now(),
            seen_at=looked.seen_at,
            tries=looked.tries,
            answered=looked.answered,
        )

    async def keep(self, looked: Iterable[Looked], changes: Changes) -> int:
        """Decide these posts, oldest first, and keep everything at once or nothing of it.

        Returns how many rows of the outbox that made. Raises StoreError.
        """
        now = self._clock.now()
        ordered = sorted(looked, key=lambda one: _order(one.post, now))
        while (owed := await self._kept(ordered, changes, now)) is None:
            pass
        if owed:
            self._wake()
        return owed

    async def _kept(self, ordered: Sequence[Looked], changes: Changes, now: datetime) -> int | None:
        """Decide and keep all; `None`: a subscription began meanwhile, and nothing was kept."""
        decided = [(one, self.decide(one)) for one in ordered]
        matches = [Match(one.post, made.matched) for one, made in decided if made.matched]
        prepared = await self._keeps.prepare(matches) if matches else None
        waiting = [row for one, made in decided if (row := self._waiting(one, made)) is not None]
        idle = {one.post.id for one in ordered} - {row.post_id for row in waiting}
        async with self._store.write() as tx:
            if await self._roster.catch_up(tx):
                return None
            await tx.posts.saw(self._seen(one) for one in ordered if one.post.id in changes.new)
            await tx.pending.remove(self._site, idle.union(changes.gone))
            await tx.pending.put(waiting)
            await tx.posts.edited(changes.edited, now)
            owed = 0 if prepared is None else await self._keeps.keep(tx, prepared)
            if changes.notice:
                guilds = await tx.subscriptions.guilds(self._site)
                await tx.notices.add(changes.notice, guilds, site=self._site)
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

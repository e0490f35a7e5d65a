"""From what a channel is owed to the message that says it: bodies, policy, words.

What was fit to be shown when it was matched may not be any more: each post is read again where
its body is old, and verified under the policy of this moment (reference: safety, 3.6; fault F40).
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from msgspec import Struct, structs

from bot.clock import Clock
from bot.policies import OF_PLACE, Policies, Where
from bot.posts.model import Post
from bot.safety import Policy, Refusal, Verdict, VerifiedPost, verdict, verify
from bot.sites import SiteError
from bot.store import Announcement, Pause, Status, Store, Subscription, Transaction
from bot.texts import _

from .destination import Destination, Outgoing
from .marks import nonce
from .names import more_link, names_of
from .reading import PostUnreadableError
from .shown import shown

#: How long a post waits at least whose site does not answer, and what is not known of a place.
SITE_WAIT = timedelta(seconds=60)
PLACE_WAIT = 30.0
#: Seconds for which a post holds up the next ones that its site describes in no known way.
GIVEN_UP = 3600.0
#: The operator's switch is looked at again.
PANIC_WAIT = 60.0


class Bodies(Protocol):
    """Who reads posts: the reader."""

    async def current(self, site: str, post_id: int, at_most: float = ..., /) -> Post | None:
        """Return what a post says by now; `None`: it does not exist. Raises SiteError."""


class Owed(Struct, frozen=True):
    """The announcements of one message, in order, and whose wishes hold for it."""

    rows: tuple[Announcement, ...]
    wish: Subscription
    names: Mapping[int, Subscription]
    """All subscriptions that some row matches."""
    more: int = 0

    @property
    def marker(self) -> int:
        """Return the id of its first announcement, even if that is not owed any more."""
        return self.rows[0].lead_id or self.rows[0].id

    @property
    def guild_id(self) -> int:
        """Return the server that is owed it."""
        return self.rows[0].guild_id

    @property
    def channel_id(self) -> int:
        """Return the channel that is owed it: its subscription may have moved on."""
        return self.rows[0].channel_id

    @property
    def ids(self) -> tuple[int, ...]:
        """Return the ids of its announcements."""
        return tuple(row.id for row in self.rows)


class Dropped(Struct, frozen=True):
    """An announcement that is not owed any more."""

    id: int
    status: Status
    rule: str
    reason: str


class Ready(Struct, frozen=True):
    """A message to be sent; `None`: nothing is left of it."""

    message: Outgoing | None
    shown: Mapping[int, str]
    """By the id of each announcement in it, the fingerprint of what it shows; the rest is over."""
    dropped: tuple[Dropped, ...] = ()

    @property
    def ids(self) -> tuple[int, ...]:
        """Return the ids of the announcements in it."""
        return tuple(self.shown)


class Later(Struct, frozen=True):
    """Its subscription sends nothing before `until`."""

    until: datetime


class Rest(Struct, frozen=True):
    """Nothing is sent in its channel for so many seconds."""

    seconds: float


class Stop(Struct, frozen=True):
    """Its subscription is to be paused."""

    why: Pause
    reason: str = ""


Composed: TypeAlias = Ready | Later | Rest | Stop


class Composer:
    """Makes messages of what is owed, and of what was sent."""

    def __init__(
        self,
        store: Store,
        destination: Destination,
        policies: Policies,
        bodies: Bodies,
        clock: Clock,
    ) -> None:
        self._store = store
        self._destination = destination
        self._policies = policies
        self._bodies = bodies
        self._clock = clock
        #: By announcement, since when its post could not be read.
        self._unreadable: dict[int, float] = {}

    async def __call__(
        self,
        rows: Sequence[Announcement],
        posts: Sequence[VerifiedPost],
        *,
        minimal: bool = False,
    ) -> Outgoing:
        """Return the message of rows that were sent together, as it is to be now.

        Raises StoreError.
        """
        async with self._store.read() as tx:
            owed = await owed_of(tx, rows)
        place = self._destination.where(owed.guild_id, owed.channel_id)
        message = self._message(owed, tuple(posts), await self._policies.of(place))
        return structs.replace(message, minimal=minimal)

    async def compose(self, owed: Owed) -> Composed:
        """Return the message for what is owed, or why there is none now.

        Raises StoreError where the policy cannot be read.
        """
        wish = owed.wish
        place = self._destination.where(owed.guild_id, owed.channel_id)
        if wish.adult and verdict(place.facts, self._policies.profile) is Verdict.SAFE:
            return Stop(Pause.AGE) if self._policies.is_sure_of(place) else Rest(PLACE_WAIT)
        policy = await self._policies.of(place)
        if policy.panic:
            return Rest(PANIC_WAIT)
        if wish.site in policy.sites_off:
            return Stop(Pause.SITE)
        posted = [(row, row.post_id) for row in owed.rows if row.post_id is not None]
        try:
            bodies = await asyncio.gather(*(self._body(row, post_id) for row, post_id in posted))
        except SiteError as error:
            least = self._clock.now() + SITE_WAIT
            return Later(least if error.until is None else max(least, error.until))
        # Reading them may have taken long: judged is what holds now, not what held before.
        place = self._destination.where(owed.guild_id, owed.channel_id)
        policy = await self._policies.of(place)
        if policy.panic:
            return Rest(PANIC_WAIT)
        rows = [row for row, _post_id in posted]
        return self._judged(owed, place, policy, list(zip(rows, bodies, strict=True)))

    async def _body(self, row: Announcement, post_id: int) -> Post | Refusal:
        """Return what a post says by now; one that nobody can read for long is given up (F18)."""
        body: Post | Refusal | None
        try:
            body = await self._bodies.current(row.site, post_id)
        except PostUnreadableError:
            since = self._unreadable.setdefault(row.id, self._clock.monotonic())
            if self._clock.monotonic() - since < GIVEN_UP:
                raise
            body = _UNREADABLE
        self._unreadable.pop(row.id, None)
        return _GONE if body is None else body

    def _judged(
        self,
        owed: Owed,
        place: Where,
        policy: Policy,
        found: Sequence[tuple[Announcement, Post | Refusal]],
    ) -> Composed:
        fit: list[VerifiedPost] = []
        dropped: list[Dropped] = []
        prints = {row.id: "" for row in owed.rows}
        for row, post in found:
            judged = post if isinstance(post, Refusal) else verify(post, policy, clock=self._clock)
            if isinstance(judged, VerifiedPost):
                fit.append(judged)
                prints[row.id] = shown(judged, spoiler=owed.wish.spoiler)
            elif judged.rule in OF_PLACE and not self._policies.is_sure_of(place):
                return Rest(PLACE_WAIT)
            else:
                # What the server's own rules keep back is counted as such.
                status = Status.DROPPED if judged.by is None else Status.HIDDEN
                dropped.append(Dropped(row.id, status, judged.rule, judged.reason))
                del prints[row.id]
        message = self._message(owed, tuple(fit), policy) if fit or owed.more else None
        return Ready(message, prints, tuple(dropped))

    def _message(self, owed: Owed, posts: tuple[VerifiedPost, ...], policy: Policy) -> Outgoing:
        wish = owed.wish
        matched = sorted({number for row in owed.rows for number in row.matched})
        names = names_of([owed.names[number] for number in matched if number in owed.names])
        return Outgoing(
            guild_id=owed.guild_id,
            channel_id=owed.channel_id,
            marker=owed.marker,
            nonce=nonce(self._store.database_id, owed.marker),
            posts=posts,
            more=owed.more,
            more_links=(more_link(wish, policy),) if owed.more else (),
            matched=names,
            role_id=wish.role_id,
            template=wish.template,
            spoiler=wish.spoiler,
            forum_tags=wish.forum_tags,
        )


_GONE = Refusal("F40", _("This post is not on its site any more."))
_UNREADABLE = Refusal("F18", _("What its site says of it cannot be read."))


async def owed_of(tx: Transaction, rows: Sequence[Announcement]) -> Owed:
    """Return what the announcements of one message say together; there is at least one.

    Where their subscription was removed, they have no wishes any more.
    """
    first = rows[0]
    names = await tx.subscriptions.get_many(
        number for row in rows for number in (row.subscription_id, *row.matched)
    )
    wish = names.get(first.subscription_id) or Subscription(
        guild_id=first.guild_id,
        channel_id=first.channel_id,
        site=first.site,
        since=first.created_at,
        created_at=first.created_at,
    )
    more = first.more
    if first.lead_id not in {None, first.id}:
        # The one that said so is not owed any more.
        more = await tx.deliveries.more(first.lead_id or first.id)
    return Owed(tuple(rows), wish, names, more)

"""From matches to the outbox: what each channel is owed, once (reference: faults, design 1).

prepared = await announcer.prepare(matches)      # asks for policies, outside any transaction
async with store.write() as tx:
await tx.posts.saw(…)
owed = await announcer.keep(tx, prepared)    # with what else must not be lost
"""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Protocol

from msgspec import Struct, structs

from bot.clock import Clock
from bot.policies import OF_PLACE, Policies
from bot.posts.model import Post
from bot.quotas import CATCH_UP
from bot.safety import Refusal, verify
from bot.store import Announcement, Pictured, Status, Subscription, Transaction

from .destination import Destination
from .identity import first_seen, identities, is_source
from .placing import KEPT_BACK, Owed, Places, twin_of


class Match(Struct, frozen=True):
    """A post, and the subscriptions that want it."""

    post: Post
    subscription_ids: tuple[int, ...]


class Known(Protocol):
    """Who knows the subscriptions: the roster."""

    def get(self, subscription_id: int, /) -> Subscription | None:
        """Return one, or `None` where it does not exist (any more)."""


class Prepared(Struct, frozen=True):
    """What channels are owed, each post held against the policy of each channel."""

    owed: tuple[Owed, ...] = ()
    """Oldest first."""
    identities: Mapping[str, frozenset[str]] = {}
    """What tells the posts' pictures from others, by the post's key."""


class Announcer:
    """Puts what was matched into the outbox.

    `catch_up` is how many single posts a subscription is owed at most; what is older is only
    counted (fault F38).
    """

    def __init__(
        self,
        roster: Known,
        policies: Policies,
        destination: Destination,
        clock: Clock,
        *,
        catch_up: int = CATCH_UP,
    ) -> None:
        self._roster = roster
        self._policies = policies
        self._destination = destination
        self._clock = clock
        self._catch_up = catch_up

    async def prepare(self, matches: Sequence[Match]) -> Prepared:
        """Return what the channels are owed; changes nothing.

        Each post is verified once for all channels with the same policy. Raises StoreError where
        policies cannot be read.
        """
        now = self._clock.now()
        by_channel: dict[tuple[int, int], list[tuple[Post, tuple[Subscription, ...]]]] = {}
        for match in sorted(matches, key=lambda one: (first_seen(one.post, now), one.post.id)):
            for place, wanting in self._places(match).items():
                by_channel.setdefault(place, []).append((match.post, tuple(wanting)))
        verdicts: dict[tuple[str, str], Refusal | None] = {}
        owed: list[Owed] = []
        for (guild_id, channel_id), wanted in by_channel.items():
            where = self._destination.where(guild_id, channel_id)
            policy = await self._policies.of(where)
            fingerprint = policy.fingerprint
            sure = self._policies.is_sure_of(where)
            for post, subscriptions in wanted:
                key = (fingerprint, post.key)
                if key not in verdicts:
                    verdict = verify(post, policy, clock=self._clock)
                    verdicts[key] = verdict if isinstance(verdict, Refusal) else None
                refusal = verdicts[key]
                if refusal is not None and refusal.rule in OF_PLACE and not sure:
                    # During an outage of Discord every place passes for a safe one: it is judged
                    # again when it is sent, by what the place is then.
                    refusal = None
                owed.append(
                    Owed(
                        channel_id=channel_id,
                        post=post,
                        subscriptions=subscriptions,
                        refusal=refusal,
                    )
                )
        posts = {one.post.key: one.post for one in owed}
        return Prepared(tuple(owed), {key: identities(post) for key, post in posts.items()})

    async def keep(self, tx: Transaction, prepared: Prepared) -> int:
        """Put it into the outbox; return how many posts are owed now that were not before.

        Kept twice it is owed once. The posts must be among those that were seen.
        """
        owed = await _still_wanted(tx, prepared.owed)
        if not owed:
            return 0
        places = await self._places_of(tx, owed, prepared.identities)
        for one in owed:
            places.put(one, prepared.identities[one.post.key])
        await tx.announcements.change(places.changed)
        await tx.announcements.add(places.added)
        await self._keep_posts(tx, owed, places, prepared.identities)
        queued = places.queued
        owners = {row.subscription_id for row in queued}
        for crowded in await tx.announcements.longest_queues(owners, self._catch_up):
            await tx.announcements.fold(crowded, self._catch_up)
        return len(queued)

    def _places(self, match: Match) -> dict[tuple[int, int], list[Subscription]]:
        """Return the channels that want a post, by server and channel."""
        found: dict[tuple[int, int], list[Subscription]] = {}
        for subscription_id in match.subscription_ids:
            one = self._roster.get(subscription_id)
            if one is not None:
                found.setdefault((one.guild_id, one.channel_id), []).append(one)
        return found

    async def _places_of(
        self, tx: Transaction, owed: Sequence[Owed], known: Mapping[str, frozenset[str]]
    ) -> Places:
        posts = {one.post.key: one.post for one in owed}
        rows = await _of_posts(tx, {(post.site, post.id) for post in posts.values()})
        names = set(chain.from_iterable(known[key] for key in posts))
        pictured = await tx.announcements.of_pictures(names)
        rows += await self._first_ones(tx, pictured)
        sharing = dict(await tx.announcements.sharing({one for one in names if is_source(one)}))
        for key, post in posts.items():
            for identity in filter(is_source, known[key]):
                sharing.setdefault(identity, set()).add((post.site, post.id))
        return Places(rows, pictured, sharing, self._clock.now())

    async def _first_ones(
        self, tx: Transaction, pictured: Sequence[Pictured]
    ) -> list[Announcement]:
        """Return what was announced of pictures of which only twins were found."""
        places = [
            twin_of(one.announcement) for one in pictured if one.announcement.status is Status.TWIN
        ]
        return await _of_posts(tx, {(place.site, place.post_id) for place in places})

    async def _keep_posts(
        self,
        tx: Transaction,
        owed: Sequence[Owed],
        places: Places,
        known: Mapping[str, frozenset[str]],
    ) -> None:
        """Keep what is needed of posts to send them, and to know their pictures again."""
        now = self._clock.now()
        posts = {one.post.key: one.post for one in owed}
        queued = {row.key for row in places.queued}
        pictured = {row.key for row in places.added + places.changed if row.status not in KEPT_BACK}
        await tx.posts.keep_bodies([posts[key] for key in sorted(queued & posts.keys())], now)
        await tx.posts.keep_many_pictures(
            (posts[key], known[key]) for key in sorted(pictured & posts.keys())
        )


async def _still_wanted(tx: Transaction, owed: Sequence[Owed]) -> list[Owed]:
    """Return what is owed to subscriptions that are still there, in that channel.

    A server that is forgotten takes its subscriptions with it.
    """
    living = await tx.subscriptions.get_many({sub.id for one in owed for sub in one.subscriptions})
    wanted: list[Owed] = []
    for one in owed:
        here = tuple(
            found
            for sub in one.subscriptions
            if (found := living.get(sub.id)) is not None and found.channel_id == one.channel_id
        )
        if here:
            wanted.append(structs.replace(one, subscriptions=here))
    return wanted


async def _of_posts(tx: Transaction, posts: set[tuple[str, int]]) -> list[Announcement]:
    """Return what became of these posts, by site and id, in all channels."""
    by_site: dict[str, set[int]] = {}
    for site, post_id in posts:
        by_site.setdefault(site, set()).add(post_id)
    rows: list[Announcement] = []
    for site, post_ids in by_site.items():
        rows += await tx.announcements.of_posts(site, post_ids)
    return rows

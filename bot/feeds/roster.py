"""All subscriptions of this process, ready to be asked which of them a post matches."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Self

import structlog

from bot.catalogue import CATALOGUE
from bot.feeds.border import Fault, attempt
from bot.feeds.proofreading import read_query
from bot.feeds.votes import VOTE_FIELDS
from bot.posts.model import Post
from bot.query import Aliases, Matches, Query, QueryError, QueryIndex
from bot.query.facts import NO_ALIASES
from bot.query.tree import TAGS, Term, leaves
from bot.store import Store, Subscription, Transaction
from bot.texts import _

#: Queries that are read before everybody else has a turn: some hundredths of a second.
AT_A_TIME = 100

_log = structlog.get_logger(__name__)


def tags_named(query: Query) -> frozenset[str]:
    """Return the tags that a query names in full, each of which can be an alias."""
    return frozenset(
        leaf.value for leaf in leaves(query.tree) if isinstance(leaf, Term) and leaf.field == TAGS
    )


class _OfSite:
    """What is known of the subscriptions of one site."""

    def __init__(self) -> None:
        self.ids: set[int] = set()
        """Those that new posts are matched for."""
        self.index: QueryIndex[int] = QueryIndex()
        self.voting: set[int] = set()
        """Those whose query depends on votes."""
        self.aliases = NO_ALIASES
        self.since: datetime | None = None
        """The earliest instant from which on posts are new to one of them, once asked for."""


class Roster:
    """The subscriptions, kept in memory: `load` once, then `changed` after each change of any.

    A subscription whose query cannot be read (any more) is in `unreadable` and matches nothing;
    the others are matched all the same (fault F42).
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._by_id: dict[int, Subscription] = {}
        self._by_guild: dict[int, set[int]] = {}
        self._sites: dict[str, _OfSite] = {}
        self._unreadable: dict[int, str] = {}
        #: Servers that we were removed from: nothing is matched for them (rule D10).
        self._away: frozenset[int] = frozenset()
        #: What is read later is put later.
        self._reading = asyncio.Lock()

    @property
    def unreadable(self) -> Mapping[int, str]:
        """Why the query of a subscription cannot be read, for people, by the subscription's id."""
        return self._unreadable

    async def load(self) -> None:
        """Read everything from the database. Raises StoreError."""
        async with self._reading:
            self._store.begun.clear()
            async with self._store.read() as tx:
                self._away = await tx.guilds.away()
                subscriptions = await tx.subscriptions.all()
                sites = {one.site for one in subscriptions}
                aliases = {site: await tx.aliases.of_site(site) for site in sorted(sites)}
            for known in list(self._by_id):
                self.drop(known)
            for start in range(0, len(subscriptions), AT_A_TIME):
                await self._take(subscriptions[start : start + AT_A_TIME])
            for site, names in aliases.items():
                self.aliases_are(site, _aliases(names))

    async def changed(self, *subscription_ids: int) -> None:
        """Read these anew; those that are deleted are forgotten. Raises StoreError."""
        async with self._reading, self._store.read() as tx:
            await self._read(tx, subscription_ids)

    async def catch_up(self, tx: Transaction) -> bool:
        """Read what changed and nobody told of yet; return whether there was anything.

        Inside the write transaction that keeps what was decided: a subscription that was
        committed before it began where the site was read to so far, so the same posts are new to
        it, and they are to be decided again. Raises StoreError.
        """
        begun = tuple(self._store.begun)
        if begun:
            async with self._reading:
                await self._read(tx, begun)
            # Nobody else writes now, so nothing was added meanwhile.
            self._store.begun.difference_update(begun)
        return bool(begun)

    async def _read(self, tx: Transaction, subscription_ids: Collection[int]) -> None:
        self._away = await tx.guilds.away()
        found = await tx.subscriptions.get_many(subscription_ids)
        sites = {one.site for one in found.values()} - self._sites.keys()
        aliases = {site: await tx.aliases.of_site(site) for site in sorted(sites)}
        for subscription_id in subscription_ids:
            if subscription_id in found:
                await self._take([found[subscription_id]])
            else:
                self.drop(subscription_id)
        for site, names in aliases.items():
            self.aliases_are(site, _aliases(names))

    async def _take(self, subscriptions: Sequence[Subscription]) -> None:
        """Put these; one that nothing can be made of is as one that cannot be read (F42)."""
        taken = await attempt(self._put_all(subscriptions))
        if not isinstance(taken, Fault):
            return
        if len(subscriptions) > 1:
            for one in subscriptions:
                await self._take([one])
            return
        for one in subscriptions:
            _log.error("a query cannot be used", subscription=one.id, exc_info=taken.error)
            self._unreadable[one.id] = _("Nothing can be made of it.")

    async def _put_all(self, subscriptions: Iterable[Subscription]) -> None:
        for one in subscriptions:
            self.put(one)

    async def servers_changed(self) -> None:
        """Read anew what servers have that we were removed from, or are back in."""
        async with self._store.read() as tx:
            moved = self._away ^ await tx.guilds.away()
        await self.changed(*(one for guild_id in moved for one in self._by_guild.get(guild_id, ())))

    async def guild_changed(self, guild_id: int) -> None:
        """Read a server's anew, also those that were made or deleted with it."""
        async with self._store.read() as tx:
            there = await tx.subscriptions.of_guild(guild_id)
        known = self._by_guild.get(guild_id, set())
        await self.changed(*known.union(one.id for one in there))

    async def aliases_changed(self, site: str) -> None:
        """Read anew what aliases stand for on a site. Raises StoreError."""
        async with self._reading:
            async with self._store.read() as tx:
                names = await tx.aliases.of_site(site)
            self.aliases_are(site, _aliases(names))

    def aliases_are(self, site: str, aliases: Aliases) -> None:
        """Know what aliases stand for on a site."""
        self._of(site).aliases = aliases

    def get(self, subscription_id: int) -> Subscription | None:
        """Return a subscription, `None` where there is none (any more)."""
        return self._by_id.get(subscription_id)

    def all(self) -> Collection[Subscription]:
        """Return every subscription, paused or not."""
        return self._by_id.values()

    def of_guild(self, guild_id: int) -> tuple[Subscription, ...]:
        """Return a server's subscriptions, paused or not, oldest first."""
        return self._named(self._by_guild.get(guild_id, ()))

    def of_site(self, site: str) -> tuple[Subscription, ...]:
        """Return the subscriptions that new posts of a site are matched for, oldest first."""
        return self._named(self._of(site).ids)

    def sites(self) -> frozenset[str]:
        """Return the sites whose new posts anybody waits for."""
        return frozenset(site for site, of in self._sites.items() if of.ids)

    def followed(self) -> Mapping[str, int]:
        """Return for how many subscriptions new posts are matched, by site."""
        return {site: len(of.ids) for site, of in self._sites.items()}

    def since(self, site: str) -> datetime | None:
        """Return from when on posts of a site are new to somebody; `None` if to nobody."""
        of = self._of(site)
        if of.since is None and of.ids:
            of.since = min(self._by_id[one].since for one in of.ids)
        return of.since

    def aliases(self, site: str) -> Aliases:
        """Return what aliases stand for on a site, as far as queries name them."""
        return self._of(site).aliases

    def voting(self, site: str) -> Collection[int]:
        """Return the ids of the subscriptions of a site whose query depends on votes."""
        return self._of(site).voting

    def match(self, post: Post, now: datetime) -> Matches[int]:
        """Return the ids of the subscriptions whose query the post satisfies or leaves undecided.

        Only the queries are asked: not when a subscription began, nor what else it wants.
        """
        of = self._of(post.site)
        return of.index.match(post, aliases=of.aliases, now=now)

    def alone(self, subscription_id: int) -> Self:
        """Return a roster of one subscription that is matched here, to see whose fault one is."""
        lone = type(self)(self._store)
        one = self._by_id.get(subscription_id)
        if one is not None:
            lone.put(one)
            lone.aliases_are(one.site, self.aliases(one.site))
        return lone

    def put(self, one: Subscription) -> None:
        """Know a subscription as it is now, in place of what was known of it."""
        self.drop(one.id)
        self._by_id[one.id] = one
        self._by_guild.setdefault(one.guild_id, set()).add(one.id)
        if not one.matches or one.guild_id in self._away:
            return
        site = CATALOGUE.get(one.site)
        if site is None:
            self._unreadable[one.id] = _("There is no such site any more.")
            return
        try:
            query = read_query(one.query, site)
        except QueryError as error:
            self._unreadable[one.id] = error.message
            return
        of = self._of(one.site)
        votes = any(leaf.field in VOTE_FIELDS for leaf in leaves(query.tree))
        of.index.add(one.id, query)
        of.ids.add(one.id)
        of.since = None
        if votes:
            of.voting.add(one.id)

    def drop(self, subscription_id: int) -> None:
        """Know nothing of a subscription any more; one that is not known is no mistake."""
        one = self._by_id.pop(subscription_id, None)
        if one is None:
            return
        self._unreadable.pop(one.id, None)
        mates = self._by_guild[one.guild_id]
        mates.discard(one.id)
        if not mates:
            del self._by_guild[one.guild_id]
        of = self._of(one.site)
        of.ids.discard(one.id)
        of.index.discard(one.id)
        of.voting.discard(one.id)
        of.since = None

    def _of(self, site: str) -> _OfSite:
        return self._sites.setdefault(site, _OfSite())

    def _named(self, ids: Iterable[int]) -> tuple[Subscription, ...]:
        return tuple(self._by_id[one] for one in sorted(ids))


def _aliases(canonical: Mapping[str, str]) -> Aliases:
    return Aliases({name: tag for name, tag in canonical.items() if name != tag})

"""What the aliases that queries name stand for: asked when a query is saved, and again daily.

A site's index has each post under all names of its tags, its answers under the canonical ones
alone (reference: boards, 0.6). So a query that names an alias must be told what it stands for.
"""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import structlog

from bot.catalogue import CATALOGUE
from bot.clock import Clock
from bot.feeds.proofreading import read_query
from bot.feeds.roster import AT_A_TIME, Roster, tags_named
from bot.query import Query, QueryError, clean_tag_name
from bot.sites import Priority, SiteError, Sites
from bot.sites.board import MAX_PER_PAGE
from bot.store import FeedKind, Pause, Store, Subscription

#: How long an answer holds.
FRESH = timedelta(days=1)
#: Tags that one turn asks a site for: so many, or one in so many of all, so that hourly turns
#: come round in a day.
A_TURN = 20
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)

_log = structlog.get_logger(__name__)


class AliasBook:
    """Looks tags up on their boards, keeps what they stand for, and tells the roster."""

    def __init__(self, sites: Sites, store: Store, roster: Roster, clock: Clock) -> None:
        self._sites = sites
        self._store = store
        self._roster = roster
        self._clock = clock

    async def learn(self, site: str, query: Query, /) -> None:
        """Ask what the tags of a query stand for that nobody asked for yet.

        A tag that cannot be looked up now stands for itself until `turn` has asked again. Raises
        StoreError.
        """
        if site not in self._sites.boards:
            return
        async with self._store.read() as tx:
            known = await tx.aliases.of_site(site)
        asked = sorted(tags_named(query) - known.keys())
        await self._look_up(site, asked, Priority.INTERACTIVE)

    async def turn(self) -> None:
        """Ask again for some tags that were asked for long ago, and forget unused ones.

        Raises StoreError.
        """
        for site in sorted(self._sites.boards):
            named = await self._named(site)
            async with self._store.read() as tx:
                known = await tx.aliases.of_site(site)
                before = self._clock.now() - FRESH
                most = max(A_TURN, len(known) // A_TURN)
                old = await tx.aliases.refreshed_before(site, before, limit=most)
            unused = known.keys() - named
            if unused:
                async with self._store.write() as tx:
                    await tx.aliases.remove(site, unused)
            due = [name for name in (*sorted(named - known.keys()), *old) if name in named]
            await self._look_up(site, due[:most], Priority.BACKGROUND)

    async def _named(self, site: str) -> set[str]:
        """Return the tags that feeds of a site name, also those that are changed meanwhile."""
        names: set[str] = set()
        read: dict[int, Subscription] = {}
        while unread := [one for one in self._roster.all() if read.get(one.id) is not one]:
            for one in unread:
                read[one.id] = one
                if one.site != site or one.kind is not FeedKind.FEED or self._is_unreadable(one):
                    continue
                try:
                    names |= tags_named(read_query(one.query, CATALOGUE[site]))
                except QueryError:
                    continue
                if len(read) % AT_A_TIME == 0:
                    await asyncio.sleep(0)
        return names

    def _is_unreadable(self, one: Subscription) -> bool:
        """Tell whether nothing could be made of a query: that need not be found out again."""
        return one.pause is Pause.QUERY or one.id in self._roster.unreadable

    async def _look_up(self, site: str, names: Sequence[str], priority: Priority) -> None:
        if not names:
            return
        found: dict[str, str] = {}
        missed: list[str] = []
        reachable = True
        for start in range(0, len(names), MAX_PER_PAGE):
            some = names[start : start + MAX_PER_PAGE]
            if reachable:
                try:
                    found |= await self._canonical(site, some, priority)
                except SiteError as error:
                    # One failure is enough: the others are asked for another time.
                    reachable = False
                    _log.info("tags were not looked up", site=site, reason=error.message)
            if not reachable:
                missed += some
        async with self._store.write() as tx:
            known = await tx.aliases.of_site(site)
            await tx.aliases.put(site, found, self._clock.now())
            new = {name: name for name in missed if name not in known}
            await tx.aliases.put(site, new, _NEVER)
        if found or new:
            await self._roster.aliases_changed(site)

    async def _canonical(
        self, site: str, names: Sequence[str], priority: Priority
    ) -> dict[str, str]:
        """Return what tags stand for: themselves where the board does not have them (yet)."""
        found = await self._sites.boards[site].canonical_names(names, priority=priority)
        return {name: clean_tag_name(found.get(name, name)) for name in names}

"""Public filters of the sites that servers use: read, and read again (reference: boards, 3)."""

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta

import structlog
from msgspec import UnsetType, structs

from bot.clock import Clock
from bot.posts.tags import clean_tag_name
from bot.sites import (
    BadRequest,
    BadResponse,
    NotFound,
    PhilomenaBoard,
    SiteError,
    Sites,
)
from bot.store import SiteFilter, Store
from bot.texts import RefusedError, _

#: How old a filter's content may be, and how many are read again at a time.
STALE_AFTER = timedelta(days=1)
_AT_A_TIME = 20
#: Tags that one imported filter may hide, and spoiler; the rest of a longer one is refused.
MOST_TAGS = 500
_IDS_AT_A_TIME = 50

_log = structlog.get_logger(__name__)


class FilterUnusableError(RefusedError):
    """A site's filter cannot be used; `message` says why, for people."""


class SiteFilterReader:
    """Reads sites' public filters, with the tags' names in place of their numbers."""

    def __init__(self, sites: Sites, store: Store, clock: Clock) -> None:
        self._sites = sites
        self._store = store
        self._clock = clock

    async def read(
        self, guild_id: int, channel_id: int | None, site: str, filter_id: int, *, by: int | None
    ) -> SiteFilter:
        """Return what a filter says, for use in a place.

        Raises as `again` does.
        """
        return await self.again(
            SiteFilter(
                guild_id=guild_id,
                channel_id=channel_id,
                site=site,
                filter_id=filter_id,
                refreshed_at=self._clock.now(),
                created_by=by,
            )
        )

    async def again(self, wanted: SiteFilter) -> SiteFilter:
        """Return what the filter says now.

        Raises FilterUnusableError for one that is not public, too large, or on a site without
        filters; SiteError where the site does not answer.
        """
        board = self._sites.boards.get(wanted.site)
        if not isinstance(board, PhilomenaBoard):
            raise FilterUnusableError(_("This site's filters cannot be read."))
        found = await board.filter(wanted.filter_id)
        if not (found.public is True or found.system is True):
            raise FilterUnusableError(_("This filter is not public."))
        hidden = await self._names(board, _said(found.hidden_tag_ids))
        spoilered = await self._names(board, _said(found.spoilered_tag_ids))
        name = found.name if isinstance(found.name, str) else ""
        return structs.replace(
            wanted,
            name=name,
            hidden_tags=hidden,
            spoilered_tags=spoilered,
            hidden_query=_text(found.hidden_complex),
            spoilered_query=_text(found.spoilered_complex),
            refreshed_at=self._clock.now(),
        )

    async def refresh(self) -> AsyncIterator[int]:
        """Read again what is older than a day; yield each server of a filter that was kept anew.

        At once, as what follows may fail. A filter that its site does not give just now stays as
        it was last read, and with it all others of that site: they wait for the next time, in
        nobody else's way.
        """
        for site in self._sites.boards:
            try:
                async for guild_id in self._refreshed(site):
                    yield guild_id
            except SiteError as error:
                _log.info("site filters are not read again now", site=site, why=error.message)

    async def _refreshed(self, site: str) -> AsyncIterator[int]:
        async with self._store.read() as tx:
            old = await tx.site_filters.refreshed_before(
                self._clock.now() - STALE_AFTER, site=site, limit=_AT_A_TIME
            )
        for one in old:
            try:
                new = await self.again(one)
            except (NotFound, BadRequest, BadResponse, FilterUnusableError):
                # No longer public: what it hid stays hidden, and is not asked for again soon.
                new = structs.replace(one, refreshed_at=self._clock.now())
            async with self._store.write() as tx:
                # It may have been dropped meanwhile, and whoever set it forgotten.
                for kept in await tx.site_filters.of_guild(one.guild_id):
                    if kept.id == one.id:
                        await tx.site_filters.put(structs.replace(new, created_by=kept.created_by))
            yield one.guild_id

    async def _names(self, board: PhilomenaBoard, ids: tuple[int, ...]) -> tuple[str, ...]:
        if len(ids) > MOST_TAGS:
            raise FilterUnusableError(
                _("This filter has more than {count} tags.").format(count=MOST_TAGS)
            )
        names: list[str] = []
        for start in range(0, len(ids), _IDS_AT_A_TIME):
            found = await board.tags_by_ids(ids[start : start + _IDS_AT_A_TIME])
            names += (clean_tag_name(tag.name) for tag in found)
        return _distinct(names)


def _said(ids: tuple[int, ...] | UnsetType | None) -> tuple[int, ...]:
    return () if ids is None or isinstance(ids, UnsetType) else ids


def _text(text: str | UnsetType | None) -> str:
    return "" if text is None or isinstance(text, UnsetType) else text


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))

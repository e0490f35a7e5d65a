"""What servers and their channels hide, show all the same, or put behind a spoiler."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, json, structs
from sqlalchemy import ColumnElement, Table, delete, func, or_, select

from bot.safety.rules import Action

from .repository import Repository
from .tables import filters, site_filters


class Subject(StrEnum):
    """What a filter's expression is."""

    TAG = "tag"
    QUERY = "query"


class Filter(Struct, frozen=True, kw_only=True):
    """One rule of a server or channel."""

    guild_id: int
    channel_id: int | None = None
    """`None`: the whole server."""
    kind: Action
    subject: Subject
    expression: str
    """A canonical tag name, or the text of a query."""
    site: str = ""
    """The site that it is for, by its catalogue name; empty: every site."""
    created_by: int | None = None
    """`None`: a member who asked to be forgotten, or the bot itself."""
    created_at: datetime | None = None
    """Set when it is stored; filters read from the store always have it."""
    id: int | None = None
    """Set by the store, like the instant."""


class SiteFilter(Struct, frozen=True, kw_only=True):
    """A site's public filter in use, with what it said when it was last read."""

    guild_id: int
    channel_id: int | None = None
    site: str
    filter_id: int
    name: str = ""
    hidden_tags: tuple[str, ...] = ()
    spoilered_tags: tuple[str, ...] = ()
    hidden_query: str = ""
    spoilered_query: str = ""
    refreshed_at: datetime
    created_by: int | None = None
    created_at: datetime | None = None
    id: int | None = None


_FILTER = [filters.c[name] for name in Filter.__struct_fields__]
_SITE_FILTER = [site_filters.c[name] for name in SiteFilter.__struct_fields__]
_CONTENT = (
    "name",
    "hidden_tags",
    "spoilered_tags",
    "hidden_query",
    "spoilered_query",
    "refreshed_at",
)


class Filters(Repository):
    """The filters that members with the right to it have set."""

    async def put(self, rules: Iterable[Filter]) -> None:
        """Keep these rules; one for the same expression in the same place is replaced."""
        for rows in _by_place(rules):
            guild_id, channel_id = rows[0].guild_id, rows[0].channel_id
            await self._ensure_place(guild_id, channel_id)
            now = self._now()
            values = [_without_id(rule) | {"created_at": rule.created_at or now} for rule in rows]
            key = ["guild_id", "subject", "expression", "site"]
            await self._put(
                filters,
                values,
                key=key if channel_id is None else [*key, "channel_id"],
                update=["kind", "created_by", "created_at"],
                where=_index_of(filters, channel_id),
            )

    async def remove(
        self,
        guild_id: int,
        channel_id: int | None,
        subject: Subject,
        expressions: Iterable[str],
        *,
        kind: Action | None = None,
        site: str = "",
    ) -> int:
        """Remove the rules for these expressions in this place; return how many there were.

        With `kind` only those of that kind.
        """
        statement = delete(filters).where(
            _at(filters, guild_id, channel_id),
            filters.c.subject == subject,
            filters.c.expression.in_(list(expressions)),
            filters.c.site == site,
        )
        if kind is not None:
            statement = statement.where(filters.c.kind == kind)
        return await self._change(statement)

    async def of_guild(self, guild_id: int) -> tuple[Filter, ...]:
        """Return all rules of a server and its channels, oldest first."""
        return await self._select(filters.c.guild_id == guild_id)

    async def applying(self, guild_id: int, channel_id: int | None) -> tuple[Filter, ...]:
        """Return the server's rules and those of one channel, oldest first."""
        return await self._select(_applying(filters, guild_id, channel_id))

    async def count(self, guild_id: int) -> int:
        """Return how many rules a server and its channels have, for its quota."""
        found = await self._connection.execute(
            select(func.count()).select_from(filters).where(filters.c.guild_id == guild_id)
        )
        return int(found.scalar_one())

    async def _select(self, condition: ColumnElement[bool]) -> tuple[Filter, ...]:
        found = await self._connection.execute(
            select(*_FILTER).where(condition).order_by(filters.c.id)
        )
        return tuple(
            Filter(**{**row, "kind": Action(row["kind"]), "subject": Subject(row["subject"])})
            for row in found.mappings()
        )


class SiteFilters(Repository):
    """The filters that were imported from sites."""

    async def put(self, site_filter: SiteFilter) -> None:
        """Keep an imported filter, or what it says by now."""
        guild_id, channel_id = site_filter.guild_id, site_filter.channel_id
        await self._ensure_place(guild_id, channel_id)
        row = _without_id(site_filter) | {
            "hidden_tags": json.encode(site_filter.hidden_tags).decode(),
            "spoilered_tags": json.encode(site_filter.spoilered_tags).decode(),
            "created_at": site_filter.created_at or self._now(),
        }
        key = ["guild_id", "site", "filter_id"]
        await self._put(
            site_filters,
            [row],
            key=key if channel_id is None else [*key, "channel_id"],
            update=_CONTENT,
            where=_index_of(site_filters, channel_id),
        )

    async def remove(
        self, guild_id: int, channel_id: int | None, site: str, filter_id: int
    ) -> bool:
        """Stop using a site's filter in this place; return whether it was used."""
        statement = delete(site_filters).where(
            _at(site_filters, guild_id, channel_id),
            site_filters.c.site == site,
            site_filters.c.filter_id == filter_id,
        )
        return bool(await self._change(statement))

    async def of_guild(self, guild_id: int) -> tuple[SiteFilter, ...]:
        """Return all imported filters of a server and its channels, oldest first."""
        return await self._select(site_filters.c.guild_id == guild_id)

    async def applying(self, guild_id: int, channel_id: int | None) -> tuple[SiteFilter, ...]:
        """Return the server's imported filters and those of one channel, oldest first."""
        return await self._select(_applying(site_filters, guild_id, channel_id))

    async def refreshed_before(
        self, instant: datetime, *, site: str, limit: int
    ) -> tuple[SiteFilter, ...]:
        """Return at most `limit` filters of a site that were last read before, oldest first."""
        found = await self._connection.execute(
            select(*_SITE_FILTER)
            .where(site_filters.c.site == site, site_filters.c.refreshed_at < instant)
            .order_by(site_filters.c.refreshed_at, site_filters.c.id)
            .limit(limit)
        )
        return tuple(_site_filter(row) for row in found.mappings())

    async def _select(self, condition: ColumnElement[bool]) -> tuple[SiteFilter, ...]:
        found = await self._connection.execute(
            select(*_SITE_FILTER).where(condition).order_by(site_filters.c.id)
        )
        return tuple(_site_filter(row) for row in found.mappings())


def _site_filter(row: Any) -> SiteFilter:
    lists = {
        name: json.decode(row[name], type=tuple[str, ...])
        for name in ("hidden_tags", "spoilered_tags")
    }
    return SiteFilter(**{**row, **lists})


def _by_place(rules: Iterable[Filter]) -> Iterable[list[Filter]]:
    places: dict[tuple[int, int | None], list[Filter]] = {}
    for rule in rules:
        places.setdefault((rule.guild_id, rule.channel_id), []).append(rule)
    return places.values()


def _without_id(rule: Struct) -> dict[str, Any]:
    return {name: value for name, value in structs.asdict(rule).items() if name != "id"}


def _index_of(table: Table, channel_id: int | None) -> ColumnElement[bool]:
    """Return the condition of the unique index that rows in this kind of place are under."""
    column = table.c.channel_id
    return column.is_(None) if channel_id is None else column.is_not(None)


def _at(table: Table, guild_id: int, channel_id: int | None) -> ColumnElement[bool]:
    # Equal to None is written IS NULL.
    return (table.c.guild_id == guild_id) & (table.c.channel_id == channel_id)


def _applying(table: Table, guild_id: int, channel_id: int | None) -> ColumnElement[bool]:
    whole_server = table.c.channel_id.is_(None)
    return (table.c.guild_id == guild_id) & or_(whole_server, table.c.channel_id == channel_id)

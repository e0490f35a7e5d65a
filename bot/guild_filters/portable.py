"""Filters in a server's settings file: written, checked, and put in place of others."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Annotated, TypeAlias

from msgspec import Meta, Struct, structs

from bot.catalogue import CATALOGUE
from bot.posts.tags import clean_tag_name
from bot.safety import Action
from bot.store import Filter, SiteFilter, Subject, Transaction
from bot.texts import _

from .subjects import FilterRefusedError, checked_query

#: An imported site filter is read again at the next occasion.
_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_Id: TypeAlias = Annotated[int, Meta(ge=1, le=2**63 - 1)]
#: A filter's number on its site (reference: safety, 5).
_Number: TypeAlias = Annotated[int, Meta(ge=1, le=9_999_999_999)]
_Text: TypeAlias = Annotated[str, Meta(max_length=500)]
_Name: TypeAlias = Annotated[str, Meta(min_length=1, max_length=255)]
_Tags: TypeAlias = Annotated[tuple[_Name, ...], Meta(max_length=500)]


class FilterPart(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One rule."""

    kind: Action
    subject: Subject
    expression: Annotated[str, Meta(min_length=1, max_length=500)]
    site: str = ""
    channel_id: _Id | None = None


class SiteFilterPart(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A site's public filter, with what it said when it was last read."""

    site: str
    filter_id: _Number
    name: _Text = ""
    hidden_tags: _Tags = ()
    spoilered_tags: _Tags = ()
    hidden_query: Annotated[str, Meta(max_length=20_000)] = ""
    spoilered_query: Annotated[str, Meta(max_length=20_000)] = ""
    channel_id: _Id | None = None


def part_of(one: Filter) -> FilterPart:
    """Return what a file says of a rule."""
    return FilterPart(one.kind, one.subject, one.expression, one.site, one.channel_id)


def site_part_of(one: SiteFilter) -> SiteFilterPart:
    """Return what a file says of a site's filter."""
    return SiteFilterPart(**{name: getattr(one, name) for name in SiteFilterPart.__struct_fields__})


def check_part(one: FilterPart) -> None:
    """Raise FilterRefusedError or QueryError for a rule that cannot be."""
    if one.site and one.site not in CATALOGUE:
        raise FilterRefusedError(_("There is no site {site}.").format(site=one.site))
    if not _expression(one):
        raise FilterRefusedError(_("A rule of the file names no tag."))


def check_site_part(one: SiteFilterPart) -> None:
    """Raise FilterRefusedError for a site's filter that cannot be."""
    row = CATALOGUE.get(one.site)
    if row is None or row.family != "philomena":
        raise FilterRefusedError(_("There is no site {site}.").format(site=one.site))


async def replace_filters(
    tx: Transaction,
    guild_id: int,
    parts: Iterable[FilterPart],
    site_parts: Iterable[SiteFilterPart],
    *,
    by: int,
) -> None:
    """Put a file's filters in the place of all that a server has."""
    for old in await tx.filters.of_guild(guild_id):
        await tx.filters.remove(
            guild_id, old.channel_id, old.subject, [old.expression], site=old.site
        )
    for used in await tx.site_filters.of_guild(guild_id):
        await tx.site_filters.remove(guild_id, used.channel_id, used.site, used.filter_id)
    await tx.filters.put(list(_filters(guild_id, parts, by)))
    for part in site_parts:
        fields = structs.asdict(part)
        await tx.site_filters.put(
            SiteFilter(guild_id=guild_id, refreshed_at=_LONG_AGO, created_by=by, **fields)
        )


def _filters(guild_id: int, parts: Iterable[FilterPart], by: int) -> Iterator[Filter]:
    for one in parts:
        yield Filter(
            guild_id=guild_id,
            channel_id=one.channel_id,
            kind=one.kind,
            subject=one.subject,
            expression=_expression(one),
            site=one.site,
            created_by=by,
        )


def _expression(one: FilterPart) -> str:
    if one.subject is Subject.TAG:
        return clean_tag_name(one.expression)
    return checked_query(one.expression, one.site)

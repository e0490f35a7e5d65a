"""Tags as the boards send them: the same keys, with slugs or with names in the relations."""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote

from msgspec import Struct

from bot.catalogue import Site

from . import decode
from .board import DnpEntry, Tag
from .decode import Id, Int
from .errors import BadResponse
from .record import read


class TagBody(Struct, kw_only=True):
    """One tag (seeds S1, S3, S4, Tag Responses); many of its texts can be null (boards, 1.6).

    Relations are slugs on Philomena and names on Twibooru (boards, 4).
    """

    id: Id
    name: str
    slug: str
    """As the site stores it, percent-encoded parts included (boards, 1.7)."""
    images: Int = 0
    """How many posts have it; none for an alias."""
    category: str | None = None
    """Such as `character`, `rating`, `oc`; empty or null without one."""
    namespace: str | None = None
    name_in_namespace: str | None = None
    short_description: str | None = None
    description: str | None = None
    aliased_tag: str | None = None
    """The tag that this one is another name for."""
    aliases: tuple[str, ...] | None = None
    """Other names of this tag."""
    implied_tags: tuple[str, ...] | None = None
    """Tags that a post with this one has as well."""
    implied_by_tags: tuple[str, ...] | None = None
    """The other way round; some have hundreds."""
    spoiler_image_uri: str | None = None
    """Philomena's own: the picture that stands for spoilered posts."""
    dnp_entries: Any = None
    """Philomena's own: what the artist does not want done; read one by one."""


class OneTag(Struct):
    """The envelope of one tag."""

    tag: Any


def read_tag(body: object, site: Site, name_of: Callable[[str], str]) -> tuple[Tag, str | None]:
    """Return the tag, and its `aliased_tag` as the body has it.

    `name_of` makes a name of what the site has in relations. Raises `BadResponse`.
    """
    tag = decode.shape(body, TagBody, site, "tag")

    def names(relations: Iterable[str] | None) -> tuple[str, ...]:
        return tuple(name_of(relation) for relation in relations or ())

    value = Tag(
        site=site.name,
        id=tag.id,
        name=tag.name,
        slug=tag.slug,
        page_url=f"https://{site.domain}/tags/{quote(tag.slug, safe='+')}",
        images=tag.images,
        category=tag.category or None,
        namespace=tag.namespace or None,
        name_in_namespace=tag.name_in_namespace or None,
        short_description=tag.short_description or "",
        description=tag.description or "",
        aliased_tag=name_of(tag.aliased_tag) if tag.aliased_tag else None,
        aliases=names(tag.aliases),
        implied_tags=names(tag.implied_tags),
        implied_by_tags=names(tag.implied_by_tags),
        spoiler_image_uri=decode.link(tag.spoiler_image_uri, site) or None,
        dnp_entries=_entries(tag.dnp_entries, site),
    )
    return value, tag.aliased_tag or None


def _entries(rows: object, site: Site) -> tuple[DnpEntry, ...]:
    # A wish that cannot be read does not make the tag unreadable.
    found: list[DnpEntry] = []
    for row in rows if isinstance(rows, list) else ():
        try:
            found.append(read(row, DnpEntry, site, "tag.dnp_entries"))
        except BadResponse:
            continue
    return tuple(found)

"""The Safe Pony API: safe ponies only (seed S2; reference: boards, 4b)."""

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType, field

from bot.catalogue import Site
from bot.posts.model import Maybe, Post
from bot.texts import _

from . import checks, decode
from . import ponyapi_routes as routes
from .asking import Asker
from .decode import Id, Int
from .errors import BadRequest
from .gate import Priority
from .transport import Transport

#: The sizes by the name that all our posts use for them.
_SIZES = {"thumbSmall": "thumb_small", "thumbTiny": "thumb_tiny"}


class Pony(Struct, kw_only=True, rename="camel"):
    """One pony as the API sends it (seed S2, Types)."""

    id: Id
    """Up to 53 bits."""
    derpi_id: Maybe[Id | None] = UNSET
    """The same picture's number on Derpibooru, where it is known."""
    tags: Maybe[tuple[str, ...] | None] = UNSET
    """Names, as on Derpibooru."""
    source_url: Maybe[str | None] = field(default=UNSET, name="sourceURL")
    """The original source, where it is known; can be plain http."""
    width: Maybe[Int | None] = UNSET
    """Pixels."""
    height: Maybe[Int | None] = UNSET
    """Pixels."""
    aspect_ratio: Maybe[float | None] = UNSET
    """Width by height."""
    mime_type: Maybe[str | None] = UNSET
    """Generally `image/jpeg`, `image/png` or `image/gif`."""
    original_format: Maybe[str | None] = UNSET
    """Generally jpg, png or gif."""
    representations: Maybe[dict[str, str | None] | None] = UNSET
    """Addresses by size, to be used as they are (rule L13): full, tall, large, medium, small,
    thumb, thumbSmall, thumbTiny."""


class PonyTag(Struct, frozen=True, kw_only=True):
    """One tag of the Safe Pony API (seed S2, Tags by name)."""

    name: str
    """The primary name, also where an alias was asked for."""
    aliases: tuple[str, ...] = ()
    stemmed: str | None = None
    """What stemmed searches compare with."""
    stemmed_aliases: tuple[str, ...] = ()


class _One(Struct):
    pony: Any
    approved: bool | UnsetType = UNSET


class _Tags(Struct):
    tags: tuple[str, ...]


def decode_post(
    body: object, site: str | Site = "ponyapi", *, approved: Maybe[bool | None] = UNSET
) -> Post:
    """Return the post that `body`, the object under `pony`, describes.

    `approved` stands beside it in the envelope of a pony asked for by id (rule L14). `site` is a
    name of the catalogue or a row of it. Raises `BadResponse` whose `field` names the place,
    such as `pony.tags`, for anything that the API does not send.
    """
    row = decode.find_site(site)
    return _decode(decode.plain(body, row, "pony"), row, approved)


def _decode(body: object, site: Site, approved: Maybe[bool | None]) -> Post:
    pony = decode.shape(body, Pony, site, "pony")
    # The addresses are used as given (rule L13); only their sizes are named as elsewhere.
    given = decode.representations(pony.representations, site, "pony.representations")
    return Post(
        site=site.name,
        id=pony.id,
        page_url=site.page_url(pony.id),
        media_hosts=site.media_hosts,
        tags=pony.tags or (),
        format=decode.file_format(pony.original_format),
        mime_type=pony.mime_type,
        width=pony.width,
        height=pony.height,
        aspect_ratio=pony.aspect_ratio,
        sources=decode.sources(UNSET, pony.source_url),
        representations={_SIZES.get(size, size): url for size, url in given.items()},
        approved=approved,
        derpi_id=pony.derpi_id,
    )


class PonyApi:
    """The Safe Pony API: a random pony, a pony by id, the tags, a tag.

    Every method raises a `SiteError`; `NotFound` is the API's own answer that nothing matches.
    """

    def __init__(self, site: Site, transport: Transport) -> None:
        self.site = site
        self._ask = Asker(site, transport)

    async def random(
        self,
        tags: Sequence[str] = (),
        *,
        no_stem: bool = False,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Post:
        """Return a random pony that has all `tags` (GET pony/random).

        Tags are compared by their stems unless `no_stem`. Raises `NotFound` where no pony has
        them all, `BadRequest` for a tag with a comma, which the API would read as two.
        """
        if any("," in tag for tag in tags):
            raise BadRequest(self.site.name, _("A tag has no comma in it."))
        value = await self._ask.ask(
            routes.RANDOM,
            {
                "q": checks.check_query(self.site, ",".join(tags)) if tags else None,
                "no_stem": "true" if no_stem else None,
            },
            priority=priority,
        )
        return self._pony(value)

    async def pony(self, pony_id: int) -> Post:
        """Return one pony (GET pony/id/:id); it can be unapproved: see `Post.approved`."""
        number = checks.check_id(self.site, pony_id)
        value = await self._ask.ask(routes.PONY, id=number)
        post = self._pony(value)
        if post.id != pony_id:
            raise decode.bad_response(self.site, "pony.id")
        if post.approved is UNSET:
            raise decode.bad_response(self.site, "answer.approved")
        return post

    async def tags(self, *, priority: Priority = Priority.INTERACTIVE) -> tuple[str, ...]:
        """Return the names of all known tags (GET tags)."""
        value = await self._ask.ask(routes.TAGS, priority=priority)
        return self._ask.page(value, _Tags, "tags").tags

    async def tag(self, name: str) -> PonyTag:
        """Return a tag by its name or one of its aliases (GET tag/:name)."""
        asked = checks.check_query(self.site, name).strip()
        value = await self._ask.ask(routes.TAG, name=asked)
        # The document's type shows a bare object, its example an envelope (boards, 4b).
        if isinstance(value, dict) and "tag" in value:
            value = value["tag"]
        return self._ask.shape(value, PonyTag, "tag")

    def _pony(self, value: object) -> Post:
        one = self._ask.shape(value, _One, "answer")
        return _decode(one.pony, self.site, one.approved)

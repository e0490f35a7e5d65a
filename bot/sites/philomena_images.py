"""A Philomena board's images beyond search: by id, uploads, reverse search, galleries, oEmbed."""

from typing import Any, ClassVar

from msgspec import UNSET, Struct, convert

from bot.catalogue import Site
from bot.posts.model import Maybe, Post
from bot.posts.urls import gate
from bot.texts import _

from . import checks
from . import philomena_bodies as bodies
from . import philomena_routes as routes
from .asking import Asker, Client
from .board import DEFAULT_PER_PAGE, MAX_PER_PAGE, Page, PostPage
from .decode import Id, bad_response
from .errors import BadQuery, BadRequest
from .gate import Priority
from .oembed import OEmbed, OEmbeds
from .record import Record, read
from .wire import File

#: How alike pictures are for a reverse search where nobody said (boards, 1.1).
DEFAULT_DISTANCE = 0.25


class Gallery(Record, frozen=True, kw_only=True):
    """One gallery (seeds S1, S3, Gallery Responses; both spellings of its creator: boards, 1.6)."""

    place: ClassVar[str] = "/galleries/{id}"

    id: Id
    title: Maybe[str | None] = UNSET
    description: Maybe[str | None] = UNSET
    spoiler_warning: Maybe[str | None] = UNSET
    thumbnail_id: Maybe[Id | None] = UNSET
    """Number of the image on its cover."""
    creator: Maybe[str | None] = UNSET
    """Name; sent as `user` until 2025. `None` is somebody who does not want to be named."""
    creator_id: Maybe[Id | None] = UNSET
    """Sent as `user_id` until 2025."""


class ImageErrors(Struct, frozen=True, kw_only=True):
    """Why an upload was refused, by what was wrong (seeds S1, S3, Image Errors Responses)."""

    image: tuple[str, ...] = ()
    image_aspect_ratio: tuple[str, ...] = ()
    image_format: tuple[str, ...] = ()
    """Such as a format that the board does not take."""
    image_height: tuple[str, ...] = ()
    image_width: tuple[str, ...] = ()
    image_size: tuple[str, ...] = ()
    """Usually too big a file."""
    image_is_animated: tuple[str, ...] = ()
    image_mime_type: tuple[str, ...] = ()
    image_orig_sha512_hash: tuple[str, ...] = ()
    """`has already been taken`: the board has this very file."""
    image_sha512_hash: tuple[str, ...] = ()
    tag_input: tuple[str, ...] = ()
    """Such as too few tags, or no rating."""
    uploaded_image: tuple[str, ...] = ()


class UploadRefused(BadQuery):
    """The board does not take an upload; `errors` says what is wrong with what."""

    def __init__(self, refusal: BadQuery, errors: ImageErrors) -> None:
        super().__init__(refusal.site, refusal.message, told=refusal.told)
        self.errors = errors


def read_errors(told: object) -> ImageErrors | None:
    """Return the errors that a refused upload was answered with, or `None` for another body.

    Keys that no document lists, and texts that are none, are left out.
    """
    errors = told.get("errors") if isinstance(told, dict) else None
    if not isinstance(errors, dict):
        return None
    known = {
        name: [text for text in texts if isinstance(text, str)]
        for name, texts in errors.items()
        if name in ImageErrors.__struct_fields__ and isinstance(texts, list)
    }
    return convert(known, ImageErrors)


def read_gallery(row: object, site: Site) -> Gallery:
    """Return one gallery, in the newer or the older spelling; raise `BadResponse`."""
    if isinstance(row, dict):
        older = {"creator": "user", "creator_id": "user_id"}
        row = {**row, **{new: row[old] for new, old in older.items() if old in row}}
    return read(row, Gallery, site, "gallery")


def read_image(value: object, ask: Asker, site: Site, place: str) -> Post:
    """Return the post of an envelope of one image."""
    one = ask.shape(value, bodies.One, place)
    return bodies.read_post(one.image, site, bodies.read_interactions(one.interactions, site))


def read_page(value: object, ask: Asker, site: Site, *, page: int, per_page: int) -> PostPage:
    """Return the page of an envelope of many images."""
    many = ask.page(value, bodies.Many, "search")
    done = bodies.read_interactions(many.interactions, site)
    posts, bad = ask.rows(many.images, lambda row: bodies.read_post(row, site, done))
    return PostPage(posts=tuple(posts), total=many.total, page=page, per_page=per_page, skipped=bad)


class ImageCalls(Client):
    """The routes of images that the search is not; none of them applies a filter (safety, 3.4)."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._oembeds = OEmbeds(self.site, self._ask)

    async def image(
        self,
        image_id: int,
        *,
        filter_id: int | None = None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Post:
        """Return an image by its id (GET images/:image_id), whatever it shows.

        Hidden and unapproved ones are answered too; the filter only says what is `spoilered`.
        """
        value = await self._ask.ask(
            routes.IMAGE,
            {"filter_id": checks.check_filter(self.site, filter_id)},
            priority=priority,
            image_id=checks.check_id(self.site, image_id),
        )
        image = read_image(value, self._ask, self.site, "answer")
        if image.id != image_id:
            raise bad_response(self.site, "image.id")
        return image

    async def featured(self) -> Post:
        """Return the image that the board features (GET images/featured); no filter applies."""
        value = await self._ask.ask(routes.FEATURED, {"filter_id": self.site.site_filter})
        return read_image(value, self._ask, self.site, "featured")

    async def upload(
        self, url: str, *, tags: str, source_url: str = "", description: str = ""
    ) -> Post | None:
        """Submit an image as the key's owner (POST images) and return it.

        `url` is the direct, https link to the file, `tags` are names with commas between.
        `None` where the board took it and its answer cannot be read. Raises `UploadRefused`
        with the board's reasons, `BadRequest` without a key, `Unconfirmed` where nobody knows
        whether it was taken; abuse means a ban (rule L16).
        """
        image = {
            "description": description,
            "tag_input": checks.check_query(self.site, tags),
            "source_url": source_url,
        }
        try:
            value = await self._ask.post(
                routes.UPLOAD, body={"image": image, "url": self._link(url)}, as_owner=True
            )
        except BadQuery as refusal:
            errors = read_errors(refusal.told)
            if errors is None:
                raise
            raise UploadRefused(refusal, errors) from None
        return None if value is None else read_image(value, self._ask, self.site, "answer")

    async def reverse(
        self,
        url: str | None = None,
        *,
        file: bytes | None = None,
        distance: float = DEFAULT_DISTANCE,
        limit: int = DEFAULT_PER_PAGE,
    ) -> PostPage:
        """Return images that look like the one at `url`, or like `file` (POST search/reverse).

        One of the two, `file` at most 5 MiB. `distance` is 0 (the same) to 1, `limit` 1 to 50.
        The board fetches `url` itself. No filter applies; a picture that the board cannot
        read brings an empty page (boards, 1.1).
        """
        if (url is None) == (file is None):
            raise BadRequest(self.site.name, _("Give an address or a file, and not both."))
        checks.check_range(self.site, "distance", distance, 0.0, 1.0)
        checks.check_range(self.site, "limit", limit, 1, MAX_PER_PAGE)
        sent = None
        if file is not None:
            checks.check_range(self.site, "file", len(file), 1, checks.BIGGEST_FILE)
            sent = File("image[image]", "image", "application/octet-stream", file)
        value = await self._ask.post(
            routes.REVERSE,
            {
                "url": None if url is None else self._link(url),
                "distance": distance,
                "limit": limit,
            },
            file=sent,
        )
        return read_page(value, self._ask, self.site, page=1, per_page=limit)

    async def search_galleries(
        self, q: str, *, page: int = 1, per_page: int = DEFAULT_PER_PAGE
    ) -> Page[Gallery]:
        """Return a page of the galleries that match `q`, newest first (GET search/galleries).

        Such as `title:mean*` or `id:9`. What one holds is searched for with
        `gallery_id:9`, sorted by `gallery_id:9` (boards, 1.1).
        """
        value = await self._ask.search(routes.SEARCH_GALLERIES, q, page, per_page)
        return self._ask.many(
            value,
            "galleries",
            lambda row: read_gallery(row, self.site),
            page=page,
            per_page=per_page,
        )

    async def oembed(self, url: str) -> OEmbed:
        """Return the facts of the image at a page's or a file's address (GET oembed).

        The answer is used again for as long as its `cache_age` says (rule L5). Raises
        `NotFound` for hidden images, `BadRequest` for addresses that are not this board's.
        """
        return await self._oembeds.ask(routes.OEMBED, {"url": url})

    def _link(self, url: str) -> str:
        gated = gate(url)
        if gated is None:
            raise BadRequest(self.site.name, _("That is not an https address of a file."))
        return gated

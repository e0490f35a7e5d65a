"""The bodies that Philomena sends, and what becomes of them (seeds S1, S3; boards, 1.5, 1.6)."""

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct

from bot.posts.model import Intensities, Maybe, Post

from . import decode
from .catalogue import Site
from .decode import Id, Int
from .errors import BadResponse


class Image(Struct, kw_only=True):
    """One image as Philomena sends it (seeds S1, S3, Image Responses; boards, 1.5).

    Deleted and merged ones have only the id, the three instants, `deletion_reason`,
    `duplicate_of` and `hidden_from_users`. Any other key can be missing from an older site.
    """

    id: Id
    created_at: Maybe[datetime | None] = UNSET
    """UTC, to the second; without an offset before about 2021."""
    updated_at: Maybe[datetime | None] = UNSET
    """Changed by edits, not by votes (boards, 4a)."""
    first_seen_at: Maybe[datetime | None] = UNSET
    """Before `created_at` for what was merged, after it for what was approved late."""
    width: Maybe[Int | None] = UNSET
    """Pixels."""
    height: Maybe[Int | None] = UNSET
    """Pixels."""
    mime_type: Maybe[str | None] = UNSET
    """Such as `image/png`, `video/webm`."""
    size: Maybe[Int | None] = UNSET
    """Bytes of the file as it is served."""
    orig_size: Maybe[Int | None] = UNSET
    """Bytes of the file as it was uploaded; since 2024."""
    duration: Maybe[float | None] = UNSET
    """Seconds; 0.04 or 0 for stills."""
    animated: Maybe[bool | None] = UNSET
    format: Maybe[str | None] = UNSET
    """File extension: gif, jpg, jpeg, png, svg, webm."""
    aspect_ratio: Maybe[float | None] = UNSET
    """Width by height."""
    name: Maybe[str | None] = UNSET
    """File name that it was uploaded with."""
    sha512_hash: Maybe[str | None] = UNSET
    """Of the file as it is served, hexadecimal; changes when it is optimised."""
    orig_sha512_hash: Maybe[str | None] = UNSET
    """Of the file as it was uploaded."""
    tags: Maybe[tuple[str, ...] | None] = UNSET
    """Names, canonical, in no particular order."""
    tag_ids: Maybe[tuple[Id, ...] | None] = UNSET
    """Index-aligned with `tags`."""
    uploader: Maybe[str | None] = UNSET
    """Null where anonymous."""
    uploader_id: Maybe[Int | None] = UNSET
    """Null where anonymous."""
    wilson_score: Maybe[float | None] = UNSET
    """0 to 1: the lower bound of the share of upvotes, at 99.5 %."""
    intensities: Maybe[Intensities | None] = UNSET
    """Null until the picture is processed."""
    score: Maybe[Int | None] = UNSET
    """Upvotes less downvotes."""
    upvotes: Maybe[Int | None] = UNSET
    downvotes: Maybe[Int | None] = UNSET
    faves: Maybe[Int | None] = UNSET
    hides: Maybe[Int | None] = UNSET
    """How many people hid it; since 2025."""
    comment_count: Maybe[Int | None] = UNSET
    tag_count: Maybe[Int | None] = UNSET
    description: Maybe[str | None] = UNSET
    """The site's own markup: untrusted and unrated."""
    source_url: Maybe[str | None] = UNSET
    """The first source; empty or null without one."""
    source_urls: Maybe[tuple[str, ...] | None] = UNSET
    """All sources; since 2023."""
    view_url: Maybe[str | None] = UNSET
    """The file under a name made of tags, which changes with them."""
    representations: Maybe[dict[str, str | None] | None] = UNSET
    """Addresses by size: full, large, medium, small, tall, thumb, thumb_small, thumb_tiny."""
    thumbnails_generated: Maybe[bool | None] = UNSET
    """While false, no address of media is to be used (rule L12)."""
    processed: Maybe[bool | None] = UNSET
    """Whether the file is optimised."""
    deletion_reason: Maybe[str | None] = UNSET
    """Only of a deleted image."""
    duplicate_of: Maybe[Id | None] = UNSET
    """Only of a merged image: the one that it went into."""
    hidden_from_users: Maybe[bool] = UNSET
    """Whether it is merged or deleted."""
    spoilered: Maybe[bool | None] = UNSET
    """Whether the filter of the request spoilers it; not to be relied on (boards, 1.5)."""


class Interaction(Struct):
    """What the key's owner did with an image (boards, 1.5)."""

    image_id: Id
    interaction_type: str
    """`voted`, `faved` or `hidden`."""
    value: str | None = None
    """`up` or `down` of a vote; otherwise empty or null."""
    user_id: Id | None = None


class One(Struct):
    """The envelope of one image."""

    image: Any
    interactions: Any = ()


class Many(Struct):
    """The envelope of a search of images."""

    images: list[Any]
    total: Int | None = None
    interactions: Any = ()


def decode_post(body: object, site: str | Site) -> Post:
    """Return the post that `body`, the object under `image`, describes.

    `site` is a name of the catalogue or a row of it. Raises `BadResponse` whose `field` names
    the place, such as `image.tags`, for anything that no Philomena board sends.
    """
    row = decode.find_site(site)
    return read_post(decode.plain(body, row, "image"), row, {})


def read_post(body: object, site: Site, done: dict[int, tuple[tuple[str, str], ...]]) -> Post:
    """Return the post of a decoded image; `done` are the key owner's interactions by image id."""
    image = decode.shape(body, Image, site, "image")
    return Post(
        site=site.name,
        id=image.id,
        page_url=site.page_url(image.id),
        media_hosts=site.media_hosts,
        tags=image.tags or (),
        tag_ids=image.tag_ids if image.tag_ids is not None else UNSET,
        created_at=decode.utc(image.created_at, site, "image.created_at"),
        updated_at=decode.utc(image.updated_at, site, "image.updated_at"),
        first_seen_at=decode.utc(image.first_seen_at, site, "image.first_seen_at"),
        format=decode.file_format(image.format),
        mime_type=image.mime_type,
        width=image.width,
        height=image.height,
        aspect_ratio=image.aspect_ratio,
        duration=image.duration,
        animated=image.animated,
        size=image.size,
        orig_size=image.orig_size,
        name=image.name,
        sha512_hash=image.sha512_hash,
        orig_sha512_hash=image.orig_sha512_hash,
        uploader=image.uploader,
        uploader_id=image.uploader_id,
        score=image.score,
        upvotes=image.upvotes,
        downvotes=image.downvotes,
        faves=image.faves,
        hides=image.hides,
        wilson_score=image.wilson_score,
        intensities=image.intensities,
        comment_count=image.comment_count,
        tag_count=image.tag_count,
        interactions=done.get(image.id, ()),
        description=image.description,
        sources=decode.sources(image.source_urls, image.source_url),
        representations=decode.representations(
            image.representations, site, "image.representations"
        ),
        view_url=decode.maybe_absolute(image.view_url, site, "image.view_url"),
        thumbnails_generated=image.thumbnails_generated,
        processed=image.processed,
        hidden_from_users=image.hidden_from_users,
        deletion_reason=image.deletion_reason,
        duplicate_of=image.duplicate_of,
        spoilered=image.spoilered,
    )


def read_interactions(rows: object, site: Site) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return the interactions by image id; rows that cannot be read are left out."""
    done: dict[int, tuple[tuple[str, str], ...]] = {}
    for row in rows if isinstance(rows, list) else ():
        try:
            one = decode.shape(row, Interaction, site, "interactions")
        except BadResponse:
            continue
        done[one.image_id] = (*done.get(one.image_id, ()), (one.interaction_type, one.value or ""))
    return done

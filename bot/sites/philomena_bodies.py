"""The bodies that Philomena sends, and what becomes of them (seeds S1, S3; boards, 1.5, 1.6)."""

from typing import Any

from msgspec import UNSET, Struct

from bot.catalogue import Site
from bot.posts.model import Maybe, Post

from . import decode
from .decode import Id, Int, Total
from .errors import BadResponse
from .picture import Picture


class Image(Picture, kw_only=True):
    """One image as Philomena sends it (seeds S1, S3, Image Responses; boards, 1.5).

    Deleted and merged ones have only the id, the three instants, `deletion_reason`,
    `duplicate_of` and `hidden_from_users`. Any other key can be missing from an older site.
    """

    orig_size: Maybe[Int | None] = UNSET
    """Bytes of the file as it was uploaded; since 2024."""
    tag_count: Maybe[Int | None] = UNSET
    uploader: Maybe[str | None] = UNSET
    """Null where anonymous."""
    uploader_id: Maybe[Int | None] = UNSET
    """Null where anonymous."""
    hides: Maybe[Int | None] = UNSET
    """How many people hid it; since 2025."""
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
    total: Total | None = None
    interactions: Any = ()


def read_post(body: object, site: Site, done: dict[int, tuple[tuple[str, str], ...]]) -> Post:
    """Return the post of a decoded image; `done` are the key owner's interactions by image id."""
    image = decode.shape(body, Image, site, "image")
    return image.post(
        site,
        "image",
        orig_size=image.orig_size,
        tag_count=image.tag_count,
        uploader=image.uploader,
        uploader_id=image.uploader_id,
        hides=image.hides,
        interactions=done.get(image.id, ()),
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

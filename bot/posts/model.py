"""What a post is: one picture or video on a site, in one shape for all sites."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Literal, TypeAlias, TypeVar

from msgspec import UNSET, Struct, UnsetType

T = TypeVar("T")

#: A value that the site's body may not mention. `UNSET` is "not said", never zero or false;
#: `None` is the site's own "there is none" (reference: boards, 2.6 and 4a).
Maybe: TypeAlias = T | UnsetType

NO_REPRESENTATIONS: Mapping[str, str] = MappingProxyType({})


class Location(Struct, frozen=True):
    """The same picture on another site, as Twibooru tells it (seed S4, Location Objects)."""

    site: str
    """Name of the other site as the body spells it, such as `derpibooru`."""
    id: int
    """The post's id there."""
    url: str
    """The post's page there, as the body has it."""


class Intensities(Struct, frozen=True):
    """How light each quarter of a picture is, as boards compare pictures (seeds S1, S3, S4).

    Each board counts in units of its own, which compare with nobody else's.
    """

    nw: float
    ne: float
    sw: float
    se: float


class Post(Struct, frozen=True, kw_only=True):
    """One picture or video on a site, decoded but not yet verified: not to be shown.

    Field names are Philomena's (seeds S1, S3; reference: boards, 1.5); Twibooru and the Safe
    Pony API are brought to them. Pixels, bytes, seconds; instants are aware and in UTC.
    """

    site: str
    """The catalogue's name of the site."""
    id: int
    page_url: str
    """The post's page on the site's canonical domain, https (rule L4)."""
    media_hosts: frozenset[str]
    """Hosts that the site serves media from; the verifier accepts no other."""

    tags: tuple[str, ...] = ()
    tag_ids: Maybe[tuple[int, ...]] = UNSET
    """Index-aligned with `tags`."""

    created_at: Maybe[datetime | None] = UNSET
    updated_at: Maybe[datetime | None] = UNSET
    first_seen_at: Maybe[datetime | None] = UNSET

    media_type: Literal["image", "paste"] = "image"
    format: Maybe[str | None] = UNSET
    """File extension of the original, lower-case, without a dot."""
    mime_type: Maybe[str | None] = UNSET
    width: Maybe[int | None] = UNSET
    height: Maybe[int | None] = UNSET
    aspect_ratio: Maybe[float | None] = UNSET
    duration: Maybe[float | None] = UNSET
    animated: Maybe[bool | None] = UNSET
    size: Maybe[int | None] = UNSET
    orig_size: Maybe[int | None] = UNSET
    name: Maybe[str | None] = UNSET
    sha512_hash: Maybe[str | None] = UNSET
    orig_sha512_hash: Maybe[str | None] = UNSET
    intensities: Maybe[Intensities | None] = UNSET
    """`None` until the picture is processed."""

    uploader: Maybe[str | None] = UNSET
    """`None` is an anonymous uploader. Never credited as the artist (rule L1)."""
    uploader_id: Maybe[int | None] = UNSET

    score: Maybe[int | None] = UNSET
    upvotes: Maybe[int | None] = UNSET
    downvotes: Maybe[int | None] = UNSET
    faves: Maybe[int | None] = UNSET
    hides: Maybe[int | None] = UNSET
    wilson_score: Maybe[float | None] = UNSET
    comment_count: Maybe[int | None] = UNSET
    tag_count: Maybe[int | None] = UNSET
    interactions: tuple[tuple[str, str], ...] = ()
    """The key owner's own (`interaction_type`, `value`) pairs; empty without a key."""

    description: Maybe[str | None] = UNSET
    sources: Maybe[tuple[str, ...]] = UNSET
    """Original sources exactly as the site has them: often not valid URLs."""

    representations: Mapping[str, str] = NO_REPRESENTATIONS
    """Absolute https URLs by size: `full`, `large`, `medium`, `small`, `tall`, `thumb`,
    `thumb_small`, `thumb_tiny`, and on animations `webm`, `mp4`."""
    view_url: Maybe[str | None] = UNSET
    thumbnails_generated: Maybe[bool | None] = UNSET
    processed: Maybe[bool | None] = UNSET

    hidden_from_users: Maybe[bool] = UNSET
    """Merged or deleted. Boards always say; the Safe Pony API never does."""
    deletion_reason: Maybe[str | None] = UNSET
    duplicate_of: Maybe[int | None] = UNSET
    approved: Maybe[bool | None] = UNSET
    """The Safe Pony API says it; `False` must not be shown, wherever it is said (rule L14)."""
    spoilered: Maybe[bool | None] = UNSET

    derpi_id: Maybe[int | None] = UNSET
    """Id of the same picture on Derpibooru, as the Safe Pony API tells it."""
    locations: tuple[Location, ...] = ()

    @property
    def key(self) -> str:
        """Name the post for logs and stores, such as `derpibooru:1024`."""
        return f"{self.site}:{self.id}"

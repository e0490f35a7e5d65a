"""The bodies that Twibooru sends, and what becomes of them (seed S4; reference: boards, 4)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, structs

from bot.posts.model import Intensities, Location, Maybe, Post

from . import decode
from .board import Comment
from .catalogue import Site
from .decode import Id, Int
from .errors import BadResponse
from .record import read

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class LocationBody(Struct, kw_only=True):
    """Where else a post is, as Twibooru sends it (seed S4, Location Objects)."""

    id_at_location: Id | None = None
    """The post's number there."""
    location: str | None = None
    """The other site's name, such as `derpibooru`."""
    url_at_location: str | None = None
    """The post's page there."""


class PostBody(Struct, kw_only=True):
    """One post as Twibooru sends it (seed S4, the three post shapes; boards, 4).

    Hidden ones end before `comment_count`, pastes before `animated`.
    """

    id: Id
    media_type: Literal["image", "paste"] = "image"
    """A paste is text, and has no file."""
    created_at: Maybe[datetime | None] = UNSET
    """UTC, with milliseconds, as all its instants."""
    updated_at: Maybe[datetime | None] = UNSET
    first_seen_at: Maybe[datetime | None] = UNSET
    """Before `created_at` for what was merged."""
    hidden_from_users: Maybe[bool] = UNSET
    """Whether it is merged or deleted."""
    deletion_reason: Maybe[str | None] = UNSET
    """Only of a deleted post."""
    duplicate_of: Maybe[Id | None] = UNSET
    """Only of a merged post: the one that it went into."""
    locations: Maybe[tuple[LocationBody, ...] | None] = UNSET
    """Where else it is; can be empty."""
    orig_sha512_hash: Maybe[str | None] = UNSET
    """Of the file as it was uploaded, hexadecimal."""
    sha512_hash: Maybe[str | None] = UNSET
    """Of the file as it is served."""
    processed: Maybe[bool | None] = UNSET
    """Whether the file is done with in the background."""
    source_url: Maybe[str | None] = UNSET
    """Empty or null without one."""
    source_urls: Maybe[tuple[str, ...] | None] = UNSET
    """Not in the document; read where it comes, as on Philomena."""
    tag_ids: Maybe[tuple[Id, ...] | None] = UNSET
    """Index-aligned with `tags`."""
    tags: Maybe[tuple[str, ...] | None] = UNSET
    """Names."""

    comment_count: Maybe[Int | None] = UNSET
    description: Maybe[str | None] = UNSET
    """The site's own markup: untrusted and unrated."""
    downvotes: Maybe[Int | None] = UNSET
    faves: Maybe[Int | None] = UNSET
    score: Maybe[Int | None] = UNSET
    """Usually upvotes less downvotes."""
    size: Maybe[Int | None] = UNSET
    """Bytes of the file."""
    upvotes: Maybe[Int | None] = UNSET
    wilson_score: Maybe[float | None] = UNSET
    """0 to 1: the lower bound of the share of upvotes, at 99.5 %."""

    animated: Maybe[bool | None] = UNSET
    aspect_ratio: Maybe[float | None] = UNSET
    """Width by height."""
    duration: Maybe[float | None] = UNSET
    """Seconds; 0 for stills; the document calls it unreliable."""
    format: Maybe[str | None] = UNSET
    """File extension: gif, jpg, jpeg, png, svg, webm, mp4."""
    height: Maybe[Int | None] = UNSET
    """Pixels."""
    intensities: Maybe[Intensities | None] = UNSET
    """Null until the picture is processed; in other units than Philomena's."""
    mime_type: Maybe[str | None] = UNSET
    """Such as `image/png`, `video/mp4`."""
    name: Maybe[str | None] = UNSET
    """File name that it was uploaded with."""
    representations: Maybe[dict[str, str | None] | None] = UNSET
    """Addresses by size: full, large, medium, small, tall, thumb, thumb_small, thumb_tiny."""
    thumbnails_generated: Maybe[bool | None] = UNSET
    """While false, no address of media is to be used (rule L12)."""
    view_url: Maybe[str | None] = UNSET
    width: Maybe[Int | None] = UNSET
    """Pixels."""


class One(Struct):
    """The envelope of one post."""

    post: Any


class Many(Struct):
    """The envelope of a search of posts."""

    posts: list[Any]
    total: Int | None = None


class Comments(Struct):
    """The envelope of the comments under a post."""

    comments: list[Any]


def decode_post(body: object, site: str | Site = "twibooru") -> Post:
    """Return the post that `body`, the object under `post`, describes.

    `site` is a name of the catalogue or a row of it. Raises `BadResponse` whose `field` names
    the place, such as `post.tags`, for anything that Twibooru does not send.
    """
    row = decode.find_site(site)
    return read_post(decode.plain(body, row, "post"), row)


def read_post(body: object, site: Site) -> Post:
    """Return the post of a decoded body."""
    post = decode.shape(body, PostBody, site, "post")
    return Post(
        site=site.name,
        id=post.id,
        page_url=site.page_url(post.id),
        media_hosts=site.media_hosts,
        tags=post.tags or (),
        tag_ids=post.tag_ids if post.tag_ids is not None else UNSET,
        created_at=decode.utc(post.created_at, site, "post.created_at"),
        updated_at=decode.utc(post.updated_at, site, "post.updated_at"),
        first_seen_at=decode.utc(post.first_seen_at, site, "post.first_seen_at"),
        media_type=post.media_type,
        format=decode.file_format(post.format),
        mime_type=post.mime_type,
        width=post.width,
        height=post.height,
        aspect_ratio=post.aspect_ratio,
        duration=post.duration,
        animated=post.animated,
        size=post.size,
        name=post.name,
        sha512_hash=post.sha512_hash,
        orig_sha512_hash=post.orig_sha512_hash,
        intensities=post.intensities,
        score=post.score,
        upvotes=post.upvotes,
        downvotes=post.downvotes,
        faves=post.faves,
        wilson_score=post.wilson_score,
        comment_count=post.comment_count,
        description=post.description,
        sources=decode.sources(post.source_urls, post.source_url),
        representations=decode.representations(post.representations, site, "post.representations"),
        view_url=decode.maybe_absolute(post.view_url, site, "post.view_url"),
        thumbnails_generated=post.thumbnails_generated,
        processed=post.processed,
        hidden_from_users=post.hidden_from_users,
        deletion_reason=post.deletion_reason,
        duplicate_of=post.duplicate_of,
        locations=_locations(post.locations),
    )


def _locations(rows: Maybe[tuple[LocationBody, ...] | None]) -> tuple[Location, ...]:
    return tuple(
        Location(site=row.location, id=row.id_at_location, url=row.url_at_location)
        for row in rows or ()
        if row.location and row.url_at_location and row.id_at_location is not None
    )


def _comment(body: object, site: Site, post_id: int) -> Comment:
    comment = read(body, Comment, site, "comment")
    return structs.replace(
        comment,
        # A hidden one usually lacks its text; where it does not, it is not for users either.
        body=None if comment.hidden_from_users else comment.body,
        page_url=f"{site.page_url(post_id)}#comment_{comment.id}",
    )


def read_comments(rows: Sequence[object], site: Site, post_id: int) -> tuple[list[Comment], int]:
    """Return the comments, newest first, and how many rows could not be read."""
    comments: list[Comment] = []
    bad = 0
    for row in rows:
        try:
            comments.append(_comment(row, site, post_id))
        except BadResponse:
            bad += 1
    # The whole thread comes in no order at all (boards, 4).
    comments.sort(key=lambda one: (one.created_at or _LONG_AGO, one.id), reverse=True)
    return comments, bad

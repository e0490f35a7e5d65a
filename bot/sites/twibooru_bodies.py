"""The bodies that Twibooru sends, and what becomes of them (seed S4; reference: boards, 4)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, structs

from bot.catalogue import Site
from bot.posts.model import Location, Maybe, Post

from . import decode
from .board import Comment
from .decode import Id, Total
from .errors import BadResponse
from .picture import Picture
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


class PostBody(Picture, kw_only=True):
    """One post as Twibooru sends it (seed S4, the three post shapes; boards, 4).

    Hidden ones have no counts and no text, pastes no file.
    """

    media_type: Literal["image", "paste"] = "image"
    """A paste is text, and has no file."""
    locations: Maybe[tuple[LocationBody, ...] | None] = UNSET
    """Where else it is; can be empty."""


class One(Struct):
    """The envelope of one post."""

    post: Any


class Many(Struct):
    """The envelope of a search of posts."""

    posts: list[Any]
    total: Total | None = None


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
    return post.post(site, "post", media_type=post.media_type, locations=_locations(post.locations))


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

"""What the bodies of Philomena and of Twibooru, which grew out of one program, have in common."""

from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct

from bot.catalogue import Site
from bot.posts.model import Intensities, Maybe, Post

from . import decode
from .decode import Id, Int


class Picture(Struct, kw_only=True):
    """The keys of a post that every board sends (seeds S1, S3, S4; boards, 1.5, 4).

    Hidden ones lack most, and any but the id can be missing from an older site.
    """

    id: Id
    created_at: Maybe[datetime | None] = UNSET
    """UTC; Philomena's to the second and without an offset before about 2021, Twibooru's with
    milliseconds, as all their instants."""
    updated_at: Maybe[datetime | None] = UNSET
    """Changed by edits, not by votes (boards, 4a)."""
    first_seen_at: Maybe[datetime | None] = UNSET
    """Before `created_at` for what was merged, after it for what was approved late."""
    width: Maybe[Int | None] = UNSET
    """Pixels."""
    height: Maybe[Int | None] = UNSET
    """Pixels."""
    mime_type: Maybe[str | None] = UNSET
    """Such as `image/png`, `video/webm`, and on Twibooru `video/mp4`."""
    size: Maybe[Int | None] = UNSET
    """Bytes of the file as it is served."""
    duration: Maybe[float | None] = UNSET
    """Seconds; 0.04 or 0 for stills; Twibooru's document calls it unreliable."""
    animated: Maybe[bool | None] = UNSET
    format: Maybe[str | None] = UNSET
    """File extension: gif, jpg, jpeg, png, svg, webm, and on Twibooru mp4."""
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
    wilson_score: Maybe[float | None] = UNSET
    """0 to 1: the lower bound of the share of upvotes, at 99.5 %."""
    intensities: Maybe[Intensities | None] = UNSET
    """Null until the picture is processed; Twibooru's in units of its own."""
    score: Maybe[Int | None] = UNSET
    """Usually upvotes less downvotes."""
    upvotes: Maybe[Int | None] = UNSET
    downvotes: Maybe[Int | None] = UNSET
    faves: Maybe[Int | None] = UNSET
    comment_count: Maybe[Int | None] = UNSET
    description: Maybe[str | None] = UNSET
    """The site's own markup: untrusted and unrated."""
    source_url: Maybe[str | None] = UNSET
    """The first source; empty or null without one."""
    source_urls: Maybe[tuple[str, ...] | None] = UNSET
    """All sources; Philomena's since 2023, and read from Twibooru where it comes."""
    view_url: Maybe[str | None] = UNSET
    """The file; on Philomena under a name made of tags, which changes with them."""
    representations: Maybe[dict[str, str | None] | None] = UNSET
    """Addresses by size: full, large, medium, small, tall, thumb, thumb_small, thumb_tiny."""
    thumbnails_generated: Maybe[bool | None] = UNSET
    """While false, no address of media is to be used (rule L12)."""
    processed: Maybe[bool | None] = UNSET
    """Whether the file is done with in the background."""
    hidden_from_users: Maybe[bool] = UNSET
    """Whether it is merged or deleted."""
    deletion_reason: Maybe[str | None] = UNSET
    """Only of a deleted post."""
    duplicate_of: Maybe[Id | None] = UNSET
    """Only of a merged post: the one that it went into."""
    approved: Maybe[bool | None] = UNSET
    """In no document; the boards know it of every post, and where one says no it is believed."""

    def post(self, site: Site, place: str, **own: Any) -> Post:
        """Return the post that it is, with the fields that are the board's own.

        Raises `BadResponse` whose field begins with `place`, such as `image.created_at`.
        """
        return Post(
            site=site.name,
            id=self.id,
            page_url=site.page_url(self.id),
            media_hosts=site.media_hosts,
            tags=self.tags or (),
            tag_ids=self.tag_ids if self.tag_ids is not None else UNSET,
            created_at=decode.utc(self.created_at, site, f"{place}.created_at"),
            updated_at=decode.utc(self.updated_at, site, f"{place}.updated_at"),
            first_seen_at=decode.utc(self.first_seen_at, site, f"{place}.first_seen_at"),
            format=decode.file_format(self.format),
            mime_type=self.mime_type,
            width=self.width,
            height=self.height,
            aspect_ratio=self.aspect_ratio,
            duration=self.duration,
            animated=self.animated,
            size=self.size,
            name=self.name,
            sha512_hash=self.sha512_hash,
            orig_sha512_hash=self.orig_sha512_hash,
            intensities=self.intensities,
            score=self.score,
            upvotes=self.upvotes,
            downvotes=self.downvotes,
            faves=self.faves,
            wilson_score=self.wilson_score,
            comment_count=self.comment_count,
            description=self.description,
            sources=decode.sources(self.source_urls, self.source_url),
            representations=decode.representations(
                self.representations, site, f"{place}.representations"
            ),
            view_url=decode.maybe_absolute(self.view_url, site, f"{place}.view_url"),
            thumbnails_generated=self.thumbnails_generated,
            processed=self.processed,
            hidden_from_users=self.hidden_from_users,
            deletion_reason=self.deletion_reason,
            duplicate_of=self.duplicate_of,
            approved=self.approved,
            **own,
        )

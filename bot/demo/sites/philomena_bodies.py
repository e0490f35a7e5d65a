"""What Philomena's JSON says about the sample world (seeds S1, S3; reference: boards, 1.5-1.6)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from bot.catalogue import Site
from bot.demo.sites.listing import aspect_ratio, wilson_score
from bot.demo.world import World
from bot.demo.world_filters import Filter
from bot.demo.world_media import MIME, absolute, fitted, representations, view_url
from bot.demo.world_post import WorldPost
from bot.demo.world_tags import TagTable, WorldTag

Body = dict[str, Any]

#: Keys that Ponybooru's document does not list (reference: boards, 4a).
NOT_ON_PONYBOORU = ("animated", "duration", "size", "orig_size", "hides", "source_urls")

#: `duration` of a still: one frame (seed S3).
STILL = 0.04


def instant(when: datetime, *, naive: bool = False) -> str:
    """Return a date as Philomena writes it, to the second."""
    return when.strftime("%Y-%m-%dT%H:%M:%S") + ("" if naive else "Z")


def _dates(post: WorldPost) -> Body:
    return {
        name: instant(when, naive=post.naive_dates)
        for name, when in (
            ("created_at", post.created_at),
            ("updated_at", post.updated_at),
            ("first_seen_at", post.first_seen_at),
        )
    }


def _sources(post: WorldPost) -> Body:
    first = post.sources[0] if post.sources else ""
    match post.source_shape:
        case "list":
            return {"source_url": first, "source_urls": list(post.sources)}
        case "single":
            return {"source_url": first}
        case "null":
            return {"source_url": None}
        case "missing":
            return {}


def intensities(post: WorldPost) -> Body | None:
    """Return the light of the picture's corners, none before it was looked at."""
    corners = ("nw", "ne", "sw", "se")
    return dict(zip(corners, post.intensities, strict=True)) if post.thumbnails_generated else None


def image(post: WorldPost, world: World, filter_: Filter | None = None) -> Body:
    """Return the object inside `image`, whole or a stub."""
    if post.hidden:
        return {
            "id": post.id,
            **_dates(post),
            "deletion_reason": post.deletion_reason,
            "duplicate_of": post.duplicate_of,
            "hidden_from_users": True,
        }
    table = world.tags[post.site]
    ready = post.thumbnails_generated
    body: Body = {
        "id": post.id,
        **_dates(post),
        "width": post.width,
        "height": post.height,
        "mime_type": MIME[post.format],
        "size": post.size,
        "orig_size": post.size + 1024,
        "duration": post.duration or STILL,
        "animated": post.animated,
        "format": post.format,
        "aspect_ratio": aspect_ratio(post),
        "name": post.name,
        "sha512_hash": post.sha512_hash,
        "orig_sha512_hash": post.orig_sha512_hash,
        "tags": list(post.tags),
        "tag_ids": [table.by_name[name].id for name in post.tags],
        "tag_count": len(post.tags),
        "uploader": post.uploader,
        "uploader_id": post.uploader_id,
        "wilson_score": wilson_score(post),
        "intensities": intensities(post),
        "score": post.score,
        "upvotes": post.upvotes,
        "downvotes": post.downvotes,
        "faves": post.faves,
        "hides": post.hides,
        "comment_count": len(world.comments[post.site].get(post.id, ())),
        "description": post.description,
        **_sources(post),
        "view_url": view_url(post),
        "representations": representations(post),
        "spoilered": filter_ is not None and not set(filter_.spoilered).isdisjoint(post.tags),
        "thumbnails_generated": ready,
        "processed": post.processed,
        "deletion_reason": None,
        "duplicate_of": None,
        "hidden_from_users": False,
    }
    if post.site == "ponybooru":
        for key in NOT_ON_PONYBOORU:
            body.pop(key, None)
    return body


def _slugs(table: TagTable, names: Iterable[str]) -> list[str]:
    return [table.by_name[name].slug for name in names if name in table.by_name]


def tag(found: WorldTag, table: TagTable) -> Body:
    """Return the object inside `tag`; relations are slugs."""
    return {
        "id": found.id,
        "name": found.name,
        "slug": found.slug,
        "description": found.description,
        "short_description": found.short_description,
        "images": found.images,
        "spoiler_image_uri": None,
        "namespace": found.namespace,
        "name_in_namespace": found.name_in_namespace,
        "category": found.category,
        "aliased_tag": table.by_name[found.aliased_tag].slug if found.aliased_tag else None,
        "aliases": _slugs(table, found.aliases),
        "implied_tags": _slugs(table, found.implied),
        "implied_by_tags": _slugs(table, found.implied_by),
        "dnp_entries": [
            {
                "id": number,
                "dnp_type": kind,
                "conditions": "",
                "reason": None,
                "created_at": "2020-12-27T07:01:39Z",
            }
            for number, kind in enumerate(found.dnp, 1)
        ],
    }


def filter_body(found: Filter, table: TagTable) -> Body:
    """Return the object inside `filter`."""
    return {
        "id": found.id,
        "name": found.name,
        "description": found.description,
        "public": found.public,
        "system": found.system,
        "user_count": 80 if found.system else 1,
        "user_id": found.owner,
        "hidden_tag_ids": _ids(table, found.hidden),
        "spoilered_tag_ids": _ids(table, found.spoilered),
        "hidden_complex": found.hidden_complex,
        "spoilered_complex": found.spoilered_complex,
    }


def _ids(table: TagTable, names: Iterable[str]) -> list[int]:
    return [table.by_name[name].id for name in names if name in table.by_name]


def oembed(post: WorldPost, world: World, site: Site) -> Body:
    """Return the flat oEmbed object; its own keys carry the site's name."""
    artists = [name.partition(":")[2] for name in post.tags if name.startswith("artist:")]
    urls = {name: absolute(post, url) for name, url in representations(post).items()}
    width, height = fitted(post, "medium")
    return {
        "version": "1.0",
        "type": "photo",
        "title": f"#{post.id} - {', '.join(post.tags)} - {site.title}",
        "author_url": post.sources[0] if post.sources else "",
        "author_name": ", ".join(artists),
        "provider_name": site.title,
        "provider_url": f"https://{site.domain}",
        "cache_age": 7200,
        f"{site.key_prefix}_id": post.id,
        f"{site.key_prefix}_score": post.score,
        f"{site.key_prefix}_comments": len(world.comments[post.site].get(post.id, ())),
        f"{site.key_prefix}_tags": list(post.tags),
        "url": urls["full"],
        "width": post.width,
        "height": post.height,
        "thumbnail_url": urls["medium"],
        "thumbnail_width": width,
        "thumbnail_height": height,
    }

"""What Twibooru's JSON says about the sample world (seed S4; reference: boards, 4 and 4a)."""

from datetime import datetime

from bot.catalogue import Site
from bot.demo.sites.listing import aspect_ratio, wilson_score
from bot.demo.sites.philomena_bodies import Body
from bot.demo.world import World
from bot.demo.world_comments import Comment
from bot.demo.world_media import MIME, fitted, representations, view_url
from bot.demo.world_post import WorldPost
from bot.demo.world_tags import TagTable, WorldTag


def instant(when: datetime) -> str:
    """Return a date as Twibooru writes it, with milliseconds."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}Z"


def _intensities(post: WorldPost) -> Body:
    # Not on Philomena's scale (seed S4, Intensities Objects).
    corners = ("nw", "ne", "sw", "se")
    return {name: light / 256 for name, light in zip(corners, post.intensities, strict=True)}


def post_body(post: WorldPost, world: World) -> Body:
    """Return the object inside `post`: whole, a paste, or hidden with tags and hash still told."""
    table = world.tags[post.site]
    body: Body = {
        "id": post.id,
        "created_at": instant(post.created_at),
        "updated_at": instant(post.updated_at),
        "first_seen_at": instant(post.first_seen_at),
        "hidden_from_users": post.hidden,
        "locations": [
            {
                "id_at_location": number,
                "location": site,
                "url_at_location": f"https://{site}.org/images/{number}",
            }
            for site, number in post.locations
        ],
        "media_type": post.media_type,
        "orig_sha512_hash": post.orig_sha512_hash,
        "sha512_hash": post.sha512_hash,
        "processed": post.processed,
        "tags": list(post.tags),
        "tag_ids": [table.by_name[name].id for name in post.tags],
    }
    if post.source_shape != "missing":
        null = post.source_shape == "null"
        body["source_url"] = None if null else (post.sources[0] if post.sources else "")
    if post.hidden:
        if post.deletion_reason is not None:
            body["deletion_reason"] = post.deletion_reason
        if post.duplicate_of is not None:
            body["duplicate_of"] = post.duplicate_of
        return body
    body |= {
        "comment_count": len(world.comments[post.site].get(post.id, ())),
        "description": post.description,
        "upvotes": post.upvotes,
        "downvotes": post.downvotes,
        "faves": post.faves,
        "score": post.score,
        "size": post.size,
        "wilson_score": wilson_score(post),
    }
    if post.media_type == "paste":
        return body
    ready = post.thumbnails_generated
    return body | {
        "animated": post.animated,
        "aspect_ratio": aspect_ratio(post),
        "duration": post.duration,
        "format": post.format,
        "width": post.width,
        "height": post.height,
        "intensities": _intensities(post) if ready else None,
        "mime_type": MIME[post.format],
        "name": post.name,
        "representations": representations(post),
        "thumbnails_generated": ready,
        "view_url": view_url(post),
    }


def tag_body(found: WorldTag, table: TagTable) -> Body:
    """Return a tag; relations are names here, not slugs."""
    return {
        "id": found.id,
        "name": found.name,
        "slug": found.slug,
        "description": found.description,
        "short_description": found.short_description,
        "images": found.images,
        "namespace": found.namespace,
        "name_in_namespace": found.name_in_namespace,
        "category": found.category,
        "aliased_tag": found.aliased_tag,
        "aliases": [name for name in found.aliases if name in table.by_name],
        "implied_tags": list(found.implied),
        "implied_by_tags": list(found.implied_by),
    }


def comment_body(found: Comment) -> Body:
    """Return a comment: nobody's name, and a hidden one has no text at all."""
    body: Body = {
        "id": found.id,
        "created_at": instant(found.created_at),
        "updated_at": instant(found.created_at),
        "hidden_from_users": found.hidden,
    }
    return body if found.hidden else body | {"body": found.body}


def oembed_body(post: WorldPost, world: World, site: Site, box: tuple[int, int] | None) -> Body:
    """Return the oEmbed object; `box` is the most that the picture may measure, in pixels."""
    urls = representations(post)
    sizes = {name: fitted(post, name) for name in urls if name not in ("webm", "mp4")}
    shown = "full"
    if box is not None:
        inside = [name for name, (w, h) in sizes.items() if w <= box[0] and h <= box[1]]
        shown = max(inside, key=lambda name: sizes[name], default="thumb_tiny")
    body: Body = {
        "version": "1.0",
        "type": "photo" if urls else "link",
        "title": f"#{post.id} - {', '.join(post.tags)} - {site.title}",
        "author_name": ", ".join(
            name.partition(":")[2] for name in post.tags if name.startswith("artist:")
        ),
        "author_url": post.sources[0] if post.sources else "",
        "provider_name": site.title,
        "provider_url": site.page_url(post.id),
        "cache_age": 7200,
        "twibooru_id": post.id,
        "twibooru_score": post.score,
        "twibooru_comments": len(world.comments[post.site].get(post.id, ())),
    }
    if not urls:
        return body
    parts = {"": shown, "thumbnail_": "thumb"}
    for prefix, name in parts.items():
        width, height = sizes[name]
        body |= {f"{prefix}url": urls[name], f"{prefix}width": width, f"{prefix}height": height}
    return body

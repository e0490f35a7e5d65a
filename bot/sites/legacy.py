"""Bodies of Derpibooru from before Philomena, as archives keep them (captures: 2015 to 2017).

The routes that gave them are gone (boards, 1.1); nothing is asked for here.
"""

from typing import Any

from bot.catalogue import Site
from bot.posts.model import Post

from . import decode, philomena_bodies
from .philomena_filters import Filter
from .record import read

#: What Philomena calls the keys that it renamed.
_RENAMED = {
    "file_name": "name",
    "image": "view_url",
    "original_format": "format",
    "is_rendered": "thumbnails_generated",
    "is_optimized": "processed",
}
#: Under what names images and filters stood.
_IMAGES = ("images", "search")
_FILTERS = ("system_filters", "user_filters", "search_filters")


def read_image(row: object, site: Site) -> Post:
    """Return the post of a decoded image, in the older spelling or today's; `BadResponse`."""
    if isinstance(row, dict) and "original_format" in row and "format" not in row:
        row = _image(row)
    return philomena_bodies.read_post(row, site, {})


def read_posts(body: object, site: Site) -> tuple[Post, ...]:
    """Return the posts of an archived `images.json` or `search.json`; raise `BadResponse`.

    Ids were texts, tags one text with commas, addresses without their scheme.
    """
    return tuple(read_image(row, site) for row in _rows(body, site, _IMAGES))


def read_filters(body: object, site: Site) -> tuple[Filter, ...]:
    """Return the filters of an archived `filters.json`; raise `BadResponse`."""
    return tuple(read(row, Filter, site, "filter") for row in _rows(body, site, _FILTERS))


def _rows(body: object, site: Site, names: tuple[str, ...]) -> list[Any]:
    envelope = decode.shape(body, dict[str, Any], site, "archive")
    rows = [
        row
        for name in names
        for row in decode.shape(envelope.get(name, []), list[Any], site, f"archive.{name}")
    ]
    if not rows and not any(name in envelope for name in names):
        raise decode.bad_response(site, "archive")
    return rows


def _image(row: dict[Any, Any]) -> dict[str, Any]:
    image = {_RENAMED.get(key, key): value for key, value in row.items()}
    for key in {"id", "uploader_id"} & image.keys():
        image[key] = _number(image[key])
    if isinstance(tags := image.get("tags"), str):
        image["tags"] = [name for tag in tags.split(",") if (name := tag.strip(" "))]
    if isinstance(ids := image.get("tag_ids"), list):
        image["tag_ids"] = [_number(one) for one in ids]
    return image


def _number(value: object) -> object:
    digits = isinstance(value, str) and value.isascii() and value.isdecimal()
    return int(str(value)[:20]) if digits else value

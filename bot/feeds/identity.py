"""What tells a picture from others, on whatever board it is. Pure.

Two posts with an identity in common are the same picture, unless the identity is a source: many
pictures come from one page, so it counts only between posts of different sites, of the same
size, and where no site has two posts with it.
"""

import re
from datetime import datetime
from urllib.parse import parse_qsl, urlencode, urlsplit

from bot.posts.model import Maybe, Post
from bot.posts.urls import upgrade

SOURCE = "source:"
#: Sources of a post that are looked at.
_MOST_SOURCES = 10
#: What people and sites hang on an address that says nothing about the picture.
_TRACKING = re.compile(r"utm_\w+|s|si|t|ref|ref_src|ref_url|igshid|fbclid|gclid|lang|source")
_PREFIX = re.compile(r"(?:www|m|mobile|old|new)\.")
_TWITTER = frozenset(
    {"twitter.com", "x.com", "fxtwitter.com", "vxtwitter.com", "fixupx.com", "nitter.net"}
)
_TWEET = re.compile(r"/[^/]+/status(?:es)?/([0-9]+)(?:/(?:photo|video)/([0-9]+))?")
_DEVIANTART = ".deviantart.com"


def identities(post: Post) -> frozenset[str]:
    """Return what the post's picture is known by.

    `sha512:…` of the file as uploaded and as served; `<site>:<id>` of itself, of what it was
    merged into, and of where else it is; `source:…@<width>x<height>`, for sources that lead to
    one work.
    """
    found = {f"sha512:{digest.lower()}" for digest in _texts(post.orig_sha512_hash)}
    found |= {f"sha512:{digest.lower()}" for digest in _texts(post.sha512_hash)}
    found.add(post.key)
    found |= {f"{place.site.lower()}:{place.id}" for place in post.locations}
    if isinstance(post.duplicate_of, int):
        found.add(f"{post.site}:{post.duplicate_of}")
    if isinstance(post.derpi_id, int):
        found.add(f"derpibooru:{post.derpi_id}")
    return frozenset(found | _sources(post))


def is_source(identity: str) -> bool:
    """Tell whether an identity is a source, which proves less than the others do."""
    return identity.startswith(SOURCE)


def normal_source(source: str) -> str | None:
    """Return the one form of a source's address, without a scheme.

    `None` where it is none or does not lead to one work: a profile, a gallery.
    """
    url = upgrade(source)
    if url is None:
        return None
    parts = urlsplit(url)
    host = _PREFIX.sub("", parts.netloc, count=1)
    path = parts.path.rstrip("/")
    if host in _TWITTER:
        tweet = _TWEET.fullmatch(path)
        if tweet is None:
            return None
        # Of several pictures the first is often given without its number.
        later = "" if tweet[2] in (None, "1") else f"/photo/{tweet[2]}"
        return f"twitter.com/status/{tweet[1]}{later}"
    if host.endswith(_DEVIANTART):
        # Artists had hosts of their own once.
        path, host = f"/{host.removesuffix(_DEVIANTART)}{path}", _DEVIANTART[1:]
    kept = sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0]))
    # Whatever leads to one work has a number or a code in it, and is not at the top of its site.
    deep = kept or path.count("/") > 1
    if not deep or not re.search("[0-9]", path + urlencode(kept)):
        return None
    return f"{host}{path}" + (f"?{urlencode(kept)}" if kept else "")


def first_seen(post: Post, otherwise: datetime) -> datetime:
    """Return when the site first showed a post, which not every site says."""
    return post.first_seen_at if isinstance(post.first_seen_at, datetime) else otherwise


def _sources(post: Post) -> set[str]:
    if not isinstance(post.width, int) or not isinstance(post.height, int):
        return set()
    given = post.sources if isinstance(post.sources, tuple) else ()
    normal = {normal_source(source) for source in given[:_MOST_SOURCES]} - {None}
    return {f"{SOURCE}{source}@{post.width}x{post.height}" for source in normal}


def _texts(value: Maybe[str | None]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) and value else ()

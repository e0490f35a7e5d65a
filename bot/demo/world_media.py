"""Where the pictures of the sample world are: the sites' own URLs, as their bodies spell them."""

from bot.demo.world_post import WorldPost
from bot.demo.world_tags import slug_of

#: Boxes that a site fits its sizes into, in pixels (reference: boards, 1.5).
BOXES: dict[str, tuple[int, int]] = {
    "thumb_tiny": (50, 50),
    "thumb_small": (150, 150),
    "thumb": (250, 250),
    "small": (320, 240),
    "medium": (800, 600),
    "large": (1280, 1024),
    "tall": (1024, 4096),
}

MIME = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "gif": "image/gif",
    "svg": "image/svg+xml",
    "webm": "video/webm",
    "mp4": "video/mp4",
}

_ROOTS = {
    "derpibooru": "https://derpicdn.net/img",
    "ponybooru": "https://cdn.ponybooru.org/img",
    "twibooru": "https://cdn.twibooru.org/img",
    "ponyapi": "https://pones.theponyapi.com/file/ponies",
    "ponyaggregate": "https://ponyaggregate.com/files",
}

#: Hosts that a relative URL is of: the site itself.
_OWN = {"derpibooru": "https://derpibooru.org", "ponybooru": "https://ponybooru.org"}

_CAMEL = {"thumb_small": "thumbSmall", "thumb_tiny": "thumbTiny"}
_NAME_LENGTH = 150


def fitted(post: WorldPost, representation: str) -> tuple[int, int]:
    """Return width and height of a representation: the picture fitted into its box."""
    box = BOXES.get(representation)
    if box is None:
        return post.width, post.height
    scale = min(box[0] / post.width, box[1] / post.height, 1.0)
    return max(1, round(post.width * scale)), max(1, round(post.height * scale))


def _shown_format(post: WorldPost) -> str:
    return "png" if post.format == "svg" else post.format


def _listed_still(post: WorldPost, representation: str) -> str:
    """Return the extension of a picture that Twibooru lists among a video's sizes, if it does."""
    small = representation.startswith("thumb")
    return post.still if post.site == "twibooru" and small else ""


def _date(post: WorldPost) -> str:
    day = post.created_at
    return f"{day.year}/{day.month}/{day.day}"


def _root(post: WorldPost) -> str:
    root = _ROOTS[post.site]
    return "/img" if post.relative_urls else root


def representations(post: WorldPost) -> dict[str, str]:
    """Return the URLs that the site's body gives by size; empty for a paste."""
    if post.media_type == "paste":
        return {}
    if post.site in ("ponyapi", "ponyaggregate"):
        base = f"{_ROOTS[post.site]}/{post.id}"
        return {_CAMEL.get(name, name): f"{base}/{name}" for name in ("full", *BOXES)}
    extension = _shown_format(post)
    folder = f"{_root(post)}/{_date(post)}/{post.id}"
    urls: dict[str, str] = {}
    for name, (width, height) in BOXES.items():
        fits = post.width <= width and post.height <= height
        still = _listed_still(post, name)
        urls[name] = f"{folder}/{'full' if fits else name}.{still or extension}"
    if post.site == "twibooru":
        urls["full"] = f"{folder}/full.{extension}"
    else:
        urls["full"] = f"{_root(post)}/view/{_date(post)}/{post.id}.{extension}"
    if post.format == "gif":
        urls |= {"webm": f"{folder}/full.webm", "mp4": f"{folder}/full.mp4"}
    return urls


def view_url(post: WorldPost) -> str:
    """Return the URL with tags in its file name, or Twibooru's plain one."""
    if post.site == "twibooru":
        return f"{_root(post)}/{_date(post)}/{post.id}/full.{_shown_format(post)}"
    slugs = "_".join(slug_of(tag) for tag in post.tags)
    kept = "".join(c for c in slugs.lower() if c.isascii() and (c.isalnum() or c in "_+-"))
    name = f"{post.id}__{kept[:_NAME_LENGTH]}.{_shown_format(post)}"
    return f"{_root(post)}/view/{_date(post)}/{name}"


def absolute(post: WorldPost, url: str) -> str:
    """Return `url` with scheme and host, as a client resolves it against the site."""
    return f"{_OWN[post.site]}{url}" if url.startswith("/") else url


def all_urls(post: WorldPost) -> dict[str, tuple[str, str]]:
    """Return every absolute URL of the post's media, with (representation, format) of each.

    Besides what the body gives: Philomena's stills of a video (`.gif` for the thumbs), its mp4,
    and the original of an svg, which the sites keep under the same path (reference: boards, 1.5).
    """
    shown = _shown_format(post)
    urls: dict[str, tuple[str, str]] = {}
    for name, url in representations(post).items():
        kind = name if name in ("webm", "mp4") else _listed_still(post, name) or shown
        where = absolute(post, url)
        urls[where] = (name, kind)
        stem, dot, _ = where.rpartition(".")
        if not dot or post.site in ("ponyapi", "ponyaggregate"):
            continue
        if post.format == "webm" and post.site != "twibooru":
            urls[f"{stem}.mp4"] = (name, "mp4")
            if name.startswith("thumb"):
                urls[f"{stem}.gif"] = (name, "gif-still")
        if post.format == "svg":
            urls[f"{stem}.svg"] = (name, "svg")
    if post.media_type == "image" and post.site not in ("ponyapi", "ponyaggregate"):
        urls[absolute(post, view_url(post))] = ("full", shown)
    return urls

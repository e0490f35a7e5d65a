"""Which picture of a post Discord can show (reference: boards, 1.5 and 4; rules L12, L13)."""

from typing import Literal, TypeAlias

from msgspec import UNSET, Struct

from bot.posts.credit import artists_of
from bot.posts.model import Maybe, Post
from bot.posts.shown import shown_tags
from bot.posts.tags import clean_tag_name
from bot.posts.text import plain_text
from bot.posts.urls import gate, path_of
from bot.texts import _

Kind: TypeAlias = Literal["image", "animation", "video"]

#: Longest alternative text that Discord takes.
MAX_ALT = 1024


class Media(Struct, frozen=True, kw_only=True):
    """A picture for Discord; every URL has passed the gate, none yet the site's list of hosts."""

    url: str
    """A still or moving picture that an embed can show."""
    kind: Kind
    """`video`: `url` is a still of it."""
    video_url: str | None = None
    """The moving original, for a link or a gallery."""
    width: int | None = None
    """Pixels of the original."""
    height: int | None = None
    alt: str = ""
    """Alternative text, plain and on one line."""

    @property
    def urls(self) -> tuple[str, ...]:
        """Every address that a renderer may use."""
        return (self.url,) if self.video_url is None else (self.url, self.video_url)


class NoMedia(Struct, frozen=True):
    """Why a post has no picture that Discord could show."""

    rule: str
    reason: str
    """Text for people."""


#: Format by MIME type, and the other way round; nothing else is known media.
_FORMATS = {
    "image/png": "png",
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/svg+xml": "svg",
    "video/webm": "webm",
    "video/mp4": "mp4",
}
_PICTURES = frozenset({"png", "jpg", "jpeg", "gif", "webp"})
_VIDEOS = frozenset({"webm", "mp4"})
#: Best for a message first; `large` fits a box of 1280x1024 pixels.
_STILL = ("large", "medium", "tall", "full", "small", "thumb", "thumb_small", "thumb_tiny")
_MOVING = ("full", "large", "medium", "small", "thumb", "thumb_small", "thumb_tiny")
_THUMBS = ("thumb", "thumb_small", "thumb_tiny")
#: Bytes above which a moving gif is replaced by a smaller one that moves as well.
_HEAVY_GIF = 10 * 1024 * 1024
#: Sites whose addresses are used as given (rule L13); they have no thumbnail state either.
_AS_GIVEN = frozenset({"ponyapi"})
#: Sites that list every address there is; none is formed by putting another ending on one.
_LISTED_ONLY = _AS_GIVEN | {"twibooru", "ponyaggregate"}


def choose_media(post: Post) -> Media | NoMedia:
    """Return the picture of a post that Discord can show, or why there is none.

    Never `view_url`, whose file name carries tags (reference: safety, 3.7); nothing before the
    site has made its thumbnails (rule L12); addresses are formed only where the site itself
    forms them so (Philomena's webm stills), and never for the Safe Pony API (rule L13).
    """
    if post.media_type != "image":
        return NoMedia("safety 3.5 media type", _("This post is text, not a picture."))
    made = post.thumbnails_generated
    if made is not True and not (made is UNSET and post.site in _AS_GIVEN):
        return NoMedia("L12", _("The site is still making this picture's thumbnails."))
    format_ = _format(post)
    if format_ is None:
        return NoMedia("safety 3.5 media type", _("This kind of file cannot be shown here."))
    media = _media(post, format_, _gated(post))
    if media is None:
        if format_ in _VIDEOS:
            return NoMedia("safety 4", _("The site lists no still picture of this video."))
        return NoMedia("safety 4", _("The site gave no usable address for this picture."))
    return media


def _format(post: Post) -> str | None:
    """Return the format on which the body's `format` and `mime_type` agree, as far as given."""
    mime, name = post.mime_type, post.format
    by_mime = _FORMATS.get(mime.lower(), "") if isinstance(mime, str) else None
    by_name = {"jpeg": "jpg"}.get(name.lower(), name.lower()) if isinstance(name, str) else None
    format_ = by_name if by_mime is None else by_mime
    if format_ not in _FORMATS.values() or by_name not in {None, format_}:
        return None
    return format_


def _gated(post: Post) -> dict[str, str]:
    """Return the representations that pass the gate, by size."""
    gated = {size: gate(url) for size, url in post.representations.items()}
    return {
        size: url
        for size, url in gated.items()
        if url is not None and (post.site not in _AS_GIVEN or url == post.representations[size])
    }


def _media(post: Post, format_: str, urls: dict[str, str]) -> Media | None:
    kind: Kind = "image"
    video_url = None
    if format_ in _VIDEOS:
        kind = "video"
        picture = _still_of_video(post, urls)
        video_url = _video(post, urls)
    elif format_ == "gif" and post.animated is not False:
        kind = "animation"
        sizes: tuple[str, ...] = _MOVING
        if isinstance(post.size, int) and post.size > _HEAVY_GIF:
            sizes = ("medium", "small", *_MOVING)
        picture = _first_picture(urls, sizes)
        video_url = urls.get("mp4") or urls.get("webm")
    else:
        picture = _first_picture(urls, _STILL)
    if picture is None:
        return None
    return Media(
        url=picture,
        kind=kind,
        video_url=video_url,
        width=_pixels(post.width),
        height=_pixels(post.height),
        alt=_alt(post, kind),
    )


def _extension(url: str) -> str:
    _stem, dot, extension = path_of(url).rpartition("/")[2].rpartition(".")
    return extension.lower() if dot else ""


def _first_picture(urls: dict[str, str], sizes: tuple[str, ...]) -> str | None:
    # The Safe Pony API's addresses have no extension.
    usable = (urls[size] for size in sizes if size in urls)
    return next((url for url in usable if _extension(url) in _PICTURES | {""}), None)


def _still_of_video(post: Post, urls: dict[str, str]) -> str | None:
    """Return a still: one that is listed, or Philomena's thumbnail gif as its own pages do."""
    # Twibooru lists pictures; on Philomena every size of a video ends in `.webm`, and its pages
    # put `.gif` in the place of that for the three thumbnail sizes.
    listed = _first_picture({s: u for s, u in urls.items() if _extension(u)}, _STILL)
    if listed is not None or post.site in _LISTED_ONLY:
        return listed
    thumbs = (urls[size] for size in _THUMBS if size in urls)
    return next((_swapped(url, "gif") for url in thumbs if _extension(url) == "webm"), None)


def _video(post: Post, urls: dict[str, str]) -> str | None:
    """Return the moving original, as mp4 where the site has one."""
    if "mp4" in urls:
        return urls["mp4"]
    large = urls.get("large")
    if large is not None and _extension(large) == "webm" and post.site not in _LISTED_ONLY:
        return _swapped(large, "mp4")
    moving = (urls[size] for size in ("webm", *_MOVING) if size in urls)
    return next((url for url in moving if _extension(url) in _VIDEOS), None)


def _swapped(url: str, extension: str) -> str:
    bare, mark, rest = url.partition("?")
    return f"{bare.rpartition('.')[0]}.{extension}{mark}{rest}"


def _pixels(value: Maybe[int | None]) -> int | None:
    return value if isinstance(value, int) and value > 0 else None


def _alt(post: Post, kind: Kind) -> str:
    names = [artist.name for artist in artists_of(map(clean_tag_name, post.tags))]
    tags = ", ".join(shown_tags(post.tags))
    if kind == "video":
        text = _("Still of a video by {artists}. Tags: {tags}")
    elif kind == "animation":
        text = _("Animation by {artists}. Tags: {tags}")
    else:
        text = _("Picture by {artists}. Tags: {tags}")
    return plain_text(
        text.format(artists=", ".join(names) or _("an unnamed artist"), tags=tags or _("none")),
        MAX_ALT,
    )

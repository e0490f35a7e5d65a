"""The awkward posts of the sample world: each shape that a real site's body can have.

Most posts are plain and lovely; these are the few that a client must not stumble over.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from bot.demo.world_cast import ARTISTS

PHILOMENA = frozenset({"derpibooru", "ponybooru"})
BOARDS = PHILOMENA | {"twibooru"}

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """What one awkward post has that a plain one has not."""

    label: str
    changes: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    """Fields of the post that differ."""
    add: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    """Tags that it lacks; `artist:` drops every tag that begins so."""
    sites: frozenset[str] = BOARDS


def _of(label: str, *add: str, drop: tuple[str, ...] = (), **changes: Any) -> Oddity:
    return Oddity(label=label, add=add, drop=drop, changes=changes)


def _on(sites: frozenset[str], label: str, *add: str, **changes: Any) -> Oddity:
    return Oddity(label=label, add=add, changes=changes, sites=sites)


_NO_ARTIST = ("artist:",)
_PAGE = "https://marzipan-comet.example.com/art/Letters-at-dawn-990011"

CREDIT: tuple[Oddity, ...] = (
    _of("two artists", "artist:quillowisp", "artist:starbiscuit", "collaboration", drop=_NO_ARTIST),
    _of("every role", "artist:velvet_acorn", "colorist:pastelpuddle", "editor:dot.dash",
        "photographer:windowsill fox", "irl", drop=_NO_ARTIST),
    _of("editor only", "artist needed", "editor:cobalt quince", "edit", drop=_NO_ARTIST),
    _of("artist needed", "artist needed", drop=_NO_ARTIST, sources=()),
    _of("anonymous artist", "anonymous artist", drop=_NO_ARTIST, sources=()),
    _of("drawn by an anonymous", "artist:anonymous", drop=_NO_ARTIST),
    _of("no artist tag at all", drop=_NO_ARTIST, sources=()),
    _of("twelve artists", *(f"artist:{name}" for name in ARTISTS[:12]), "collaboration",
        drop=_NO_ARTIST),
    _of("markup in the artist", "artist:*bold* _it_ [x](https:", "artist:`tick` @everyone",
        drop=_NO_ARTIST),
    _of("bidi in the artist", "artist:\u202eecnuob\u202c", "artist:zero\u200bwidth",
        drop=_NO_ARTIST),
)  # fmt: skip

SOURCES: tuple[Oddity, ...] = (
    _of("source is not a URL", sources=("seen at a convention, table 14",)),
    _of("source is a scheme only", sources=("https://",)),
    _of("space in the source", sources=("https://old-barn.example.com/my art/letters 2.png",)),
    _of("newline in the source",
        sources=("https://old-barn.example.com/a\nhttps://x.example.com/b",)),
    _of("http source", sources=("http://marzipan-comet.example.com/art/Dawn-701811756",)),
    _of("IDN source", sources=("https://пони.example.com/рисунок/7",)),
    _of("nine sources", sources=(_PAGE,
        *(f"https://gallery{n}.example.com/art/{n}" for n in range(8)))),
    _of("no source", sources=()),
    _of("null source", sources=(), source_shape="null"),
    _of("single source field", sources=(_PAGE,), source_shape="single"),
    _of("no source keys", sources=(), source_shape="missing"),
    _of("markup in the source",
        sources=("https://example.com/a_(b)_*c*[d](https://evil.example.com)",)),
    _of("address as source", sources=("https://192.0.2.7/art", "https://user:pw@example.com/x")),
    _of("very long source", sources=("https://example.com/" + "a" * 2100,)),
    _of("javascript source", sources=("javascript:alert(1)", _PAGE)),
    _of("empty source first", sources=("", _PAGE)),
)  # fmt: skip

TEXTS: tuple[Oddity, ...] = (
    _of("markup in the description", description="**bold** [a](https://example.com) @everyone "
        "<@123456789012345678> <#1> `tick` ||spoiler||\n# head\n> quote\n- list"),
    _of("bidi in the description",
        description="\u202eTXET\u202c \u2066hidden\u2069 z\u0300\u0301\u0302\u0303\u0304a"),
    _of("very long description", description="Once upon a time in Ponyville. " * 300),
    _of("markup in the uploader", uploader="@everyone *star* [x](https://x.example.com)",
        uploader_id=7777),
    _of("null uploader", uploader=None, uploader_id=None),
    _of("markup in the name", name="**a** `b` @here <script>.png"),
    _of("very long tags", "a very long tag about " + "ponies and " * 20 + "more", "x" * 250),
    _of("emoticon tags", ":3", ":(", "c:", "^_^", "panic! at the disco", '"edit"', "soarin'"),
    _of("many tags", *(f"background pony number {n}" for n in range(90))),
)  # fmt: skip

RATINGS: tuple[Oddity, ...] = (
    _of("suggestive", "suggestive", drop=("safe",)),
    _of("questionable", "questionable", drop=("safe",)),
    _of("explicit", "explicit", drop=("safe",)),
    _of("grimdark", "grimdark", drop=("safe",)),
    _of("semi-grimdark", "semi-grimdark", drop=("safe",)),
    _of("grotesque", "grotesque", drop=("safe",)),
    _of("suggestive and grimdark", "suggestive", "grimdark", drop=("safe",)),
    _of("no rating", drop=("safe",)),
    _of("safe and explicit", "explicit"),
    _of("look-alike: Explicit", "Explicit"),
    _of("look-alike: fullwidth", "\uff45xplicit"),
    _of("look-alike: zero width", "expli\u200bcit"),
    _of("look-alike: underscore", "semi_grimdark"),
    _of("look-alike: Safe", "Safe", drop=("safe",)),
    _of("look-alike: safe with a space", "safe ", drop=("safe",)),
    _of("hard block", "explicit", "foalcon", drop=("safe",)),
    _of("hard block with safe", "grimdark", "torture"),
    _of("hard block: gore", "gore", "grotesque", drop=("safe",)),
)  # fmt: skip

FILES: tuple[Oddity, ...] = (
    _of("gif", "animated", "gif", format="gif", duration=1.2, width=480, height=360),
    _of("big gif", "animated", "gif", format="gif", duration=2.4, width=1280, height=960),
    _of("webm", "animated", "webm", format="webm", duration=4.0, width=1280, height=720,
        still="jpeg"),
    _of("webm with sound", "animated", "webm", "sound", format="webm", duration=12.5,
        width=1920, height=1080, still="webp"),
    _of("svg", "vector", "svg", format="svg"),
    _of("jpeg", format="jpeg"),
    _of("small picture", width=100, height=100),
    _of("very tall", width=900, height=7200, format="jpg"),
    _of("very wide", width=5000, height=900),
    _of("not yet thumbnailed", thumbnails_generated=False, processed=False),
    _of("webm not yet thumbnailed", "animated", "webm", format="webm", duration=3.0,
        thumbnails_generated=False, processed=False),
    _of("not yet processed", processed=False),
    _of("no original hash", orig_sha512_hash=None),
    _on(frozenset({"twibooru"}), "mp4", "animated", format="mp4", duration=6.0, width=1280,
        height=720, still="webp"),
    _on(frozenset({"twibooru"}), "mp4 without a still", "animated", format="mp4", duration=6.0,
        width=1280, height=720),
    _on(frozenset({"twibooru"}), "paste", "paste", media_type="paste", format="", width=0,
        height=0, description="A green text about letters.\n> be mailmare"),
    _on(PHILOMENA, "naive dates", naive_dates=True),
    _on(frozenset({"ponybooru"}), "relative URLs", relative_urls=True),
    _on(frozenset({"ponybooru"}), "relative URLs of a gif", "animated", "gif", format="gif",
        duration=1.2, width=480, height=360, relative_urls=True),
)  # fmt: skip

STUBS: tuple[Oddity, ...] = (
    _of("deleted", hidden=True, deletion_reason="Rule #1: *not* a pony"),
    _of("merged", hidden=True, duplicate_of=1),
)

ODDITIES: tuple[Oddity, ...] = CREDIT + SOURCES + TEXTS + RATINGS + FILES + STUBS


def oddities_of(site: str) -> tuple[Oddity, ...]:
    """Return what a site's world has: all on the largest, half of the texts on the others."""
    if site not in BOARDS:
        return ()
    fewer = CREDIT[::2] + SOURCES[::2] + TEXTS[::2] + RATINGS + FILES + STUBS
    chosen = ODDITIES if site == "derpibooru" else fewer
    return tuple(oddity for oddity in chosen if site in oddity.sites)

"""Who made a picture and where it comes from (rules L1 to L4)."""

from collections.abc import Iterable, Sequence
from typing import Literal, TypeAlias

from msgspec import UNSET, Struct

from bot.posts.model import Post
from bot.posts.tags import clean_tag_name, split_namespace
from bot.posts.urls import gate, host_of, is_plain_http, upgrade
from bot.texts import _

Role: TypeAlias = Literal["artist", "photographer", "colorist", "editor"]
Note: TypeAlias = Literal["", "artist needed", "anonymous artist", "no artist given"]

_ROLES: tuple[Role, ...] = ("artist", "photographer", "colorist", "editor")
#: Whoever made the picture itself, not a change to it.
_MAKERS = frozenset({"artist", "photographer"})
#: Sites that ask for a link to themselves besides the post's page (rule L4).
_LINKED_SITES = frozenset({"twibooru"})
#: Boards' ids have at most ten digits (reference: safety, 5).
_LARGEST_ID = 9_999_999_999


class Artist(Struct, frozen=True):
    """Somebody to be credited, the name as the tag has it: untrusted text."""

    name: str
    role: Role = "artist"


class Source(Struct, frozen=True):
    """Where the original was published: untrusted text, with a link where it makes one."""

    text: str
    """The source as the site has it, trimmed."""
    url: str | None = None
    """Gated https address; `None` where the text is no URL that Discord takes."""
    original: str | None = None
    """The http address as it was stored, to be shown as inline code beside the link (L3)."""


class Credit(Struct, frozen=True, kw_only=True):
    """What must stand beside a picture wherever it is shown; every post has one."""

    artists: tuple[Artist, ...]
    """All of them, artists first; never cut (rules L1, L2) and never the uploader."""
    note: Note
    """What to say about the artist where the tags do not name one; empty where they do."""
    sources: tuple[Source, ...]
    """First to be shown first, at least one; empty means "no source given"."""
    page_url: str
    """The post's page, gated."""
    site: str
    """The catalogue's name of the site."""
    site_url: str | None = None
    """The link to itself that the site asks for (rule L4, Twibooru)."""
    derpi_id: int | None = None
    """Id on Derpibooru of a picture whose own page is not made for people (Safe Pony API)."""

    @property
    def note_text(self) -> str:
        """Say for people what `note` says, empty where there is nothing to say."""
        texts: dict[Note, str] = {
            "": "",
            "artist needed": _("The artist is not known yet."),
            "anonymous artist": _("The artist wishes to stay anonymous."),
            "no artist given": _("No artist is given."),
        }
        return texts[self.note]


def credit(post: Post) -> Credit | None:
    """Return the credit of a post, or `None` where its page has no usable address (rule L4)."""
    page_url = gate(post.page_url)
    if page_url is None:
        return None
    names = [clean_tag_name(tag) for tag in post.tags]
    artists = artists_of(names)
    return Credit(
        artists=artists,
        note=_note(names, artists),
        sources=_sources(() if post.sources is UNSET or post.sources is None else post.sources),
        page_url=page_url,
        site=post.site,
        site_url=f"https://{host_of(page_url)}/" if post.site in _LINKED_SITES else None,
        derpi_id=_derpi_id(post),
    )


def _derpi_id(post: Post) -> int | None:
    known = post.derpi_id
    return known if isinstance(known, int) and 1 <= known <= _LARGEST_ID else None


def artists_of(names: Iterable[str]) -> tuple[Artist, ...]:
    """Return everybody whom cleaned tag names credit, artists first (rule L1)."""
    found: dict[Role, list[str]] = {role: [] for role in _ROLES}
    for name in names:
        namespace, rest = split_namespace(name)
        for role in _ROLES:
            if namespace == role and rest and rest not in found[role]:
                found[role].append(rest)
    return tuple(Artist(name, role) for role in _ROLES for name in found[role])


def _note(names: Sequence[str], artists: Sequence[Artist]) -> Note:
    if "artist needed" in names:
        return "artist needed"
    if "anonymous artist" in names:
        return "anonymous artist"
    if any(artist.role in _MAKERS for artist in artists):
        return ""
    return "no artist given"


def _sources(stored: Sequence[str]) -> tuple[Source, ...]:
    texts = dict.fromkeys(text for source in stored if (text := source.strip()))
    return tuple(_source(text) for text in texts)


def _source(text: str) -> Source:
    url = upgrade(text)
    original = text if url is not None and is_plain_http(text) else None
    return Source(text, url, original)

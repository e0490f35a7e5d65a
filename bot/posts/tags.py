"""Tag names and slugs as the boards form them (reference: boards, 1.7 and 1.8)."""

import re
from functools import lru_cache
from urllib.parse import unquote

#: Tag namespaces that Philomena knows.
NAMESPACES: frozenset[str] = frozenset(
    {
        "art pack",
        "artist",
        "ask",
        "blog",
        "colorist",
        "comic",
        "commissioner",
        "editor",
        "fanfic",
        "oc",
        "parent",
        "parents",
        "photographer",
        "series",
        "species",
        "spoiler",
        "video",
    }
)

#: Rating tags, from the tamest; the last three may stand beside one of the first four's others.
RATINGS: tuple[str, ...] = (
    "safe",
    "suggestive",
    "questionable",
    "explicit",
    "semi-grimdark",
    "grimdark",
    "grotesque",
)

#: No tag of a board is longer (reference: boards, 1.8); what is longer is never remembered.
LONGEST_TAG = 255

_WHITESPACE = re.compile(
    "[\t-\r \x85\xa0\u1680\u180e\u2000-\u200f\u2028\u2029\u202f\u205f\u3000\ufeff]+"
)
_SPACES = re.compile(" +")
_QUOTES = str.maketrans(
    dict.fromkeys("\u00b4\u2018\u2019\u201a\u201b\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"')
)
_NAMESPACED = re.compile(
    "(" + "|".join(sorted(map(re.escape, NAMESPACES), key=len, reverse=True)) + ") *: *(.*)",
    re.DOTALL,
)
#: An underscore after these belongs to somebody's name.
_KEEPS_UNDERSCORES = ("artist:", "colorist:", "commissioner:", "editor:", "oc:", "photographer:")

# The order is the site's own: a token's dashes are never encoded again.
_SLUG_TOKENS = (
    ("-", "-dash-"),
    ("/", "-fwslash-"),
    ("\\", "-bwslash-"),
    (":", "-colon-"),
    (".", "-dot-"),
    ("+", "-plus-"),
)
_BY_TOKEN = {token: character for character, token in _SLUG_TOKENS}
_SLUG_TOKEN = re.compile("|".join(_BY_TOKEN))


def clean_tag_name(text: str) -> str:
    """Return the name under which a board stores the tag `text` (reference: boards, 1.8).

    The result may be empty; the boards' limit of 255 bytes is not applied.
    """
    return _clean(text) if len(text) <= LONGEST_TAG else _clean.__wrapped__(text)


@lru_cache(maxsize=16_384)
def _clean(text: str) -> str:
    # Letter by letter, as the site does it: a final sigma is like any other.
    lower = "".join(map(str.lower, text))
    name = _WHITESPACE.sub(" ", lower).translate(_QUOTES)
    found = _NAMESPACED.fullmatch(name.strip(" "))
    if found is not None:
        name = f"{found[1]}:{found[2]}"
    if not name.startswith(_KEEPS_UNDERSCORES):
        name = name.replace("_", " ")
    return _SPACES.sub(" ", name).strip(" ")


def split_namespace(name: str) -> tuple[str | None, str]:
    """Split a cleaned tag name into its namespace (`None` where it has no known one) and rest."""
    namespace, colon, rest = name.partition(":")
    if colon and namespace in NAMESPACES:
        return namespace, rest
    return None, name


def encode_slug(name: str) -> str:
    """Return the slug that a board gives a tag of this name today (reference: boards, 1.7).

    Tags made before September 2020 may be stored with their slug percent-encoded as well, so an
    unknown slug does not mean an unknown tag. In a URL path the slug itself is percent-encoded.
    """
    slug = name
    for character, token in _SLUG_TOKENS:
        slug = slug.replace(character, token)
    return slug.replace(" ", "+")


def decode_slug(slug: str) -> str:
    """Return the tag name of a slug, old percent-encoded slugs included.

    The inverse of `encode_slug`, save for a name in which `%` and two hex digits follow each
    other: its slug cannot be told from an old one.
    """
    name = unquote(slug, errors="replace").replace("+", " ")
    # One pass from the left: in a slug every dash belongs to a token, and tokens do not overlap.
    return _SLUG_TOKEN.sub(lambda found: _BY_TOKEN[found[0]], name)

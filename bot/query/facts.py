"""What one post says about the fields of a query (reference: boards, 2.6)."""

import struct
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter
from typing import TYPE_CHECKING, TypeAlias

from msgspec import UNSET, UnsetType

from bot.posts.model import Post
from bot.query import wildcards
from bot.query.dates import resolve, timestamp
from bot.query.evaluate import Verdict
from bot.query.literals import lower
from bot.query.tree import (
    TAGS,
    Flag,
    Fuzzy,
    Leaf,
    Phrase,
    Range,
    Span,
    Special,
    Term,
    Wild,
)

if TYPE_CHECKING:
    from bot.query.filters import Filter

#: A field's value: not said, the texts of it, a number, or a truth; `None` is "there is none".
FieldValue: TypeAlias = UnsetType | tuple[str, ...] | float | bool | None

NO_FILTERS: "Mapping[int, Filter]" = {}


class Aliases:
    """Other names of tags, by tag: the sites' index holds them all (reference: boards, 0.6)."""

    def __init__(self, canonical: Mapping[str, str]) -> None:
        """Take the canonical name of each alias."""
        names: dict[str, list[str]] = {}
        for alias, tag in canonical.items():
            names.setdefault(tag, []).append(alias)
        self._names = {tag: tuple(found) for tag, found in names.items()}

    def names(self, tags: Iterable[str]) -> frozenset[str]:
        """Return the tags and all their other names."""
        if not self._names:
            return frozenset(tags)
        found = set(tags)
        for tag in tags:
            found.update(self._names.get(tag, ()))
        return frozenset(found)


NO_ALIASES = Aliases({})


def _text(name: str, *, folded: bool = False) -> Callable[[Post], FieldValue]:
    def read(post: Post) -> FieldValue:
        value: str | UnsetType | None = getattr(post, name)
        if value is None or isinstance(value, UnsetType):
            return value
        return (lower(value) if folded else value,)

    return read


def _moment(name: str) -> Callable[[Post], FieldValue]:
    def read(post: Post) -> FieldValue:
        value: datetime | UnsetType | None = getattr(post, name)
        return timestamp(value) if isinstance(value, datetime) else value

    return read


def _pixels(post: Post) -> FieldValue:
    if isinstance(post.width, UnsetType) or isinstance(post.height, UnsetType):
        return UNSET
    return None if post.width is None or post.height is None else post.width * post.height


def _duration(post: Post) -> FieldValue:
    # A still picture has 0 in the index, though its body says 0.04.
    return post.duration if post.animated else (UNSET if post.animated is UNSET else 0)


def _source_url(post: Post) -> FieldValue:
    return UNSET if isinstance(post.sources, UnsetType) else tuple(map(lower, post.sources))


def _source_count(post: Post) -> FieldValue:
    return UNSET if isinstance(post.sources, UnsetType) else len(post.sources)


#: How a field is read from a post; a field that is not here is never decided.
READERS: dict[str, Callable[[Post], FieldValue]] = {
    **{
        name: attrgetter(name)
        for name in (
            "id", "width", "height", "score", "upvotes", "downvotes", "hides", "faves", "size",
            "orig_size", "comment_count", "tag_count", "uploader_id", "aspect_ratio",
            "wilson_score", "animated", "processed", "thumbnails_generated",
        )
    },
    "duplicate_id": attrgetter("duplicate_of"),
    "deleted": attrgetter("hidden_from_users"),
    "pixels": _pixels,
    "duration": _duration,
    "source_count": _source_count,
    "source_url": _source_url,
    "uploader": _text("uploader", folded=True),
    "original_format": _text("format"),
    "mime_type": _text("mime_type"),
    "file_name": _text("name"),
    "sha512_hash": _text("sha512_hash"),
    "orig_sha512_hash": _text("orig_sha512_hash"),
    "description": _text("description", folded=True),
    "created_at": _moment("created_at"),
    "updated_at": _moment("updated_at"),
    "first_seen_at": _moment("first_seen_at"),
}  # fmt: skip

#: A union of types would be made anew for each use.
_NUMBERS = (int, float)

_SINGLE = struct.Struct("f")
SINGLE = frozenset({"aspect_ratio", "wilson_score", "duration"})


def single(number: float) -> float:
    """Return the number as the sites' index keeps it: in single precision."""
    try:
        rounded: float = _SINGLE.unpack(_SINGLE.pack(number))[0]
    except OverflowError:
        return float("inf") if number > 0 else float("-inf")
    return rounded


def within(leaf: Range | Span, value: float, low: float | None, high: float | None) -> bool:
    """Tell whether the value lies between the bounds, open or closed as the leaf has them."""
    above = low is None or (value > low if leaf.low_open else value >= low)
    below = high is None or (value < high if leaf.high_open else value <= high)
    return above and below


class Facts:
    """One post as queries see it, at one moment; what is read once is kept."""

    def __init__(
        self,
        post: Post,
        *,
        aliases: Aliases | Mapping[str, str] = NO_ALIASES,
        now: datetime,
        filters: "Mapping[int, Filter]" = NO_FILTERS,
    ) -> None:
        self.post = post
        self.now = now
        self.filters = filters
        self.aliases = aliases if isinstance(aliases, Aliases) else Aliases(aliases)
        self.names = self.aliases.names(post.tags)
        self._values: dict[str, FieldValue] = {}

    def value(self, field: str) -> FieldValue:
        """Return what the post says about a field other than the tags."""
        if field not in self._values:
            read = READERS.get(field)
            self._values[field] = read(self.post) if read else UNSET
        return self._values[field]

    def verdict(self, leaf: Leaf) -> Verdict:
        """Tell whether the leaf holds, `None` where the post does not decide it."""
        if type(leaf) is Term and leaf.field == TAGS:
            return leaf.value in self.names
        return _VERDICTS[type(leaf)](self, leaf)

    def texts(self, field: str) -> Iterable[str] | None:
        """Return the texts of a field, `None` where the post does not say them."""
        if field == TAGS:
            return self.names
        value = self.value(field)
        if value is None:
            return ()
        return value if isinstance(value, tuple) else None


def _term(facts: Facts, leaf: Term) -> Verdict:
    texts = facts.texts(leaf.field)
    return None if texts is None else leaf.value in texts


def _wild(facts: Facts, leaf: Wild) -> Verdict:
    texts = facts.texts(leaf.field)
    if leaf.field == "description":
        return _stemmed(texts)
    if texts is None:
        return None
    return wildcards.among(leaf.pattern, texts)


def _fuzzy(facts: Facts, leaf: Fuzzy) -> Verdict:
    texts = facts.texts(leaf.field)
    if texts is None:
        return None
    return any(wildcards.near(leaf.value, text, leaf.distance) for text in texts)


def _stemmed(texts: Iterable[str] | None) -> Verdict:
    # Without the sites' stemmer only a text without words is certain.
    if texts is None or any(text.strip() for text in texts):
        return None
    return False


def _phrase(facts: Facts, leaf: Phrase) -> Verdict:
    return _stemmed(facts.texts(leaf.field))


def _flag(facts: Facts, leaf: Flag) -> Verdict:
    value = facts.value(leaf.field)
    return None if value is UNSET else value is leaf.value


def _range(facts: Facts, leaf: Range) -> Verdict:
    value = facts.value(leaf.field)
    if not isinstance(value, _NUMBERS):
        return False if value is None else None
    if leaf.field in SINGLE:
        low = None if leaf.low is None else single(leaf.low)
        high = None if leaf.high is None else single(leaf.high)
        return within(leaf, single(value), low, high)
    return within(leaf, value, leaf.low, leaf.high)


def _span(facts: Facts, leaf: Span) -> Verdict:
    value = facts.value(leaf.field)
    if not isinstance(value, _NUMBERS):
        return False if value is None else None
    low = None if leaf.low is None else resolve(leaf.low, facts.now)
    high = None if leaf.high is None else resolve(leaf.high, facts.now)
    return within(leaf, value, low, high)


MINE = {
    "faves": ("faved",),
    "upvotes": ("voted", "up"),
    "downvotes": ("voted", "down"),
    "hidden": ("hidden",),
}


def _special(facts: Facts, leaf: Special) -> Verdict:
    if leaf.field == "filter_id":
        chosen = facts.filters.get(int(leaf.value))
        hidden = None if chosen is None else chosen.hides_given(facts)
        return None if hidden is None else not hidden
    wanted = MINE.get(leaf.value) if leaf.field == "my" else None
    # No interactions at all can also mean that nobody asked with a key.
    if wanted is None or not facts.post.interactions:
        return None
    return any(pair[: len(wanted)] == wanted for pair in facts.post.interactions)


_VERDICTS: dict[type, Callable[..., Verdict]] = {
    Term: _term,
    Wild: _wild,
    Fuzzy: _fuzzy,
    Phrase: _phrase,
    Flag: _flag,
    Range: _range,
    Span: _span,
    Special: _special,
}

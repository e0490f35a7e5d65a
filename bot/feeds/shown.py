"""What of a post an announcement showed, so that after-care finds what changed (safety, 3.8)."""

import hashlib
from collections.abc import Iterable

from msgspec import Struct, json

from bot.posts.model import Post
from bot.posts.rating import ratings
from bot.safety import VerifiedPost

_DIGITS = 16
_SPOILER = "spoiler"


class Shown(Struct, frozen=True):
    """Fingerprints of three things, each equal for equal things in every process."""

    seen: str
    """All that people see of it and that has to be right: credit, picture, its own spoiler."""
    tags: str
    ratings: str
    spoiler: bool = False
    """Whether its whole message lay behind spoilers, as the subscription had it."""

    @classmethod
    def read(cls, text: str) -> "Shown":
        """Return what `shown` wrote; of anything else, what equals nothing."""
        seen, tags, found, spoiler = ([*text.split(":"), "", "", "", ""])[:4]
        return cls(seen, tags, found, spoiler == _SPOILER)


def shown(post: VerifiedPost, *, spoiler: bool = False) -> str:
    """Return what to keep of a post when it is announced; `spoiler` is the message's own."""
    last = _SPOILER if spoiler else ""
    return ":".join((seen_of(post), tags_of(post.post), ratings_of(post.post), last))


def seen_of(post: VerifiedPost) -> str:
    """Return the fingerprint of what people see of a post."""
    picture = (post.media.url, post.media.video_url, post.spoiler)
    return _digest(json.encode((post.credit, picture)))


def tags_of(post: Post) -> str:
    """Return the fingerprint of a post's tags, in whatever order they come."""
    return _of_texts(post.tags)


def ratings_of(post: Post) -> str:
    """Return the fingerprint of the ratings that a post carries."""
    return _of_texts(rating.value for rating in ratings(post.tags))


def _of_texts(texts: Iterable[str]) -> str:
    return _digest(json.encode(sorted(texts)))


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:_DIGITS]

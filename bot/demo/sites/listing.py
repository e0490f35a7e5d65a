"""What the boards share: sorting, paging, and the numbers that bodies state."""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any, TypeVar

from bot.demo.world_post import WorldPost

T = TypeVar("T")

MOST_PER_PAGE = 50
_Z = 2.576


def aspect_ratio(post: WorldPost) -> float:
    """Return width by height."""
    return post.width / post.height if post.height else 1.0


def wilson_score(post: WorldPost) -> float:
    """Return the lower bound of the interval for the share of upvotes (seeds S1, S3)."""
    n = post.upvotes + post.downvotes
    if not post.upvotes:
        return 0
    share = post.upvotes / n
    middle = share + _Z**2 / (2 * n)
    margin = _Z * math.sqrt((share * (1 - share) + _Z**2 / (4 * n)) / n)
    return (middle - margin) / (1 + _Z**2 / n)


_KEYS: dict[str, Callable[[WorldPost], Any]] = {
    "id": lambda post: post.id,
    "created_at": lambda post: post.created_at,
    "first_seen_at": lambda post: post.first_seen_at,
    "updated_at": lambda post: post.updated_at,
    "score": lambda post: post.score,
    "_score": lambda post: post.score,
    "upvotes": lambda post: post.upvotes,
    "downvotes": lambda post: post.downvotes,
    "faves": lambda post: post.faves,
    "hides": lambda post: post.hides,
    "width": lambda post: post.width,
    "height": lambda post: post.height,
    "pixels": lambda post: post.width * post.height,
    "size": lambda post: post.size,
    "duration": lambda post: post.duration,
    "tag_count": lambda post: len(post.tags),
    "aspect_ratio": aspect_ratio,
    "wilson_score": wilson_score,
}


def whole(text: str | None, default: int) -> int:
    """Read a number as the sites do: its leading digits, or `default`."""
    found = re.match(r"\s*(\d+)", text or "")
    return int(found[1]) if found else default


def page_of(query: Mapping[str, str]) -> int:
    """Return the page asked for, from 1."""
    return max(1, whole(query.get("page"), 1))


def per_page(query: Mapping[str, str], default: int, *, name: str = "per_page") -> int:
    """Return the page size, from 1 to 50; without the parameter `default` (rule L11)."""
    if name not in query:
        return default
    return min(MOST_PER_PAGE, max(1, whole(query[name], 25)))


def paged(items: Sequence[T], page: int, size: int) -> Sequence[T]:
    """Return one page of `items`."""
    return items[(page - 1) * size : page * size]


def ordered(
    posts: Iterable[WorldPost],
    field: str | None,
    direction: str | None,
    *,
    fallback: str,
    comments: Mapping[int, int],
    rng: Random,
) -> list[WorldPost]:
    """Return `posts` in the order asked for; unknown fields mean `fallback`, newest first."""
    listed = list(posts)
    name, _, seed = (field or fallback).partition(":")
    if name == "random":
        listed.sort(key=lambda post: post.id)
        (Random(whole(seed, 0)) if seed else rng).shuffle(listed)  # noqa: S311
        return listed
    reverse = direction != "asc"
    if name == "comment_count":
        listed.sort(key=lambda post: (comments.get(post.id, 0), post.id), reverse=reverse)
        return listed
    key = _KEYS.get(name, _KEYS[fallback])
    listed.sort(key=lambda post: (key(post), post.id), reverse=reverse)
    return listed

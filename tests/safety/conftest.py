"""A post that SAFE lets through, for each test to spoil in one place."""

from typing import Any, Protocol

import pytest
from msgspec import structs

from bot.clock import Clock
from bot.posts.model import Post
from bot.safety import Policy, Refusal, VerifiedPost, verify


class MakePost(Protocol):
    """Makes a post, the named fields replaced."""

    def __call__(self, **changes: Any) -> Post: ...


class HandClock(Clock):
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


def shows(
    make_post: MakePost, policy: Policy, tags: tuple[str, ...], **changes: object
) -> VerifiedPost | Refusal:
    return verify(make_post(tags=("safe", *tags), **changes), policy)


def hidden_by(result: VerifiedPost | Refusal) -> str:
    assert isinstance(result, Refusal)
    assert result.by is not None
    return result.by.label


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def make_post() -> MakePost:
    post = Post(
        site="derpibooru",
        id=7,
        page_url="https://derpibooru.org/images/7",
        media_hosts=frozenset({"derpicdn.net"}),
        tags=("safe", "artist:painter", "pony", "twilight sparkle"),
        format="png",
        mime_type="image/png",
        width=2000,
        height=1000,
        thumbnails_generated=True,
        hidden_from_users=False,
        duplicate_of=None,
        deletion_reason=None,
        representations={"large": "https://derpicdn.net/img/2026/11/22/7/large.png"},
    )

    def make(**changes: Any) -> Post:
        return structs.replace(post, **changes)

    return make

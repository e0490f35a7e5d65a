"""Verified posts, made the only way there is: by the verifier."""

from typing import Any, Protocol

import pytest

from bot.posts.model import Post
from bot.safety import SAFE, Policy, Refusal, VerifiedPost, verify

_FOLDER = "https://derpicdn.net/img/2026/11/22/7"


class MakeVerified(Protocol):
    """Makes a verified post, the named fields of the post replaced."""

    def __call__(self, policy: Policy = SAFE, **changes: Any) -> VerifiedPost: ...


def post_like(**changes: Any) -> Post:
    """Return an ordinary post of Derpibooru, the named fields replaced."""
    fields: dict[str, Any] = {
        "site": "derpibooru",
        "id": 7,
        "page_url": "https://derpibooru.org/images/7",
        "media_hosts": frozenset({"derpicdn.net"}),
        "tags": ("safe", "artist:painter", "pony"),
        "format": "png",
        "mime_type": "image/png",
        "width": 2000,
        "height": 1000,
        "thumbnails_generated": True,
        "hidden_from_users": False,
        "sources": ("https://art.example.org/7",),
        "representations": {
            "full": f"{_FOLDER}/7.png",
            **{size: f"{_FOLDER}/{size}.png" for size in ("large", "medium", "small", "thumb")},
        },
    }
    return Post(**{**fields, **changes})


@pytest.fixture(scope="session")
def make_verified() -> MakeVerified:
    def make(policy: Policy = SAFE, **changes: Any) -> VerifiedPost:
        verified = verify(post_like(**changes), policy)
        assert not isinstance(verified, Refusal), verified
        return verified

    return make

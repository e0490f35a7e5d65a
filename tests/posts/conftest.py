"""A post like those of the boards, for each test to spoil in one place."""

from typing import Any, Protocol

import pytest
from msgspec import structs

from bot.posts.model import Post

FOLDER = "https://cdn.example/img/2026/11/22/7"


class MakePost(Protocol):
    """Makes a post, the named fields replaced."""

    def __call__(self, **changes: Any) -> Post: ...


def sizes(extension: str, folder: str = FOLDER) -> dict[str, str]:
    """Return Philomena's representations of a large picture."""
    names = ("large", "medium", "small", "tall", "thumb", "thumb_small", "thumb_tiny")
    return {
        "full": f"https://cdn.example/img/view/2026/11/22/7.{extension}",
        **{name: f"{folder}/{name}.{extension}" for name in names},
    }


@pytest.fixture
def make_post() -> MakePost:
    post = Post(
        site="derpibooru",
        id=7,
        page_url="https://board.example/images/7",
        media_hosts=frozenset({"cdn.example"}),
        tags=("safe", "artist:painter", "pony", "twilight sparkle"),
        format="png",
        mime_type="image/png",
        width=2000,
        height=1000,
        animated=False,
        size=1_000_000,
        thumbnails_generated=True,
        representations=sizes("png"),
        view_url="https://cdn.example/img/view/2026/11/22/7__safe_artist-colon-painter.png",
    )

    def make(**changes: Any) -> Post:
        return structs.replace(post, **changes)

    return make

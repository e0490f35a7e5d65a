"""Gallery messages: pictures that can lie behind a spoiler, each with its whole credit."""

from collections.abc import Mapping
from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.posts.text import utf16_len
from bot.safety import Policy
from bot.ui.answers import NotShownError
from bot.ui.gallery import gallery
from tests.discord_limits import COMPONENTS_V2, message_problems, walk
from tests.ui.conftest import MakeVerified

SPOILERED = Policy(spoilered_tags=frozenset({"pony"}))


def components(view: discord.ui.LayoutView) -> list[Mapping[str, Any]]:
    made: list[Mapping[str, Any]] = view.to_components()  # type: ignore[no-untyped-call]
    return made


def parts(view: discord.ui.LayoutView) -> list[Mapping[str, Any]]:
    return list(walk(components(view)))


def items(view: discord.ui.LayoutView) -> list[Mapping[str, Any]]:
    return [item for part in parts(view) if part["type"] == 12 for item in part["items"]]


def texts(view: discord.ui.LayoutView) -> list[str]:
    return [part["content"] for part in parts(view) if part["type"] == 10]


def wrong(view: discord.ui.LayoutView) -> list[str]:
    return message_problems({"components": components(view), "flags": COMPONENTS_V2})


def test_a_spoilered_post_is_hidden_until_it_is_pressed(make_verified: MakeVerified) -> None:
    """Reference: safety, 3.5."""
    (item,) = items(gallery([make_verified(SPOILERED)]))

    assert item["spoiler"] is True
    assert item["description"].startswith("Picture by")


def test_only_the_spoilered_posts_of_several_are_hidden(make_verified: MakeVerified) -> None:
    view = gallery([make_verified(), make_verified(SPOILERED), make_verified()])

    assert [item["spoiler"] for item in items(view)] == [False, True, False]


def test_each_picture_has_its_credit_right_above_it(make_verified: MakeVerified) -> None:
    """Rules L1, L2 and L4."""
    view = gallery([make_verified(id=number, tags=("safe", f"artist:p{number}", "pony"))
                    for number in range(1, 11)])  # fmt: skip

    kinds = [part["type"] for part in parts(view) if part["type"] in {10, 12}]
    assert kinds == [10, 12] * 10
    for number, text in enumerate(texts(view), 1):
        assert f"**p{number}**" in text
        assert "Source: " in text
        assert "https://derpibooru.org/images/7" in text
    assert wrong(view) == []


def test_a_gallery_has_one_to_ten_posts(make_verified: MakeVerified) -> None:
    for count in (0, 11):
        with pytest.raises(ValueError, match="1 to 10"):
            gallery([make_verified()] * count)


def test_a_credit_that_does_not_fit_is_said_and_never_cut(make_verified: MakeVerified) -> None:
    """Rule L1."""
    artists = tuple(f"artist:{'x' * 40} {number}" for number in range(100))
    with pytest.raises(NotShownError, match="more artists"):
        gallery([make_verified(tags=("safe", *artists))])


@given(
    names=st.lists(st.text(max_size=60), max_size=12),
    sources=st.lists(st.text(max_size=400), max_size=8),
    count=st.integers(1, 3),
)
def test_whatever_a_site_sends_keeps_discords_limits(
    make_verified: MakeVerified, names: list[str], sources: list[str], count: int
) -> None:
    post = make_verified(
        SPOILERED, tags=("safe", "pony", *(f"artist:{name}" for name in names)),
        sources=tuple(sources),
    )  # fmt: skip
    try:
        view = gallery([post] * count)
    except NotShownError:
        assert sum(map(utf16_len, names)) * 2 * count > 1000
        return
    assert wrong(view) == []

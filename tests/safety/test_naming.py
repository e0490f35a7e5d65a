"""Which tags are offered to somebody who types one (reference: safety, 3.7 and 5)."""

import pytest

from bot.posts.rating import Rating
from bot.safety import SAFE, Policy, may_name

ADULT = Policy(ratings=frozenset(Rating))


@pytest.mark.parametrize("tag", ["pinkie pie", "artist:some pony", "oc:ink blot", "rose (flower)"])
def test_ordinary_tags_are_named_everywhere(tag: str) -> None:
    assert may_name(tag, SAFE)
    assert may_name(tag, ADULT)


@pytest.mark.parametrize(
    "tag", ["explicit", "\uff45xplicit", "suggestive", "nudity", "artist:sex pony"]
)
def test_what_only_safe_art_is_not_about_is_not_named_there(tag: str) -> None:
    assert not may_name(tag, SAFE)
    assert may_name(tag, ADULT)


@pytest.mark.parametrize("tag", ["foalcon", "foal-con", "cub", "gore", "grimdark"])
def test_what_is_never_shown_is_named_nowhere(tag: str) -> None:
    assert not may_name(tag, SAFE)
    assert not may_name(tag, ADULT)


def test_ratings_that_are_not_allowed_are_not_named() -> None:
    suggestive = Policy(ratings=frozenset({Rating.SAFE, Rating.SUGGESTIVE}))

    assert may_name("suggestive", suggestive)
    assert not may_name("explicit", suggestive)


def test_what_a_server_hides_and_who_opted_out_is_not_named() -> None:
    policy = Policy(hidden_tags=frozenset({"spiders"}), denied_artists=frozenset({"artist:gone"}))

    assert not may_name("spiders", policy)
    assert not may_name("artist:gone", policy)
    assert not may_name("editor:gone", policy)
    assert may_name("artist:here", policy)


@pytest.mark.parametrize("tag", ["Artist:Gone", "artist: gone", "editor :gone", "Artist:GONE"])
def test_who_opted_out_is_not_named_in_another_spelling(tag: str) -> None:
    policy = Policy(denied_artists=frozenset({"artist:gone"}))
    assert not may_name(tag, policy)
    assert may_name(tag.lower().replace("gone", "here"), policy)


@pytest.mark.parametrize(
    "tag",
    [
        "\u200eartist:gone",
        "pinkie\u200b pie",
        "pie \u202ex",
        "a\nb",
        " pie",
        "pi\ufdd0e",
        "@everyone",
    ],
)
def test_what_is_not_what_it_looks_like_is_named_nowhere(tag: str) -> None:
    """Reference: safety, 4: the very text is judged, and not what is left of it when cleaned."""
    assert not may_name(tag, SAFE)
    assert not may_name(tag, ADULT)

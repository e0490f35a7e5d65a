"""What tells a picture from others, on whatever board it is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.identity import identities, is_source, normal_source
from bot.posts.model import Location
from tests.feeds.owed import MakePost


def test_a_picture_is_known_by_its_files_and_its_places(make_post: MakePost) -> None:
    post = make_post(
        7,
        "twibooru",
        sha512_hash="AB",
        orig_sha512_hash="cd",
        duplicate_of=5,
        locations=(Location("Derpibooru", 99, "https://derpibooru.org/images/99"),),
        sources=(),
    )
    assert identities(post) == {
        "sha512:ab", "sha512:cd", "twibooru:7", "twibooru:5", "derpibooru:99"
    }  # fmt: skip


def test_the_api_of_ponies_names_the_picture_on_derpibooru(make_post: MakePost) -> None:
    post = make_post(7, derpi_id=99, sources=())
    assert "derpibooru:99" in identities(post)


def test_what_the_site_does_not_say_is_no_identity(make_post: MakePost) -> None:
    """Two posts without a hash are not the same picture."""
    bare = make_post(7, sha512_hash=None, orig_sha512_hash="", sources=None, derpi_id=None)
    assert identities(bare) == {"derpibooru:7"}


def test_a_source_counts_with_the_size_of_the_picture(make_post: MakePost) -> None:
    art = ("https://example.org/art/123",)
    known = identities(make_post(7, sources=art))
    assert {one for one in known if is_source(one)} == {"source:example.org/art/123@2000x1000"}
    assert not any(map(is_source, identities(make_post(7, sources=art, width=None))))


@pytest.mark.parametrize(
    "spellings",
    [
        {
            "https://twitter.com/Painter/status/123",
            "http://www.twitter.com/painter/status/123/",
            "https://mobile.twitter.com/painter/status/123?s=20&t=abc",
            "https://x.com/renamed/status/123/photo/1",
            "https://fxtwitter.com/painter/statuses/123#top",
        },
        {
            "https://www.deviantart.com/painter/art/Pony-123",
            "http://painter.deviantart.com/art/Pony-123",
        },
        {
            "https://example.org/art/123?utm_source=feed",
            "https://EXAMPLE.org/art/123/",
            "http://www.example.org/art/123#comments",
        },
        {"https://example.org/show?page=2&id=7", "https://example.org/show?id=7&page=2"},
    ],
)
def test_spellings_of_one_source_are_one(spellings: set[str]) -> None:
    normal = {normal_source(spelling) for spelling in spellings}
    assert len(normal) == 1
    assert None not in normal


def test_further_pictures_of_a_message_stay_apart() -> None:
    first = normal_source("https://x.com/painter/status/123/photo/1")
    second = normal_source("https://x.com/painter/status/123/photo/2")
    assert first != second


@pytest.mark.parametrize(
    "source",
    [
        "https://twitter.com/painter",
        "https://x.com/painter/media",
        "https://www.deviantart.com/painter",
        "https://painter.deviantart.com/",
        "https://painter99.example.org/",
        "https://www.patreon.com/painter99",
        "https://example.org/painter/gallery",
        "drawn by me",
        "https://",
        "",
    ],
)
def test_what_leads_to_no_one_work_is_no_source(source: str) -> None:
    assert normal_source(source) is None


@given(st.text(max_size=60), st.text(max_size=20))
def test_any_text_can_be_a_source(path: str, query: str) -> None:
    found = normal_source(f"https://example.org/art/{path}?{query}")
    assert found is None or found.startswith("example.org/")
    normal_source(path)

"""A message remembers its search in its link."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.catalogue import DERPIBOORU, PONYAPI, TWIBOORU
from bot.query.errors import QueryError
from bot.ui.search import Search, read_link, search_link

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=100)


@given(text=_TEXT, sort=_TEXT)
def test_a_link_brings_back_the_words_and_the_order(text: str, sort: str) -> None:
    search = Search("derpibooru", text, sort)

    assert read_link(search_link(search, DERPIBOORU, {"q": "safe"}), DERPIBOORU) == search


def test_whoever_follows_the_link_sees_what_was_asked_of_the_site() -> None:
    link = search_link(Search("twibooru", "cute"), TWIBOORU, {"q": "safe, (cute)", "sf": "score"})

    assert link.startswith("https://twibooru.org/search?q=safe%2C+%28cute%29&sf=score#")


def test_the_safe_pony_api_has_a_link_too() -> None:
    search = Search("ponyapi", "cute", "exact")
    link = search_link(search, PONYAPI, {"q": "cute", "no_stem": ""})

    assert link.startswith("https://theponyapi.com/api/v1/pony/random?q=cute&no_stem=#")
    assert read_link(link, PONYAPI) == search


@pytest.mark.parametrize(
    "link",
    [
        None,
        "",
        "https://derpibooru.org/search?q=cute",
        "https://evil.example/search?q=cute#q=cute&sort=",
        "http://derpibooru.org/search?q=cute#q=cute&sort=",
        "https://derpibooru.org.evil.example/search#q=cute",
        "https://me@derpibooru.org/search#q=cute",
        "https://[derpibooru.org/search#q=cute",
    ],
)
def test_other_links_carry_no_search(link: str | None) -> None:
    assert read_link(link, DERPIBOORU) is None


def test_a_search_too_long_for_a_link_is_refused() -> None:
    with pytest.raises(QueryError, match="too long"):
        search_link(Search("derpibooru", "ポニー" * 100), DERPIBOORU, {"q": "safe"})

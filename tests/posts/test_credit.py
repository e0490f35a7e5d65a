"""Every post has a credit, whatever its tags and sources (rules L1 to L4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from bot.posts.credit import Artist, Source, artists_of, credit
from bot.posts.tags import clean_tag_name

from .conftest import MakePost


def test_all_artists_are_credited_with_their_roles(make_post: MakePost) -> None:
    """Rule L1."""
    tags = ("editor:e", "artist:a", "colorist:c", "photographer:p", "artist:b", "Artist:A", "safe")
    found = credit(make_post(tags=tags))
    assert found is not None
    assert [(artist.name, artist.role) for artist in found.artists] == [
        ("a", "artist"),
        ("b", "artist"),
        ("p", "photographer"),
        ("c", "colorist"),
        ("e", "editor"),
    ]
    assert found.note == ""
    assert found.note_text == ""


def test_the_uploader_is_never_the_artist(make_post: MakePost) -> None:
    """Rule L1."""
    found = credit(make_post(tags=("safe",), uploader="somebody"))
    assert found is not None
    assert found.artists == ()
    assert "somebody" not in repr(found)


@pytest.mark.parametrize(
    ("tags", "note", "text"),
    [
        (("artist needed",), "artist needed", "The artist is not known yet."),
        (("Artist_Needed",), "artist needed", "The artist is not known yet."),
        (("artist needed", "artist:a"), "artist needed", "The artist is not known yet."),
        (("anonymous artist",), "anonymous artist", "The artist wishes to stay anonymous."),
        ((), "no artist given", "No artist is given."),
        (("artist:",), "no artist given", "No artist is given."),
        (("editor:e",), "no artist given", "No artist is given."),
        (("colorist:c",), "no artist given", "No artist is given."),
        (("photographer:p",), "", ""),
        (("artist:anonymous",), "", ""),
    ],
)
def test_a_missing_artist_is_said(
    make_post: MakePost, tags: tuple[str, ...], note: str, text: str
) -> None:
    """Rule L1."""
    found = credit(make_post(tags=tags))
    assert found is not None
    assert (found.note, found.note_text) == (note, text)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("https://a.example/x", Source("https://a.example/x", "https://a.example/x")),
        (
            " http://a.example/x ",
            Source("http://a.example/x", "https://a.example/x", "http://a.example/x"),
        ),
        ("http://a.example:8080/x", Source("http://a.example:8080/x")),
        ("https://", Source("https://")),
        ("my sketchbook", Source("my sketchbook")),
        ("https://a.example/x y", Source("https://a.example/x y", "https://a.example/x%20y")),
        ("https://a.example/x\ny", Source("https://a.example/x\ny")),
        ("https://127.0.0.1/x", Source("https://127.0.0.1/x")),
        ("javascript:alert(1)", Source("javascript:alert(1)")),
    ],
)
def test_no_source_is_dropped(make_post: MakePost, stored: str, shown: Source) -> None:
    """Rules L2 and L3."""
    found = credit(make_post(sources=(stored,)))
    assert found is not None
    assert found.sources == (shown,)


def test_sources_keep_their_order_without_blanks_and_repeats(make_post: MakePost) -> None:
    """Rule L2."""
    found = credit(make_post(sources=("b", "", " ", "a", "b ")))
    assert found is not None
    assert [source.text for source in found.sources] == ["b", "a"]


@pytest.mark.parametrize("sources", [UNSET, None, (), ("",)])
def test_no_source_is_no_source(make_post: MakePost, sources: object) -> None:
    """Rule L2."""
    found = credit(make_post(sources=sources))
    assert found is not None
    assert found.sources == ()


def test_twibooru_gets_its_own_link(make_post: MakePost) -> None:
    """Rule L4."""
    twibooru = credit(make_post(site="twibooru", page_url="https://twibooru.org/7"))
    assert twibooru is not None
    assert twibooru.page_url == "https://twibooru.org/7"
    assert twibooru.site_url == "https://twibooru.org/"
    other = credit(make_post())
    assert other is not None
    assert other.site_url is None


def test_without_a_page_there_is_no_credit(make_post: MakePost) -> None:
    """Rule L4."""
    assert credit(make_post(page_url="http://board.example/images/7")) is None


@given(st.lists(st.text(min_size=1, max_size=20)))
def test_no_artist_is_lost(names: list[str]) -> None:
    """Rule L1."""
    tags = [clean_tag_name(f"artist:{name}") for name in names]
    wanted = {tag.removeprefix("artist:") for tag in tags} - {""}
    assert {artist.name for artist in artists_of(tags)} == wanted
    assert all(artist == Artist(artist.name) for artist in artists_of(tags))


@pytest.mark.parametrize(
    ("said", "known"), [(7, 7), (UNSET, None), (None, None), (0, None), (10**10, None)]
)
def test_the_id_on_derpibooru_is_passed_on(
    make_post: MakePost, said: object, known: int | None
) -> None:
    """Rule L4: the Safe Pony API's own page is not made for people."""
    found = credit(make_post(site="ponyapi", derpi_id=said))
    assert found is not None
    assert found.derpi_id == known

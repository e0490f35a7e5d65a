"""Bodies become posts, or `BadResponse` naming the place, and nothing else ever (F17, F18)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET

from bot.posts.model import Post
from bot.sites import CATALOGUE, BadRequest, BadResponse, philomena, ponyapi, twibooru
from tests.examples import examples
from tests.sites.bodies import IMAGE, PONY, TWI, json_values

Decoder = Callable[[object], Post]

DECODERS: dict[str, tuple[Decoder, dict[str, Any], str]] = {
    "philomena": (lambda body: philomena.decode_post(body, "derpibooru"), IMAGE, "image"),
    "twibooru": (lambda body: twibooru.decode_post(body, "twibooru"), TWI, "post"),
    "ponyapi": (lambda body: ponyapi.decode_post(body, "ponyapi"), PONY, "pony"),
}


def test_a_whole_philomena_body_becomes_a_post() -> None:
    post = philomena.decode_post(IMAGE, "derpibooru")
    noon = datetime(2026, 7, 10, 12, tzinfo=UTC)
    assert (post.created_at, post.updated_at, post.first_seen_at) == (noon, noon, noon)
    assert post.page_url == "https://derpibooru.org/images/101"
    assert post.media_hosts == CATALOGUE["derpibooru"].media_hosts
    assert post.view_url == "https://derpibooru.org/img/view/2026/7/10/101__safe.png"
    assert post.representations == {
        "full": "https://derpicdn.net/img/view/101.png",
        "thumb": "https://derpicdn.net/t.png",
    }
    assert post.sources == ("https://example.com/1", "two")
    assert (post.uploader, post.orig_sha512_hash, post.duplicate_of) == (None, None, None)
    for key in ("tags", "tag_ids"):
        assert getattr(post, key) == tuple(IMAGE[key])
    same = (
        "id width height mime_type size orig_size duration animated format aspect_ratio name "
        "sha512_hash tag_count wilson_score score upvotes downvotes faves hides comment_count "
        "description thumbnails_generated processed spoilered hidden_from_users"
    )
    assert {key: getattr(post, key) for key in same.split()} == {k: IMAGE[k] for k in same.split()}
    assert (post.approved, post.derpi_id, post.interactions) == (UNSET, UNSET, ())


@pytest.mark.parametrize("family", DECODERS)
def test_a_missing_key_is_unknown_and_never_zero_or_false(family: str) -> None:
    decode, whole, _place = DECODERS[family]
    post = decode({"id": 7})
    assert post.tags == ()
    assert post.hidden_from_users is UNSET
    unknown = {name for name in post.__struct_fields__ if getattr(post, name) is UNSET}
    assert {"score", "width", "animated", "duration", "sources", "thumbnails_generated"} <= unknown
    assert decode({**whole, "a key of tomorrow": {"deep": [1]}}) == decode(whole)


@pytest.mark.parametrize("family", DECODERS)
def test_null_is_the_sites_own_none_in_every_field_but_the_id(family: str) -> None:
    decode, whole, _place = DECODERS[family]
    for key in whole:
        if key in {"id", "hidden_from_users", "media_type"}:
            with pytest.raises(BadResponse, match=key):
                decode({**whole, key: None})
        else:
            decode({**whole, key: None})


@pytest.mark.parametrize(
    ("family", "key", "value", "field"),
    [
        ("philomena", "tags", "safe", "image.tags"),
        ("philomena", "tags", ["safe", 1], "image.tags[1]"),
        ("philomena", "id", True, "image.id"),
        ("philomena", "id", "101", "image.id"),
        ("philomena", "id", -1, "image.id"),
        ("philomena", "score", 10**30, "image.score"),
        pytest.param("philomena", "width", 10**5000, "image.width", id="endless number"),
        ("philomena", "width", 1.5, "image.width"),
        pytest.param("philomena", "name", "\ud800", "image.name", id="lone surrogate"),
        ("philomena", "created_at", "yesterday", "image.created_at"),
        ("philomena", "created_at", "0001-01-01T00:00:00+23:00", "image.created_at"),
        ("philomena", "hidden_from_users", 1, "image.hidden_from_users"),
        ("philomena", "view_url", "javascript:alert(1)", "image.view_url"),
        ("philomena", "view_url", "http://?x", "image.view_url"),
        ("philomena", "view_url", "http://[", "image.view_url"),
        ("philomena", "representations", {"full": "data:,x"}, "image.representations.full"),
        ("philomena", "representations", {"full": 1}, "image.representations"),
        ("philomena", "representations", ["full"], "image.representations"),
        ("philomena", "source_urls", "x", "image.source_urls"),
        ("twibooru", "media_type", "hologram", "post.media_type"),
        ("twibooru", "locations", [1], "post.locations[0]"),
        ("ponyapi", "derpiId", "1", "pony.derpiId"),
        ("ponyapi", "sourceURL", 1, "pony.sourceURL"),
        ("ponyapi", "id", 2**53 + 1, "pony.id"),
    ],
)
def test_f18_a_value_of_the_wrong_shape_is_refused_by_name(
    family: str, key: str, value: object, field: str
) -> None:
    decode, whole, _place = DECODERS[family]
    with pytest.raises(BadResponse) as caught:
        decode({**whole, key: value})
    assert caught.value.field.startswith(field)
    assert caught.value.site in CATALOGUE


@pytest.mark.parametrize("family", DECODERS)
@pytest.mark.parametrize(
    "body",
    [
        None,
        1,
        "x",
        [],
        {},
        {"ID": 1},
        pytest.param({"\ud800": 1}, id="surrogate key"),
        float("nan"),
        pytest.param("\ud800", id="surrogate"),
    ],
)
def test_f18_what_is_no_post_at_all_is_refused(family: str, body: object) -> None:
    decode, _whole, place = DECODERS[family]
    with pytest.raises(BadResponse) as caught:
        decode(body)
    assert caught.value.field.startswith(place)


def test_f17_bottomless_nesting_is_refused() -> None:
    deep: object = 1
    for _level in range(100_000):
        deep = [deep]
    with pytest.raises(BadResponse):
        philomena.decode_post({"id": 1, "intensities": deep}, "derpibooru")


@pytest.mark.parametrize("family", DECODERS)
@settings(max_examples=examples(50))
@given(data=st.data())
def test_f18_any_json_value_in_any_field_gives_a_post_or_a_named_refusal(
    family: str, data: st.DataObject
) -> None:
    decode, whole, place = DECODERS[family]
    keys = data.draw(st.lists(st.sampled_from(sorted(whole)), min_size=1, max_size=3))
    body = {**whole, **{key: data.draw(json_values) for key in keys}}
    try:
        post = decode(body)
    except BadResponse as error:
        assert error.field.split(".")[0] == place  # noqa: PT017
    else:
        assert isinstance(post, Post)
        assert all(url.startswith("https://") for url in post.representations.values())
        assert post.id == body["id"]


@settings(max_examples=examples(50))
@given(json_values)
def test_f18_any_json_value_as_a_body_gives_a_post_or_a_refusal(body: object) -> None:
    for decode, _whole, _place in DECODERS.values():
        try:
            assert isinstance(decode(body), Post)
        except BadResponse:
            continue


def test_a_site_that_the_catalogue_does_not_have_is_refused() -> None:
    with pytest.raises(BadRequest):
        philomena.decode_post(IMAGE, "nowhere")
    assert philomena.decode_post(IMAGE, CATALOGUE["ponybooru"]).page_url == (
        "https://ponybooru.org/images/101"
    )


@pytest.mark.parametrize(
    ("body", "sources"),
    [
        ({"source_urls": ["a", ""], "source_url": "b"}, ("a",)),
        ({"source_urls": [], "source_url": "b"}, ("b",)),
        ({"source_urls": [], "source_url": ""}, ()),
        ({"source_urls": []}, ()),
        ({"source_url": None}, ()),
        ({"source_url": "b"}, ("b",)),
        ({}, UNSET),
    ],
)
def test_l2_sources_are_the_list_or_the_older_single_value(
    body: dict[str, Any], sources: object
) -> None:
    assert philomena.decode_post({"id": 1, **body}, "derpibooru").sources == sources


def test_twibooru_has_milliseconds_locations_and_pastes() -> None:
    post = twibooru.decode_post(TWI)
    assert post.created_at == datetime(2020, 7, 8, 22, 26, 55, 743000, tzinfo=UTC)
    assert [(at.site, at.id) for at in post.locations] == [("derpibooru", 7)]
    assert post.page_url == "https://twibooru.org/101"
    assert post.uploader is UNSET
    paste = twibooru.decode_post({"id": 5, "media_type": "paste", "locations": [{}]})
    assert (paste.media_type, paste.name, paste.locations) == ("paste", UNSET, ())


def test_a_pony_keeps_its_addresses_and_its_approval() -> None:
    """Rules L13, L14."""
    post = ponyapi.decode_post(PONY, approved=False)
    assert post.representations["thumb_small"] == "https://pones.theponyapi.com/f/thumb_small"
    assert (post.format, post.derpi_id, post.approved) == ("png", 1523751, False)
    assert post.sources == ("http://celebi-yoshi.deviantart.com/art/1",)

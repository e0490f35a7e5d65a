"""Bodies become posts, or `BadResponse` naming the place, and nothing else ever (F17, F18)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, structs

from bot.posts.model import Post
from bot.sites import CATALOGUE, BadRequest, BadResponse, philomena, ponyapi, twibooru
from tests.examples import examples

CAPTURES = Path(__file__).parents[3] / "shared" / "data" / "captures"

IMAGE: dict[str, Any] = {
    "id": 101,
    "created_at": "2026-07-10T12:00:00Z",
    "updated_at": "2026-07-10T12:00:00",
    "first_seen_at": "2026-07-10T14:00:00+02:00",
    "width": 100,
    "height": 50,
    "mime_type": "image/png",
    "size": 1024,
    "orig_size": 2048,
    "duration": 0.0,
    "animated": False,
    "format": "png",
    "aspect_ratio": 2,
    "name": "test.png",
    "sha512_hash": "00",
    "orig_sha512_hash": None,
    "tags": ["safe", "pony"],
    "tag_ids": [1, 2],
    "tag_count": 2,
    "uploader": None,
    "uploader_id": None,
    "wilson_score": 0,
    "intensities": {"nw": 1.5, "ne": 2, "sw": 3.0, "se": 4.0},
    "score": 3,
    "upvotes": 4,
    "downvotes": 1,
    "faves": 2,
    "hides": 0,
    "comment_count": 5,
    "description": "",
    "source_url": "https://example.com/1",
    "source_urls": ["https://example.com/1", "two"],
    "view_url": "/img/view/2026/7/10/101__safe.png",
    "representations": {
        "full": "//derpicdn.net/img/view/101.png",
        "thumb": "http://derpicdn.net/t.png",
    },
    "thumbnails_generated": True,
    "processed": True,
    "spoilered": False,
    "deletion_reason": None,
    "duplicate_of": None,
    "hidden_from_users": False,
}
TWI: dict[str, Any] = {
    **{
        k: v for k, v in IMAGE.items() if k not in {"uploader", "uploader_id", "hides", "spoilered"}
    },
    "media_type": "image",
    "created_at": "2020-07-08T22:26:55.743Z",
    "locations": [
        {
            "id_at_location": 7,
            "location": "derpibooru",
            "url_at_location": "https://derpibooru.org/images/7",
        }
    ],
}
PONY: dict[str, Any] = {
    "id": 5067491655024640,
    "derpiId": 1523751,
    "tags": ["safe", "artist:celebi-yoshi"],
    "sourceURL": "http://celebi-yoshi.deviantart.com/art/1",
    "width": 1981,
    "height": 1490,
    "aspectRatio": 1.3295,
    "mimeType": "image/png",
    "originalFormat": "PNG",
    "representations": {
        "full": "https://pones.theponyapi.com/f/full",
        "thumbSmall": "https://pones.theponyapi.com/f/thumb_small",
    },
}

Decoder = Callable[[object], Post]
DECODERS: dict[str, tuple[Decoder, dict[str, Any], str]] = {
    "philomena": (lambda body: philomena.decode_post(body, "derpibooru"), IMAGE, "image"),
    "twibooru": (lambda body: twibooru.decode_post(body, "twibooru"), TWI, "post"),
    "ponyapi": (lambda body: ponyapi.decode_post(body, "ponyapi"), PONY, "pony"),
}


def capture(name: str) -> Any:
    path = CAPTURES / name
    if not path.exists():
        pytest.skip(f"{path} is not here: captures stand beside the project")
    return json.loads(path.read_text())


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


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


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


def images() -> list[tuple[str, dict[str, Any]]]:
    """Return every image body of the captures, by the file that it is from."""
    found: list[tuple[str, dict[str, Any]]] = []
    for path in sorted(CAPTURES.glob("*/*.json")):
        if path.parent.name not in {"derpibooru", "furbooru", "philomena-source-shapes"}:
            continue
        body = json.loads(path.read_text())
        rows = body.get("images", [body["image"]] if "image" in body else [])
        found += [(f"{path.parent.name}/{path.name}", row) for row in rows]
    return found


@pytest.mark.skipif(not CAPTURES.exists(), reason="captures stand beside the project")
def test_every_captured_image_decodes_with_its_own_values() -> None:
    found = images()
    assert len(found) > 20
    for name, row in found:
        post = philomena.decode_post(row, "derpibooru")
        for key in set(row) & set(post.__struct_fields__):
            value = getattr(post, key)
            if key.endswith("_at"):
                assert value.isoformat()[:19] == row[key][:19], name
                assert value.tzinfo is UTC, name
            elif key in {"view_url", "representations"}:
                assert len(value) >= len(row[key]), name
            elif isinstance(row[key], list):
                assert value == tuple(row[key]), name
            elif isinstance(row[key], dict):
                assert structs.asdict(value) == row[key], name
            else:
                assert value == row[key], (name, key)
        assert all(url.startswith("https://") for url in post.representations.values()), name


def test_captured_stubs_say_deleted_and_merged() -> None:
    deleted = philomena.decode_post(
        capture("philomena-source-shapes/image_deleted.json")["image"], "derpibooru"
    )
    assert (deleted.hidden_from_users, deleted.deletion_reason) == (True, "Rule #0")
    assert (deleted.tags, deleted.sources, deleted.score) == ((), UNSET, UNSET)
    merged = philomena.decode_post(
        capture("philomena-source-shapes/image_merged.json")["image"], "derpibooru"
    )
    assert (merged.hidden_from_users, merged.duplicate_of) == (True, 101)


def test_captured_shapes_that_changed_over_the_years_decode() -> None:
    old = philomena.decode_post(capture("derpibooru/image_0_2019-12.json")["image"], "derpibooru")
    assert (old.id, old.sources, old.orig_size, old.hides) == (0, (), UNSET, UNSET)
    assert isinstance(old.created_at, datetime)
    webm = philomena.decode_post(
        capture("derpibooru/image_2316400_webm_2020-04.json")["image"], "derpibooru"
    )
    assert (webm.format, webm.thumbnails_generated, webm.processed) == ("webm", False, False)
    anonymous = philomena.decode_post(
        capture("derpibooru/image_1024_anonymous_2023.json")["image"], "derpibooru"
    )
    assert (anonymous.uploader, anonymous.uploader_id, anonymous.orig_sha512_hash) == (
        None,
        None,
        None,
    )
    relative = philomena.decode_post(
        capture("philomena-source-shapes/image_full.json")["image"], "derpibooru"
    )
    assert relative.representations["full"] == "https://derpibooru.org/img/view/2026/7/10/101.png"
    assert relative.sources == ("https://example.com/art/1", "https://example.com/art/2")
    gif = philomena.decode_post(
        capture("derpibooru/search_gif_3903231_2026-09_trimmed.json")["images"][0], "derpibooru"
    )
    assert gif.representations["large"].endswith("/full.gif")
    assert gif.thumbnails_generated is UNSET


def test_the_captured_facts_of_a_twibooru_post_decode() -> None:
    body = capture("twibooru/post_1_facts.json")["post"]
    post = twibooru.decode_post(body)
    assert (post.id, post.format, post.size, post.sources) == (1, "png", 70910, ())
    assert post.locations[0].url == "https://derpibooru.org/images/1676547"
    assert post.view_url == "https://cdn.twibooru.org/img/2020/7/8/1/full.png"

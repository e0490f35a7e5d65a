"""Every captured post decodes with its own values (data: captures/README)."""

import json
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, structs

from bot.sites import philomena, twibooru
from tests.reference_data import CAPTURES, needs_captures
from tests.sites.bodies import capture


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


@needs_captures
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

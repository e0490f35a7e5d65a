"""Every captured body decodes with the values that it has (data: captures/README)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec import UNSET

from bot.posts.tags import decode_slug
from bot.sites import CATALOGUE, Filter, Forum, ForumPost, Topic, User
from bot.sites.legacy import read_filters, read_posts
from bot.sites.oembed import read_oembed
from bot.sites.philomena import decode_post
from bot.sites.philomena_bodies import read_interactions
from bot.sites.philomena_images import read_errors, read_gallery
from bot.sites.philomena_people import read_comment
from bot.sites.record import Record, read
from bot.sites.tag_bodies import read_tag
from bot.sites.twibooru_bodies import decode_post as decode_twibooru
from bot.sites.twibooru_bodies import read_comments
from tests.reference_data import CAPTURES, needs_captures
from tests.sites.bodies import capture

SITE = CATALOGUE["derpibooru"]

pytestmark = needs_captures


def _record(kind: type[Record]) -> Callable[[Any], Any]:
    return lambda row: read(row, kind, SITE, "row")


#: What stands in an envelope under each name, for one and for many.
READERS: dict[str, Callable[[Any], Any]] = {
    "image": lambda row: decode_post(row, SITE),
    "images": lambda row: decode_post(row, SITE),
    "comment": lambda row: read_comment(row, SITE),
    "comments": lambda row: read_comment(row, SITE),
    "tag": lambda row: read_tag(row, SITE, decode_slug)[0],
    "tags": lambda row: read_tag(row, SITE, decode_slug)[0],
    "galleries": lambda row: read_gallery(row, SITE),
    "filter": _record(Filter),
    "filters": _record(Filter),
    "forum": _record(Forum),
    "forums": _record(Forum),
    "topic": _record(Topic),
    "topics": _record(Topic),
    "post": _record(ForumPost),
    "posts": _record(ForumPost),
    "user": _record(User),
}
FILES = sorted(CAPTURES.glob("*/*.json"))
PHILOMENA = [
    path
    for path in FILES
    if path.parent.name in {"derpibooru", "furbooru", "philomena-source-shapes"}
    and not path.name.startswith(("error_", "oembed"))
]


def same(value: Any, sent: Any) -> bool:
    """Tell whether a decoded value says what was sent."""
    if isinstance(value, datetime):
        return value.tzinfo is UTC and value.isoformat()[:19] == sent[:19]
    if isinstance(value, Record):
        return all(same(getattr(value, key), inner) for key, inner in sent.items())
    if isinstance(value, tuple) and isinstance(sent, list):
        return len(value) == len(sent) and all(map(same, value, sent))
    if value is None and isinstance(sent, str):
        return sent == "" or sent.startswith("data:")
    return bool(value == sent)


@pytest.mark.parametrize("path", PHILOMENA, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_captured_philomena_body_decodes(path: Any) -> None:
    envelope = json.loads(path.read_text())
    [name] = set(envelope) - {"total", "interactions"}
    rows = envelope[name] if isinstance(envelope[name], list) else [envelope[name]]
    for row in rows:
        value = READERS[name](row)
        if isinstance(value, Record):
            # Relative addresses become absolute; the older spelling has its own test.
            keys = set(row) & set(value.__struct_fields__) - set(value.addresses)
            assert keys
            for key in keys:
                assert same(getattr(value, key), row[key]), (path.name, key)
    assert len(read_interactions(envelope.get("interactions"), SITE)) == len(
        envelope.get("interactions", [])
    )


def test_every_file_is_read_by_one_test_here_or_beside() -> None:
    others = {"derpibooru-legacy", "twibooru"}
    odd = [path for path in FILES if path not in PHILOMENA and path.parent.name not in others]
    assert {path.name for path in odd} == {
        "error_400_query.json",
        "error_400_upload.json",
        "error_404.json",
        "oembed.json",
    }


def test_galleries_name_their_creator_in_both_spellings() -> None:
    """Reference: boards, 1.6."""
    older = [
        read_gallery(row, SITE)
        for row in capture("derpibooru/search_galleries_2024-11.json")["galleries"]
    ]
    assert (older[0].id, older[0].creator, older[0].creator_id) == (
        25042,
        "Background Pony #13378008132",
        392537,
    )
    newer = read_gallery(
        capture("philomena-source-shapes/search_galleries.json")["galleries"][0], SITE
    )
    assert (newer.creator, newer.creator_id) == ("someone", 7)


def test_pictures_of_people_that_are_no_address_are_none() -> None:
    rows = capture("furbooru/search_comments_2020-06.json")["comments"]
    comments = [read_comment(row, SITE) for row in rows]
    assert len(comments) == 7
    assert all(str(one.avatar).startswith("https://") for one in comments if one.avatar)
    anonymous = read_comment(
        capture("philomena-source-shapes/comment_anonymous.json")["comment"], SITE
    )
    assert (anonymous.avatar, anonymous.user_id) == (None, None)
    hidden = read_comment(capture("philomena-source-shapes/comment_hidden.json")["comment"], SITE)
    assert (hidden.body, hidden.author) == (None, "someone")


def test_naive_instants_and_those_with_an_offset_are_utc_alike() -> None:
    post = read(capture("derpibooru/post_4704912_2020.json")["post"], ForumPost, SITE, "post")
    assert post.created_at == datetime(2020, 2, 20, 16, 18, 4, tzinfo=UTC)
    assert post.edited_at == datetime(2020, 2, 21, 5, 42, 40, tzinfo=UTC)


def test_profiles_have_their_links_and_awards() -> None:
    user = read(capture("derpibooru/profile_216494_2024-11.json")["user"], User, SITE, "user")
    assert (user.name, user.uploads_count, len(user.awards)) == ("Joey", 802, 3)
    assert (user.links[0].state, user.links[0].tag_id) == ("verified", 379649)
    assert user.awards[0].awarded_on == datetime(2016, 2, 28, 14, 52, 15, tzinfo=UTC)
    assert user.page_url == "https://derpibooru.org/profiles/Joey"


def test_filters_keep_lines_nulls_and_empty_texts_apart() -> None:
    own = read(capture("derpibooru/filter_179331_2020.json")["filter"], Filter, SITE, "filter")
    assert own.hidden_complex == "score.lte:100\r\n-littlepip"
    assert (own.spoilered_complex, own.user_id, own.public) == (None, 264159, True)
    empty = read(
        capture("philomena-source-shapes/filter_system.json")["filter"], Filter, SITE, "filter"
    )
    assert (empty.hidden_complex, empty.user_id, empty.public) == ("", None, False)


def test_tags_keep_their_old_slugs_and_their_artists_wishes() -> None:
    rows = capture("derpibooru/search_tags_artist_2026-09.json")["tags"]
    tag, target = read_tag(rows[0], SITE, decode_slug)
    assert (tag.name, tag.slug, target) == (
        "artist:徐詩珮",
        "artist-colon-%E5%BE%90%E8%A9%A9%E7%8F%AE",
        None,
    )
    assert (tag.dnp_entries[0].id, tag.dnp_entries[0].dnp_type) == (1521, "Artist Upload Only")
    safe, _target = read_tag(capture("derpibooru/tag_safe_2020.json")["tag"], SITE, decode_slug)
    assert safe.spoiler_image_uri == ("https://derpicdn.net/media/2012/07/01/16_01_52_242_safe.png")
    alias, target = read_tag(
        capture("derpibooru/tag_littlepip_aliased_2020.json")["tag"], SITE, decode_slug
    )
    assert (alias.images, alias.aliased_tag, target) == (
        0,
        "oc:littlepip",
        "oc-colon-littlepip",
    )


def test_the_errors_of_an_upload_stand_by_what_was_wrong() -> None:
    errors = read_errors(capture("philomena-source-shapes/error_400_upload.json"))
    assert errors is not None
    assert errors.tag_input == (
        "must contain at least one rating tag",
        "must contain at least 3 tags",
    )
    assert read_errors(capture("philomena-source-shapes/error_400_query.json")) is None


def test_oembed_has_the_sizes_of_the_newer_servers() -> None:
    facts = read_oembed(capture("philomena-source-shapes/oembed.json"), SITE)
    assert (facts.width, facts.thumbnail_width, facts.score) == (100, 100, 0)


def test_captured_comments_and_facts_of_twibooru_decode() -> None:
    site = CATALOGUE["twibooru"]
    rows = capture("twibooru/post_3408660_comments_2025-08.json")["comments"]
    comments, bad = read_comments(rows, site, 3408660)
    assert (len(comments), bad) == (15, 0)
    assert {one.user_id for one in comments} == {UNSET}
    post = decode_twibooru(capture("twibooru/post_1_facts.json")["post"])
    assert (post.id, post.width) == (1, 576)
    gallery = read_gallery(capture("twibooru/gallery_1_facts.json")["gallery"], site)
    assert (gallery.title, gallery.creator) == ("Marussiaverse", UNSET)


def test_bodies_from_before_philomena_become_posts_and_filters() -> None:
    """Reference: boards, 1.1 and 1.5: those routes are gone, archives of them are not."""
    [post] = read_posts(capture("derpibooru-legacy/images_json_2017-07.json"), SITE)
    assert (post.id, post.uploader_id, post.format) == (1488782, 370728, "png")
    assert (post.tags[0], len(post.tags), post.tag_ids) == (
        "artist:vanillashineart",
        12,
        (42350, 311706, 240188, 36457, 81044, 43771, 21520, 32747, 28772, 75957, 40482, 23269),
    )
    assert post.representations["thumb"] == ("https://derpicdn.net/img/2017/7/18/1488782/thumb.png")
    assert (post.thumbnails_generated, post.processed, post.sources) == (True, True, ())
    for name in ("images_json_2017-07", "search_json_2015-08"):
        body = capture(f"derpibooru-legacy/{name}.json")
        rows = body.get("images") or body["search"]
        assert read_posts(body, SITE) == tuple(decode_post(row, SITE.name) for row in rows)
    older = read_posts(capture("derpibooru-legacy/search_json_2015-08.json"), SITE)
    assert [(one.id, one.score, one.format) for one in older][:2] == [
        (960596, -20, "png"),
        (960548, 23, "gif"),
    ]
    assert older[1].sources == ("https://youtu.be/ma-CvOUqdKM",)
    filters = read_filters(capture("derpibooru-legacy/filters_2017.json"), SITE)
    assert [(one.id, one.name, one.hidden_tag_ids) for one in filters] == [
        (100073, "Default", (61060, 89379)),
        (12, "User-Defined Filter", (61060, 89379)),
    ]

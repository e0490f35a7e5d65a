"""Every object of the sites decodes, or is refused by name, whatever is in it (F17, F18)."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import UNSET, MsgspecError

from bot.posts.tags import decode_slug
from bot.sites import (
    CATALOGUE,
    BadResponse,
    Filter,
    Forum,
    ForumPost,
    NumberedTag,
    Suggestion,
    Topic,
    User,
    philomena_bodies,
    twibooru_bodies,
)
from bot.sites.legacy import read_filters, read_posts
from bot.sites.oembed import read_oembed
from bot.sites.philomena_images import read_errors, read_gallery
from bot.sites.philomena_people import read_comment
from bot.sites.record import Record, read
from bot.sites.routes import route
from bot.sites.tag_bodies import read_tag
from tests.examples import examples
from tests.sites.bodies import json_values

SITE = CATALOGUE["derpibooru"]
NOON = "2026-07-10T12:00:00Z"
COMMENT = {
    "id": 5, "image_id": 101, "user_id": 7, "author": "someone", "avatar": "/a.png", "body": "Hi",
    "created_at": NOON, "updated_at": NOON, "edited_at": None, "edit_reason": None,
}  # fmt: skip
TAG = {
    "id": 1, "name": "safe", "slug": "safe", "images": 9, "category": "rating", "namespace": None,
    "name_in_namespace": "safe", "description": "", "short_description": None,
    "aliased_tag": None, "aliases": ["a-colon-b"], "implied_tags": [], "implied_by_tags": [],
    "spoiler_image_uri": "//derpicdn.net/s.png",
    "dnp_entries": [{"id": 2, "dnp_type": "Other", "created_at": NOON}, {"id": "x"}, 3],
}  # fmt: skip
GALLERY = {"id": 9, "title": "T", "description": "", "user": "someone", "user_id": 7}
FILTER = {
    "id": 1, "name": "Default", "description": "", "user_id": None, "user_count": 2,
    "system": True, "public": False, "hidden_tag_ids": [1], "spoilered_tag_ids": [],
    "hidden_complex": "a\r\nb", "spoilered_complex": None,
}  # fmt: skip
FORUM = {
    "short_name": "art", "name": "Art", "description": "", "topic_count": 1, "post_count": 2,
}  # fmt: skip
TOPIC = {
    "slug": "a", "title": "A", "post_count": 1, "view_count": 2, "sticky": False, "locked": True,
    "last_replied_to_at": NOON, "user_id": None, "author": "Anonymous",
}  # fmt: skip
USER = {
    "id": 7, "name": "someone", "slug": "some+one", "role": "user", "description": None,
    "avatar_url": None, "created_at": NOON, "comments_count": 1, "uploads_count": 2,
    "posts_count": 3, "topics_count": 4,
    "links": [{"user_id": 7, "created_at": NOON, "state": "verified", "tag_id": 3}],
    "awards": [{"id": 1, "title": "T", "label": None, "image_url": "/b.svg", "awarded_on": NOON}],
}  # fmt: skip
OLD = {
    "id": "1488782", "tags": "safe, solo", "tag_ids": ["1", "2"], "uploader_id": "7",
    "image": "//derpicdn.net/a.png", "representations": {"thumb": "//derpicdn.net/t.png"},
    "file_name": "a.png", "original_format": "png", "is_rendered": True, "score": 2,
}  # fmt: skip
OEMBED = {"version": "1.0", "cache_age": 7200, "url": "/a.png", "derpibooru_tags": ["safe"]}

DECODERS: dict[str, tuple[Callable[[Any], Any], dict[str, Any]]] = {
    "comment": (lambda body: read_comment(body, SITE), COMMENT),
    "tag": (lambda body: read_tag(body, SITE, decode_slug), TAG),
    "gallery": (lambda body: read_gallery(body, SITE), GALLERY),
    "filter": (lambda body: read(body, Filter, SITE, "filter"), FILTER),
    "forum": (lambda body: read(body, Forum, SITE, "forum"), FORUM),
    "topic": (lambda body: read(body, Topic, SITE, "topic", short_name="art"), TOPIC),
    "post": (
        lambda body: read(body, ForumPost, SITE, "post", short_name="a", topic_slug="b"),
        {key: value for key, value in COMMENT.items() if key != "image_id"},
    ),
    "user": (lambda body: read(body, User, SITE, "user"), USER),
    "suggestion": (
        lambda body: read(body, Suggestion, SITE, "suggestion"),
        {"canonical": "safe", "alias": None, "images": 1},
    ),
    "numbered tag": (
        lambda body: read(body, NumberedTag, SITE, "tag"),
        {"id": 1, "name": "safe", "images": 1, "spoiler_image_uri": None},
    ),
    "oembed": (lambda body: read_oembed(body, SITE), OEMBED),
    "upload errors": (
        lambda body: read_errors({"errors": body}),
        {"tag_input": ["too few"], "image": []},
    ),
    "interactions": (
        lambda body: philomena_bodies.read_interactions([body], SITE),
        {"image_id": 1, "user_id": 2, "interaction_type": "voted", "value": "up"},
    ),
    "twibooru comments": (
        lambda body: twibooru_bodies.read_comments([body], SITE, 1),
        {"id": 1, "body": "x", "created_at": NOON, "hidden_from_users": False},
    ),
    "archived posts": (lambda body: read_posts({"images": [body]}, SITE), OLD),
    "archived filters": (lambda body: read_filters({"user_filters": [body]}, SITE), FILTER),
}


def as_sent(value: object) -> object:
    """Return a value as it comes through JSON, or `None` where JSON cannot hold it."""
    try:
        return json.loads(json.dumps(value, allow_nan=False))
    except ValueError:
        return None


@pytest.mark.parametrize("name", DECODERS)
def test_a_whole_body_decodes_and_a_key_of_tomorrow_changes_nothing(name: str) -> None:
    decode, whole = DECODERS[name]
    assert decode({**whole, "a key of tomorrow": {"deep": [1]}}) == decode(whole)


@pytest.mark.parametrize("name", DECODERS)
@settings(max_examples=examples(25))
@given(data=st.data())
def test_f18_any_json_value_in_any_field_gives_a_value_or_a_refusal(
    name: str, data: st.DataObject
) -> None:
    decode, whole = DECODERS[name]
    keys = data.draw(st.lists(st.sampled_from(sorted(whole)), min_size=1, max_size=3))
    body = {**whole, **{key: as_sent(data.draw(json_values)) for key in keys}}
    try:
        decode(body)
    except BadResponse as error:
        assert error.field  # noqa: PT017
    except MsgspecError as error:  # pragma: no branch
        pytest.fail(f"{error!r} came through")


@settings(max_examples=examples(25))
@given(json_values)
def test_f18_any_json_value_as_a_body_gives_a_value_or_a_refusal(value: object) -> None:
    sent = as_sent(value)
    for decode, _whole in DECODERS.values():
        try:
            decode(sent)
        except BadResponse:
            continue
    for archive in (read_posts, read_filters):
        with pytest.raises(BadResponse):
            archive([sent], SITE)
        with pytest.raises(BadResponse):
            archive({"other": sent}, SITE)


def test_a_missing_key_is_unknown_and_null_is_the_sites_none() -> None:
    user = read({"id": 7, "name": "someone", "role": None}, User, SITE, "user")
    assert (user.role, user.description, user.uploads_count) == (None, UNSET, UNSET)
    assert (user.links, user.awards, user.page_url) == ((), (), "")


def test_instants_addresses_and_pages_are_made_whole() -> None:
    user = read(USER, User, SITE, "user")
    assert user.created_at == datetime(2026, 7, 10, 12, tzinfo=UTC)
    assert user.awards[0].image_url == "https://derpibooru.org/b.svg"
    assert user.page_url == "https://derpibooru.org/profiles/some+one"
    odd = read({**USER, "slug": "a/../b?c"}, User, SITE, "user")
    assert odd.page_url == "https://derpibooru.org/profiles/a%2F..%2Fb%3Fc"


def test_a_body_cannot_say_where_its_page_is() -> None:
    class Bare(Record, frozen=True, kw_only=True):
        id: int

    assert read({"id": 1, "page_url": "https://evil.example"}, Bare, SITE, "x").page_url == ""
    lied = read({**FORUM, "page_url": "https://evil.example"}, Forum, SITE, "forum")
    assert lied.page_url == "https://derpibooru.org/forums/art"


@pytest.mark.parametrize("address", ["data:image/svg+xml;base64,x", "http://[", "mailto:a@b", ""])
def test_what_is_no_address_is_none(address: str) -> None:
    comment = read_comment({**COMMENT, "avatar": address}, SITE)
    assert comment.avatar is None


def test_a_path_is_filled_with_each_part_encoded_once() -> None:
    found = route("GET /a/:one/<two>/[three]", "call")
    assert found.fill(SITE, one="a b", two="%28+", three=7) == "/a/a%20b/%2528+/7"
    assert (found.name, found.title) == ("call", "GET /a/:one/<two>/[three]")

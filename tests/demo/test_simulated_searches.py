"""What the simulated boards' searches find, by the fields of `boards` 2.5."""

import json
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.catalogue import CATALOGUE
from bot.demo.sites.images import ImageIndex
from bot.demo.sites.keys import BOARD_KEY
from bot.demo.world import World
from bot.demo.world_people import OPERATOR, doings, fans_of
from bot.demo.world_posts import PRESENT
from bot.query import QueryError

from .conftest import Visitor

API = "/api/v1/json"
WORLD = World()
INDEXES = {site: ImageIndex(CATALOGUE[site], WORLD) for site in ("derpibooru", "twibooru")}


async def ids(visitor: Visitor, q: str, site: str = "derpibooru", **more: str) -> list[int]:
    filter_id = {"derpibooru": "56027", "ponybooru": "3"}[site]
    params = {"q": q, "filter_id": filter_id, "per_page": "50", **more}
    found: list[int] = []
    for page in range(1, 7):
        body = await visitor.json(site, f"{API}/search/images", page=str(page), **params)
        found += [image["id"] for image in body["images"]]
    return found


async def test_pictures_are_found_by_what_only_the_site_knows(visitor: Visitor) -> None:
    world = visitor.sites.world
    gallery = world.galleries["derpibooru"][0]
    assert set(await ids(visitor, f"gallery_id:{gallery.id}")) == set(gallery.image_ids)
    ordered = await ids(
        visitor, f"gallery_id:{gallery.id}", sf=f"gallery_id:{gallery.id}", sd="desc"
    )
    assert tuple(ordered) == gallery.image_ids
    upside_down = await ids(
        visitor, f"gallery_id:{gallery.id}", sf=f"gallery_id:{gallery.id}", sd="asc"
    )
    assert tuple(reversed(upside_down)) == gallery.image_ids
    shown = {post.id: post for post in world.posts("derpibooru").values() if not post.hidden}
    fans = {post.id for post in shown.values() if any(m.id == 1188 for m in fans_of(post))}
    assert fans
    assert set(await ids(visitor, "faved_by:tealtrotter")) == fans
    described = await ids(visitor, "description:first snow")
    assert described
    assert all("first snow" in shown[number].description.lower() for number in described)
    assert set(await ids(visitor, "origin_tag_count.gte:4"))
    assert set(await ids(visitor, "mime_type:video/webm")) == {
        post.id for post in shown.values() if post.format == "webm"
    }


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet='ab ,()-!*?"\\|&ANDORNOT:.~^_', max_size=30))
def test_any_text_is_an_answer_or_a_refusal(query: str) -> None:
    for site, index in INDEXES.items():
        with suppress(QueryError):
            found = index.find(query, PRESENT)
            assert {post.id for post in found} <= WORLD.posts(site).keys()


@pytest.mark.parametrize(
    ("query", "other"),
    [
        ("mailmare", "derpy hooves"),
        ("-(-safe)", "safe"),
        ("safe && solo", "safe, solo"),
        ("id:2000000001 || id:2000000004", "id.lte:2000000004"),
        ("width:1600, height.gt:1100", "width:1600, height:1200"),
        ("created_at.gte:20 years ago", "*"),
        ("animated:true", "original_format:gif || original_format:webm"),
        ("uploader:*", "*"),
    ],
)
async def test_two_ways_of_asking_find_the_same(visitor: Visitor, query: str, other: str) -> None:
    found = await ids(visitor, query)
    assert found == await ids(visitor, other)
    assert found


async def test_a_board_that_does_not_say_a_field_still_searches_it(visitor: Visitor) -> None:
    """Reference: boards, 4a."""
    found = await ids(visitor, "duration.gt:1", "ponybooru")
    posts = visitor.sites.world.posts("ponybooru")
    assert set(found) == {n for n, post in posts.items() if post.duration > 1 and not post.hidden}


async def test_my_searches_need_the_key(visitor: Visitor) -> None:
    """Reference: boards, 2.8."""
    path = f"{API}/search/images"
    error = await visitor.json("derpibooru", path, 400, q="my:faves")
    assert error == {"error": "You must be logged in to use `my' queries."}
    posts = visitor.sites.world.posts("derpibooru")
    faved = {n for n, p in posts.items() if ("faved", "") in doings(p) and not p.hidden}
    assert set(await ids(visitor, "my:faves", key=BOARD_KEY)) == faved
    watched = await ids(visitor, "my:watched", key=BOARD_KEY)
    assert watched
    assert all(set(OPERATOR.watched) & set(posts[number].tags) for number in watched)


async def test_the_key_tells_what_its_owner_did_and_leaves_out_what_they_hid(
    visitor: Visitor,
) -> None:
    """Reference: boards, 1.2 and 1.5."""
    path = f"{API}/search/images"
    mine = await visitor.json("derpibooru", path, q="safe", key=BOARD_KEY, per_page="50")
    assert mine["interactions"]
    assert mine["interactions"][0].keys() == {
        "image_id", "user_id", "interaction_type", "value",
    }  # fmt: skip
    assert {row["user_id"] for row in mine["interactions"]} == {OPERATOR.id}
    assert "hidden" not in {row["interaction_type"] for row in mine["interactions"]}
    shown = await visitor.json(
        "derpibooru", path, q="safe", key=BOARD_KEY, per_page="50", hidden="1"
    )
    assert shown["total"] > mine["total"]
    default = await visitor.json("derpibooru", path, q="safe", key=BOARD_KEY)
    assert len(default["images"]) == OPERATOR.images_per_page
    wrong = await visitor.json("derpibooru", path, q="safe", key="wrong")
    assert wrong["interactions"] == []


async def test_a_filters_query_hides_too(visitor: Visitor) -> None:
    """Reference: boards, 3; a query that cannot be read hides everything."""
    path = f"{API}/search/images"
    everything = await visitor.json("derpibooru", path, q="*", filter_id="56027")
    for filter_id, fewer in (("37429", "safe"), ("179331", "(solo, -cute) || score.lt:0")):
        hidden = await visitor.json("derpibooru", path, q=fewer, filter_id=filter_id)
        assert hidden["total"] == 0
    assert (await visitor.json("derpibooru", path, q="*", filter_id="200004"))["total"] == 0
    same = await visitor.json("derpibooru", path, q="filter_id:37429", filter_id="56027")
    assert 0 < same["total"] < everything["total"]


async def test_del_shows_stubs_to_anybody(visitor: Visitor) -> None:
    """Reference: boards, 1.2."""
    path = f"{API}/search/images"
    post = visitor.sites.world.odd("derpibooru", "merged")
    q = f"id:{post.id}"
    assert (await visitor.json("derpibooru", path, q=q))["total"] == 0
    body = await visitor.json("derpibooru", path, q=q, **{"del": "1"})
    assert body["images"][0]["duplicate_of"] == post.duplicate_of


@pytest.mark.parametrize(
    ("kind", "q", "some"),
    [
        ("comments", "author:hoofnote, body:hoofnote || id.lt:15010", True),
        ("comments", "soft", True),
        ("comments", "created_at.gte:2020", True),
        ("comments", "user_id:5", False),
        ("posts", "forum:dis, topic_position:0", True),
        ("posts", "author_id:1188", True),
        ("posts", "secret", False),
        ("galleries", "title:mean*", True),
        ("galleries", "mean", False),
        ("galleries", "image_count.gt:17", True),
        ("tags", "category:rating", True),
        ("tags", "aliased:true, alias_of:derpy hooves", True),
        ("tags", "artist:velvet_acorn", True),
        ("tags", "slug:artist-colon-dot-dot-dash", True),
        ("filters", "system:true, everything", True),
        ("filters", "nobody's business", False),
    ],
)
async def test_other_searches_have_fields_of_their_own(
    visitor: Visitor, kind: str, q: str, *, some: bool
) -> None:
    body = await visitor.json("derpibooru", f"{API}/search/{kind}", q=q)
    assert bool(body["total"]) is some
    assert bool(body[kind]) is some


async def test_comments_under_a_hidden_picture_say_nothing(visitor: Visitor) -> None:
    """Reference: boards, 1.4 and 1.6."""
    world = visitor.sites.world
    hidden = [
        comment
        for number, thread in world.comments["derpibooru"].items()
        for comment in thread
        if world.posts("derpibooru")[number].hidden
    ]
    assert hidden
    for comment in hidden:
        status, _, body = await visitor.raw("derpibooru", f"{API}/comments/{comment.id}")
        assert (status, body) == (403, b"")
        found = await visitor.json("derpibooru", f"{API}/search/comments", q=f"id:{comment.id}")
        (row,) = found["comments"]
        assert "avatar" not in row
        assert {name for name, value in row.items() if value is not None} == {"id"}


async def test_private_filters_are_their_owners_alone(visitor: Visitor) -> None:
    """Reference: boards, 1.1."""
    path = f"{API}/filters/200001"
    await visitor.json("derpibooru", path, 404)
    own = await visitor.json("derpibooru", path, key=BOARD_KEY)
    assert own["filter"]["user_id"] == OPERATOR.id
    assert "\r\n" in own["filter"]["hidden_complex"]
    await visitor.json("derpibooru", f"{API}/filters/200003", 404, key=BOARD_KEY)
    mine = await visitor.json("derpibooru", f"{API}/filters/user", key=BOARD_KEY)
    assert {found["id"] for found in mine["filters"]} == {200_001, 200_002}
    status, _, body = await visitor.raw("derpibooru", f"{API}/filters/user?key=wrong")
    assert (status, body) == (403, b"")


async def test_topic_pages_are_windows_of_positions(visitor: Visitor) -> None:
    """Reference: boards, 1.1: destroyed posts leave a page short."""
    path = f"{API}/forums/dis/topics/ask-the-mailmare-anything/posts"
    pages = [await visitor.json("derpibooru", path, page=str(page)) for page in range(1, 5)]
    assert [len(page["posts"]) for page in pages] == [23, 24, 11, 0]
    assert {page["total"] for page in pages} == {61}
    short = await visitor.json("derpibooru", path, per_page="5", page="2")
    assert len(short["posts"]) == 3
    one = pages[0]["posts"][0]
    assert await visitor.json("derpibooru", f"{path}/{one['id']}") == {"post": one}
    assert await visitor.json("derpibooru", f"{API}/posts/{one['id']}") == {"post": one}


async def test_topics_are_listed_pinned_first_by_their_destructive_slug(visitor: Visitor) -> None:
    """Reference: boards, 1.7."""
    body = await visitor.json("derpibooru", f"{API}/forums/dis/topics")
    slugs = [topic["slug"] for topic in body["topics"]]
    assert slugs[0] == "ask-the-mailmare-anything"
    assert "vol-3" in slugs
    assert "swept-under-the-rug" not in slugs
    anonymous = next(topic for topic in body["topics"] if topic["slug"] == "vol-3")
    assert anonymous["user_id"] is None
    names = [f["name"] for f in (await visitor.json("derpibooru", f"{API}/forums"))["forums"]]
    assert names == sorted(names)


async def test_completion_names_the_canonical_tag_of_an_alias(visitor: Visitor) -> None:
    """Reference: boards, 1.1."""
    path = "/autocomplete/tags"
    body = await visitor.json("derpibooru", path, vsn="2", term="mailm")
    (found,) = body["suggestions"]
    assert (found["alias"], found["canonical"]) == ("mailmare", "derpy hooves")
    assert found.keys() == {"alias", "canonical", "images"}
    many = await visitor.json("derpibooru", path, vsn="2", term="art", limit="3")
    assert len(many["suggestions"]) == 3
    for term, limit in (("ma", "5"), ("mail", "0"), ("mail", "11"), ("mail", "x")):
        error = await visitor.json("derpibooru", path, 422, vsn="2", term=term, limit=limit)
        assert error.keys() == {"error"}


async def test_tag_ids_are_resolved_fifty_at_most(visitor: Visitor) -> None:
    """Reference: boards, 1.1."""
    table = visitor.sites.world.tags["derpibooru"]
    wanted = [40482, 1, *list(table.by_id)[:60]]
    query = "&".join(f"ids[]={number}" for number in wanted)
    _, _, data = await visitor.raw("derpibooru", f"/fetch/tags?{query}")
    tags = json.loads(data)["tags"]
    assert tags[0] == {
        "id": 40482, "name": "safe", "images": table.by_name["safe"].images,
        "spoiler_image_uri": None,
    }  # fmt: skip
    assert len(tags) == 49

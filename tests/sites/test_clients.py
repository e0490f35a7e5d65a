"""The clients of boards ask the documented routes with allowed parameters, and read answers."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from aiohttp import web

from bot.sites import (
    BadQuery,
    BadRequest,
    BadResponse,
    Comment,
    NotFound,
    PhilomenaBoard,
    PostPage,
    Priority,
    Sort,
    Transport,
    TwibooruBoard,
)
from bot.sites.asking import Asker
from bot.sites.philomena_routes import SEARCH_IMAGES
from tests.sites.bodies import IMAGE, TWI, capture
from tests.sites.conftest import Server, at, body, says, tag


async def test_search_names_filter_order_and_page(board: PhilomenaBoard, server: Server) -> None:
    """Rule L11; reference: safety, 3.3 and 3.4."""
    server.says(200, body(images=[IMAGE], total=51, interactions=[]))
    page = await board.search("safe, (cute || solo)", sort="score", page=2, per_page=50)
    asked = server.requests[0]
    assert asked.path == "/api/v1/json/search/images"
    assert dict(asked.query) == {
        "q": "safe, (cute || solo)",
        "sf": "score",
        "sd": "desc",
        "page": "2",
        "per_page": "50",
        "filter_id": "56027",
    }
    assert (page.posts[0].id, page.total, page.pages, page.is_last) == (101, 51, 2, True)


async def test_the_owners_interactions_are_put_to_their_posts(
    server: Server, transport: Transport
) -> None:
    board = PhilomenaBoard(at(server), transport, key="5ecret")
    done = [
        {"image_id": 101, "user_id": 7, "interaction_type": "faved", "value": ""},
        {"image_id": 101, "user_id": 7, "interaction_type": "voted", "value": "up"},
        {"image_id": 101, "user_id": 7, "interaction_type": "hidden", "value": None},
        {"image_id": 102, "user_id": 7, "interaction_type": "faved", "value": ""},
        {"strange": True},
    ]
    server.says(200, body(images=[IMAGE], total=1, interactions=done))
    page = await board.search("safe")
    assert server.requests[0].query["key"] == "5ecret"
    assert page.posts[0].interactions == (("faved", ""), ("voted", "up"), ("hidden", ""))
    server.says(200, body(image=IMAGE, interactions=None))
    assert (await board.featured()).interactions == ()


@pytest.mark.parametrize(
    ("posts", "skipped", "total", "page", "is_last"),
    [
        (0, 0, 100, 1, True),
        (3, 0, 100, 1, False),
        (0, 3, 100, 1, False),
        (3, 0, None, 1, False),
        (25, 0, 50, 2, True),
        (1, 0, 51, 2, False),
    ],
)
async def test_a_short_page_is_not_the_end(
    board: PhilomenaBoard,
    server: Server,
    posts: int,
    skipped: int,
    total: int | None,
    page: int,
    is_last: bool,
) -> None:
    """Reference: boards, 1.2."""
    rows = [IMAGE] * posts + [{}] * skipped
    server.says(200, body(images=rows, total=total))
    answer = await board.search("safe", page=page)
    assert answer.is_last is is_last
    assert PostPage(posts=(), total=None, page=1, per_page=25).pages is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"page": 0},
        {"page": -1},
        {"per_page": 0},
        {"per_page": 51},
        {"page": 10_000_000},
        {"sort": "created_at"},
        {"sort": Sort("odd", "created_at", "desc", "Odd")},
        {"sort": Sort("odd", "random:x", "desc", "Odd")},
        {"sort": Sort("odd", "id", "up", "Odd")},  # type: ignore[arg-type]
        {"filter_id": 0},
        {"q": " "},
        {"q": ""},
        {"q": "x" * 5000},
        pytest.param({"q": "\ud800"}, id="surrogate"),
    ],
)
async def test_what_no_board_takes_is_refused_before_any_request(
    board: PhilomenaBoard, twibooru: TwibooruBoard, server: Server, wrong: dict[str, Any]
) -> None:
    call = {"q": "safe", **wrong}
    for one in (board, twibooru):
        with pytest.raises(BadRequest):
            await one.search(call["q"], **{k: v for k, v in call.items() if k != "q"})
    assert server.count == 0


@pytest.mark.parametrize("post_id", [0, -1, 10_000_000_000])
async def test_an_id_that_no_post_has_is_refused_before_any_request(
    board: PhilomenaBoard, twibooru: TwibooruBoard, server: Server, post_id: int
) -> None:
    for one in (board, twibooru):
        with pytest.raises(BadRequest):
            await one.post(post_id, q="id:1")
        with pytest.raises(BadRequest):
            await one.comments(post_id)
    assert server.count == 0


async def test_a_parameter_that_is_not_on_the_list_is_never_sent(
    server: Server, transport: Transport
) -> None:
    asker = Asker(at(server), transport)
    with pytest.raises(BadRequest):
        await asker.ask(SEARCH_IMAGES, {"del": "1"})
    with pytest.raises(BadRequest):
        await asker.ask(SEARCH_IMAGES, {"key": "somebody's"})
    assert server.count == 0


async def test_every_order_is_one_that_the_boards_know(
    board: PhilomenaBoard, twibooru: TwibooruBoard, server: Server
) -> None:
    server.says(200, body(images=[], posts=[], total=0))
    assert board.sorts[0].name == "newest"
    assert "random" in {sort.name for sort in twibooru.sorts}
    for sort in board.sorts:
        assert sort.title
        await board.search("safe", sort=sort)
        assert server.requests[-1].query["sf"] == sort.field
    await board.search("safe", sort=Sort("seeded", "random:7", "desc", "Random"))
    assert server.requests[-1].query["sf"] == "random:7"


async def test_a_bad_query_brings_the_boards_own_reason(
    board: PhilomenaBoard, twibooru: TwibooruBoard, server: Server
) -> None:
    server.says(400, body(error="Imbalanced parentheses."))
    with pytest.raises(BadQuery, match="Imbalanced parentheses"):
        await board.search(")")
    server.says(422, body(error="Imbalanced parentheses."))
    with pytest.raises(BadQuery, match="Imbalanced parentheses"):
        await twibooru.search(")")


async def test_a_post_is_found_by_a_search_under_the_policy(
    board: PhilomenaBoard, server: Server
) -> None:
    server.says(200, body(images=[IMAGE], total=1))
    post = await board.post(101, q="id:101, safe", priority=Priority.BACKGROUND)
    assert post.id == 101
    assert server.requests[0].path == "/api/v1/json/search/images"
    with pytest.raises(NotFound):
        await board.post(102, q="id:102, safe")
    server.says(200, body(images=[{"id": "101"}], total=1))
    with pytest.raises(BadResponse):
        await board.post(103, q="id:103, safe")


async def test_featured_is_read_from_its_own_route(
    board: PhilomenaBoard, twibooru: TwibooruBoard, server: Server
) -> None:
    server.says(200, body(image=IMAGE, post=TWI))
    assert (await board.featured()).id == 101
    assert (await twibooru.featured()).id == 101
    assert [r.path for r in server.requests] == [
        "/api/v1/json/images/featured",
        "/api/v3/posts/featured",
    ]


async def test_a_tag_of_plain_characters_is_asked_for_by_its_slug(
    board: PhilomenaBoard, server: Server
) -> None:
    server.says(
        200,
        body(
            tag=tag(
                "artist:foo-bar",
                aliases=["artist-colon-foo"],
                category="origin",
                implied_tags=None,
                short_description=None,
            )
        ),
    )
    found = await board.tag("Artist:Foo-Bar")
    assert server.requests[0].raw_path == "/api/v1/json/tags/artist-colon-foo-dash-bar"
    assert (found.aliases, found.asked_as, found.category) == (("artist:foo",), None, "origin")
    assert found.page_url.startswith("https://derpibooru.org/tags/")


async def test_an_alias_leads_to_the_tag_itself(board: PhilomenaBoard, server: Server) -> None:
    server.script = [says(200, body(tag=tag("littlepip", aliased_tag="oc-colon-littlepip")))]
    server.says(200, body(tag=tag("oc:littlepip", slug="oc-colon-littlepip", category="")))
    found = await board.tag("littlepip")
    assert (found.name, found.asked_as, found.category) == ("oc:littlepip", "littlepip", None)
    assert [r.raw_path for r in server.requests] == [
        "/api/v1/json/tags/littlepip",
        "/api/v1/json/tags/oc-colon-littlepip",
    ]


async def test_aliases_that_go_round_are_not_followed_for_ever(
    board: PhilomenaBoard, server: Server
) -> None:
    server.says(200, body(tag=tag("a", aliased_tag="a")))
    assert (await board.tag("a")).aliased_tag == "a"
    assert server.count <= 4


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("twilight sparkle (alicorn)", '"name:twilight sparkle (alicorn)"'),
        ("what, now?", '"name:what, now\\\\?"'),
        ('"edit"', '"name:\\"edit\\""'),
        ("a*b~1", '"name:a\\\\*b\\\\~1"'),
        ("artist:徐詩珮", '"name:artist:徐詩珮"'),
    ],
)
async def test_a_tag_whose_slug_cannot_be_computed_is_searched_for(
    board: PhilomenaBoard, server: Server, name: str, query: str
) -> None:
    server.says(200, body(tags=[{"id": 1}, tag("other"), tag(name)], total=3))
    assert (await board.tag(name)).name == name
    assert server.requests[0].path == "/api/v1/json/search/tags"
    assert server.requests[0].query["q"] == query


async def test_a_slug_of_the_site_is_percent_encoded_once_more_in_the_path(
    board: PhilomenaBoard, server: Server
) -> None:
    """Reference: boards, 1.7."""
    server.script = [says(200, body(tags=[tag("tw!", aliased_tag="a+%28b%29/c")]))]
    server.says(200, body(tag=tag("a (b)/c")))
    await board.tag("tw!")
    assert server.requests[1].raw_path == "/api/v1/json/tags/a+%2528b%2529%2Fc"


async def test_a_tag_that_is_not_there_is_not_found(
    board: PhilomenaBoard, twibooru: TwibooruBoard, server: Server
) -> None:
    server.says(200, body(tags=[tag("near")], total=1))
    for one in (board, twibooru):
        with pytest.raises(NotFound):
            await one.tag("nearly!")
    server.says(404, "", "text/plain")
    with pytest.raises(NotFound):
        await board.tag("nearly")


async def test_captured_tags_decode(board: PhilomenaBoard, server: Server) -> None:
    server.says(200, json.dumps(capture("derpibooru/search_tags_artist_2026-09.json")))
    rows = capture("derpibooru/search_tags_artist_2026-09.json")["tags"]
    odd = next(row for row in rows if "%" in row["slug"])
    found = await board.tag(odd["name"])
    assert (found.name, found.slug, found.id) == (odd["name"], odd["slug"], odd["id"])


async def test_comments_of_a_philomena_board(board: PhilomenaBoard, server: Server) -> None:
    rows = [
        {
            "id": 5,
            "author": "Background Pony #1A2B",
            "body": "Hi",
            "user_id": None,
            "created_at": "2026-07-10T12:00:00",
        },
        {"id": 6, "author": None, "body": None, "created_at": None},
        {"id": 7, "body": ["no"]},
    ]
    server.says(200, body(comments=rows, total=40))
    page = await board.comments(101, page=2)
    assert dict(server.requests[0].query) == {"q": "image_id:101", "page": "2", "per_page": "25"}
    assert (page.total, page.page, page.skipped) == (40, 2, 1)
    assert page.comments[0] == Comment(
        id=5,
        author="Background Pony #1A2B",
        body="Hi",
        user_id=None,
        created_at=datetime(2026, 7, 10, 12, tzinfo=UTC),
        page_url="https://derpibooru.org/images/101#comment_5",
    )
    assert (page.comments[1].author, page.comments[1].body) == (None, None)


@pytest.mark.parametrize("total", [-1, 2.5, "3", 10**30])
async def test_a_total_that_counts_nothing_is_named(
    board: PhilomenaBoard, twibooru: TwibooruBoard, server: Server, total: object
) -> None:
    """F18."""
    server.says(200, body(images=[IMAGE], tags=[], posts=[], total=total))
    for call, field in (
        (board.search("safe"), "search.total"),
        (board.search_tags("safe"), "tags.total"),
        (twibooru.search("safe"), "search.total"),
    ):
        with pytest.raises(BadResponse) as caught:
            await call
        assert caught.value.field == field


async def test_an_envelope_of_another_shape_is_named(board: PhilomenaBoard, server: Server) -> None:
    async def wrong(_request: web.Request) -> web.StreamResponse:
        return web.json_response({"images": {}, "comments": 1, "image": 1, "tag": {"id": 1}})

    server.answer = wrong
    for call, field in (
        (board.search("safe"), "search.images"),
        (board.comments(1), "comments.comments"),
        (board.featured(), "image"),
        (board.tag("a"), "tag.name"),
    ):
        with pytest.raises(BadResponse) as caught:
            await call
        assert caught.value.field == field

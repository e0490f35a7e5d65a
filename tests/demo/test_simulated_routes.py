"""Every documented route of the five sites is there, and says what the seeds' tables list."""

import json
import re
from typing import Any

import pytest

from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import BOARD_KEY
from bot.demo.world import World
from tests.reference_data import CAPTURES, needs_captures

from .conftest import Visitor
from .documented import (
    AWARD,
    COMMENT,
    FILTER,
    FORUM,
    LINK,
    NEW_GALLERY,
    OLD_GALLERY,
    POST,
    TAG,
    TOPIC,
    USER,
)

API = "/api/v1/json"

#: The "Routes" tables of seeds S1 and S3, and what boards 1.1 adds.
PHILOMENA = """
GET /comments/:id | GET /images/:id | POST /images | GET /images/featured | GET /tags/:slug
GET /posts/:id | GET /profiles/:id | GET /filters/:id | GET /filters/system | GET /filters/user
GET /oembed | GET /search/comments | GET /search/galleries | GET /search/posts
GET /search/images | GET /search/tags | POST /search/reverse | GET /forums
GET /forums/:short_name | GET /forums/:short_name/topics | GET /forums/:short_name/topics/:slug
GET /forums/:short_name/topics/:slug/posts | GET /forums/:short_name/topics/:slug/posts/:id
GET /search | GET /search/filters
"""
#: Seed S4, with `/oembed.json` and `/posts/watched.json` of its text.
TWIBOORU = """
GET /api/v3/posts/:id | GET /api/v3/posts/featured | GET /api/v3/posts/:id/comments
GET /api/v3/search/posts | GET /api/v3/search/tags | GET /oembed.json | GET /posts/watched.json
"""
#: Seed S2.
PONYAPI = """
GET /api/v1/pony/random | GET /api/v1/pony/id/:id | GET /api/v1/tags | GET /api/v1/tag/:name
"""
#: Seed S0.
PONYAGGREGATE = """
POST /api/users/me | POST /api/auth/login | POST /api/submissions/new
POST /api/submissions/import/derpibooru | POST /api/submissions/import/ponytube
POST /api/submissions/:id/revise | DELETE /api/submissions/:id/delete
POST /api/attachments/create | PUT /api/attachments/:uuid/finalize | POST /api/lists/new
PUT /api/lists/:id/edit | PUT /api/lists/:id/submissions/add
DELETE /api/lists/:id/submissions/remove | PUT /api/lists/:id/collaborators/add
DELETE /api/lists/:id/collaborators/remove
"""


def routes(table: str, prefix: str = "") -> set[tuple[str, str]]:
    rows = (row.split() for line in table.split("\n") for row in line.split("|") if row.strip())
    return {(method, prefix + path) for method, path in rows}


EXPECTED = {
    "derpibooru": routes(PHILOMENA, API),
    "ponybooru": routes(PHILOMENA, API),
    "twibooru": routes(TWIBOORU),
    "ponyapi": routes(PONYAPI),
    "ponyaggregate": routes(PONYAGGREGATE),
}
BROWSER = {("GET", "/autocomplete/tags"), ("GET", "/fetch/tags")}


@pytest.mark.parametrize("site", EXPECTED)
def test_every_documented_route_is_served_and_no_other(world: World, site: str) -> None:
    server = SimulatedSites(world).servers[site]
    served = {
        (route.method, re.sub(r"\{(\w+)(?::[^}]*)?\}", r":\1", route.path))
        for route in server.routes()
    }
    others = BROWSER if site in ("derpibooru", "ponybooru") else set()
    assert served == EXPECTED[site] | others


ONE = [
    ("comments/15001", "comment", COMMENT),
    ("tags/safe", "tag", TAG),
    ("posts/2700001", "post", POST),
    ("profiles/1021", "user", USER),
    ("filters/200002", "filter", FILTER),
    ("forums/dis", "forum", FORUM),
    ("forums/dis/topics/time-wasting-thread", "topic", TOPIC),
]
MANY = [
    ("filters/system", "filters", FILTER),
    (f"filters/user?key={BOARD_KEY}", "filters", FILTER),
    ("search/comments?q=id:15001", "comments", COMMENT),
    ("search/posts?q=subject:time", "posts", POST),
    ("search/tags?q=artist:*", "tags", TAG),
    ("search/filters?q=*", "filters", FILTER),
    ("forums", "forums", FORUM),
    ("forums/dis/topics", "topics", TOPIC),
    ("forums/dis/topics/time-wasting-thread/posts", "posts", POST),
]


async def ask(visitor: Visitor, site: str, path: str) -> dict[str, Any]:
    status, _, body = await visitor.raw(site, f"{API}/{path}")
    assert status == 200, body
    return dict(json.loads(body))


@pytest.mark.parametrize("site", ["derpibooru", "ponybooru"])
async def test_philomena_answers_have_the_documented_keys(visitor: Visitor, site: str) -> None:
    for path, key, keys in ONE:
        body = await ask(visitor, site, path)
        assert body.keys() == {key}, path
        assert body[key].keys() == keys, path
    for path, key, keys in MANY:
        body = await ask(visitor, site, path)
        assert body.keys() == {key, "total"}, path
        assert body[key], path
        assert all(row.keys() == keys for row in body[key]), path
    user = (await ask(visitor, site, "profiles/1021"))["user"]
    assert {frozenset(link) for link in user["links"]} == {frozenset(LINK)}
    assert {frozenset(award) for award in user["awards"]} == {frozenset(AWARD)}


async def test_each_board_spells_its_galleries_in_one_of_the_two_ways(visitor: Visitor) -> None:
    """Reference: boards, 1.6."""
    for site, keys in (("derpibooru", NEW_GALLERY), ("ponybooru", OLD_GALLERY)):
        body = await ask(visitor, site, "search/galleries?q=*")
        assert body.keys() == {"galleries", "total"}
        assert {frozenset(row) for row in body["galleries"]} == {frozenset(keys)}


@needs_captures
@pytest.mark.parametrize(
    ("capture", "site", "path"),
    [
        ("derpibooru/forums_2024-11", "derpibooru", "forums"),
        ("derpibooru/forum_art_topics_2024-11", "derpibooru", "forums/art/topics"),
        ("derpibooru/topic_posts_2024-11", "derpibooru",
         "forums/art/topics/sfw-artists-group-chat/posts"),
        ("derpibooru/profile_216494_2024-11", "derpibooru", "profiles/1021"),
        ("derpibooru/search_galleries_2024-11", "ponybooru", "search/galleries?q=*"),
        ("derpibooru/filter_179331_2020", "derpibooru", "filters/179331"),
        ("derpibooru/post_4704912_2020", "derpibooru", "posts/2700001"),
        ("derpibooru/search_comments_2024-11", "derpibooru", "search/comments?q=hoofnote || *"),
        ("furbooru/forum_dis_2020-06", "ponybooru", "forums/dis"),
        ("furbooru/topic_2020-06", "ponybooru", "forums/dis/topics/ask-the-mailmare-anything"),
        ("furbooru/filters_system_2020-06", "ponybooru", "filters/system"),
        ("philomena-source-shapes/search_galleries", "derpibooru", "search/galleries?q=*"),
        ("philomena-source-shapes/profile", "derpibooru", "profiles/2040"),
        ("philomena-source-shapes/comment_anonymous", "derpibooru", "comments/15001"),
        ("philomena-source-shapes/image_with_interactions", "derpibooru",
         f"images/2000000001?key={BOARD_KEY}"),
    ],
)  # fmt: skip
async def test_bodies_have_the_captured_keys(
    visitor: Visitor, capture: str, site: str, path: str
) -> None:
    wanted = json.loads((CAPTURES / f"{capture}.json").read_bytes())
    body = await ask(visitor, site, path)
    assert body.keys() == wanted.keys()
    for key, value in wanted.items():
        if isinstance(value, dict):
            assert body[key].keys() == value.keys()
        elif isinstance(value, list) and body[key]:
            assert body[key][0].keys() == value[0].keys()


@pytest.mark.parametrize(
    ("site", "path", "status", "answer"),
    [
        ("derpibooru", f"{API}/posts/abc", 400, {"error": "Bad Request"}),
        ("derpibooru", f"{API}/profiles/x", 400, {"error": "Bad Request"}),
        ("derpibooru", f"{API}/comments/x", 400, {"error": "Bad Request"}),
        ("derpibooru", f"{API}/filters/x", 404, {"error": "Not found"}),
        ("derpibooru", f"{API}/profiles/6006", 404, {"error": "Not found"}),
        ("derpibooru", f"{API}/posts/1", 404, {"error": "Not found"}),
        ("derpibooru", f"{API}/forums/mod", 404, {"error": "Not found"}),
        ("derpibooru", f"{API}/forums/dis/topics/none", 404, {"error": "Not found"}),
        ("derpibooru", f"{API}/forums/dis/topics/none/posts", 404, {"error": "Not found"}),
        ("derpibooru", f"{API}/forums/dis/topics/swept-under-the-rug", 404,
         {"error": "Not found"}),
        ("derpibooru", f"{API}/forums/dis/topics/time-wasting-thread/posts/x", 404,
         {"error": "Not found"}),
        ("derpibooru", f"{API}/forums/none/topics", 200, {"topics": [], "total": 0}),
        ("derpibooru", f"{API}/search/galleries?q=(a", 400, {"error": "Imbalanced parentheses."}),
        ("derpibooru", f"{API}/search/posts?q=", 200, {"posts": [], "total": 0}),
        ("twibooru", "/api/v3/posts/x", 404, {"error": "Not Found"}),
        ("twibooru", "/api/v3/search/tags?q=id:x", 422, None),
        ("twibooru", "/posts/watched.json", 401, {"error": "Unauthorized"}),
        ("twibooru", "/oembed.json?url=https://twibooru.org/1", 404, {"error": "Not Found"}),
    ],
)  # fmt: skip
async def test_refusals_have_the_sites_own_shape(
    visitor: Visitor, site: str, path: str, status: int, answer: dict[str, Any] | None
) -> None:
    """Reference: boards, 1.4 and 4."""
    found, _, body = await visitor.raw(site, path)
    assert found == status
    if answer is not None:
        assert json.loads(body) == answer
    else:
        assert json.loads(body).keys() == {"error"}

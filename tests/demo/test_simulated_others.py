"""The simulated Twibooru, Safe Pony API and PonyAggregate say what their documents describe."""

import json
import re
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import BOARD_KEY
from bot.demo.sites.keys import PONYAGGREGATE_KEY as KEY
from bot.demo.world import World
from bot.demo.world_people import OPERATOR
from tests.clock import MovableClock
from tests.reference_data import CAPTURES, needs_captures

from .conftest import Visitor

API = "/api/v3"
PONY = "/api/v1"

#: Seed S4: all posts; those not hidden; those that are images.
ANY = {
    "created_at", "first_seen_at", "hidden_from_users", "id", "locations", "media_type",
    "orig_sha512_hash", "processed", "sha512_hash", "source_url", "tag_ids", "tags",
    "updated_at",
}  # fmt: skip
SHOWN = ANY | {
    "comment_count", "description", "downvotes", "faves", "score", "size", "upvotes",
    "wilson_score",
}  # fmt: skip
IMAGE = SHOWN | {
    "animated", "aspect_ratio", "duration", "format", "height", "intensities", "mime_type",
    "name", "representations", "thumbnails_generated", "view_url", "width",
}  # fmt: skip
TAG = {
    "aliased_tag", "aliases", "category", "description", "id", "images", "implied_by_tags",
    "implied_tags", "name", "name_in_namespace", "namespace", "short_description", "slug",
}  # fmt: skip


async def post(visitor: Visitor, label: str) -> dict[str, Any]:
    found = visitor.sites.world.odd("twibooru", label)
    return dict((await visitor.json("twibooru", f"{API}/posts/{found.id}"))["post"])


async def test_twibooru_posts_have_the_documented_keys_of_their_kind(visitor: Visitor) -> None:
    body = await visitor.json(
        "twibooru", f"{API}/search/posts", q="*", per_page="50", filter_id="2"
    )
    kinds = {"image": IMAGE, "paste": SHOWN}
    for found in body["posts"]:
        assert found.keys() | {"source_url"} == kinds[found["media_type"]]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found["created_at"])
    assert (await post(visitor, "paste")).keys() == SHOWN
    assert (await post(visitor, "deleted")).keys() == ANY | {"deletion_reason"}
    assert (await post(visitor, "merged")).keys() == ANY | {"duplicate_of"}
    assert (await post(visitor, "mp4"))["mime_type"] == "video/mp4"


@needs_captures
async def test_twibooru_bodies_have_the_captured_keys(visitor: Visitor) -> None:
    wanted = json.loads((CAPTURES / "twibooru" / "post_1_facts.json").read_bytes())["post"]
    featured = visitor.sites.world.featured("twibooru")
    body = await visitor.json("twibooru", f"{API}/posts/{featured.id}")
    assert body["post"].keys() >= wanted.keys()
    comments = json.loads(
        (CAPTURES / "twibooru" / "post_3408660_comments_2025-08.json").read_bytes()
    )
    shapes = {frozenset(row) for row in comments["comments"]}
    thread = await visitor.json("twibooru", f"{API}/posts/{featured.id}/comments")
    assert thread.keys() == comments.keys()
    assert {frozenset(row) for row in thread["comments"]} == shapes


async def test_twibooru_search_defaults_limits_and_errors(visitor: Visitor) -> None:
    path = f"{API}/search/posts"
    body = await visitor.json("twibooru", path, q="safe")
    assert len(body["posts"]) == 25
    assert len((await visitor.json("twibooru", path, q="safe", per_page="99"))["posts"]) == 50
    error = await visitor.json("twibooru", path, 422, q="(safe")
    assert isinstance(error["error"], str)
    missing = await visitor.json("twibooru", f"{API}/posts/1", 404)
    assert missing == {"error": "Not Found"}
    assert (await visitor.json("twibooru", path, q="explicit"))["total"] == 0
    assert (await visitor.json("twibooru", path, q="explicit", filter_id="2"))["total"] > 0


async def test_twibooru_relates_tags_by_name(visitor: Visitor) -> None:
    body = await visitor.json("twibooru", f"{API}/search/tags", q="mailmare")
    (tag,) = body["tags"]
    assert tag.keys() == TAG
    assert tag["aliased_tag"] == "derpy hooves"


async def test_twibooru_threads_come_whole_without_authors_or_total(visitor: Visitor) -> None:
    """Reference: boards, 4."""
    featured = visitor.sites.world.featured("twibooru")
    body = await visitor.json("twibooru", f"{API}/posts/{featured.id}/comments")
    assert body.keys() == {"comments"}
    assert len(body["comments"]) == 60
    for comment in body["comments"]:
        assert ("body" in comment) != comment["hidden_from_users"]
        assert not {"author", "user_id"} & comment.keys()


async def test_twibooru_tells_the_balance_of_each_route(visitor: Visitor) -> None:
    """Rule L7."""
    _, response, _ = await visitor.raw("twibooru", f"{API}/search/posts?q=safe")
    assert (response.headers["X-RL"], response.headers["X-RL-Remaining"]) == ("10", "9")
    assert response.headers["X-RL-Reset"].endswith("Z")
    _, response, _ = await visitor.raw("twibooru", f"{API}/search/tags?q=*")
    assert response.headers["X-RL"] == "60"
    for _ in range(15):
        status, response, _ = await visitor.raw("twibooru", f"{API}/search/posts?q=safe")
        assert status == 200
    assert response.headers["X-RL-Remaining"] == "1"


async def test_twibooru_refuses_the_eleventh_search_in_a_minute(world: World) -> None:
    """Rule L7, where the rules are on."""
    clock = MovableClock()
    async with (
        SimulatedSites(world, rules=True, clock=clock) as sites,
        aiohttp.ClientSession() as session,
    ):
        visitor = Visitor(sites, session)
        for left in range(9, -1, -1):
            status, response, _ = await visitor.raw("twibooru", f"{API}/search/posts?q=safe")
            assert (status, response.headers["X-RL-Remaining"]) == (200, str(left))
        error = await visitor.json("twibooru", f"{API}/search/posts", 429, q="safe")
        assert isinstance(error["error"], str)
        clock.advance(61)
        await visitor.json("twibooru", f"{API}/search/posts", q="safe")


async def test_twibooru_embeds_a_post_no_larger_than_asked(visitor: Visitor) -> None:
    """Seed S4, oEmbed; reference: boards, 4a."""
    post = visitor.sites.world.featured("twibooru")
    body = await visitor.json("twibooru", "/oembed.json", url=f"https://twibooru.org/{post.id}")
    assert body.keys() >= {
        "type", "version", "title", "author_name", "author_url", "provider_name", "cache_age",
        "url", "width", "height", "twibooru_id", "twibooru_score", "twibooru_comments",
    }  # fmt: skip
    assert body["provider_url"] == f"https://twibooru.org/{post.id}"
    assert (body["width"], body["height"]) == (post.width, post.height)
    for url in (f"https://twibooru.org/posts/{post.id}?q=1", body["url"]):
        again = await visitor.json("twibooru", "/oembed.json", url=url)
        assert again["twibooru_id"] == post.id
    for limits in ({"maxwidth": "400"}, {"maxheight": "300"}, {"maxwidth": "1", "maxheight": "1"}):
        small = await visitor.json(
            "twibooru", "/oembed.json", url=f"https://twibooru.org/{post.id}", **limits
        )
        assert small["width"] <= max(50, int(limits.get("maxwidth", "9999")))
        assert small["height"] <= max(50, int(limits.get("maxheight", "9999")))
        assert small["url"] != body["url"]
    paste = visitor.sites.world.odd("twibooru", "paste")
    text = await visitor.json("twibooru", "/oembed.json", url=f"https://twibooru.org/{paste.id}")
    assert "url" not in text


async def test_twibooru_shows_what_the_keys_owner_watches(visitor: Visitor) -> None:
    """Seed S4: `perpage`, 15 unless told otherwise."""
    path = "/posts/watched.json"
    body = await visitor.json("twibooru", path, key=BOARD_KEY)
    assert body["posts"]
    assert len(body["posts"]) == min(15, body["total"])
    assert all(set(OPERATOR.watched) & set(found["tags"]) for found in body["posts"])
    few = await visitor.json("twibooru", path, key=BOARD_KEY, perpage="3", page="2")
    assert [found["id"] for found in few["posts"]] == [found["id"] for found in body["posts"][3:6]]
    await visitor.json("twibooru", path, 401, key="wrong")


async def test_a_random_pony_has_all_the_tags(visitor: Visitor) -> None:
    """Seed S2."""
    seen = set()
    for _ in range(20):
        body = await visitor.json("ponyapi", f"{PONY}/pony/random", q="pegasus, solo")
        pony = body["pony"]
        assert {"pegasus", "solo", "safe"} <= set(pony["tags"])
        assert pony.keys() == {
            "id", "derpiId", "tags", "sourceURL", "height", "width", "aspectRatio", "mimeType",
            "originalFormat", "representations",
        }  # fmt: skip
        assert pony["representations"].keys() == {
            "full", "tall", "large", "medium", "small", "thumb", "thumbSmall", "thumbTiny",
        }  # fmt: skip
        seen.add(pony["id"])
    assert len(seen) > 1
    assert (await visitor.raw("ponyapi", f"{PONY}/pony/random?q=nopony"))[0] == 404


async def test_stems_count_unless_told_otherwise(visitor: Visitor) -> None:
    """Seed S2: `no_stem`."""
    await visitor.json("ponyapi", f"{PONY}/pony/random", q="smile")
    status, _, _ = await visitor.raw("ponyapi", f"{PONY}/pony/random?q=smile&no_stem")
    assert status == 404


async def test_random_never_shows_an_unapproved_pony_but_its_id_does(visitor: Visitor) -> None:
    """Rule L14."""
    post = visitor.sites.world.odd("ponyapi", "not approved")
    body = await visitor.json("ponyapi", f"{PONY}/pony/id/{post.id}")
    assert body["approved"] is False
    assert post.id > 2**52
    assert (await visitor.raw("ponyapi", f"{PONY}/pony/id/1"))[0] == 404


async def test_pony_tags(visitor: Visitor) -> None:
    """Seed S2."""
    names = (await visitor.json("ponyapi", f"{PONY}/tags"))["tags"]
    assert "derpy hooves" in names
    assert "mailmare" not in names
    body = await visitor.json("ponyapi", f"{PONY}/tag/mailmare")
    assert body["tag"]["name"] == "derpy hooves"
    assert body["tag"].keys() == {"name", "aliases", "stemmed", "stemmed_aliases"}
    assert (await visitor.raw("ponyapi", f"{PONY}/tag/nopony"))[0] == 404
    for name in ("artist:tea/crumpets", "artist:мятный чай", "artist:moss & minuet", "pegasi"):
        status, _, data = await visitor.raw("ponyapi", f"{PONY}/tag/{quote(name, safe='')}")
        assert status == 200
        tag = json.loads(data)["tag"]
        assert name in (tag["name"], *tag["aliases"])


async def test_a_stemmed_name_is_no_tag_and_no_stem_is_told_twice(visitor: Visitor) -> None:
    """Seed S2: the example tells seven stems of eight aliases, the eighth being the tag's own."""
    assert (await visitor.raw("ponyapi", f"{PONY}/tag/twilight%20sparkl"))[0] == 404
    body = await visitor.json("ponyapi", f"{PONY}/tag/twilight%20sparkle")
    assert body["tag"]["stemmed"] == "twilight sparkl"
    for name in (await visitor.json("ponyapi", f"{PONY}/tags"))["tags"][:40]:
        _, _, data = await visitor.raw("ponyapi", f"{PONY}/tag/{quote(name, safe='')}")
        tag = json.loads(data)["tag"]
        stems = [tag["stemmed"], *tag["stemmed_aliases"]]
        assert len(stems) == len(set(stems))


async def test_ponyaggregate_knows_its_key_as_bearer_only(visitor: Visitor) -> None:
    """Rule L8."""
    good = {"Authorization": f"Bearer {KEY}"}
    status, _, body = await visitor.raw("ponyaggregate", "/api/users/me", "POST", headers=good)
    assert status == 200
    assert json.loads(body)["user"]["username"]
    for headers in ({}, {"Authorization": KEY}, {"Authorization": "Bearer other"}):
        status, _, _ = await visitor.raw("ponyaggregate", "/api/users/me", "POST", headers=headers)
        assert status == 401

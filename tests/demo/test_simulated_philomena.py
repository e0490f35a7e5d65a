"""The simulated Derpibooru and Ponybooru say what seeds S1 and S3 and `boards` 1 describe."""

import json
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest

from bot.demo.sites import SimulatedSites
from bot.demo.world import World
from tests.clock import MovableClock
from tests.reference_data import CAPTURES, needs_captures

from .conftest import Visitor
from .documented import COMMENT, FILTER, NEWER, OEMBED, S1_IMAGE, S3_IMAGE, SIZES, STUB, TAG

API = "/api/v1/json"


async def everything(visitor: Visitor, site: str = "derpibooru", **more: str) -> list[Any]:
    found: list[Any] = []
    page = 1
    filter_id = {"derpibooru": "56027", "ponybooru": "3"}[site]
    while True:
        body = await visitor.json(
            site, f"{API}/search/images", q="*", filter_id=filter_id, per_page="50",
            page=str(page), **more,
        )  # fmt: skip
        found += body["images"]
        if page * 50 >= body["total"]:
            return found
        page += 1


async def test_images_have_the_documented_keys(visitor: Visitor) -> None:
    for image in await everything(visitor):
        optional = {"source_url", "source_urls"}
        assert image.keys() | optional == S3_IMAGE | NEWER
        assert image["representations"].keys() - {"webm", "mp4"} == SIZES


async def test_ponybooru_leaves_out_what_its_document_does_not_list(visitor: Visitor) -> None:
    """Reference: boards, 4a."""
    for image in await everything(visitor, "ponybooru"):
        assert image.keys() | {"source_url"} == S1_IMAGE


@needs_captures
@pytest.mark.parametrize(
    ("capture", "path", "key"),
    [
        ("philomena-source-shapes/image_full.json", f"{API}/images/2000000001", "image"),
        ("philomena-source-shapes/tag_aliased.json", f"{API}/tags/mailmare", "tag"),
        ("philomena-source-shapes/filter_system.json", f"{API}/filters/100073", "filter"),
        ("philomena-source-shapes/comment_hidden.json", f"{API}/comments/15001", "comment"),
        ("philomena-source-shapes/oembed.json",
         f"{API}/oembed?url=https://derpibooru.org/images/2000000001", None),
    ],
)  # fmt: skip
async def test_bodies_have_the_keys_of_the_servers_own_tests(
    visitor: Visitor, capture: str, path: str, key: str | None
) -> None:
    wanted = json.loads((CAPTURES / capture).read_bytes())
    body = await visitor.json("derpibooru", path)
    assert body.keys() == wanted.keys()
    if key is not None:
        assert body[key].keys() == wanted[key].keys()


async def test_search_defaults_to_fifteen_and_stops_at_fifty(visitor: Visitor) -> None:
    """Rule L11; reference: boards, 1.2."""

    async def count(**params: str) -> int:
        body = await visitor.json("derpibooru", f"{API}/search/images", q="safe", **params)
        assert body.keys() == {"images", "total", "interactions"}
        return len(body["images"])

    assert await count() == 15
    assert await count(per_page="50") == 50
    assert await count(per_page="500") == 50
    assert await count(per_page="0") == 1
    assert await count(per_page="many") == 25
    assert await count(perpage="40") == 15


async def test_pages_hold_every_post_once_newest_first(visitor: Visitor) -> None:
    images = await everything(visitor)
    ids = [image["id"] for image in images]
    assert len(ids) == len(set(ids)) == 238  # two are stubs
    seen = [image["first_seen_at"].rstrip("Z") for image in images]
    assert seen == sorted(seen, reverse=True)
    beyond = await visitor.json("derpibooru", f"{API}/search/images", q="*", page="99")
    assert beyond["images"] == []
    assert beyond["total"] > 0


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize(
    "field", ["id", "score", "faves", "wilson_score", "comment_count", "width", "tag_count"]
)
async def test_sorting(visitor: Visitor, field: str, direction: str) -> None:
    images = await everything(visitor, sf=field, sd=direction)
    values = [image[field] for image in images]
    assert values == sorted(values, reverse=direction == "desc")


async def test_a_seeded_shuffle_is_stable_over_pages(visitor: Visitor) -> None:
    one = [image["id"] for image in await everything(visitor, sf="random:7")]
    assert one == [image["id"] for image in await everything(visitor, sf="random:7")]
    assert one != [image["id"] for image in await everything(visitor, sf="random:8")]
    assert len(one) == len(set(one))


async def test_the_default_filter_hides_and_an_unknown_one_falls_back(visitor: Visitor) -> None:
    """Reference: boards, 1.3."""

    async def total(**params: str) -> int:
        body = await visitor.json("derpibooru", f"{API}/search/images", q="explicit", **params)
        return int(body["total"])

    assert await total(filter_id="56027") > 0
    assert await total() == 0
    assert await total(filter_id="999999") == 0
    await visitor.json("derpibooru", f"{API}/search/images", 400, q="safe", filter_id="")


async def test_an_empty_query_finds_nothing_and_a_bad_one_is_400(visitor: Visitor) -> None:
    """Reference: boards, 1.2 and 1.4."""
    path = f"{API}/search/images"
    empty = {"images": [], "total": 0, "interactions": []}
    assert await visitor.json("derpibooru", path) == empty
    assert await visitor.json("derpibooru", path, q=" ") == empty
    bad = await visitor.json("derpibooru", path, 400, q="(safe")
    assert bad == {"error": "Imbalanced parentheses."}


async def test_stubs_answer_200_with_seven_keys_and_are_in_no_search(visitor: Visitor) -> None:
    world = visitor.sites.world
    for label in ("deleted", "merged"):
        post = world.odd("derpibooru", label)
        body = await visitor.json("derpibooru", f"{API}/images/{post.id}")
        assert body["image"].keys() == STUB
        assert (body["image"]["duplicate_of"] is None) == (label == "deleted")
        found = await visitor.json("derpibooru", f"{API}/search/images", q=f"id:{post.id}")
        assert found["total"] == 0


async def test_a_post_by_id_is_not_filtered(visitor: Visitor) -> None:
    """Reference: safety, 3.4."""
    post = visitor.sites.world.odd("derpibooru", "explicit")
    body = await visitor.json("derpibooru", f"{API}/images/{post.id}")
    assert "explicit" in body["image"]["tags"]
    wanted = f"id:{post.id}, safe, -explicit"
    found = await visitor.json("derpibooru", f"{API}/search/images", q=wanted, filter_id="56027")
    assert found["total"] == 0


async def test_source_shapes(visitor: Visitor) -> None:
    """Reference: boards, 1.5."""

    async def image(label: str) -> dict[str, Any]:
        post = visitor.sites.world.odd("derpibooru", label)
        body = await visitor.json("derpibooru", f"{API}/images/{post.id}")
        return dict(body["image"])

    assert (await image("null source"))["source_url"] is None
    assert "source_urls" not in await image("null source")
    assert "source_urls" not in await image("single source field")
    assert not {"source_url", "source_urls"} & (await image("no source keys")).keys()
    assert (await image("no source"))["source_url"] == ""
    assert len((await image("nine sources"))["source_urls"]) == 9
    assert not (await image("naive dates"))["created_at"].endswith("Z")
    assert (await image("not yet thumbnailed"))["intensities"] is None


async def test_what_is_not_there_is_a_json_404(visitor: Visitor) -> None:
    for path in ("images/1", "tags/no-such", "comments/1", "filters/4", "nothing"):
        body = await visitor.json("derpibooru", f"{API}/{path}", 404)
        assert body == {"error": "Not found"}
    assert await visitor.json("derpibooru", f"{API}/images/abc", 400) == {"error": "Bad Request"}


async def test_tags_answer_to_their_stored_slug_alone(visitor: Visitor) -> None:
    """Reference: boards, 1.7."""
    table = visitor.sites.world.tags["derpibooru"]
    for name in ("derpy hooves", "artist:dot.dash", "artist:мятный чай", "artist:tea/crumpets"):
        slug = quote(table.by_name[name].slug, safe="+")
        body = await visitor.json("derpibooru", f"{API}/tags/{slug}")
        assert body["tag"].keys() == TAG
        assert body["tag"]["name"] == name
    await visitor.json("derpibooru", f"{API}/tags/{table.by_name['safe'].id}", 404)
    alias = await visitor.json("derpibooru", f"{API}/tags/mailmare")
    assert alias["tag"]["aliased_tag"] == "derpy+hooves"


async def test_tag_search_finds_by_name_most_used_first(visitor: Visitor) -> None:
    path = f"{API}/search/tags"
    body = await visitor.json("derpibooru", path, q="*")
    assert len(body["tags"]) == 25
    counts = [tag["images"] for tag in body["tags"]]
    assert counts == sorted(counts, reverse=True)
    named = await visitor.json("derpibooru", path, q="name:artist:мятный чай")
    assert [tag["name"] for tag in named["tags"]] == ["artist:мятный чай"]
    wing = await visitor.json("derpibooru", path, q="analyzed_name:hooves")
    assert "derpy hooves" in [tag["name"] for tag in wing["tags"]]
    known = await visitor.json("derpibooru", path, q="alias_of:derpy hooves")
    assert "mailmare" in [tag["name"] for tag in known["tags"]]
    assert (await visitor.json("derpibooru", path, q="nopony at all"))["total"] == 0


async def test_comments_are_newest_first_and_hidden_ones_have_no_text(visitor: Visitor) -> None:
    post = visitor.sites.world.featured("derpibooru")
    path = f"{API}/search/comments"
    body = await visitor.json("derpibooru", path, q=f"image_id:{post.id}", per_page="50")
    assert body["total"] == 60
    assert len(body["comments"]) == 50
    assert all(comment.keys() == COMMENT for comment in body["comments"])
    dates = [comment["created_at"] for comment in body["comments"]]
    assert dates == sorted(dates, reverse=True)
    assert None in [comment["body"] for comment in body["comments"]]
    one = body["comments"][0]
    found = await visitor.json("derpibooru", f"{API}/comments/{one['id']}")
    assert found == {"comment": one}


async def test_the_featured_post_is_plain(visitor: Visitor) -> None:
    for site in ("derpibooru", "ponybooru"):
        body = await visitor.json(site, f"{API}/images/featured")
        assert body["interactions"] == []
        assert body["image"]["id"] == visitor.sites.world.featured(site).id


async def test_filters(visitor: Visitor) -> None:
    """Reference: boards, 3."""
    everything_ = await visitor.json("derpibooru", f"{API}/filters/56027")
    assert everything_["filter"].keys() == FILTER
    assert everything_["filter"]["name"] == "Everything"
    assert everything_["filter"]["hidden_tag_ids"] == []
    system = await visitor.json("derpibooru", f"{API}/filters/system")
    assert {found["id"] for found in system["filters"]} >= {100073, 56027}
    assert system["total"] == len(system["filters"])
    status, _, body = await visitor.raw("derpibooru", f"{API}/filters/user")
    assert (status, body) == (403, b"")


@pytest.mark.parametrize("site", ["derpibooru", "ponybooru"])
async def test_oembed_carries_the_sites_own_keys(visitor: Visitor, site: str) -> None:
    """Reference: boards, 4a."""
    post = visitor.sites.world.featured(site)
    for url in (
        f"https://{site}.org/images/{post.id}",
        f"https://cdn.example/img/view/1/2/3/{post.id}.png",
    ):
        body = await visitor.json(site, f"{API}/oembed", url=url)
        own = {f"{site}_{name}" for name in ("id", "score", "comments", "tags")}
        assert body.keys() >= OEMBED | own
        assert body[f"{site}_id"] == post.id
        assert body["cache_age"] == 7200
    hidden = visitor.sites.world.odd(site, "deleted")
    error = await visitor.json(site, f"{API}/oembed", 404, url=f"https://x/images/{hidden.id}")
    assert error == {"error": "Couldn't find an image"}


async def test_answers_carry_the_frameworks_cache_header(visitor: Visitor) -> None:
    """Rule L5."""
    _, response, _ = await visitor.raw("derpibooru", f"{API}/images/featured")
    assert response.headers["Cache-Control"] == "max-age=0, private, must-revalidate"
    assert response.headers["X-Request-Id"]
    assert "ETag" not in response.headers


async def test_media_are_served_under_the_sites_own_paths(visitor: Visitor) -> None:
    post = visitor.sites.world.featured("derpibooru")
    body = await visitor.json("derpibooru", f"{API}/images/{post.id}")
    path = body["image"]["representations"]["thumb"].removeprefix("https://derpicdn.net")
    status, response, data = await visitor.raw("derpibooru", path)
    assert (status, response.content_type) == (200, body["image"]["mime_type"])
    assert data
    assert (await visitor.raw("derpibooru", "/img/none.png"))[0] == 404


async def test_too_many_searches_are_challenged_and_then_blocked(world: World) -> None:
    """Rule L9: 20 per 10 s; 501 with HTML for 5 s; going on is answered by an empty 500."""
    clock = MovableClock()
    async with (
        SimulatedSites(world, rules=True, clock=clock) as sites,
        aiohttp.ClientSession() as session,
    ):
        visitor = Visitor(sites, session)
        path = f"{API}/search/images?q=safe"
        for _ in range(20):
            assert (await visitor.raw("derpibooru", path))[0] == 200
        status, response, _ = await visitor.raw("derpibooru", path)
        assert (status, response.content_type) == (501, "text/html")
        clock.advance(11)
        assert (await visitor.raw("derpibooru", path))[0] == 200
        answers = [await visitor.raw("derpibooru", path) for _ in range(40)]
        assert answers[-1][0] == 500
        assert answers[-1][2] == b""
        clock.advance(899)
        assert (await visitor.raw("derpibooru", path))[0] == 500
        clock.advance(899)
        assert (await visitor.raw("derpibooru", path))[0] == 500
        clock.advance(901)
        assert (await visitor.raw("derpibooru", path))[0] == 200

"""The simulated sites misbehave exactly when told to (faults F11-F19)."""

import json
from typing import cast

import aiohttp
import pytest

from bot.demo.sites import Mode
from bot.demo.sites.modes import Kind

from .conftest import Visitor

PATH = "/api/v1/json/search/images?q=safe"


@pytest.mark.parametrize(
    ("kind", "status", "content_type"),
    [
        ("down_501", 501, "text/html"),
        ("403_html", 403, "text/html"),
        ("html200", 200, "text/html"),
        ("500", 500, "application/json"),
        ("401", 401, "application/json"),
    ],
)
async def test_refusals_with_a_body(
    visitor: Visitor, kind: Kind, status: int, content_type: str
) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind=kind))
    found, response, body = await visitor.raw("derpibooru", PATH)
    assert (found, response.content_type) == (status, content_type)
    assert body


@pytest.mark.parametrize(
    "kind", ["down_500_empty", "502", "503", "504", "429", "404_empty", "403_empty"]
)
async def test_refusals_without_a_body(visitor: Visitor, kind: Kind) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind=kind, retry_after="7"))
    status, response, body = await visitor.raw("derpibooru", PATH)
    assert status == {"down_500_empty": 500}.get(kind) or str(status) == kind[:3]
    assert body == b""
    assert response.headers["Retry-After"] == "7"


async def test_a_429_can_carry_a_reset_of_its_own(visitor: Visitor) -> None:
    visitor.sites.set_mode("twibooru", Mode(kind="429", reset="2022-01-01 00:00:00 UTC"))
    _, response, _ = await visitor.raw("twibooru", "/api/v3/search/posts?q=safe")
    assert response.headers["X-RL-Reset"] == "2022-01-01 00:00:00 UTC"


async def test_a_redirect_leads_away(visitor: Visitor) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind="redirect", location="http://evil.example/"))
    status, response, _ = await visitor.raw("derpibooru", PATH)
    assert (status, response.headers["Location"]) == (302, "http://evil.example/")


@pytest.mark.parametrize("kind", ["drop", "cut"])
async def test_connections_break(visitor: Visitor, kind: Kind) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind=kind))
    with pytest.raises(aiohttp.ClientError):
        await visitor.raw("derpibooru", PATH)


@pytest.mark.parametrize("kind", ["truncated", "bom", "bad_utf8"])
async def test_bodies_are_spoiled(visitor: Visitor, kind: Kind) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind=kind))
    status, _, body = await visitor.raw("derpibooru", PATH)
    assert status == 200
    with pytest.raises(ValueError):  # noqa: PT011 (of JSON or of UTF-8)
        json.loads(body.decode())


async def test_some_spoiled_bodies_are_still_json_of_a_kind(visitor: Visitor) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind="nan", times=1))
    _, _, body = await visitor.raw("derpibooru", PATH)
    assert b'"id":NaN' in body
    visitor.sites.set_mode("derpibooru", Mode(kind="duplicate_keys", times=1))
    _, _, body = await visitor.raw("derpibooru", PATH)
    assert b'"tags":["x"],"tags":[' in body
    visitor.sites.set_mode("derpibooru", Mode(kind="deep", times=1))
    _, _, body = await visitor.raw("derpibooru", PATH)
    assert body.startswith(b"[" * 10_000)


async def test_floods_do_not_end_by_themselves(visitor: Visitor) -> None:
    for kind in cast("tuple[Kind, ...]", ("endless", "huge")):
        visitor.sites.set_mode("derpibooru", Mode(kind=kind))
        async with visitor.session.get(visitor.sites.urls["derpibooru"] + PATH) as response:
            await response.content.readexactly(6 * 1024 * 1024)


async def test_a_gzip_bomb_is_small_on_the_wire(visitor: Visitor) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind="gzip_bomb"))
    async with visitor.session.get(visitor.sites.urls["derpibooru"] + PATH) as response:
        assert int(response.headers["Content-Length"]) < 1024 * 1024
        assert response.headers["Content-Encoding"] == "gzip"


async def test_a_trickle_comes_byte_by_byte(visitor: Visitor) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind="one_byte", seconds=0.001))
    async with visitor.session.get(visitor.sites.urls["derpibooru"] + PATH) as response:
        assert await response.content.readexactly(5) == b'{"ima'


async def test_slow_answers_are_right_in_the_end(visitor: Visitor) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind="slow", seconds=0.05))
    status, _, body = await visitor.raw("derpibooru", PATH)
    assert status == 200
    assert json.loads(body)["total"] > 0


async def test_an_evil_site_answers_anything_with_unsafe_posts(visitor: Visitor) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind="evil"))
    body = await visitor.json("derpibooru", "/api/v1/json/search/images", q="safe, solo")
    assert any("explicit" in image["tags"] for image in body["images"])
    visitor.sites.set_mode("ponyapi", Mode(kind="evil"))
    pony = await visitor.json("ponyapi", "/api/v1/pony/random")
    assert "explicit" in pony["pony"]["tags"]


async def test_a_mode_lasts_as_long_and_reaches_as_far_as_it_says(visitor: Visitor) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind="500", times=2, path="/api/v1/json/search"))
    assert (await visitor.raw("derpibooru", "/api/v1/json/images/featured"))[0] == 200
    assert (await visitor.raw("derpibooru", PATH))[0] == 500
    assert (await visitor.raw("derpibooru", PATH))[0] == 500
    assert (await visitor.raw("derpibooru", PATH))[0] == 200
    visitor.sites.set_mode("derpibooru", Mode(kind="500"))
    visitor.sites.set_mode("derpibooru")
    assert (await visitor.raw("derpibooru", PATH))[0] == 200


async def test_every_request_is_logged_refused_ones_too(visitor: Visitor) -> None:
    visitor.sites.set_mode("derpibooru", Mode(kind="down_501"))
    await visitor.raw("derpibooru", PATH, headers={"User-Agent": "test/1"})
    (request,) = visitor.sites.requests["derpibooru"]
    assert (request.method, request.path) == ("GET", "/api/v1/json/search/images")
    assert request.query == {"q": "safe"}
    assert request.headers["User-Agent"] == "test/1"
    assert visitor.sites.requests["twibooru"] == []


async def test_the_catalogue_points_at_the_servers(visitor: Visitor) -> None:
    rows = visitor.sites.catalogue
    assert rows["derpibooru"].base_url == visitor.sites.urls["derpibooru"]
    assert rows["derpibooru"].domain == "derpibooru.org"

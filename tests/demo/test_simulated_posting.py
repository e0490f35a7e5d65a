"""Uploading to a simulated board, and reverse search (seeds S1, S3; reference: boards, 1.1)."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import BANNED_KEY, BOARD_KEY
from bot.demo.world import World
from bot.demo.world_people import OPERATOR

from .conftest import Visitor

API = "/api/v1/json"
IMAGE = {
    "description": "A new one.",
    "tag_input": "Safe, derpy hooves, solo, brand new tag",
    "source_url": "https://example.com/art/new",
}
LINK = "https://files.example.com/new.png"


@pytest.fixture
async def fresh() -> AsyncIterator[Visitor]:
    async with SimulatedSites(World()) as sites, aiohttp.ClientSession() as session:
        yield Visitor(sites, session)


async def upload(
    visitor: Visitor, body: Any, key: str | None = BOARD_KEY, **options: Any
) -> tuple[int, Any]:
    path = f"{API}/images" + (f"?key={key}" if key else "")
    options = options or {"json": body}
    status, _, data = await visitor.raw("derpibooru", path, "POST", **options)
    return status, json.loads(data) if data else None


async def test_an_upload_becomes_a_post_that_is_not_yet_processed(fresh: Visitor) -> None:
    """Rule L12: no media of it before its thumbnails are there."""
    status, body = await upload(fresh, {"image": IMAGE, "url": LINK})
    assert status == 200
    assert body.keys() == {"image", "interactions"}
    image = body["image"]
    assert image["tags"] == ["safe", "derpy hooves", "solo", "brand new tag"]
    assert (image["thumbnails_generated"], image["processed"]) == (False, False)
    assert image["uploader_id"] == OPERATOR.id
    assert image["source_urls"] == [IMAGE["source_url"]]
    again = await fresh.json("derpibooru", f"{API}/images/{image['id']}")
    assert again["image"]["description"] == "A new one."
    found = await fresh.json("derpibooru", f"{API}/search/images", q="brand new tag")
    assert [post["id"] for post in found["images"]] == [image["id"]]
    tag = await fresh.json("derpibooru", f"{API}/tags/brand+new+tag")
    assert tag["tag"]["images"] == 1
    mine = await fresh.json(
        "derpibooru", f"{API}/search/images", q="my:uploads", key=BOARD_KEY, hidden="1"
    )
    assert [post["id"] for post in mine["images"]] == [image["id"]]


async def test_the_same_file_is_taken_once(fresh: Visitor) -> None:
    """Seed S1, Image Errors Responses."""
    assert (await upload(fresh, {"image": IMAGE, "url": LINK}))[0] == 200
    status, body = await upload(fresh, {"image": IMAGE, "url": LINK})
    assert (status, body) == (
        400, {"errors": {"image_orig_sha512_hash": ["has already been taken"]}},
    )  # fmt: skip
    known = fresh.sites.world.featured("derpibooru")
    found = await fresh.json("derpibooru", f"{API}/images/{known.id}")
    url = found["image"]["representations"]["full"]
    assert (await upload(fresh, {"image": IMAGE, "url": url}))[0] == 400


@pytest.mark.parametrize(("key", "status"), [(None, 401), ("wrong", 401), (BANNED_KEY, 403)])
async def test_an_upload_needs_the_key_of_somebody_in_good_standing(
    fresh: Visitor, key: str | None, status: int
) -> None:
    """Reference: boards, 1.4: both refusals are empty."""
    assert await upload(fresh, {"image": IMAGE, "url": LINK}, key) == (status, None)


@pytest.mark.parametrize(
    ("changes", "url", "fields"),
    [
        ({"tag_input": "derpy hooves, solo, pony"}, LINK, {"tag_input"}),
        ({"tag_input": "safe"}, LINK, {"tag_input"}),
        ({"tag_input": "safe, explicit, pony"}, LINK, {"tag_input"}),
        ({}, "https://files.example.com/new.webp", {"image_mime_type", "image_format"}),
        ({}, "", {"image", "uploaded_image"}),
        ({}, "http://files.example.com/new.png", {"image", "uploaded_image"}),
    ],
)
async def test_what_is_wrong_with_an_upload_is_told_by_field(
    fresh: Visitor, changes: dict[str, str], url: str, fields: set[str]
) -> None:
    status, body = await upload(fresh, {"image": IMAGE | changes, "url": url})
    assert status == 400
    assert body.keys() == {"errors"}
    assert body["errors"].keys() == fields
    assert all(isinstance(text, str) for texts in body["errors"].values() for text in texts)


async def test_an_upload_that_is_not_json_is_a_bad_request(fresh: Visitor) -> None:
    """Seed S1: the content type must be JSON."""
    for options in ({"data": json.dumps({"image": IMAGE, "url": LINK})}, {"json": ["x"]}):
        status, body = await upload(fresh, None, **options)
        assert (status, body) == (400, {"error": "Bad Request"})
    status, body = await upload(fresh, None, data="{", headers={"Content-Type": "application/json"})
    assert status == 400


async def reverse(visitor: Visitor, site: str, query: str = "", **options: Any) -> Any:
    path = f"{API}/search/reverse{query}"
    status, _, data = await visitor.raw(site, path, "POST", **options)
    assert status == 200
    body = json.loads(data)
    assert body.keys() == {"images", "total", "interactions"}
    return body


async def test_a_picture_is_found_by_its_address_on_every_board(visitor: Visitor) -> None:
    world = visitor.sites.world
    twin = next(
        post
        for post in world.posts("ponybooru").values()
        if post.derpi_id is not None and not post.hidden
    )
    original = world.posts("derpibooru")[twin.derpi_id or 0]
    image = await visitor.json("derpibooru", f"{API}/images/{original.id}")
    url = image["image"]["representations"]["large"]
    for site, number in (("derpibooru", original.id), ("ponybooru", twin.id)):
        ways: tuple[dict[str, Any], ...] = (
            {"params": {"url": url}},
            {"json": {"url": url, "distance": 0.25}},
            {"data": {"url": url, "limit": "5"}},
        )
        for options in ways:
            body = await reverse(visitor, site, **options)
            assert [found["id"] for found in body["images"]] == [number]
    far = await reverse(visitor, "derpibooru", json={"url": url, "distance": 200, "limit": 50})
    assert far["total"] > 1
    assert far["images"][0]["id"] == original.id
    few = await reverse(visitor, "derpibooru", json={"url": url, "distance": 200, "limit": 2})
    assert few["total"] == 2


async def test_a_picture_is_found_by_its_file(visitor: Visitor) -> None:
    post = visitor.sites.world.featured("derpibooru")
    image = await visitor.json("derpibooru", f"{API}/images/{post.id}")
    path = image["image"]["representations"]["small"].removeprefix("https://derpicdn.net")
    _, _, picture = await visitor.raw("derpibooru", path)
    form = aiohttp.FormData()
    form.add_field("distance", "0.25")
    form.add_field("image[image]", picture, filename="a.png", content_type="image/png")
    body = await reverse(visitor, "derpibooru", data=form)
    assert [found["id"] for found in body["images"]] == [post.id]
    other = aiohttp.FormData()
    other.add_field("image[image]", b"nothing known", filename="a.png")
    assert (await reverse(visitor, "derpibooru", data=other))["images"] == []


@pytest.mark.parametrize("query", ["", "?url=https://x.example/a.png", "?limit=0", "?limit=51"])
async def test_a_reverse_search_for_nothing_finds_nothing(visitor: Visitor, query: str) -> None:
    """Reference: boards, 1.1."""
    assert (await reverse(visitor, "derpibooru", query))["total"] == 0

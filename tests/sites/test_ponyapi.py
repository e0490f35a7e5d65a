"""The client of the Safe Pony API (seed S2; reference: boards, 4b)."""

import json
from typing import Any

import pytest

from bot.sites import (
    BadRequest,
    BadResponse,
    NotFound,
    PonyApi,
    Transport,
)
from tests.sites.bodies import PONY
from tests.sites.conftest import Server, at, body, says


@pytest.fixture
def ponies(server: Server, transport: Transport) -> PonyApi:
    return PonyApi(at(server, "ponyapi"), transport)


async def test_a_random_pony(ponies: PonyApi, server: Server, clock: Any) -> None:
    server.says(200, body(pony=PONY))
    post = await ponies.random(["twilight sparkle", "sitting"], no_stem=True)
    assert dict(server.requests[0].query) == {"q": "twilight sparkle,sitting", "no_stem": "true"}
    assert post.id == 5067491655024640
    clock.advance(2)
    await ponies.random()
    assert server.requests[1].path_qs == "/api/v1/pony/random"
    clock.advance(2)
    with pytest.raises(BadRequest):
        await ponies.random(["a,b"])
    server.says(404, "")
    with pytest.raises(NotFound):
        await ponies.random(["nothing"])


async def test_l14_a_pony_by_its_id_says_whether_it_is_approved(
    ponies: PonyApi, server: Server, clock: Any
) -> None:
    server.says(200, body(pony=PONY, approved=False))
    assert (await ponies.pony(PONY["id"])).approved is False
    clock.advance(2)
    with pytest.raises(BadResponse):
        await ponies.pony(6)
    clock.advance(2)
    server.says(200, body(pony=PONY))
    with pytest.raises(BadResponse) as caught:
        await ponies.pony(PONY["id"])
    assert caught.value.field == "answer.approved"
    with pytest.raises(BadRequest):
        await ponies.pony(2**53 + 1)
    clock.advance(2)
    server.says(200, body(pony={"id": "x"}))
    with pytest.raises(BadResponse):
        await ponies.random()


async def test_pony_tags_come_bare_or_in_an_envelope(
    ponies: PonyApi, server: Server, clock: Any
) -> None:
    """Reference: boards, 4b: the document shows both."""
    one = {
        "name": "twilight sparkle",
        "stemmed": "twilight sparkl",
        "aliases": ["ts"],
        "stemmed_aliases": ["ts"],
    }
    server.script = [says(200, body(tag=one)), says(200, json.dumps(one))]
    server.says(200, body(tags=["safe", "ts"]))
    first = await ponies.tag("ts/..?")
    assert server.requests[0].raw_path == "/api/v1/tag/ts%2F..%3F"
    clock.advance(2)
    assert await ponies.tag("ts") == first
    assert (first.name, first.aliases, first.stemmed) == (
        "twilight sparkle",
        ("ts",),
        "twilight sparkl",
    )
    clock.advance(2)
    assert await ponies.tags() == ("safe", "ts")
    with pytest.raises(BadRequest):
        await ponies.tag("..")

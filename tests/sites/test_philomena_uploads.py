"""Pictures posted to a Philomena board: rule L16; seeds S1, S3, Posting Images."""

import pytest

from bot.demo.sites.keys import BANNED_KEY
from bot.demo.world import World
from bot.posts.model import Post
from bot.sites import (
    BadQuery,
    BadRequest,
    KeyRefused,
    PhilomenaBoard,
    Transport,
    UploadRefused,
)
from tests.sites.conftest import Server, at, body
from tests.sites.simulated import LINK, TAGS, clients


async def test_an_upload_is_json_with_the_link_and_the_key() -> None:
    """Rule L16: nothing leaves the machine; seeds S1, S3, Posting Images."""
    async with clients(World()) as (sites, simulated):
        board = sites.boards["derpibooru"]
        assert isinstance(board, PhilomenaBoard)
        post = await board.upload(LINK, tags=TAGS, source_url="https://a.example/1")
        assert isinstance(post, Post)
        assert set(post.tags) == {"safe", "artist:somebody", "pony", "mare"}
        assert (post.sources, post.thumbnails_generated) == (("https://a.example/1",), False)
        request = simulated.requests["derpibooru"][-1]
        assert (request.method, set(request.query)) == ("POST", {"key"})
        assert request.headers["Content-Type"] == "application/json"
        assert (await board.image(post.id)).id == post.id
        with pytest.raises(UploadRefused) as caught:
            await board.upload("https://example.com/files/other.png", tags="pony")
        assert len(caught.value.errors.tag_input) == 2
        assert caught.value.errors.image == ()
        assert len(simulated.requests["derpibooru"]) == 3


async def test_an_upload_that_is_refused_without_reasons_is_a_bad_query(
    server: Server, transport: Transport
) -> None:
    server.says(400, body(error="Bad Request"))
    with pytest.raises(BadQuery) as caught:
        await PhilomenaBoard(at(server), transport, key="k").upload(LINK, tags=TAGS)
    assert not isinstance(caught.value, UploadRefused)


async def test_an_upload_without_a_readable_answer_was_still_taken(
    server: Server, transport: Transport
) -> None:
    server.says(200, "taken")
    board = PhilomenaBoard(at(server), transport, key="k")
    assert await board.upload(LINK, tags=TAGS) is None


async def test_an_upload_needs_a_key_that_may_upload() -> None:
    async with clients(key=None) as (sites, simulated):
        with pytest.raises(BadRequest, match="key"):
            await sites.boards["derpibooru"].upload(LINK, tags=TAGS)  # type: ignore[attr-defined]
        assert simulated.requests["derpibooru"] == []
    for key in ("unknown", BANNED_KEY):
        async with clients(key=key) as (sites, simulated):
            with pytest.raises(KeyRefused):
                await sites.boards["derpibooru"].upload(LINK, tags=TAGS)  # type: ignore[attr-defined]
            assert len(simulated.requests["derpibooru"]) == 1

"""Twibooru's own ways (seed S4; reference: boards, 4)."""

import json

import pytest

from bot.sites import (
    BadResponse,
    TwibooruBoard,
)
from tests.sites.bodies import TWI, capture
from tests.sites.conftest import Server, body, says, tag


async def test_captured_comments_of_twibooru_are_put_in_order(
    twibooru: TwibooruBoard, server: Server
) -> None:
    sent = capture("twibooru/post_3408660_comments_2025-08.json")
    server.says(200, json.dumps(sent))
    page = await twibooru.comments(3408660)
    assert server.requests[0].path == "/api/v3/posts/3408660/comments"
    assert (page.total, page.skipped, len(page.comments)) == (15, 0, 15)
    instants = [one.created_at for one in page.comments]
    assert instants == sorted(instants, reverse=True)  # type: ignore[type-var]
    assert all(one.author is None for one in page.comments)
    hidden = {row["id"] for row in sent["comments"] if row["hidden_from_users"]}
    assert {one.id for one in page.comments if one.body is None} == hidden


async def test_twibooru_threads_are_cut_into_pages(twibooru: TwibooruBoard, server: Server) -> None:
    rows: list[dict[str, object]] = [{"id": n, "body": "x"} for n in range(1, 31)]
    rows.append({"id": 99, "body": "secret", "hidden_from_users": True})
    server.says(200, body(comments=[*rows, {"id": "x"}]))
    page = await twibooru.comments(1, page=2)
    assert [one.id for one in page.comments] == [6, 5, 4, 3, 2, 1]
    assert (page.total, page.skipped) == (31, 1)
    first = await twibooru.comments(1)
    assert (first.comments[0].id, first.comments[0].body) == (99, None)


async def test_twibooru_searches_and_reads_by_id(twibooru: TwibooruBoard, server: Server) -> None:
    """Rule L7: a post by its id does not use up the ten searches a minute."""
    server.says(200, body(posts=[TWI], post=TWI))
    page = await twibooru.search("safe", sort="random")
    assert (page.posts[0].id, page.total) == (101, None)
    assert server.requests[0].path == "/api/v3/search/posts"
    assert server.requests[0].query["filter_id"] == "2"
    assert (await twibooru.post(101, q="id:101, safe")).id == 101
    assert server.requests[1].path == "/api/v3/posts/101"
    with pytest.raises(BadResponse):
        await twibooru.post(102, q="id:102, safe")


async def test_twibooru_tags_are_quoted_and_aliases_followed(
    twibooru: TwibooruBoard, server: Server
) -> None:
    """Twibooru's relations are names, not slugs (reference: boards, 4)."""
    server.script = [says(200, body(tags=[{"id": 0}, tag("ts", aliased_tag="twilight sparkle")]))]
    server.says(200, body(tags=[tag("twilight sparkle", aliases=["ts", 'a "b"'])]))
    found = await twibooru.tag("TS")
    assert (found.name, found.asked_as, found.aliases[0]) == ("twilight sparkle", "ts", "ts")
    assert [r.query["q"] for r in server.requests] == ['"ts"', '"twilight sparkle"']
    assert (await twibooru.tag('a "b"')).name == "twilight sparkle"
    assert server.requests[-1].query["q"] == '"a \\"b\\""'

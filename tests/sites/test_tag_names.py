"""Many tags are looked up in few requests, and as surely as one by one (rule L6)."""

from typing import Any

import pytest
from aiohttp import web
from msgspec import json

from bot.demo.sites import SimulatedSites
from bot.posts.tags import clean_tag_name
from bot.sites import BadResponse, PhilomenaBoard, Sites, TwibooruBoard
from tests.sites.conftest import Server, body, says, tag
from tests.sites.simulated import world


@pytest.mark.parametrize("name", ["derpibooru", "ponybooru", "twibooru"])
async def test_every_name_of_a_board_is_looked_up_fifty_at_a_time(
    sites: tuple[Sites, SimulatedSites], name: str
) -> None:
    """Reference: boards, 0.6: odd characters, aliases, and names that no tag has."""
    table = world().tags[name]
    clean = [one for one in table.by_name if clean_tag_name(one) == one]
    names = [*clean, 'no "such" tag*', "none\\of? those~1", "a || b", "  AJ "]
    found = await sites[0].boards[name].canonical_names(names)
    known = {one: table.canonical(one) for one in clean}
    assert found == known | {"  AJ ": table.canonical("aj")}
    asked = sites[1].requests[name]
    assert len(asked) <= 2 + len(names) // 25
    assert all(len(request.query["q"]) <= 2_000 for request in asked)


async def test_a_board_that_answers_with_the_tag_itself_is_understood(
    twibooru: TwibooruBoard, server: Server
) -> None:
    server.says(200, body(tags=[tag("applejack", aliases=["aj"]), tag("mare")]))
    assert await twibooru.canonical_names(["aj", "mare", "none"]) == {
        "aj": "applejack",
        "mare": "mare",
    }
    assert server.count == 1


async def test_a_name_that_the_board_does_not_take_costs_the_others_nothing(
    board: PhilomenaBoard, server: Server
) -> None:
    async def answer(request: web.Request) -> web.StreamResponse:
        if "odd" in request.query["q"]:
            return web.json_response({"error": "Expected a term."}, status=400)
        asked = [part[6:-1] for part in request.query["q"].split(" || ")]
        return web.json_response({"tags": [tag(name) for name in asked], "total": len(asked)})

    server.answer = answer
    names = ["a", "b", "c", "d", "e", "f", "g", "odd"]
    assert await board.canonical_names(names) == {one: one for one in names if one != "odd"}
    assert server.count == 7


@pytest.mark.parametrize(
    "answered",
    [
        {"tags": [tag("mare"), {"id": "x"}], "total": 2},
        {"tags": [tag("mare"), *[tag(f"a{n}") for n in range(49)]], "total": 51},
    ],
)
async def test_a_page_that_leaves_a_name_open_is_asked_for_in_parts(
    board: PhilomenaBoard, server: Server, answered: dict[str, Any]
) -> None:
    """F18: a row that cannot be read, or more rows than a page has."""
    one = says(200, body(tags=[tag("pony")], total=1))
    server.script = [says(200, json.encode(answered).decode()), one, one]
    server.script[1] = says(200, body(tags=[tag("mare")], total=1))
    assert await board.canonical_names(["mare", "pony"]) == {"mare": "mare", "pony": "pony"}


async def test_f18_a_tag_that_cannot_be_read_is_a_bad_response(
    board: PhilomenaBoard, server: Server
) -> None:
    server.says(200, body(tags=[{"id": "x"}], total=1))
    with pytest.raises(BadResponse, match="tag"):
        await board.canonical_names(["mare"])


async def test_aliases_that_lead_round_end(board: PhilomenaBoard, server: Server) -> None:
    rows = [tag("a", aliased_tag="b"), tag("b", aliased_tag="a"), tag("c", aliased_tag="gone")]
    server.says(200, body(tags=rows, total=3))
    found = await board.canonical_names(["a", "c"])
    assert found["a"] in {"a", "b"}
    assert found["c"] == "gone"


async def test_what_no_tag_can_be_called_is_never_asked_for(
    board: PhilomenaBoard, server: Server
) -> None:
    """Reference: boards, 1.8."""
    assert await board.canonical_names(["", " ", "\ud800", "é" * 128]) == {}
    assert server.count == 0

"""Every route of Twibooru, against the simulated one (seed S4; reference: boards, 4)."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bot.demo.sites import SimulatedSites
from bot.demo.world_post import WorldPost
from bot.sites import BadRequest, KeyRefused, NotFound, Sites, TwibooruBoard
from bot.sites.routes import Route
from bot.sites.twibooru_routes import ROUTES
from tests.sites.simulated import asked, clients, world


@pytest.fixture
def board(sites: tuple[Sites, SimulatedSites]) -> TwibooruBoard:
    found = sites[0].boards["twibooru"]
    assert isinstance(found, TwibooruBoard)
    return found


def shown() -> WorldPost:
    return next(
        post
        for post in world().posts("twibooru").values()
        if not post.hidden and post.media_type == "image" and post.safe
    )


CALLS: dict[str, Callable[[TwibooruBoard], Awaitable[Any]]] = {
    "post_by_id": lambda board: board.post_by_id(shown().id),
    "featured": lambda board: board.featured(),
    "comments": lambda board: board.comments(shown().id),
    "search": lambda board: board.search("safe"),
    "search_tags": lambda board: board.search_tags("safe"),
    "oembed": lambda board: board.oembed(f"https://twibooru.org/{shown().id}"),
    "watched": lambda board: board.watched(),
}


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)
async def test_every_route_is_asked_for_as_documented(
    sites: tuple[Sites, SimulatedSites], board: TwibooruBoard, route: Route
) -> None:
    assert await CALLS[route.call](board)
    assert asked(sites[1].requests["twibooru"], route)


async def test_a_post_by_id_is_unfiltered(board: TwibooruBoard) -> None:
    post = await board.post_by_id(shown().id, filter_id=1)
    assert post.tags == shown().tags
    hidden = next(one for one in world().posts("twibooru").values() if one.hidden)
    stub = await board.post_by_id(hidden.id)
    assert (stub.hidden_from_users, stub.tags) == (True, hidden.tags)
    with pytest.raises(NotFound):
        await board.post_by_id(1)


async def test_what_the_owner_watches_needs_a_key(
    sites: tuple[Sites, SimulatedSites], board: TwibooruBoard
) -> None:
    page = await board.watched(page=1, per_page=2)
    assert len(page.posts) == 2
    assert sites[1].requests["twibooru"][-1].query["perpage"] == "2"
    async with clients(key=None) as (others, simulated):
        anonymous = others.boards["twibooru"]
        assert isinstance(anonymous, TwibooruBoard)
        with pytest.raises(BadRequest, match="key"):
            await anonymous.watched()
        assert simulated.requests["twibooru"] == []
    async with clients(key="wrong") as (others, _simulated):
        refused = others.boards["twibooru"]
        assert isinstance(refused, TwibooruBoard)
        with pytest.raises(KeyRefused):
            await refused.watched()


async def test_oembed_takes_the_posts_address_and_the_size(
    sites: tuple[Sites, SimulatedSites], board: TwibooruBoard
) -> None:
    post = shown()
    facts = await board.oembed(f"https://twibooru.org/{post.id}", maxwidth=300, maxheight=200)
    assert (facts.post_id, facts.score, facts.version) == (post.id, post.score, "1.0")
    assert facts.provider_url == f"https://twibooru.org/{post.id}"
    asked_for = sites[1].requests["twibooru"][-1]
    assert (asked_for.query["maxwidth"], asked_for.query["maxheight"]) == ("300", "200")
    for wrong in ({"maxwidth": 0}, {"maxheight": 10_001}):
        with pytest.raises(BadRequest):
            await board.oembed(f"https://twibooru.org/{post.id}", **wrong)


async def test_tags_are_searched_page_by_page(board: TwibooruBoard) -> None:
    first = await board.search_tags("*", per_page=3)
    second = await board.search_tags("*", page=2, per_page=3)
    assert not {tag.id for tag in first.items} & {tag.id for tag in second.items}
    assert first.total == second.total

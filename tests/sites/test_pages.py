"""Pages one after the other: every entry once, to the end, and nothing left behind (F39)."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import aclosing
from operator import attrgetter
from typing import Any

import pytest

from bot.posts.model import Post
from bot.sites import BadRequest, PostPage, Sort, TwibooruBoard, Unavailable, pages, search_pages
from bot.sites.board import Page
from bot.sites.philomena_forums import Topic
from tests.sites.bodies import TWI
from tests.sites.conftest import Server, body
from tests.sites.simulated import clients

Ask = Callable[[int], Coroutine[Any, Any, PostPage]]


def post(number: int) -> Post:
    return Post(site="x", id=number, page_url="", media_hosts=frozenset())


def listed(*numbers: int, total: int | None, page: int, per_page: int = 2) -> PostPage:
    return PostPage(
        posts=tuple(post(number) for number in numbers), total=total, page=page, per_page=per_page
    )


def giving(*answers: PostPage) -> tuple[Ask, list[int]]:
    """Answer with these pages, the last one for ever, and note what was asked for."""
    asked: list[int] = []

    async def ask(number: int) -> PostPage:
        asked.append(number)
        await asyncio.sleep(0)
        return answers[min(number, len(answers)) - 1]

    return ask, asked


async def read(ask: Ask, **options: Any) -> list[int]:
    return [entry.id async for page in pages(ask, **options) for entry in page.posts]


@pytest.mark.parametrize("in_flight", [1, 2, 4])
async def test_a_short_page_is_not_the_end_and_the_total_is(in_flight: int) -> None:
    """Reference: boards, 1.2."""
    ask, asked = giving(
        listed(1, 2, total=6, page=1), listed(3, total=6, page=2), listed(5, 6, total=6, page=3)
    )
    assert await read(ask, in_flight=in_flight) == [1, 2, 3, 5, 6]
    assert sorted(asked) == [1, 2, 3]


async def test_rows_that_moved_are_given_once() -> None:
    ask, _asked = giving(
        listed(9, 8, total=5, page=1), listed(8, 7, total=5, page=2), listed(7, 6, total=5, page=3)
    )
    assert await read(ask) == [9, 8, 7, 6]


async def test_without_a_total_an_empty_page_is_the_end() -> None:
    ask, asked = giving(
        listed(1, total=None, page=1), listed(2, total=None, page=2), listed(total=None, page=3)
    )
    assert await read(ask) == [1, 2]
    assert asked == [1, 2, 3]


async def test_f39_a_site_that_repeats_itself_is_not_read_for_ever() -> None:
    ask, asked = giving(listed(1, 2, total=10**6, page=1))
    assert await read(ask) == [1, 2]
    assert len(asked) == 4


async def test_a_total_that_grows_is_followed() -> None:
    ask, _asked = giving(
        listed(1, 2, total=3, page=1), listed(3, 4, total=5, page=2), listed(5, total=5, page=3)
    )
    assert await read(ask, in_flight=2) == [1, 2, 3, 4, 5]


async def test_it_begins_where_it_is_told_to() -> None:
    ask, asked = giving(*(listed(n, total=4, page=n, per_page=1) for n in range(1, 5)))
    assert await read(ask, first=3) == [3, 4]
    assert asked == [3, 4]


async def test_entries_without_a_number_are_told_apart_otherwise() -> None:
    async def ask(number: int) -> Page[Topic]:
        items = (Topic(slug="same"), Topic(slug=f"own-{number}"))
        return Page(items=items, total=4, page=number, per_page=2)

    found = [topic.slug async for page in pages(ask, by=attrgetter("slug")) for topic in page.items]
    assert found == ["same", "own-1", "own-2"]


async def test_no_more_pages_are_on_their_way_than_allowed() -> None:
    now, most = 0, 0

    async def ask(number: int) -> PostPage:
        nonlocal now, most
        now += 1
        most = max(most, now)
        for _turn in range(3):
            await asyncio.sleep(0)
        now -= 1
        return listed(number, total=20, page=number, per_page=1)

    assert await read(ask, in_flight=3) == list(range(1, 21))
    assert most == 3
    for wrong in (0, 5):
        with pytest.raises(ValueError, match=str(wrong)):
            await read(ask, in_flight=wrong)


async def test_one_page_is_asked_for_only_when_the_one_before_was_used() -> None:
    ask, asked = giving(*(listed(n, total=9, page=n, per_page=1) for n in range(1, 10)))
    async with aclosing(pages(ask)) as found:
        await anext(found)
        await asyncio.sleep(0)
    assert asked == [1]


async def test_an_error_comes_in_its_pages_place_and_ends_the_others() -> None:
    ended: list[int] = []

    async def ask(number: int) -> PostPage:
        if number == 3:
            raise Unavailable("x", "down")
        if number > 3:
            try:
                await asyncio.Event().wait()
            finally:
                ended.append(number)
        return listed(number, total=9, page=number, per_page=1)

    found = pages(ask, in_flight=3)
    assert [(await anext(found)).page, (await anext(found)).page] == [1, 2]
    with pytest.raises(Unavailable):
        await anext(found)
    assert ended == [4]


@pytest.mark.parametrize("how", ["cancelled", "closed"])
async def test_stopping_leaves_nothing_behind(how: str) -> None:
    before = asyncio.all_tasks()
    used = asyncio.Event()

    async def ask(number: int) -> PostPage:
        if number > 2:
            await asyncio.Event().wait()
        return listed(number, total=9, page=number, per_page=1)

    async def reader() -> None:
        async with aclosing(pages(ask, in_flight=4)) as found:
            async for page in found:
                if page.page == 2:
                    used.set()
                    if how == "closed":
                        break

    task = asyncio.create_task(reader())
    await used.wait()
    if how == "cancelled":
        task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled() == (how == "cancelled")
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize("name", ["derpibooru", "ponybooru", "twibooru"])
async def test_a_whole_search_is_read_against_the_simulated_sites(name: str) -> None:
    async with clients() as (sites, simulated):
        board = sites.boards[name]
        total = (await board.search("safe", per_page=1)).total
        for sort, in_flight in (("newest", 1), ("random", 4)):
            found = [
                entry.id
                async for page in search_pages(
                    board, "safe", sort=sort, per_page=20, in_flight=in_flight
                )
                for entry in page.posts
            ]
            assert len(found) == len(set(found)) == total
        fields = {request.query["sf"] for request in simulated.requests[name]}
        # A random order is one and the same on all pages.
        assert len(fields) == 2
        assert any(field.startswith("random:") for field in fields)


async def test_a_seed_gives_the_same_order_again(twibooru: TwibooruBoard, server: Server) -> None:
    server.says(200, body(posts=[TWI], total=1))
    shuffled = next(sort for sort in twibooru.sorts if sort.name == "random")
    for sort in ("random", shuffled):
        assert [page async for page in search_pages(twibooru, "safe", sort=sort, seed=7)]
        assert server.requests[-1].query["sf"] == "random:7"
    own = Sort("own", "score", "asc", "Lowest score")
    for order in (None, own):
        assert [page async for page in search_pages(twibooru, "safe", sort=order)]
    assert [r.query["sf"] for r in server.requests[-2:]] == ["first_seen_at", "score"]
    for wrong in (-1, 2**31):
        with pytest.raises(BadRequest):
            search_pages(twibooru, "safe", sort="random", seed=wrong)
    with pytest.raises(BadRequest):
        await anext(search_pages(twibooru, "safe", sort="no such order"))

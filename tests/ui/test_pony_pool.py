"""Ponies drawn ahead: whoever asks for another waits for no request, and the API is spared."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from aiohttp import web
from msgspec import structs

from bot.catalogue import Limit
from bot.safety import SAFE, Policy
from bot.sites import CATALOGUE, NotFound, Sites, Transport, Unavailable
from bot.ui.answers import NotShownError
from bot.ui.finder import Finder
from bot.ui.search import EXACT, RANDOM, Search
from tests.clock import MovableClock

FIRST = 100
MARE = Search("ponyapi", "mare", RANDOM)
_MEDIA = "https://pones.theponyapi.com"


@dataclass
class Api:
    """A Safe Pony API whose ponies are numbered in the order in which they are drawn."""

    clock: MovableClock
    url: str = ""
    tags: list[str] = field(default_factory=lambda: ["safe", "artist:painter"])
    only: bool = False
    """Whether it has one pony alone."""
    status: int = 200
    asked: list[tuple[float, str]] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        number = FIRST if self.only else FIRST + len(self.asked)
        self.asked.append((self.clock.monotonic(), request.query_string))
        if self.status != 200:
            return web.Response(status=self.status, text="no")
        return web.json_response({"pony": self.pony(number)})

    def pony(self, number: int) -> dict[str, Any]:
        sizes = ("full", "tall", "large", "medium", "small", "thumb", "thumbSmall", "thumbTiny")
        return {
            "id": number,
            "derpiId": None,
            "tags": self.tags,
            "sourceURL": "https://art.example.org/1",
            "width": 100,
            "height": 100,
            "aspectRatio": 1.0,
            "mimeType": "image/png",
            "originalFormat": "png",
            "representations": {size: f"{_MEDIA}/{number}/{size}.png" for size in sizes},
        }


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def api(clock: MovableClock) -> AsyncIterator[Api]:
    api = Api(clock)
    app = web.Application()
    app.router.add_get("/api/v1/pony/random", api.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    api.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield api
    await runner.cleanup()


async def finders(api: Api, clock: MovableClock, *limits: Limit) -> AsyncIterator[Finder]:
    row = structs.replace(CATALOGUE["ponyapi"], base_url=api.url)
    row = structs.replace(row, limits=limits or row.limits)
    transport = Transport(clock, allow_loopback_http=True, jitter=lambda: 0.0)
    async with Sites({"ponyapi": row}, transport) as sites:
        yield Finder(sites, clock)


@pytest.fixture
async def finder(api: Api, clock: MovableClock) -> AsyncIterator[Finder]:
    async for finder in finders(api, clock):
        yield finder


@pytest.fixture
async def unlimited(api: Api, clock: MovableClock) -> AsyncIterator[Finder]:
    """Give a finder whose site states no limit worth waiting for."""
    async for finder in finders(api, clock, Limit("/", 10_000, 1.0)):
        yield finder


async def drawn(finder: Finder, search: Search = MARE, policy: Policy = SAFE) -> int:
    return (await finder.draw(search, policy)).post.post.id


async def filled(finder: Finder, clock: MovableClock) -> None:
    """Return when nothing more is drawn ahead, skipping what the limit makes it wait."""
    assert finder.pony_pool.filling is not None
    await clock.hurry(asyncio.shield(finder.pony_pool.filling))


async def test_another_pony_costs_whoever_asks_no_request(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    """Rule L5; with the time standing still, no further request could be made at all."""
    first = await drawn(finder)
    await filled(finder, clock)
    assert len(api.asked) == 4

    assert [await drawn(finder) for _press in range(3)] == [first + 1, first + 2, first + 3]
    assert len(api.asked) == 4


async def test_people_who_ask_at_the_same_moment_get_different_ponies(
    finder: Finder, clock: MovableClock
) -> None:
    await drawn(finder)
    await filled(finder, clock)

    assert len({*await asyncio.gather(*(drawn(finder) for _person in range(3)))}) == 3


async def test_nothing_is_drawn_ahead_faster_than_one_pony_a_second(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    """Rule L10."""
    for text in ("mare", "stallion"):
        await clock.hurry(drawn(finder, Search("ponyapi", text, RANDOM)))
    await filled(finder, clock)

    instants = [at for at, _query in api.asked]
    assert len(instants) == 8
    assert all(later - earlier >= 1.0 for earlier, later in pairwise(instants))


async def test_somebody_who_asks_meanwhile_goes_first_and_shares_no_pony_with_the_pool(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    await drawn(finder)
    # The next one is being drawn in the background; whoever asks now is given that very one.
    second = await clock.hurry(drawn(finder))
    await filled(finder, clock)

    later = [await drawn(finder) for _press in range(3)]
    assert second == FIRST + 1
    assert second not in later
    assert len(set(later)) == 3


async def test_only_what_was_asked_for_is_drawn_ahead(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    await drawn(finder, Search("ponyapi", "cute, mare", EXACT))
    await filled(finder, clock)

    assert {query for _at, query in api.asked} == {"q=cute,mare&no_stem=true"}
    await clock.hurry(drawn(finder, Search("ponyapi", "cute, mare", RANDOM)))
    assert api.asked[4][1] == "q=cute,mare"


async def test_ponies_are_not_kept_longer_than_a_few_minutes(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    await drawn(finder)
    await filled(finder, clock)
    clock.advance(301)

    assert await drawn(finder) == FIRST + 4


async def test_a_pony_is_verified_for_whoever_is_given_it(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    """Reference: safety, 3.6: the rules of the place and the moment count, not the pool's."""
    await drawn(finder)
    await filled(finder, clock)
    clock.advance(200)
    denied = Policy(denied_posts=frozenset({("ponyapi", FIRST + 1), ("ponyapi", FIRST + 2)}))
    found = await finder.draw(MARE, denied)

    assert found.post.post.id == FIRST + 3
    assert found.post.is_current(denied, clock)


async def test_unsafe_ponies_are_not_shown_and_not_drawn_ahead(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    """Rule D7."""
    api.tags = ["explicit"]
    with pytest.raises(NotShownError, match="may be shown"):
        await clock.hurry(drawn(finder))

    assert len(api.asked) == 3
    assert finder.pony_pool.filling is None


async def test_a_failure_in_the_background_is_nobodys_and_is_not_repeated_at_once(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    """Rule L6, fault F11."""
    await drawn(finder)
    api.status = 500
    await filled(finder, clock)
    assert len(api.asked) == 2
    api.status = 200
    await clock.hurry(drawn(finder))
    assert len(api.asked) == 3
    assert finder.pony_pool.filling is not None
    assert finder.pony_pool.filling.done()

    clock.advance(61)
    await clock.hurry(drawn(finder))
    await filled(finder, clock)
    assert len(api.asked) == 7


async def test_a_site_that_is_down_is_told_to_who_asks_and_not_asked_ahead(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    api.status = 500
    with pytest.raises(Unavailable):
        await clock.hurry(drawn(finder))
    api.status = 404
    clock.advance(60)
    with pytest.raises(NotFound):
        await clock.hurry(drawn(finder))

    assert finder.pony_pool.filling is None


async def test_a_site_with_a_single_pony_is_not_asked_for_others_for_ever(
    finder: Finder, api: Api, clock: MovableClock
) -> None:
    api.only = True
    await drawn(finder)
    await filled(finder, clock)

    assert len(api.asked) == 3
    assert await drawn(finder) == FIRST


async def test_ponies_are_kept_for_so_many_wishes_and_no_more(
    unlimited: Finder, api: Api, clock: MovableClock
) -> None:
    searches = [Search("ponyapi", f"mare {number}", RANDOM) for number in range(101)]
    for search in searches:
        await drawn(unlimited, search)
        await filled(unlimited, clock)
    before = len(api.asked)
    assert before == 404

    assert await drawn(unlimited, searches[-1]) < FIRST + before
    assert await drawn(unlimited, searches[0]) >= FIRST + before

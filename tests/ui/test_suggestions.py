"""Boards are asked for suggestions seldom, and not at all while they want to be left alone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from msgspec import structs

from bot.catalogue import Limit
from bot.sites import CATALOGUE, Sites, Transport
from bot.ui.suggestions import PATIENCE, Suggestions
from tests.clock import MovableClock

PINKIE: dict[str, Any] = {"alias": "pinkie", "canonical": "pinkie pie", "images": 123_456}
PINK: dict[str, Any] = {"alias": None, "canonical": "pink hair", "images": 5}


@dataclass
class Site:
    """A board that suggests the same for everything, when it is let."""

    url: str = ""
    found: list[dict[str, Any]] = field(default_factory=lambda: [PINKIE, PINK])
    status: int = 200
    terms: list[str] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    let: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.Response:
        self.terms.append(request.query["term"])
        self.arrived.set()
        await self.let.wait()
        if self.status != 200:
            return web.Response(status=self.status, text="<html>", content_type="text/html")
        return web.json_response({"suggestions": self.found})


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    site.let.set()
    app = web.Application()
    app.router.add_get("/autocomplete/tags", site.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    site.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield site
    site.let.set()
    await runner.cleanup()


@pytest.fixture
async def suggestions(site: Site, clock: MovableClock) -> AsyncIterator[Suggestions]:
    row = structs.replace(
        CATALOGUE["derpibooru"], base_url=site.url, limits=(Limit("/", 3, 1000.0),)
    )
    transport = Transport(clock, allow_loopback_http=True, total_seconds=60.0, connect_seconds=60.0)
    async with Sites({"derpibooru": row}, transport) as sites:
        yield Suggestions(sites, clock)


async def named(suggestions: Suggestions, name: str) -> list[str]:
    return [one.canonical for one in await suggestions.of("derpibooru", name)]


async def test_many_keys_are_few_requests_and_the_last_one_is_answered(
    suggestions: Suggestions, site: Site
) -> None:
    site.let.clear()
    word = "pinkie pie"
    keys = [asyncio.create_task(named(suggestions, word[:length])) for length in range(3, 11)]
    await site.arrived.wait()
    site.found = [PINKIE] * 10  # So many that a longer beginning has to be asked for.
    site.let.set()
    found = await asyncio.gather(*keys)

    assert site.terms == ["pin", "pinkie pie"]
    assert all(found)


async def test_a_longer_beginning_is_looked_up_in_what_is_known_to_be_all(
    suggestions: Suggestions, site: Site
) -> None:
    assert await named(suggestions, "pin") == ["pinkie pie", "pink hair"]
    assert await named(suggestions, "pin") == ["pinkie pie", "pink hair"]
    assert await named(suggestions, "pinki") == ["pinkie pie"]
    (narrowed,) = await suggestions.of("derpibooru", "pinkie p")
    assert await named(suggestions, "pinx") == []

    assert not narrowed.alias
    assert site.terms == ["pin"]


async def test_what_is_known_grows_old(
    suggestions: Suggestions, site: Site, clock: MovableClock
) -> None:
    await named(suggestions, "pin")
    clock.advance(3600.0)
    await named(suggestions, "pin")

    assert site.terms == ["pin", "pin"]


async def test_one_or_two_letters_are_no_reason_to_ask(
    suggestions: Suggestions, site: Site
) -> None:
    assert await named(suggestions, "pi") == []
    assert await named(suggestions, "") == []
    assert await named(suggestions, "\ud800") == []
    assert await suggestions.of("ponyapi", "pinkie") == ()

    assert site.terms == []


async def test_a_cool_down_is_kept_without_a_request(suggestions: Suggestions, site: Site) -> None:
    """Rules L6 and L9: 501 with HTML stops the host."""
    site.status = 501
    assert await named(suggestions, "pin") == []
    asked = len(site.terms)
    for word in ("twilight", "rainbow", "apple", "rarity"):
        assert await named(suggestions, word) == []

    assert asked == len(site.terms) == 1


async def test_a_limit_that_is_used_up_is_not_waited_for(
    suggestions: Suggestions, site: Site
) -> None:
    site.found = [PINKIE] * 10
    for word in ("pinkie", "rainbow", "apple"):
        assert await named(suggestions, word)
    assert await named(suggestions, "rarity") == []

    assert site.terms == ["pinkie", "rainbow", "apple"]


async def test_a_slow_board_is_waited_for_two_seconds_and_its_answer_kept(
    suggestions: Suggestions, site: Site, clock: MovableClock
) -> None:
    site.let.clear()
    typing = asyncio.create_task(named(suggestions, "pin"))
    await site.arrived.wait()
    clock.advance(PATIENCE)
    assert await typing == []
    later = asyncio.create_task(named(suggestions, "pin"))
    await asyncio.sleep(0)
    site.let.set()

    assert await later == ["pinkie pie", "pink hair"]
    assert site.terms == ["pin"]


async def test_while_a_board_hangs_what_is_known_is_offered_and_one_request_is_on_its_way(
    suggestions: Suggestions, site: Site, clock: MovableClock
) -> None:
    site.found = [PINK, *[PINKIE] * 9]  # There are more that begin so.
    await named(suggestions, "pin")
    site.let.clear()
    site.arrived.clear()
    for name, known in (("pinki", ["pinkie pie"] * 9), ("pinka", []), ("rarity", [])):
        typing = asyncio.create_task(named(suggestions, name))
        await site.arrived.wait()
        for _turn in range(9):  # Until its patience sleeps.
            await asyncio.sleep(0)
        clock.advance(PATIENCE)
        assert await typing == known
    later = asyncio.create_task(named(suggestions, "pinki"))
    await asyncio.sleep(0)
    site.found = [PINKIE]
    site.let.set()

    assert await later == ["pinkie pie"]
    assert site.terms == ["pin", "pinki"]


async def test_f46_an_endless_list_of_tags_holds_up_nobody(clock: MovableClock) -> None:
    async def answer(_request: web.Request) -> web.Response:
        return web.json_response({"tags": [f"artist:pony {number}" for number in range(40_000)]})

    runner = web.AppRunner(app := web.Application(), shutdown_timeout=0.1)
    app.router.add_get("/{tail:.*}", answer)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    row = structs.replace(
        CATALOGUE["ponyapi"], base_url=f"http://127.0.0.1:{runner.addresses[0][1]}"
    )
    async with Sites({"ponyapi": row}, Transport(clock, allow_loopback_http=True)) as sites:
        asking = asyncio.create_task(Suggestions(sites, clock).of("ponyapi", "pony 777"))
        turns = 0
        while not asking.done():
            await asyncio.sleep(0.001)
            turns += 1
        assert len(await asking) == 10
        assert turns > 20
    await runner.cleanup()


async def test_the_safe_pony_api_is_asked_for_its_list_once_a_day(clock: MovableClock) -> None:
    asked: list[str] = []
    tags = ["pink", "Pinkie Pie", "artist:pinkamena", "twilight sparkle", *map(str, range(99))]

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.path)
        return web.json_response({"tags": tags})

    runner = web.AppRunner(app := web.Application(), shutdown_timeout=0.1)
    app.router.add_get("/{tail:.*}", answer)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    row = structs.replace(
        CATALOGUE["ponyapi"], base_url=f"http://127.0.0.1:{runner.addresses[0][1]}"
    )
    async with Sites({"ponyapi": row}, Transport(clock, allow_loopback_http=True)) as sites:
        suggestions = Suggestions(sites, clock)

        async def of(name: str) -> list[str]:
            return [one.canonical for one in await suggestions.of("ponyapi", name)]

        assert await of("pin") == ["pink", "pinkie pie", "artist:pinkamena"]
        assert await of("pinkie") == ["pinkie pie"]
        assert await of("twi") == ["twilight sparkle"]
        assert await of("xyz") == await of("pi") == []
        assert asked == ["/api/v1/tags"]
        clock.advance(25 * 3600)
        assert await of("twi") == ["twilight sparkle"]
        assert len(asked) == 2
    await runner.cleanup()

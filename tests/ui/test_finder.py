"""What the finder remembers, for how long, and what it lets out."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest

from bot.clock import Clock
from bot.demo.sites import Mode, SimulatedSites
from bot.demo.world import World
from bot.safety import SAFE
from bot.sites import Sites, Transport
from bot.ui.answers import NotShownError
from bot.ui.finder import Finder
from bot.ui.search import Search

MARE = Search("derpibooru", "mare")


class ShiftedClock(Clock):
    """The real time, and as much of it again as a test says has gone by."""

    def __init__(self) -> None:
        self.gone = 0.0

    def monotonic(self) -> float:
        return super().monotonic() + self.gone


@pytest.fixture
async def sites() -> AsyncIterator[SimulatedSites]:
    async with SimulatedSites(World()) as sites:
        yield sites


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
async def finder(sites: SimulatedSites, clock: ShiftedClock) -> AsyncIterator[Finder]:
    transport = Transport(clock, allow_loopback_http=True)
    async with Sites(sites.catalogue, transport) as clients:
        yield Finder(clients, clock, chance=random.Random(1))


async def test_a_pool_is_drawn_without_repeating_and_then_filled_again(
    finder: Finder, sites: SimulatedSites
) -> None:
    drawn = []
    while len(sites.requests["derpibooru"]) < 2:
        drawn.append((await finder.draw(MARE, SAFE)).post.post.id)
    drawn.pop()  # Of the second filling.

    assert sites.requests["derpibooru"][0].query["per_page"] == "50"
    assert 40 < len(drawn) == len(set(drawn)) <= 50


async def test_people_who_draw_at_the_same_moment_share_one_pool(
    finder: Finder, sites: SimulatedSites
) -> None:
    found = await asyncio.gather(*(finder.draw(MARE, SAFE) for _person in range(4)))

    assert len({one.post.post.id for one in found}) == 4
    assert len(sites.requests["derpibooru"]) == 1


async def test_what_was_verified_too_long_ago_is_verified_again(
    finder: Finder, sites: SimulatedSites, clock: ShiftedClock
) -> None:
    """Reference: safety, 3.6."""
    await finder.draw(MARE, SAFE)
    clock.gone += 400
    found = await finder.draw(MARE, SAFE)

    assert found.post.is_current(SAFE, clock)
    assert len(sites.requests["derpibooru"]) == 1


async def test_a_pool_is_not_kept_for_ever(
    finder: Finder, sites: SimulatedSites, clock: ShiftedClock
) -> None:
    await finder.draw(MARE, SAFE)
    clock.gone += 601
    await finder.draw(MARE, SAFE)

    assert len(sites.requests["derpibooru"]) == 2


async def test_a_new_search_is_always_read_from_the_site(
    finder: Finder, sites: SimulatedSites
) -> None:
    await finder.first(MARE, SAFE)
    await finder.result(MARE, 2, SAFE)
    assert len(sites.requests["derpibooru"]) == 1
    await finder.first(MARE, SAFE)
    assert len(sites.requests["derpibooru"]) == 2


@pytest.mark.parametrize("site", ["derpibooru", "twibooru"])
async def test_unsafe_posts_are_never_let_out(
    finder: Finder, sites: SimulatedSites, site: str
) -> None:
    """Rule D7; the site ignores the query and answers with what it likes."""
    sites.set_mode(site, Mode(kind="evil"))
    search = Search(site, "mare")
    for wish in (finder.first, finder.draw):
        with pytest.raises(NotShownError, match="may be shown"):
            await wish(search, SAFE)
    with pytest.raises(NotShownError, match="not shown"):
        await finder.featured(site, SAFE)


async def test_what_is_asked_for_is_always_wrapped_in_the_policy(
    finder: Finder, sites: SimulatedSites
) -> None:
    """Reference: safety, 3.2 and 3.3."""
    await finder.first(MARE, SAFE)
    await finder.draw(MARE, SAFE)
    await finder.post("derpibooru", next(iter(sites.world.posts("derpibooru"))), SAFE)

    assert len(sites.requests["derpibooru"]) == 3
    for request in sites.requests["derpibooru"]:
        assert "safe" in request.query["q"]
        assert "-explicit" in request.query["q"]
        assert not {"del", "hidden"} & set(request.query)
        assert request.query["filter_id"]

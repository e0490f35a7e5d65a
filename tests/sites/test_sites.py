"""All sites together, and how they are."""

import pytest
from msgspec import structs

from bot.sites import (
    CATALOGUE,
    BadRequest,
    BadResponse,
    PhilomenaBoard,
    PonyApi,
    Sites,
    SiteStatus,
    Transport,
    TwibooruBoard,
)
from bot.sites.errors import CoolingDown, SiteError, Unavailable
from tests.clock import MovableClock
from tests.sites.conftest import Server, at, says


def status(sites: Sites, name: str) -> SiteStatus:
    return next(one for one in sites.status() if one.site.name == name)


async def test_the_catalogue_makes_the_clients(server: Server, clock: MovableClock) -> None:
    catalogue = {name: at(server, name) for name in CATALOGUE}
    async with Sites(catalogue, Transport(clock, allow_loopback_http=True)) as sites:
        assert set(sites) == {"derpibooru", "ponybooru", "twibooru", "ponyapi"}
        assert len(sites) == 4
        assert set(sites.boards) == {"derpibooru", "ponybooru", "twibooru"}
        assert isinstance(sites["ponybooru"], PhilomenaBoard)
        assert isinstance(sites.boards["twibooru"], TwibooruBoard)
        assert isinstance(sites.ponyapi, PonyApi)
        assert sites["ponyapi"] is sites.ponyapi
        assert all(one.ok and not one.reason and one.until is None for one in sites.status())
        # Nothing is known of a site that was never asked.
        assert not any(one.asked for one in sites.status())
        board = sites.boards["derpibooru"]
        assert board.site.name == "derpibooru"
        with pytest.raises(KeyError):
            sites["ponyaggregate"]
    assert server.count == 0


async def test_a_catalogue_without_the_safe_pony_api_says_so(clock: MovableClock) -> None:
    sites = Sites({"derpibooru": CATALOGUE["derpibooru"]}, Transport(clock))
    with pytest.raises(KeyError):
        _ = sites.ponyapi
    with pytest.raises(KeyError):
        _ = sites.ponyaggregate


async def test_an_address_that_is_never_asked_is_refused_at_the_start(clock: MovableClock) -> None:
    wrong = structs.replace(CATALOGUE["derpibooru"], base_url="http://derpibooru.org")
    with pytest.raises(BadRequest, match="Derpibooru"):
        Sites({"derpibooru": wrong}, Transport(clock))


async def test_f13_status_tells_a_cool_down_with_its_end(
    server: Server, transport: Transport, clock: MovableClock
) -> None:
    sites = Sites({"derpibooru": at(server), "ponybooru": CATALOGUE["ponybooru"]}, transport)
    server.says(500, "")
    with pytest.raises(CoolingDown) as caught:
        await sites.boards["derpibooru"].search("safe")
    told = status(sites, "derpibooru")
    assert (told.ok, told.until) == (False, caught.value.until)
    assert "blocked" in told.reason
    assert told.asked
    clock.advance(1000)
    told = status(sites, "derpibooru")
    assert (told.ok, told.until) == (False, None)
    assert told.reason == "Its last answer failed. It has blocked us for a while."
    server.says(200, '{"images": [], "total": 0}')
    await sites.boards["derpibooru"].search("safe")
    assert status(sites, "derpibooru").ok
    assert status(sites, "derpibooru").asked
    assert not status(sites, "ponybooru").asked


async def test_f14_status_tells_that_a_site_is_switched_off(
    server: Server, transport: Transport
) -> None:
    sites = Sites({"derpibooru": at(server)}, transport)
    server.says(429, Retry_After="100000")
    with pytest.raises(SiteError):
        await sites.boards["derpibooru"].search("safe")
    told = status(sites, "derpibooru")
    assert (told.ok, told.until) == (False, None)
    assert "restart" in told.reason


async def test_f15_anonymous_features_go_on_without_a_refused_key(
    server: Server, transport: Transport
) -> None:
    site = at(server)
    sites = Sites({"derpibooru": site}, transport, keys={"derpibooru": "5ecret"})
    server.script = [says(401, "")]
    server.says(200, '{"images": [], "total": 0}')
    page = await sites.boards["derpibooru"].search("safe")
    assert page.total == 0
    await sites.boards["derpibooru"].search("safe, cute")
    assert ["key" in request.query for request in server.requests] == [True, False, False]
    told = status(sites, "derpibooru")
    assert told.ok
    assert "key" in told.reason
    assert "5ecret" not in told.reason


async def test_f18_a_page_more_than_half_bad_marks_the_site_degraded(
    server: Server, transport: Transport
) -> None:
    sites = Sites({"derpibooru": at(server)}, transport)
    board = sites.boards["derpibooru"]
    server.says(200, '{"images": [{"id": 1}, {"id": "2"}, {}, 4], "total": 4}')
    page = await board.search("safe")
    assert [post.id for post in page.posts] == [1]
    assert page.skipped == 3
    assert "half" in status(sites, "derpibooru").reason
    server.says(200, '{"images": [{"id": 1}, {"id": "2"}], "total": 4}')
    page = await board.search("safe")
    assert page.skipped == 1
    assert status(sites, "derpibooru").ok
    server.says(200, '{"pictures": [], "total": 4}')
    with pytest.raises(BadResponse) as caught:
        await board.search("safe")
    assert caught.value.field == "search.images"
    assert not status(sites, "derpibooru").ok


async def test_f18_one_thing_that_cannot_be_read_does_not_mark_its_site(
    server: Server, transport: Transport
) -> None:
    """Only a page says something of all the others."""
    places = {"derpibooru": at(server), "ponyapi": at(server, "ponyapi")}
    sites = Sites(places, transport)
    board = sites.boards["derpibooru"]
    assert isinstance(board, PhilomenaBoard)
    server.says(200, '{"image": {"id": "7"}}')
    with pytest.raises(BadResponse):
        await board.image(7)
    server.says(200, '{"pony": {}}')
    with pytest.raises(BadResponse):
        await sites.ponyapi.random()
    assert all(one.ok and one.asked for one in sites.status())


def test_errors_are_values_that_say_what_to_do() -> None:
    error = Unavailable("derpibooru", "Later.")
    assert (error.site, error.message, error.until, str(error)) == (
        "derpibooru",
        "Later.",
        None,
        "Later.",
    )

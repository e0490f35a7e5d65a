"""What came of requests is counted once each, in a few words of ours."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress

import pytest
from aiohttp import web

from bot.catalogue import Limit, Site
from bot.clock import Clock
from bot.sites import SiteError, Transport
from bot.sites.tally import Tally
from tests.clock import MovableClock
from tests.sites.conftest import Server, at, says

WORDS = {
    "answered", "bad_query", "broken_off", "busy", "cooling_down", "failed", "key_refused",
    "needs_browser", "not_found", "refused", "unavailable", "unreadable",
}  # fmt: skip


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (200, "answered"),
        (400, "bad_query"),
        (401, "refused"),
        (404, "not_found"),
        (429, "cooling_down"),
        (502, "unavailable"),
        (302, "unavailable"),
        (206, "unreadable"),
    ],
)
async def test_a_request_is_counted_by_what_came_of_it(
    transport: Transport, server: Server, site: Site, status: int, word: str
) -> None:
    server.script = [says(status)]
    server.answer = says(status)
    with suppress(SiteError, asyncio.TimeoutError):
        await transport.clock.hurry(transport.get(site, "/x"))  # type: ignore[attr-defined]
    tally = transport.tally(site)
    assert tally.sent == {word: server.count}
    assert list(tally.waits.up_to())[-1][1] == server.count


async def test_an_answer_that_is_used_again_is_counted_by_how(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    """Rule L5."""
    may = "max-age=60, stale-if-error=600"
    server.says(Cache_Control=may, ETag='"1"')
    await asyncio.gather(transport.get(site, "/x"), transport.get(site, "/x"))
    tally = transport.tally(site)
    assert tally.reused == {"shared": 1}
    await transport.get(site, "/x")
    assert tally.reused == {"shared": 1, "fresh": 1}
    clock.advance(61)
    server.says(304, "", Cache_Control=may)
    await transport.get(site, "/x")
    assert tally.reused == {"shared": 1, "fresh": 1, "unchanged": 1}
    clock.advance(61)
    server.says(500)
    await transport.get(site, "/x")
    assert tally.reused == {"shared": 1, "fresh": 1, "unchanged": 1, "stale": 1}
    assert tally.sent == {"answered": 2, "unavailable": 1}


async def test_what_does_not_get_its_turn_is_no_request(
    transport: Transport, server: Server, clock: MovableClock
) -> None:
    site = at(server, "derpibooru", Limit("/", 1, 600.0))
    await transport.get(site, "/x")
    with suppress(SiteError):
        await transport.get(site, "/y")
    tally = transport.tally(site)
    assert (tally.sent, tally.unsent) == ({"answered": 1}, {"busy": 1})


async def test_a_wait_for_a_turn_is_measured(
    transport: Transport, server: Server, clock: MovableClock
) -> None:
    site = at(server, "derpibooru", Limit("/", 1, 3.0))
    await transport.get(site, "/x")
    await clock.hurry(transport.get(site, "/y"))
    waits = dict(transport.tally(site).waits.up_to())
    assert (waits[0.01], waits[1.0], waits[5.0]) == (1, 1, 2)
    assert transport.tally(site).waits.total == pytest.approx(3.1, abs=0.05)


async def test_a_request_that_ends_with_its_transport_is_counted(
    server: Server, site: Site, clock: MovableClock
) -> None:
    server.answer = _never
    transport = Transport(clock, allow_loopback_http=True)
    asking = asyncio.create_task(transport.get(site, "/x"))
    await server.reached(1)
    await transport.close()
    with pytest.raises(SiteError):
        await asking
    assert transport.tally(site).sent == {"broken_off": 1}


async def _never(_request: web.Request) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


def _kinds(of: type[SiteError] = SiteError) -> Iterator[type[SiteError]]:
    yield of
    for kind in of.__subclasses__():
        yield from _kinds(kind)


def test_whatever_goes_wrong_the_outcome_is_one_of_our_words() -> None:
    tally = Tally(Clock())
    for kind in _kinds():
        for counting in (tally.sending, tally.waiting):
            with suppress(SiteError), counting():
                # What it says plays no part, so it says nothing.
                raise kind.__new__(kind)
    assert tally.sent.keys() | tally.unsent.keys() <= WORDS
    assert tally.sent.total() == tally.unsent.total() > 10

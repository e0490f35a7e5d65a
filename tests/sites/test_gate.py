"""Limits by route, priorities, and what waiting callers are told (rules L7 to L10)."""

import asyncio
import time
from datetime import timedelta

import pytest
from aiohttp import web

from bot.catalogue import Limit, Site
from bot.clock import SYSTEM_CLOCK
from bot.sites import CATALOGUE, Busy, CoolingDown, Priority, Reply, SiteError, Transport
from bot.sites.gate import Crowded, Gate, Paused
from tests.clock import MovableClock
from tests.sites.conftest import OK, Server, at, says


@pytest.mark.parametrize(
    ("name", "path", "most", "seconds"),
    [
        ("derpibooru", "/api/v1/json/search/images", 20, 10.0),
        ("derpibooru", "/api/v1/json/images/1", 30, 5.0),
        ("twibooru", "/api/v3/search/posts", 10, 60.0),
        ("twibooru", "/api/v3/search/tags", 60, 60.0),
        ("twibooru", "/api/v3/posts/1", 60, 60.0),
        ("ponyaggregate", "/api/lists", 70, 5.0),
        ("ponyapi", "/api/v1/tags", 1, 1.0),
    ],
)
async def test_the_limits_of_the_catalogue_are_kept_exactly(
    transport: Transport,
    server: Server,
    clock: MovableClock,
    name: str,
    path: str,
    most: int,
    seconds: float,
) -> None:
    """Rules L7, L8, L9, L10."""
    site = at(server, name)
    for n in range(most):
        await transport.get(site, path, {"n": str(n)})
    late = asyncio.create_task(transport.get(site, path, priority=Priority.BACKGROUND))
    if seconds < 60:
        clock.advance(seconds - 0.01)
        await asyncio.sleep(0.05)
        assert server.count == most
        clock.advance(0.2)
        assert (await late).status == 200
    else:
        with pytest.raises(Busy) as caught:
            await late
        assert caught.value.until is not None
        assert caught.value.until - clock.now() >= timedelta(seconds=seconds)
        clock.advance(61)
        assert (await transport.get(site, path)).status == 200
    assert server.count == most + 1


async def test_one_route_at_its_limit_does_not_hold_up_another(
    transport: Transport, server: Server
) -> None:
    site = at(server, "twibooru")
    for n in range(10):
        await transport.get(site, "/api/v3/search/posts", {"n": str(n)})
    with pytest.raises(Busy):
        await transport.get(site, "/api/v3/search/posts")
    assert (await transport.get(site, "/api/v3/posts/1")).status == 200


async def test_routes_without_a_stated_limit_get_one_request_a_second(
    transport: Transport, server: Server
) -> None:
    """Rule L10."""
    site = at(server, "derpibooru", Limit("/stated", 5, 1.0))
    await transport.get(site, "/other", {"n": "1"})
    waiting = asyncio.create_task(transport.get(site, "/other", {"n": "2"}))
    await asyncio.sleep(0.05)
    assert server.count == 1
    await transport.get(site, "/stated")
    waiting.cancel()


async def test_an_interactive_call_goes_before_background_ones_when_a_limit_is_short(
    transport: Transport, server: Server, clock: MovableClock
) -> None:
    site = at(server, "derpibooru", Limit("/", 1, 1.0))
    await transport.get(site, "/first")
    quiet = [
        asyncio.create_task(transport.get(site, f"/quiet/{n}", priority=Priority.BACKGROUND))
        for n in range(3)
    ]
    await asyncio.sleep(0.02)
    urgent = asyncio.create_task(transport.get(site, "/urgent"))
    await asyncio.sleep(0.02)
    await clock.hurry(asyncio.gather(urgent, *quiet))
    assert [r.path for r in server.requests] == [
        "/first",
        "/urgent",
        "/quiet/0",
        "/quiet/1",
        "/quiet/2",
    ]


async def test_callers_beyond_the_bound_are_told_when_to_come_back(
    transport: Transport, server: Server, clock: MovableClock
) -> None:
    site = at(server, "derpibooru", Limit("/", 1, 1.0))
    await transport.get(site, "/first")
    calls = [asyncio.create_task(transport.get(site, f"/{n}")) for n in range(20)]
    outcomes = await clock.hurry(asyncio.gather(*calls, return_exceptions=True))
    served = [o for o in outcomes if isinstance(o, Reply)]
    told = [o for o in outcomes if isinstance(o, Busy)]
    assert 4 <= len(served) <= 5
    assert len(served) + len(told) == 20
    untils = [o.until for o in told]
    assert all(untils)
    assert len(set(untils)) == 1


async def test_a_caller_behind_slow_requests_is_told_after_its_bound(
    transport: Transport, server: Server, clock: MovableClock, site: Site
) -> None:
    release = asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.json_response({})

    server.script = [slow]
    first = asyncio.create_task(transport.get(site, "/slow"))
    await server.arrived.wait()
    second = asyncio.create_task(transport.get(site, "/second"))
    while not clock.sleeping:  # noqa: ASYNC110 (a clock of tests tells nobody)
        await asyncio.sleep(0)
    clock.advance(5.1)
    with pytest.raises(Busy) as caught:
        await second
    assert caught.value.until is None
    release.set()
    await first
    assert server.count == 1


async def test_a_proven_host_gets_several_requests_at_once_but_not_many(
    transport: Transport, server: Server, site: Site
) -> None:
    together = most = 0
    full = asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        nonlocal together, most
        together += 1
        most = max(most, together)
        if together == 4:
            # Time for one too many to come.
            await asyncio.sleep(0.05)
            full.set()
        if server.count > 1:
            await full.wait()
        together -= 1
        return web.json_response({})

    server.answer = slow
    await asyncio.gather(*(transport.get(site, f"/{n}") for n in range(20)))
    assert most == 4


async def test_callers_that_wait_for_a_limit_are_told_when_the_host_is_paused(
    transport: Transport, server: Server, clock: MovableClock
) -> None:
    site = at(server, "derpibooru", Limit("/", 2, 1.0))
    server.script = [OK, says(500, "")]
    await transport.get(site, "/0")
    calls = [asyncio.create_task(transport.get(site, f"/{n}")) for n in range(1, 6)]
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(o, CoolingDown) and o.until for o in outcomes)
    assert server.count == 2


async def test_a_waiting_background_request_is_promoted_by_somebody_who_waits_for_it(
    transport: Transport, server: Server, clock: MovableClock
) -> None:
    site = at(server, "derpibooru", Limit("/", 1, 1.0))
    await transport.get(site, "/first")
    quiet = [
        asyncio.create_task(transport.get(site, f"/quiet/{n}", priority=Priority.BACKGROUND))
        for n in range(3)
    ]
    await asyncio.sleep(0.02)
    urgent = asyncio.create_task(transport.get(site, "/quiet/2"))
    await asyncio.sleep(0.02)
    await clock.hurry(asyncio.gather(urgent, *quiet))
    assert [r.path for r in server.requests] == ["/first", "/quiet/2", "/quiet/0", "/quiet/1"]
    # Once more, for one that is no longer waiting for its turn.
    assert (await clock.hurry(transport.get(site, "/quiet/2"))).status == 200


async def test_a_request_on_its_way_is_shared_by_whoever_is_more_urgent(
    transport: Transport, server: Server, site: Site
) -> None:
    release = asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.json_response({})

    server.answer = slow
    quiet = asyncio.create_task(transport.get(site, "/x", priority=Priority.BACKGROUND))
    await server.arrived.wait()
    urgent = asyncio.create_task(transport.get(site, "/x"))
    await asyncio.sleep(0.01)
    release.set()
    assert await quiet is await urgent
    assert server.count == 1


async def test_the_real_clock_spaces_requests_too(server: Server) -> None:
    site = at(server, "derpibooru", Limit("/", 3, 0.2))
    began = time.monotonic()
    async with Transport(SYSTEM_CLOCK, allow_loopback_http=True) as transport:
        await asyncio.gather(*(transport.get(site, f"/{n}") for n in range(9)))
    # From the beginning, as a request may leave in time and arrive late.
    for n, arrived in enumerate(server.times):
        assert arrived - began >= n // 3 * 0.2


async def test_a_cancelled_ticket_frees_its_place(clock: MovableClock) -> None:
    gate = Gate(clock, [Limit("/", 3, 1.0)], most_in_flight=1)
    await gate.wait(gate.ask("/", Priority.INTERACTIVE, 5))
    second = asyncio.create_task(gate.wait(gate.ask("/", Priority.INTERACTIVE, 5)))
    third = asyncio.create_task(gate.wait(gate.ask("/", Priority.INTERACTIVE, 5)))
    await asyncio.sleep(0)
    second.cancel()
    gate.leave()
    await asyncio.wait_for(third, 30)
    assert second.cancelled()
    gate.leave()
    await gate.close()


async def test_a_pause_is_told_at_once_to_whoever_has_not_the_patience(
    clock: MovableClock,
) -> None:
    gate = Gate(clock, [Limit("/", 1, 1.0)], most_in_flight=1)
    await gate.wait(gate.ask("/", Priority.INTERACTIVE, 5))
    with pytest.raises(Crowded):
        gate.ask("/", Priority.INTERACTIVE, 0.1)
    gate.leave()
    gate.pause(clock.monotonic() + 3)
    with pytest.raises(Paused):
        gate.ask("/", Priority.INTERACTIVE, 1)
    await gate.close()


async def test_a_cancelled_turn_that_was_refused_in_the_same_moment_frees_nothing(
    clock: MovableClock,
) -> None:
    gate = Gate(clock, [Limit("/", 5, 1.0)], most_in_flight=1)
    await gate.wait(gate.ask("/", Priority.INTERACTIVE, 5))
    wait = asyncio.create_task(gate.wait(gate.ask("/", Priority.INTERACTIVE, 5)))
    await asyncio.sleep(0)
    gate.pause(clock.monotonic() + 100)
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    clock.advance(101)
    ticket = gate.ask("/", Priority.INTERACTIVE, 5)
    assert not ticket.turn.done()
    gate.leave()
    await gate.wait(ticket)
    await gate.close()


async def test_a_cancelled_turn_that_was_granted_in_the_same_moment_is_given_back(
    clock: MovableClock,
) -> None:
    gate = Gate(clock, [Limit("/", 5, 1.0)], most_in_flight=1)
    first = gate.ask("/", Priority.INTERACTIVE, 5)
    await gate.wait(first)
    second = gate.ask("/", Priority.INTERACTIVE, 5)
    wait = asyncio.create_task(gate.wait(second))
    await asyncio.sleep(0)
    gate.leave()
    wait.cancel()
    with pytest.raises(asyncio.CancelledError):
        await wait
    await gate.wait(gate.ask("/", Priority.INTERACTIVE, 5))
    await gate.close()


def test_every_site_of_the_catalogue_has_a_limit_for_every_route() -> None:
    assert all(site.limits[-1].path == "/" for site in CATALOGUE.values())
    assert issubclass(Busy, SiteError)

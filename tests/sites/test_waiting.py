"""Whoever waits for a site: nothing is sent too early, and nobody waits in the dark (L6, F14)."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web

from bot.catalogue import Limit, Site
from bot.sites import (
    Busy,
    CoolingDown,
    Priority,
    Reply,
    Transport,
    Unavailable,
    Unconfirmed,
)
from tests.clock import MovableClock
from tests.sites.conftest import OK, Answer, Server, at, says

MANY = 60


def everybody(transport: Transport, site: Site, what: str = "") -> list[asyncio.Task[Reply]]:
    """Let many callers of all kinds ask for different things."""
    calls: list[Any] = []
    for n in range(MANY):
        quiet = Priority.BACKGROUND if n % 2 else Priority.INTERACTIVE
        if n % 3:
            calls.append(transport.get(site, f"/{what}{n}", priority=quiet))
        else:
            calls.append(
                transport.send(site, "POST", f"/{n}", priority=quiet, idempotent=n % 2 > 0)
            )
    return [asyncio.create_task(call) for call in calls]


@pytest.mark.parametrize(
    ("answer", "seconds"),
    [
        (says(429, Retry_After="30"), 30),
        (says(429, X_RL_Reset="2026-11-22 12:00:30 UTC"), 30),
        (says(503, "x", Retry_After="30"), 30),
        (says(501, "<form>", "text/html"), 5),
        (says(429), 60),
    ],
)
async def test_nothing_is_sent_before_the_pause_ends_however_many_wait(
    transport: Transport,
    server: Server,
    site: Site,
    clock: MovableClock,
    answer: Answer,
    seconds: float,
) -> None:
    server.script = [answer]
    first = everybody(transport, site)
    await server.reached(1)
    await asyncio.sleep(0.1)
    more = everybody(transport, site, "more")
    for _part in range(4):
        await asyncio.sleep(0.02)
        assert server.count == 1
        clock.advance((seconds - 0.1) / 4)
    await asyncio.sleep(0.05)
    assert server.count == 1
    outcomes = await clock.hurry(asyncio.gather(*first, *more, return_exceptions=True))
    # Those with the patience were served in the end; the others knew how long at once, or were
    # told to come back when their own patience ended.
    kinds = {type(outcome) for outcome in outcomes}
    assert kinds <= {Reply, CoolingDown, Busy, Unavailable, Unconfirmed}
    assert sum(isinstance(outcome, Reply) for outcome in outcomes) == server.count - 1
    assert all(outcome.until for outcome in outcomes if isinstance(outcome, CoolingDown))


async def test_a_pause_that_is_long_is_told_at_once_to_everybody_with_its_end(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [says(429, Retry_After="3600")]
    calls = everybody(transport, site)
    outcomes = await asyncio.wait_for(asyncio.gather(*calls, return_exceptions=True), 60)
    ends = clock.now() + timedelta(seconds=3600)
    assert {type(outcome) for outcome in outcomes} == {CoolingDown}
    assert {outcome.until for outcome in outcomes if isinstance(outcome, CoolingDown)} == {ends}
    assert server.count == 1


async def test_after_a_pause_one_goes_first_and_the_others_only_if_it_was_well(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    release = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await release.wait()
        return await OK(request)

    server.script = [says(429, Retry_After="20"), slow]
    with pytest.raises(CoolingDown):
        await transport.get(site, "/x")
    calls = [
        asyncio.create_task(transport.get(site, f"/{n}", priority=Priority.BACKGROUND))
        for n in range(10)
    ]
    await asyncio.sleep(0.02)
    clock.advance(20.1)
    await server.reached(2)
    await asyncio.sleep(0.05)
    assert server.count == 2
    release.set()
    await asyncio.gather(*calls)
    assert server.count == 11


async def test_changes_and_reads_of_people_go_before_those_of_feeds_when_a_limit_is_short(
    transport: Transport, server: Server, clock: MovableClock
) -> None:
    site = at(server, "ponyaggregate", Limit("/", 1, 1.0))
    await transport.get(site, "/first")
    quiet = [
        asyncio.create_task(
            transport.send(site, "POST", f"/quiet/{n}", priority=Priority.BACKGROUND)
        )
        for n in range(2)
    ]
    await asyncio.sleep(0.02)
    urgent = [
        asyncio.create_task(transport.send(site, "POST", "/change")),
        asyncio.create_task(transport.get(site, "/read")),
    ]
    await asyncio.sleep(0.02)
    await clock.hurry(asyncio.gather(*urgent, *quiet))
    assert [request.path for request in server.requests] == [
        "/first",
        "/change",
        "/read",
        "/quiet/0",
        "/quiet/1",
    ]

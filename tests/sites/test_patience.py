"""Readers of long lists wait for a site, as long as it says and not for ever."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from bot.catalogue import Site
from bot.sites import (
    BadQuery,
    BadResponse,
    CoolingDown,
    NotFound,
    Priority,
    Reply,
    SiteError,
    Transport,
    Unavailable,
    Unconfirmed,
)
from bot.sites.patience import patiently
from tests.clock import MovableClock
from tests.sites.conftest import Server, says


async def test_f14_a_reader_waits_for_as_long_as_it_was_asked_to(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [says(429, Retry_After="100"), says(200, "{"), says(503)]
    began = clock.monotonic()
    read = patiently(lambda: transport.get(site, "/x"), clock)
    assert (await clock.hurry(read)).status == 200
    assert server.count == 4
    assert clock.monotonic() - began >= 100


async def test_many_readers_send_nothing_before_retry_after_ends(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    def reader(number: int) -> Callable[[], Awaitable[Reply]]:
        return lambda: transport.get(site, f"/{number}", priority=Priority.BACKGROUND)

    server.script = [says(429, Retry_After="100")]
    readers = [asyncio.create_task(patiently(reader(n), clock)) for n in range(20)]
    await server.reached(1)
    await asyncio.sleep(0.05)
    clock.advance(99.9)
    await asyncio.sleep(0.05)
    assert server.count == 1
    await clock.hurry(asyncio.gather(*readers))
    assert server.count == 21


@pytest.mark.parametrize("kind", [NotFound, BadQuery, Unconfirmed])
async def test_answers_and_uncertain_changes_are_not_asked_for_again(
    clock: MovableClock, kind: type[SiteError]
) -> None:
    times = 0

    async def ask() -> None:
        nonlocal times
        times += 1
        raise kind("derpibooru", "No.")

    with pytest.raises(kind):
        await patiently(ask, clock)
    assert times == 1


async def test_patience_ends(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.says(200, "{")
    with pytest.raises(BadResponse):
        await clock.hurry(patiently(lambda: transport.get(site, "/x"), clock, tries=2))
    assert server.count == 2
    server.says(429, Retry_After="601")
    with pytest.raises(CoolingDown):
        await clock.hurry(patiently(lambda: transport.get(site, "/x"), clock))
    server.says(429, Retry_After="90000")
    clock.advance(700)
    with pytest.raises(CoolingDown):
        await clock.hurry(patiently(lambda: transport.get(site, "/x"), clock))
    with pytest.raises(CoolingDown):
        await patiently(lambda: transport.get(site, "/x"), clock)


async def test_a_failure_without_an_end_is_asked_again_shortly(clock: MovableClock) -> None:
    answers: list[SiteError | None] = [Unavailable("derpibooru", "Later."), None]

    async def ask() -> str:
        if (error := answers.pop(0)) is not None:
            raise error
        return "now"

    assert await clock.hurry(patiently(ask, clock)) == "now"

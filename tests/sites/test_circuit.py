"""Rule L6, faults F11 and F13: backing off, the circuit, and what a restart does not undo."""

import asyncio
import logging
from datetime import timedelta

import pytest
from aiohttp import web

from bot.catalogue import Site
from bot.cool_downs import CoolDowns
from bot.sites import (
    CoolingDown,
    Transport,
    Unavailable,
)
from tests.clock import MovableClock
from tests.sites.conftest import OK, Answer, Server, refused_while, says

HTML = "text/html"


@pytest.mark.parametrize("status", [502, 503, 504])
async def test_a_passing_failure_is_asked_again_at_most_twice(
    transport: Transport, server: Server, site: Site, clock: MovableClock, status: int
) -> None:
    server.script = [says(status), says(status)]
    assert (await clock.hurry(transport.get(site, "/x"))).status == 200
    assert server.count == 3
    assert transport.standing(site).circuit.failures == 0


async def test_f11_a_host_that_keeps_failing_opens_its_circuit(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.says(503)
    with pytest.raises(Unavailable) as caught:
        await clock.hurry(transport.get(site, "/x"))
    assert server.count == 3
    assert caught.value.until is not None
    # The pause is shorter than anybody's patience, but nobody is made to wait for it.
    assert await refused_while(transport, server, site) == {CoolingDown}


async def test_l6_back_off_doubles_and_one_probe_goes_first(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.says(500, '{"error": "Internal Error"}')
    pauses = []
    for n in range(6):
        with pytest.raises(Unavailable):
            await transport.get(site, "/x", {"n": str(n)})
        pauses.append(transport.standing(site).circuit.left)
        clock.advance(pauses[-1] + 0.001)
    assert pauses == pytest.approx([0.5, 1, 2, 4, 8, 16])
    before = server.count
    outcomes = await asyncio.gather(
        *(transport.get(site, "/y", {"n": str(n)}) for n in range(20)), return_exceptions=True
    )
    assert server.count == before + 1
    assert sum(isinstance(outcome, Unavailable) for outcome in outcomes) == 1


async def test_l6_jitter_makes_pauses_longer_and_never_shorter(
    server: Server, site: Site, clock: MovableClock
) -> None:
    server.says(501, "<p>", HTML)
    async with Transport(clock, allow_loopback_http=True, jitter=lambda: 1.0) as transport:
        with pytest.raises(CoolingDown):
            await transport.get(site, "/x")
        assert transport.standing(site).circuit.left == pytest.approx(7.5)


async def test_a_503_with_retry_after_is_obeyed_even_where_it_exceeds_the_budget(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [says(503, Retry_After="30")]
    with pytest.raises(Unavailable) as caught:
        await transport.get(site, "/x")
    assert caught.value.until == clock.now() + timedelta(seconds=30)
    assert server.count == 1


async def test_a_dropped_connection_is_asked_again(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    async def drop(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.close()
        return web.Response()

    server.answer = drop
    with pytest.raises(Unavailable, match="reached"):
        await clock.hurry(transport.get(site, "/x"))
    assert server.count >= 3
    clock.advance(100)
    server.answer = OK
    assert (await transport.get(site, "/x")).status == 200


async def test_500_with_a_body_is_a_failure_that_is_not_asked_again(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(500, '{"error":"Internal Error"}')
    with pytest.raises(Unavailable):
        await transport.get(site, "/x")
    assert server.count == 1


async def test_an_answer_from_before_a_failure_does_not_close_the_circuit(
    transport: Transport, server: Server, site: Site
) -> None:
    release = asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        await release.wait()
        return web.json_response({})

    await transport.get(site, "/proves")
    server.arrived.clear()
    server.script = [slow, says(500, "")]
    early = asyncio.create_task(transport.get(site, "/early"))
    await server.arrived.wait()
    with pytest.raises(CoolingDown):
        await transport.get(site, "/late")
    release.set()
    assert (await early).status == 200
    assert transport.standing(site).circuit.failures == 1
    assert transport.standing(site).paused


async def test_requests_that_fail_together_are_one_failure_and_the_longest_pause_counts(
    transport: Transport, server: Server, site: Site
) -> None:
    release = asyncio.Event()

    def after(status: int, **headers: str) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            await release.wait()
            return await says(status, "x", **headers)(request)

        return answer

    await transport.get(site, "/proves")
    server.script = [after(429, Retry_After="100"), after(500), after(500)]
    calls = [asyncio.create_task(transport.get(site, f"/{n}")) for n in range(3)]
    await server.reached(4)
    release.set()
    await asyncio.gather(*calls, return_exceptions=True)
    assert transport.standing(site).circuit.failures == 1
    assert transport.standing(site).circuit.left == 100


async def test_f13_a_cool_down_is_kept_over_a_restart(
    server: Server, site: Site, clock: MovableClock
) -> None:
    memory = CoolDowns()
    server.says(500, "")
    async with Transport(clock, allow_loopback_http=True, memory=memory) as transport:
        with pytest.raises(CoolingDown) as first:
            await transport.get(site, "/x")
    assert first.value.until is not None
    server.answer = OK
    clock.advance(600)
    async with Transport(clock, allow_loopback_http=True, memory=memory) as transport:
        with pytest.raises(CoolingDown, match="blocked") as again:
            await transport.get(site, "/x")
        assert again.value.until == first.value.until
        assert server.count == 1
        clock.advance((first.value.until - clock.now()).total_seconds() + 1)
        assert (await transport.get(site, "/x")).status == 200
    async with Transport(clock, allow_loopback_http=True, memory=memory) as transport:
        assert (await transport.get(site, "/x")).status == 200


async def test_the_back_off_goes_on_growing_after_a_restart(
    server: Server, site: Site, clock: MovableClock
) -> None:
    """Rule L6."""
    memory = CoolDowns()
    server.says(429)
    lengths: list[int] = []
    for _start in range(3):
        async with Transport(
            clock, allow_loopback_http=True, memory=memory, jitter=lambda: 0.0
        ) as transport:
            with pytest.raises(CoolingDown):
                await transport.get(site, "/x")
            clock.advance(transport.standing(site).circuit.left + 1)
            with pytest.raises(CoolingDown):
                await transport.get(site, "/x")
            lengths.append(round(transport.standing(site).circuit.left))
    assert server.count == 4
    assert lengths == [120, 240, 480]


def told(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    return [
        (record.levelno, record.getMessage())
        for record in caplog.records
        if record.name == "bot.sites.circuit"
    ]


async def test_f14_the_log_tells_once_that_a_host_is_left_alone_and_that_it_works_again(
    transport: Transport,
    server: Server,
    site: Site,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    server.says(500, "")
    until = (clock.now() + timedelta(minutes=15)).isoformat(timespec="seconds")
    for _ in range(3):
        with pytest.raises(CoolingDown):
            await transport.get(site, "/x", key="5ecret")
        clock.advance(8000)
    text = f"derpibooru is left alone until {until}: It has blocked us for a while."
    assert told(caplog) == [(logging.WARNING, text)]
    server.says(429)
    with pytest.raises(CoolingDown):
        await transport.get(site, "/x", key="5ecret")
    assert told(caplog)[1][1].endswith(": It had too many requests.")
    clock.advance(8000)
    server.answer = OK
    for n in range(2):
        await transport.get(site, "/x", {"n": str(n)})
    assert told(caplog)[2:] == [(logging.INFO, "derpibooru works again")]
    ours = " ".join(text for _level, text in told(caplog))
    assert "5ecret" not in ours
    assert server.url not in ours


async def test_f14_the_log_tells_that_a_site_is_switched_off(
    transport: Transport, server: Server, site: Site, caplog: pytest.LogCaptureFixture
) -> None:
    server.says(429, Retry_After="100000")
    for _ in range(2):
        with pytest.raises(CoolingDown):
            await transport.get(site, "/x")
    ((level, text),) = told(caplog)
    assert level == logging.ERROR
    assert text.startswith("derpibooru is switched off until a restart: ")


async def test_f11_the_log_tells_of_an_open_circuit_and_not_of_a_hiccup(
    transport: Transport,
    server: Server,
    site: Site,
    clock: MovableClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.script = [says(503)]
    await clock.hurry(transport.get(site, "/x"))
    assert told(caplog) == []
    server.says(503)
    with pytest.raises(Unavailable):
        await clock.hurry(transport.get(site, "/y"))
    ((level, text),) = told(caplog)
    assert level == logging.WARNING
    assert "503" in text

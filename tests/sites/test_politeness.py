"""Rules L6 to L10 and faults F11 to F15: what a site asks for, it gets."""

import asyncio
from datetime import timedelta
from email.utils import format_datetime

import pytest

from bot.catalogue import Site
from bot.sites import (
    BadQuery,
    CoolingDown,
    KeyRefused,
    NotFound,
    Refused,
    SiteError,
    Transport,
)
from tests.clock import MovableClock
from tests.sites.conftest import Server, refused_while, says

HTML = "text/html"


async def test_l9_a_challenge_of_501_stops_the_host_for_5_seconds(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [says(501, "<form>", HTML)]
    with pytest.raises(CoolingDown) as caught:
        await transport.get(site, "/x")
    assert caught.value.until is not None
    assert caught.value.until - clock.now() >= timedelta(seconds=5)
    clock.advance(4.9)
    waiting = asyncio.create_task(transport.get(site, "/later"))
    await asyncio.sleep(0.05)
    assert server.count == 1
    clock.advance(0.2)
    assert (await waiting).status == 200


async def test_l9_f13_an_empty_500_stops_the_host_for_15_minutes_however_many_wait(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [says(500, "")]
    with pytest.raises(CoolingDown) as caught:
        await transport.get(site, "/x")
    assert caught.value.until == clock.now() + timedelta(minutes=15)
    for _minute in range(14):
        assert await refused_while(transport, server, site) == {CoolingDown}
        clock.advance(60)
    clock.advance(61)
    assert (await transport.get(site, "/x")).status == 200
    assert server.count == 2


async def test_l9_callers_that_ask_together_with_the_blocked_one_are_not_sent(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(500, "")
    outcomes = await asyncio.gather(
        *(transport.get(site, "/x", {"n": str(n)}) for n in range(30)), return_exceptions=True
    )
    assert all(isinstance(outcome, CoolingDown) for outcome in outcomes)
    assert server.count == 1


async def test_l9_403_with_html_is_refused_and_rests_the_host_without_evasion(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [says(403, "<html>no</html>", HTML)]
    with pytest.raises(Refused) as caught:
        await transport.get(site, "/x", key="secret")
    assert not isinstance(caught.value, KeyRefused)
    assert await refused_while(transport, server, site) == {CoolingDown}
    assert caught.value.until is not None
    clock.advance(901)
    assert (await transport.get(site, "/x")).status == 200


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "120"}, 120),
        ({"X_RL_Reset": "2026-11-22 12:03:00 UTC", "X_RL_Remaining": "0"}, 180),
        ({"X_RL_Reset": "2026-11-22T12:03:00.000Z"}, 180),
        ({"X_RL_Reset": "2020-01-01 00:00:00 UTC"}, 60),
        ({"Retry_After": "soon"}, 60),
        ({"Retry_After": "Sun, 22 Nov 2026 12:10:00 GMT"}, 600),
        ({"Retry_After": "Sun, 22 Nov 2020 12:10:00 GMT"}, 60),
        ({}, 60),
    ],
)
async def test_f14_429_is_obeyed_to_the_second_it_names(
    transport: Transport,
    server: Server,
    site: Site,
    clock: MovableClock,
    headers: dict[str, str],
    seconds: int,
) -> None:
    server.script = [says(429, "", "text/plain", **headers)]
    with pytest.raises(CoolingDown) as caught:
        await transport.get(site, "/x")
    assert caught.value.until == clock.now() + timedelta(seconds=seconds)
    clock.advance(seconds - 6)
    assert await refused_while(transport, server, site) == {CoolingDown}
    clock.advance(7.1)
    assert (await transport.get(site, "/x")).status == 200


@pytest.mark.parametrize(
    "answer",
    [
        says(429, Retry_After="86401"),
        says(429, Retry_After="9" * 5000),
        says(
            429, Retry_After=format_datetime(MovableClock().now() + timedelta(days=3), usegmt=True)
        ),
        says(200, X_RL_Remaining="0", X_RL_Reset="2031-01-01T00:00:00Z"),
    ],
)
async def test_f14_a_cool_down_of_over_a_day_switches_the_site_off_until_a_restart(
    transport: Transport, server: Server, site: Site, clock: MovableClock, answer: object
) -> None:
    server.script = [answer]  # type: ignore[list-item]
    await asyncio.gather(transport.get(site, "/x"), return_exceptions=True)
    clock.advance(30 * 86_400)
    with pytest.raises(CoolingDown, match="restart") as caught:
        await transport.get(site, "/x")
    assert caught.value.until is None
    assert server.count == 1
    assert transport.standing(site).circuit.off


async def test_repeated_blocks_are_answered_with_longer_rests(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.says(429, "")
    rests = []
    for _time in range(3):
        with pytest.raises(CoolingDown) as caught:
            await transport.get(site, "/x")
        assert caught.value.until is not None
        rests.append((caught.value.until - clock.now()).total_seconds())
        clock.advance(rests[-1] + 1)
    assert rests == [60, 120, 240]


async def test_l7_a_route_rests_when_x_rl_says_that_nothing_is_left(
    transport: Transport, server: Server, clock: MovableClock, site: Site
) -> None:
    server.script = [says(200, X_RL="10", X_RL_Remaining="0", X_RL_Reset="2026-11-22 12:00:40 UTC")]
    await transport.get(site, "/x")
    assert len(await refused_while(transport, server, site)) == 1
    assert transport.standing(site).paused is False
    clock.advance(41.5)
    assert (await transport.get(site, "/x")).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X_RL_Remaining": "3", "X_RL_Reset": "2026-11-22 12:00:40 UTC"},
        {"X_RL_Remaining": "0", "X_RL_Reset": "2026-11-22 11:00:40 UTC"},
        {"X_RL_Remaining": "0", "X_RL_Reset": "tomorrow"},
        {"X_RL_Remaining": "none", "X_RL_Reset": "2026-11-22 12:00:40 UTC"},
        {"X_RL_Remaining": "0"},
    ],
)
async def test_f14_x_rl_that_asks_for_nothing_or_lies_in_the_past_stops_nobody(
    transport: Transport, server: Server, site: Site, headers: dict[str, str]
) -> None:
    server.says(200, **headers)
    await transport.get(site, "/x", {"n": "1"})
    await transport.get(site, "/x", {"n": "2"})
    assert server.count == 2


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, NotFound),
        (410, NotFound),
        (400, BadQuery),
        (422, BadQuery),
        (401, Refused),
        (403, Refused),
        (405, Refused),
    ],
)
async def test_l6_answers_are_never_asked_again_nor_counted_against_the_host(
    transport: Transport, server: Server, site: Site, status: int, kind: type[SiteError]
) -> None:
    server.says(status, "", "text/plain")
    for n in range(6):
        with pytest.raises(kind):
            await transport.get(site, "/x", {"n": str(n)})
    assert server.count == 6
    assert transport.standing(site).circuit.failures == 0
    assert not transport.standing(site).paused


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"error": "Imbalanced\\n parentheses.\\u202e"}', "Imbalanced  parentheses."),
        ('{"error": "' + "x" * 500 + '"}', "x" * 199 + "…"),
        ('{"error": 7}', "understand that."),
        ("[]", "understand that."),
        ("<html>", "understand that."),
    ],
)
async def test_the_reason_for_a_refused_query_is_told_on_one_short_line(
    transport: Transport, server: Server, site: Site, body: str, told: str
) -> None:
    server.says(400, body)
    with pytest.raises(BadQuery) as caught:
        await transport.get(site, "/x")
    assert told in caught.value.message.replace("  ", "  ")
    assert "\n" not in caught.value.message
    assert "\u202e" not in caught.value.message
    assert len(caught.value.message) < 300


@pytest.mark.parametrize("status", [401, 403])
async def test_f15_a_refused_key_is_told_and_appears_in_no_message(
    transport: Transport, server: Server, site: Site, status: int
) -> None:
    server.says(status, "")
    with pytest.raises(KeyRefused) as caught:
        await transport.get(site, "/x", key="5ecret")
    assert "5ecret" not in f"{caught.value!r} {caught.value.__context__!r}"
    assert transport.standing(site).circuit.key_refused
    assert server.requests[0].query["key"] == "5ecret"

"""Rule L5: one request for all who ask the same, and answers for as long as they hold."""

import asyncio
from contextvars import ContextVar, copy_context
from email.utils import format_datetime

import pytest
from aiohttp import web

from bot.catalogue import Site
from bot.sites import CoolingDown, Transport, Unavailable
from bot.sites.expiry import Kept, Shelf
from tests.clock import MovableClock
from tests.sites.conftest import OK, Server, says

where: ContextVar[str] = ContextVar("where", default="nowhere")


class Gated:
    """An answer that waits until it is let go."""

    def __init__(self) -> None:
        self.release = asyncio.Event()

    async def __call__(self, _request: web.Request) -> web.StreamResponse:
        await self.release.wait()
        return web.json_response({"n": 1})


async def test_identical_requests_are_one(transport: Transport, server: Server, site: Site) -> None:
    replies = await asyncio.gather(*(transport.get(site, "/x", {"q": "a"}) for _ in range(50)))
    assert server.count == 1
    assert all(reply is replies[0] for reply in replies)
    await transport.get(site, "/x", {"q": "a"})
    assert server.count == 2


async def test_requests_with_different_keys_or_parameters_are_not_shared(
    transport: Transport, server: Server, site: Site
) -> None:
    await asyncio.gather(
        transport.get(site, "/x", {"q": "a"}),
        transport.get(site, "/x", {"q": "b"}),
        transport.get(site, "/x", {"q": "a"}, key="one"),
        transport.get(site, "/x", {"q": "a"}, key="two"),
    )
    assert server.count == 4


async def test_one_cancelled_caller_changes_nothing_for_the_others(
    transport: Transport, server: Server, site: Site
) -> None:
    gated = Gated()
    server.answer = gated
    calls = [asyncio.create_task(transport.get(site, "/x")) for _ in range(3)]
    await server.arrived.wait()
    calls[0].cancel()
    with pytest.raises(asyncio.CancelledError):
        await calls[0]
    gated.release.set()
    assert (await calls[1]).value == (await calls[2]).value == {"n": 1}
    assert server.count == 1


async def test_a_request_that_nobody_waits_for_any_more_ends_quietly(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(404)
    call = asyncio.create_task(transport.get(site, "/x"))
    await asyncio.sleep(0)
    call.cancel()
    await asyncio.gather(call, return_exceptions=True)
    await server.arrived.wait()
    server.answer = OK
    assert (await transport.get(site, "/y")).status == 200


async def test_a_request_runs_in_a_context_of_its_own(
    transport: Transport, server: Server, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A simulated Discord lets time stand still for its handlers: HTTP time-outs must not."""
    loop = asyncio.get_running_loop()
    true_time = loop.time
    monkeypatch.setattr(loop, "time", lambda: 0.0 if where.get() == "handler" else true_time())
    gated = Gated()
    server.answer = gated
    context = copy_context()
    context.run(where.set, "handler")
    clock = MovableClock()
    async with Transport(clock, allow_loopback_http=True, total_seconds=0.2) as impatient:
        call = loop.create_task(impatient.get(site, "/x"), context=context)
        with pytest.raises(Unavailable, match="too long"):
            await asyncio.shield(call)


async def test_closing_leaves_no_task_and_tells_those_who_wait(
    server: Server, site: Site, clock: MovableClock
) -> None:
    before = asyncio.all_tasks()
    server.answer = Gated()
    transport = Transport(clock, allow_loopback_http=True)
    calls = [asyncio.create_task(transport.get(site, f"/{n}")) for n in range(5)]
    await server.arrived.wait()
    serving = asyncio.all_tasks() - before - set(calls)
    await transport.close()
    outcomes = await asyncio.gather(*calls, return_exceptions=True)
    assert all(isinstance(o, Unavailable) and "stopping" in o.message for o in outcomes)
    with pytest.raises(Unavailable, match="stopping"):
        await transport.get(site, "/x")
    ours = {t for t in asyncio.all_tasks() - before if "bot/sites" in repr(t.get_coro())}
    assert not ours
    assert serving


async def test_an_answer_is_used_again_for_as_long_as_its_server_says(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.says(200, Cache_Control="public, max-age=60", Age="10")
    for _time in range(3):
        await transport.get(site, "/x")
    assert server.count == 1
    clock.advance(49)
    await transport.get(site, "/x")
    assert server.count == 1
    clock.advance(2)
    await transport.get(site, "/x")
    assert server.count == 2


async def test_expires_is_honoured_against_the_servers_own_date(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    then = clock.now().replace(year=2020)
    server.says(
        200, Date=format_datetime(then, usegmt=True), Expires="Sun, 22 Nov 2020 12:01:00 GMT"
    )
    await transport.get(site, "/x")
    clock.advance(59)
    await transport.get(site, "/x")
    assert server.count == 1
    clock.advance(2)
    await transport.get(site, "/x")
    assert server.count == 2


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache_Control": "max-age=0, private, must-revalidate"},
        {"Cache_Control": "no-store, max-age=60"},
        {"Cache_Control": "no-cache, max-age=60"},
        {"Cache_Control": "max-age=60", "Vary": "*"},
        {"Cache_Control": "max-age=often"},
        {"Expires": "0"},
        {"Expires": "Sun, 22 Nov 2020 12:01:00 GMT"},
        {},
    ],
)
async def test_what_may_not_be_used_again_is_asked_again(
    transport: Transport, server: Server, site: Site, headers: dict[str, str]
) -> None:
    server.says(200, **headers)
    await transport.get(site, "/x")
    await transport.get(site, "/x")
    assert server.count == 2


async def test_a_keyed_answer_is_private_to_its_key(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(200, Cache_Control="private, max-age=60")
    await transport.get(site, "/x", key="one")
    await transport.get(site, "/x", key="one")
    assert server.count == 1
    await transport.get(site, "/x", key="two")
    await transport.get(site, "/x")
    assert server.count == 3


async def test_an_etag_is_offered_and_304_keeps_the_answer(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [says(200, '{"n": 1}', ETag='"a"', Cache_Control="no-cache")]
    server.says(304, "", Cache_Control="max-age=10")
    first = await transport.get(site, "/x")
    again = await transport.get(site, "/x")
    assert server.requests[1].headers["If-None-Match"] == '"a"'
    assert again.value == first.value == {"n": 1}
    assert again.status == 200
    await transport.get(site, "/x")
    assert server.count == 2
    clock.advance(11)
    server.says(200, '{"n": 2}', Last_Modified="Sun, 22 Nov 2020 12:01:00 GMT")
    assert (await transport.get(site, "/x")).value == {"n": 2}
    await transport.get(site, "/x")
    assert "If-Modified-Since" in server.requests[3].headers
    assert "If-None-Match" not in server.requests[3].headers


async def test_304_that_nobody_asked_for_is_a_failure(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(304, "")
    with pytest.raises(Unavailable):
        await transport.get(site, "/x")


async def test_a_stale_answer_stands_in_only_where_its_server_allows(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [
        says(200, '{"n": 1}', Cache_Control="max-age=1, stale-if-error=600"),
        says(200, '{"n": 2}', Cache_Control="max-age=1, stale-if-error=600, must-revalidate"),
    ]
    await transport.get(site, "/lenient")
    await transport.get(site, "/strict")
    clock.advance(2)
    server.says(500, "")
    with pytest.raises(CoolingDown):
        await transport.get(site, "/strict")
    assert (await transport.get(site, "/lenient")).value == {"n": 1}
    clock.advance(700)
    with pytest.raises(CoolingDown):
        await transport.get(site, "/lenient")


def test_the_store_of_answers_is_bounded(clock: MovableClock) -> None:
    shelf = Shelf(clock, most=3, most_bytes=100)
    lasting = {"Cache-Control": "max-age=60"}

    def put(name: str, size: int) -> None:
        shelf.put(name, Kept(200, bytes(size), lasting, None, 0.0, 0.0))

    for name in "abc":
        put(name, 10)
    assert shelf.fresh("a")
    put("d", 10)
    assert shelf.any("b") is None
    assert shelf.fresh("a")
    put("e", 85)
    assert [name for name in "abcde" if shelf.any(name)] == ["a", "e"]
    put("f", 101)
    assert shelf.any("f") is None

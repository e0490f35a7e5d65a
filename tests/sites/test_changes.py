"""Requests that change something: sent once, answered with certainty or told to be uncertain."""

import asyncio
import socket
from collections.abc import Callable

import pytest
from aiohttp import web
from msgspec import structs

from bot.catalogue import Limit, Site
from bot.sites import (
    CoolingDown,
    Transport,
    Unavailable,
    Unconfirmed,
)
from bot.sites.wire import File
from tests.clock import MovableClock
from tests.sites.conftest import PATIENCE, Server, at, says


async def drop(request: web.Request) -> web.StreamResponse:
    await request.read()
    assert request.transport is not None
    request.transport.close()
    return web.Response()


async def transport_sleeps(clock: MovableClock) -> None:
    """Return when somebody backs off."""
    before = clock.sleeping
    while clock.sleeping == before:  # noqa: ASYNC110 (a clock of tests tells nobody)
        await asyncio.sleep(0.005)


async def echo(request: web.Request) -> web.StreamResponse:
    return web.json_response({"body": await request.text(), "type": request.content_type})


async def test_a_change_carries_its_body_as_json(
    transport: Transport, server: Server, site: Site
) -> None:
    server.answer = echo
    reply = await transport.send(site, "PUT", "/x", {"a": "1"}, body={"n": [1, "é"]})
    assert reply.value == {"body": '{"n":[1,"é"]}', "type": "application/json"}
    assert (server.requests[0].method, server.requests[0].query_string) == ("PUT", "a=1")


async def test_a_file_travels_in_a_form_of_several_parts(
    transport: Transport, server: Server, site: Site
) -> None:
    seen: dict[str, object] = {}

    async def form(request: web.Request) -> web.StreamResponse:
        fields = await request.post()
        file = fields["image[image]"]
        assert isinstance(file, web.FileField)
        seen.update(
            name=file.filename,
            mime=file.content_type,
            content=file.file.read(),
            distance=fields["distance"],
        )
        return web.json_response({})

    server.answer = form
    picture = File("image[image]", "a pony.png", "image/png", b"\x89PNG")
    await transport.send(site, "POST", "/x", file=picture, fields={"distance": "0.2"})
    assert seen == {
        "name": "a pony.png",
        "mime": "image/png",
        "content": b"\x89PNG",
        "distance": "0.2",
    }


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_a_change_whose_connection_is_cut_is_sent_once_and_not_known_to_be_made(
    transport: Transport, server: Server, site: Site, clock: MovableClock, method: str
) -> None:
    server.answer = drop
    with pytest.raises(Unconfirmed, match="not known"):
        await clock.hurry(transport.send(site, method, "/x", body={}))
    assert server.count == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_a_change_that_is_answered_with_a_failure_is_not_sent_again(
    transport: Transport, server: Server, site: Site, clock: MovableClock, status: int
) -> None:
    server.says(status, "no")
    with pytest.raises(Unconfirmed):
        await clock.hurry(transport.send(site, "POST", "/x"))
    assert server.count == 1


async def test_a_change_that_is_not_answered_in_time_is_not_known_to_be_made(
    transport: Transport, server: Server, site: Site, leap: Callable[[float], None]
) -> None:
    async def never(_request: web.Request) -> web.StreamResponse:
        leap(PATIENCE + 1)
        await asyncio.Event().wait()
        raise AssertionError

    server.answer = never
    with pytest.raises(Unconfirmed, match="too long"):
        await transport.send(site, "POST", "/x")
    assert server.count == 1


async def test_a_change_that_never_left_is_sent_again(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    """Nobody listens at first; then the site is back."""
    ours = socket.socket()
    ours.bind(("127.0.0.1", 0))
    late = structs.replace(site, base_url=f"http://127.0.0.1:{ours.getsockname()[1]}")
    change = asyncio.create_task(transport.send(late, "POST", "/x"))
    await asyncio.wait_for(transport_sleeps(clock), 30)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, ours).start()
    try:
        assert (await clock.hurry(change)).status == 200
    finally:
        await runner.cleanup()
    assert server.count == 1


async def test_a_change_that_can_never_leave_is_not_called_uncertain(
    transport: Transport, site: Site, clock: MovableClock
) -> None:
    nowhere = structs.replace(site, base_url="http://127.0.0.1:1")
    with pytest.raises(Unavailable) as caught:
        await clock.hurry(transport.send(nowhere, "POST", "/x"))
    assert not isinstance(caught.value, Unconfirmed)


async def test_a_read_that_is_posted_is_sent_again_like_any_read(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [drop, says(503)]
    call = transport.send(site, "POST", "/search/reverse", idempotent=True)
    assert (await clock.hurry(call)).status == 200
    assert server.count == 3


async def test_a_cut_connection_is_asked_again_by_us_alone(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    """L6: the library under us sends no request of its own between two of ours."""
    server.answer = drop
    with pytest.raises(Unavailable):
        await clock.hurry(transport.get(site, "/x"))
    assert server.count == 3


async def test_a_read_on_a_connection_that_its_server_had_ended_is_no_failure(
    transport: Transport, server: Server, site: Site
) -> None:
    await transport.get(site, "/x")
    server.script = [drop]
    assert (await transport.get(site, "/y")).status == 200
    assert transport.standing(site).circuit.failures == 0
    assert transport.standing(site).circuit.epoch == 0


async def test_equal_changes_are_each_sent_and_their_answers_never_kept(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(200, Cache_Control="max-age=60")
    await asyncio.gather(*(transport.send(site, "POST", "/x", body={}) for _ in range(3)))
    await transport.send(site, "POST", "/x", body={}, idempotent=True)
    await transport.send(site, "POST", "/x", body={}, idempotent=True)
    assert server.count == 5
    await transport.get(site, "/x")
    assert server.count == 6


async def test_changes_keep_the_limits_and_the_cool_downs_of_reads(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.script = [says(429, "", Retry_After="100")]
    with pytest.raises(CoolingDown):
        await transport.send(site, "POST", "/x")
    with pytest.raises(CoolingDown):
        await transport.send(site, "POST", "/x")
    with pytest.raises(CoolingDown):
        await transport.get(site, "/x")
    assert server.count == 1
    clock.advance(101)
    assert (await transport.send(site, "POST", "/x")).status == 200


async def test_a_change_that_waits_for_its_turn_is_taken_back_with_its_caller(
    transport: Transport, server: Server, clock: MovableClock
) -> None:
    site = at(server, "derpibooru", Limit("/", 1, 1.0))
    await transport.get(site, "/first")
    change = asyncio.create_task(transport.send(site, "POST", "/x"))
    await asyncio.sleep(0.02)
    change.cancel()
    with pytest.raises(asyncio.CancelledError):
        await change
    clock.advance(5)
    await transport.get(site, "/last")
    assert [request.path for request in server.requests] == ["/first", "/last"]


async def test_a_change_that_left_is_finished_without_its_caller(
    transport: Transport, server: Server, site: Site
) -> None:
    release, done = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.StreamResponse:
        await release.wait()
        done.set()
        return web.json_response({})

    server.script = [slow]
    change = asyncio.create_task(transport.send(site, "POST", "/x"))
    await server.reached(1)
    change.cancel()
    with pytest.raises(asyncio.CancelledError):
        await change
    release.set()
    await asyncio.wait_for(done.wait(), 30)
    await transport.get(site, "/after")


async def test_closing_ends_changes_too(server: Server, site: Site, clock: MovableClock) -> None:
    async def never(_request: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    server.answer = never
    transport = Transport(clock, allow_loopback_http=True)
    change = asyncio.create_task(transport.send(site, "POST", "/x"))
    await server.reached(1)
    await transport.close()
    with pytest.raises(Unavailable, match="stopping"):
        await change
    with pytest.raises(Unavailable, match="stopping"):
        await transport.send(site, "POST", "/x")

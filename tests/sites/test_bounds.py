"""Faults F16, F17, F19 and `reference: safety, 5`: what is sent and how much is taken."""

import asyncio
import errno
import gzip
import socket
import struct
import tracemalloc
import zlib
from collections.abc import Callable

import aiohttp
import pytest
from aiohttp import web
from msgspec import structs

from bot.catalogue import Site
from bot.sites import BadRequest, BadResponse, Transport, Unavailable, Unconfirmed
from bot.sites.agent import user_agent
from bot.sites.answers import Kind
from bot.sites.bounds import MAX_BODY, MAX_DEPTH, Unusable, parse, too_deep
from bot.sites.wire import meaning, was_cut
from tests.clock import MovableClock
from tests.sites.conftest import PATIENCE, Answer, Server

JSON = {"Content-Type": "application/json"}


def sends(
    *chunks: bytes, pause: float = 0.0, repeat: int = 1, headers: dict[str, str] | None = None
) -> Answer:
    """Answer with these pieces, in a stream that says nothing of its length."""

    async def answer(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**JSON, **(headers or {})})
        await response.prepare(request)
        for _time in range(repeat):
            for chunk in chunks:
                await response.write(chunk)
                await asyncio.sleep(pause)
        return response

    return answer


async def test_f16_a_gzip_bomb_is_given_up_with_little_memory(
    transport: Transport, server: Server, site: Site
) -> None:
    squeeze = zlib.compressobj(9, wbits=31)
    bomb = b"".join(squeeze.compress(bytes(1024 * 1024)) for _ in range(200)) + squeeze.flush()
    server.answer = sends(bomb, headers={"Content-Encoding": "gzip"})
    tracemalloc.start()
    try:
        with pytest.raises(BadResponse) as caught:
            await transport.get(site, "/x")
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert caught.value.field == "size"
    assert peak < 30 * 1024 * 1024


async def test_f16_an_endless_body_is_given_up(
    transport: Transport, server: Server, site: Site
) -> None:
    server.answer = sends(b" " * 65536, repeat=100_000)
    with pytest.raises(BadResponse) as caught:
        await transport.get(site, "/x")
    assert caught.value.field == "size"


async def test_f16_a_body_that_announces_its_size_is_not_even_read(
    transport: Transport, server: Server, site: Site
) -> None:
    server.answer = sends(b"[", pause=60, headers={"Content-Length": str(200 * 1024 * 1024)})
    with pytest.raises(BadResponse) as caught:
        await asyncio.wait_for(transport.get(site, "/x"), 30)
    assert caught.value.field == "size"


async def test_the_largest_body_that_is_allowed_is_read(
    transport: Transport, server: Server, site: Site
) -> None:
    body = gzip.compress(b"[" + b" " * (MAX_BODY - 2) + b"]")
    server.answer = sends(body, headers={"Content-Encoding": "gzip"})
    assert (await transport.get(site, "/x")).value == []


async def test_f16_one_byte_at_a_time_is_bounded_by_real_time(
    transport: Transport, server: Server, site: Site, leap: Callable[[float], None]
) -> None:
    async def drop_by_drop(_request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers=JSON)
        await response.prepare(_request)
        for _byte in range(1000):
            await response.write(b" ")
            leap(PATIENCE / 10)
            await asyncio.sleep(0)
        return response

    server.answer = drop_by_drop
    with pytest.raises(Unavailable, match="too long"):
        await transport.get(site, "/x")
    assert server.count == 1
    assert transport.standing(site).circuit.failures == 1


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (b'{"images": [', "JSON"),
        (b'{"images": ', "JSON"),
        (b"]" * 100, "JSON"),
        (b"[" * 70, "depth"),
        (b'"abc', "JSON"),
        (b"", "JSON"),
        (b"\xef\xbb\xbf{}", "JSON"),
        (b'{"a": NaN}', "JSON"),
        (b'{"a": 1e999}', "JSON"),
        (b'{"a": "\xff"}', "JSON"),
        (b'{"a": "\\ud800"}', "JSON"),
        (b"{} {}", "JSON"),
        (b"[" * 10_000 + b"]" * 10_000, "depth"),
        (b'{"a":' * 65 + b"1" + b"}" * 65, "depth"),
        (b"[" * 2_000_000, "depth"),
        (b'\\"' * 2_000_000, "JSON"),
        (b"<html>", "JSON"),
    ],
)
async def test_f17_a_body_that_is_not_whole_json_is_a_failure(
    transport: Transport, server: Server, site: Site, body: bytes, what: str
) -> None:
    server.answer = sends(body)
    with pytest.raises(BadResponse) as caught:
        await transport.get(site, "/x")
    assert caught.value.field == what
    circuit = transport.standing(site).circuit
    assert circuit.failures == 1
    # The error says what to do, and from when on that makes sense.
    assert "try again" in caught.value.message
    assert caught.value.until == circuit.instant(circuit.until)


async def test_f17_a_page_for_people_with_200_is_a_failure(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(200, "{}", "text/html")
    with pytest.raises(BadResponse) as caught:
        await transport.get(site, "/x")
    assert caught.value.field == "Content-Type"


async def test_f17_a_truncated_body_is_a_failure(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={**JSON, "Content-Length": "1000"})
        await response.prepare(request)
        await response.write(b'{"images": [{"id": 1}]}')
        assert request.transport is not None
        request.transport.close()
        return response

    server.answer = cut
    with pytest.raises(Unavailable):
        await clock.hurry(transport.get(site, "/x"))
    assert server.count == 3


async def test_f17_damaged_compression_is_a_failure(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    server.answer = sends(b"not gzip at all", headers={"Content-Encoding": "gzip"})
    with pytest.raises(Unavailable):
        await clock.hurry(transport.get(site, "/x"))


async def test_a_connection_that_is_reset_is_asked_again(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
        return web.Response()

    server.script = [reset]
    assert (await clock.hurry(transport.get(site, "/x"))).status == 200
    assert server.count >= 2


@pytest.mark.parametrize(
    ("error", "cut"),
    [
        (ConnectionResetError(errno.ECONNRESET, "reset"), True),
        (aiohttp.ClientOSError(errno.EPIPE, "pipe"), True),
        (aiohttp.ClientOSError(errno.EHOSTUNREACH, "no way"), False),
        (aiohttp.ServerDisconnectedError(), True),
        (aiohttp.InvalidURL("x"), False),
    ],
)
def test_only_a_connection_that_stood_is_worth_another_try(error: Exception, *, cut: bool) -> None:
    assert was_cut(error) is cut


@pytest.mark.parametrize("kind", list(Kind))
def test_an_address_that_is_none_says_nothing_of_what_was_done(kind: Kind) -> None:
    assert meaning(aiohttp.InvalidURL("x"), kind) is Unavailable


async def test_f19_a_host_that_lets_nobody_in_is_given_up_soon(
    clock: MovableClock, site: Site
) -> None:
    """A queue of connections that is full: the one that waits was never made."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        full = structs.replace(site, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        async with Transport(
            clock, allow_loopback_http=True, total_seconds=PATIENCE, connect_seconds=0.2
        ) as transport:
            with pytest.raises(Unavailable, match="too long") as caught:
                await transport.send(full, "POST", "/x")
    assert not isinstance(caught.value, Unconfirmed)


def test_f17_of_duplicate_keys_the_last_wins() -> None:
    assert parse(b'{"tags": ["safe"], "tags": ["explicit"]}') == {"tags": ["explicit"]}


def test_brackets_in_strings_do_not_count() -> None:
    assert not too_deep(b'"' + b"[" * 100 + b'\\"' + b'{"')
    assert not too_deep(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH)
    assert too_deep(b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1))
    assert too_deep(b'[{"a":' * 33 + b"1" + b"}]" * 33)
    assert parse(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH) is not None
    with pytest.raises(Unusable):
        parse(b"[}")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_f19_a_redirect_is_a_failure_and_not_followed(
    transport: Transport, server: Server, site: Site, status: int
) -> None:
    server.says(status, "", Location=f"{server.url}/elsewhere")
    with pytest.raises(Unavailable, match="another address"):
        await transport.get(site, "/x")
    assert server.count == 1


@pytest.mark.parametrize("status", [201, 204, 206])
async def test_another_success_than_200_is_not_an_answer(
    transport: Transport, server: Server, site: Site, status: int
) -> None:
    server.says(status, "")
    with pytest.raises(BadResponse):
        await transport.get(site, "/x")


async def test_f19_a_site_that_cannot_be_reached_is_a_failure(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    nowhere = structs.replace(site, base_url="http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="reached"):
        await transport.get(nowhere, "/x", key="5ecret")
    spoken = structs.replace(site, base_url=server.url.replace("http:", "https:"))
    with pytest.raises(Unavailable):
        await transport.get(spoken, "/x")
    assert server.count == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://derpibooru.org",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "https://user@derpibooru.org",
        "https://derpibooru.org/api",
        "https://derpibooru.org?q=1",
        "https://",
        "https://derpibooru.org:99999",
        "https://derpibooru.org:https",
        "https://[::1",
        "https://xn--/",
        "derpibooru.org",
        "",
    ],
)
async def test_only_https_and_loopback_are_ever_asked(
    transport: Transport, site: Site, address: str
) -> None:
    with pytest.raises(BadRequest):
        await transport.get(structs.replace(site, base_url=address), "/x")


async def test_loopback_without_tls_needs_its_own_leave(site: Site, clock: MovableClock) -> None:
    async with Transport(clock) as strict:
        with pytest.raises(BadRequest):
            await strict.get(site, "/x")
    async with Transport(clock, allow_loopback_http=True) as lenient:
        lenient.admit(structs.replace(site, base_url="http://localhost:80"))
        lenient.admit(structs.replace(site, base_url="http://[::1]:80"))


@pytest.mark.parametrize("path", ["x", "@evil.example/x", ".evil.example/", ":81/x", ":port/x", ""])
async def test_a_path_cannot_lead_to_another_host(
    transport: Transport, server: Server, site: Site, path: str
) -> None:
    with pytest.raises(BadRequest):
        await transport.get(site, path)
    assert server.count == 0


async def test_l8_no_cookies_are_kept_or_sent(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(200, Set_Cookie="session=1; Path=/")
    await transport.get(site, "/x", {"n": "1"})
    await transport.get(site, "/x", {"n": "2"})
    assert "Cookie" not in server.requests[1].headers


async def test_proxies_of_the_environment_are_not_used(
    transport: Transport, server: Server, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert (await transport.get(site, "/x")).status == 200


async def test_l17_the_user_agent_names_program_version_project_and_contact(
    server: Server, site: Site, clock: MovableClock
) -> None:
    name = user_agent("pony (me)\r\nX: 1 é <a@b.example>")
    async with Transport(clock, allow_loopback_http=True, user_agent=name) as transport:
        await transport.get(site, "/x")
    sent = server.requests[0].headers["User-Agent"]
    assert sent.startswith("Mailmare/")
    assert "+https://" in sent
    assert sent.endswith("; contact: pony meX: 1  <a@b.example>)")
    assert "contact" not in user_agent()


async def test_user_text_stays_inside_its_parameter(
    transport: Transport, server: Server, site: Site
) -> None:
    awkward = "a&key=1#x+y %26 ü=/?"
    await transport.get(site, "/x", {"q": awkward})
    assert dict(server.requests[0].query) == {"q": awkward}

"""Faults F16, F17, F19 and `reference: safety, 5`: what is sent and how much is taken."""

import asyncio
import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from aiohttp import web

from bot.catalogue import Site
from bot.sites import BadResponse, Transport, Unavailable
from bot.sites.bounds import MAX_BODY, MAX_DEPTH, Unusable, parse, too_deep
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


@pytest.mark.parametrize("status", [201, 204, 206])
async def test_another_success_than_200_is_not_an_answer(
    transport: Transport, server: Server, site: Site, status: int
) -> None:
    server.says(status, "")
    with pytest.raises(BadResponse):
        await transport.get(site, "/x")

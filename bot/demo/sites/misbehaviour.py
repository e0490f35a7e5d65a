"""Answering wrongly on purpose: one function per way of failing (faults F11-F19)."""

import asyncio
import gzip
from collections.abc import Awaitable, Callable
from functools import cache

from aiohttp import web

from bot.clock import Clock
from bot.demo.sites.modes import Mode

Answer = Callable[[], Awaitable[web.Response]]

_HTML = "<!doctype html><title>One moment</title><form method=post><p>Are you a pony?</form>"
_BLOCK = b" " * 65_536
_HUGE = 200 * 1024 * 1024
_BOMB = 64 * 1024 * 1024
_DEPTH = 10_000

_STATUS: dict[str, int] = {
    "500": 500, "502": 502, "503": 503, "504": 504, "401": 401, "429": 429,
    "404_empty": 404, "403_empty": 403, "down_500_empty": 500,
}  # fmt: skip


@cache
def _bomb() -> bytes:
    return gzip.compress(b" " * _BOMB, compresslevel=9)


def html(status: int) -> web.Response:
    """Return the page that a front end shows instead of an answer (rule L9)."""
    return web.Response(text=_HTML, status=status, content_type="text/html")


async def _wait(seconds: float, clock: Clock, closing: asyncio.Event) -> None:
    """Wait, but never longer than the server lives."""
    tasks = [asyncio.ensure_future(clock.sleep(seconds)), asyncio.ensure_future(closing.wait())]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()


def _status(mode: Mode) -> web.Response:
    status = _STATUS[mode.kind]
    headers: dict[str, str] = {}
    if mode.retry_after is not None:
        headers["Retry-After"] = mode.retry_after
    if mode.reset is not None:
        headers |= {"X-RL": "10", "X-RL-Remaining": "0", "X-RL-Reset": mode.reset}
    texts = {"500": "Internal Error", "401": "Unauthorized"}
    if mode.kind in texts:
        body = b'{"error":"%s"}' % texts[mode.kind].encode()
        return web.Response(
            body=body, status=status, headers=headers, content_type="application/json"
        )
    return web.Response(status=status, headers=headers)


async def _stream(request: web.Request, mode: Mode, closing: asyncio.Event) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "application/json"})
    if mode.kind == "huge":
        response.content_length = _HUGE
    await response.prepare(request)
    left = _HUGE if mode.kind == "huge" else None
    while not closing.is_set() and (left is None or left > 0):
        try:
            await response.write(_BLOCK)
        except ConnectionError:
            break
        await asyncio.sleep(0)
        if left is not None:
            left -= len(_BLOCK)
    return response


async def _one_byte(
    request: web.Request, mode: Mode, body: bytes, clock: Clock, closing: asyncio.Event
) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    for byte in body:
        await _wait(mode.seconds or 1.0, clock, closing)
        if closing.is_set():
            break
        try:
            await response.write(bytes((byte,)))
        except ConnectionError:
            break
    return response


async def _cut(request: web.Request, body: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"content-type": "application/json"})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


#: What becomes of a good body (fault F17).
_SPOILED: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda body: body[: len(body) // 2],
    "bom": lambda body: b"\xef\xbb\xbf" + body,
    "nan": lambda body: body.replace(b'"id":', b'"id":NaN,"was":', 1),
    "bad_utf8": lambda body: body.replace(b'"safe"', b'"sa\xff\xfefe"', 1),
    "duplicate_keys": lambda body: body.replace(b'"tags":[', b'"tags":["x"],"tags":['),
    "deep": lambda _: b"[" * _DEPTH + b"]" * _DEPTH,
}


async def misbehave(
    request: web.Request, mode: Mode, answer: Answer, *, clock: Clock, closing: asyncio.Event
) -> web.StreamResponse:
    """Answer `request` as `mode` says; `answer` gives what a well site would say."""
    kind = mode.kind
    if kind in ("ok", "evil"):
        return await answer()
    if kind == "slow":
        await _wait(mode.seconds, clock, closing)
        return await answer()
    if kind in _STATUS:
        return _status(mode)
    if kind in ("endless", "huge"):
        return await _stream(request, mode, closing)
    if kind in _SPOILED:
        response = await answer()
        response.body = _SPOILED[kind](_bytes(response))
        return response
    return await _broken(request, mode, answer, clock, closing)


async def _broken(
    request: web.Request, mode: Mode, answer: Answer, clock: Clock, closing: asyncio.Event
) -> web.StreamResponse:
    match mode.kind:
        case "down_501":
            return html(501)
        case "403_html":
            return html(403)
        case "html200":
            return html(200)
        case "redirect":
            return web.Response(status=302, headers={"location": mode.location})
        case "gzip_bomb":
            return web.Response(
                body=_bomb(),
                content_type="application/json",
                headers={"content-encoding": "gzip"},
            )
        case "one_byte":
            return await _one_byte(request, mode, _bytes(await answer()), clock, closing)
        case "cut":
            return await _cut(request, _bytes(await answer()))
        case _:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()


def _bytes(response: web.Response) -> bytes:
    body = response.body
    return bytes(body) if isinstance(body, (bytes, bytearray)) else b""

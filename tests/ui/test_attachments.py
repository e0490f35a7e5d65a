"""What members attach: from Discord's own places, streamed, and never more than is wanted."""

import asyncio
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Mapping,
)
from typing import Any, cast

import discord
import pytest
from aiohttp import web

from bot.ui.answers import NotShownError
from bot.ui.attachments import Attachments

LIMIT = 100_000
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Place:
    """A server that gives files, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.answer: Answer = says(b"{}")
        self.sent = 0
        self.gone = asyncio.Event()
        self.origin = ""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        return await self.answer(request)

    async def endless(self, request: web.Request) -> web.StreamResponse:
        """Give zeros for as long as somebody listens."""
        reply = web.StreamResponse()
        await reply.prepare(request)
        try:
            while True:
                await reply.write(bytes(10_000))
                self.sent += 10_000
        except ConnectionError:
            self.gone.set()
        return reply


def says(body: bytes, status: int = 200, headers: Mapping[str, str] = {}) -> Answer:
    async def answer(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=status, body=body, headers=headers)

    return answer


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    place = Place()
    app = web.Application()
    app.router.add_get("/{name:.*}", place.serve)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    place.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield place
    await runner.cleanup()


def file(url: str, size: int = 10) -> discord.Attachment:
    data: Any = {"id": "1", "filename": "s.json", "size": size, "url": url, "proxy_url": url}
    client = discord.Client(intents=discord.Intents(guilds=True))
    return discord.Attachment(data=data, state=client._connection)


async def refused(place: Place, url: str = "", size: int = 10) -> str:
    with pytest.raises(NotShownError) as error:
        await Attachments([place.origin]).read(file(url or f"{place.origin}/s.json", size), LIMIT)
    return error.value.message


async def test_a_file_is_read_whole_and_its_signature_is_kept(place: Place) -> None:
    body = bytes(range(256)) * (LIMIT // 256)
    place.answer = says(body)
    read = await Attachments([place.origin]).read(
        file(f"{place.origin}/a%20b/s.json?ex=1&hm=%2F2"), LIMIT
    )
    assert read == body
    assert place.asked[0].raw_path == "/a%20b/s.json?ex=1&hm=%2F2"


async def test_a_file_that_says_that_it_is_too_large_is_not_asked_for(place: Place) -> None:
    assert "too large" in await refused(place, size=LIMIT + 1)
    assert place.asked == []


@pytest.mark.parametrize("extra", [1, LIMIT])
async def test_a_file_that_is_larger_than_it_said_is_not_read_on(place: Place, extra: int) -> None:
    place.answer = says(bytes(LIMIT + extra))
    assert "too large" in await refused(place)


async def test_a_file_without_end_is_left_at_the_bound(place: Place) -> None:
    """Fault F16: what was sent meanwhile waits in the buffers of the connection alone."""
    place.answer = place.endless
    assert "too large" in await refused(place)
    await asyncio.wait_for(place.gone.wait(), 30)


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.discordapp.com.example/s.json",
        "https://user@127.0.0.1/s.json",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "//127.0.0.1/s.json",
        "s.json",
    ],
)
async def test_nothing_is_fetched_from_elsewhere(place: Place, url: str) -> None:
    """Reference: safety, 5."""
    assert "attach the file" in await refused(place, url)
    assert place.asked == []


async def test_only_https_and_discords_own_hosts_are_read_from() -> None:
    for url in ("http://cdn.discordapp.com/x", "https://cdn.discordapp.com:444/x"):
        with pytest.raises(NotShownError, match="attach the file"):
            await Attachments().read(file(url), LIMIT)


@pytest.mark.parametrize("status", [204, 302, 403, 404, 500])
async def test_a_refusal_is_told_and_no_redirect_is_followed(place: Place, status: int) -> None:
    place.answer = says(b"", status, {"Location": f"{place.origin}/other"})
    assert "did not give me the file" in await refused(place)
    assert len(place.asked) == 1


async def test_nothing_is_unpacked(place: Place) -> None:
    """Fault F16: a small body cannot become a large one."""
    place.answer = says(b"\x1f\x8b not really", headers={"Content-Encoding": "gzip"})
    read = await Attachments([place.origin]).read(file(f"{place.origin}/s.json"), LIMIT)
    assert read.startswith(b"\x1f\x8b")
    assert place.asked[0].headers["Accept-Encoding"] == "identity"


async def test_a_place_that_is_not_there_is_told() -> None:
    with pytest.raises(NotShownError, match="did not give me the file"):
        await Attachments(["http://127.0.0.1:9"]).read(file("http://127.0.0.1:9/x"), LIMIT)


async def streamed(place: Place, url: str = "") -> AsyncIterable[bytes]:
    return Attachments([place.origin]).stream(file(url or f"{place.origin}/s.png", 10**9))


async def test_a_file_is_passed_on_in_pieces_and_again_if_need_be(place: Place) -> None:
    body = bytes(range(256)) * 1000
    place.answer = says(body)
    content = await streamed(place)
    assert place.asked == []
    for _again in range(2):
        pieces = [piece async for piece in content]
        assert b"".join(pieces) == body
        assert max(map(len, pieces)) <= 64 * 1024
    assert len(place.asked) == 2


async def test_a_file_that_is_passed_on_is_left_where_nobody_wants_more(place: Place) -> None:
    """Fault F16: nothing of an endless file is held but a piece."""
    place.answer = place.endless
    async for piece in (pieces := aiter(await streamed(place))):
        assert piece
        break
    await cast("AsyncGenerator[bytes]", pieces).aclose()
    await asyncio.wait_for(place.gone.wait(), 30)


async def test_a_file_that_discord_does_not_give_cannot_be_passed_on(place: Place) -> None:
    place.answer = says(b"", status=403)
    with pytest.raises(OSError, match="did not give"):
        _ = [piece async for piece in await streamed(place)]


async def test_nothing_is_passed_on_from_elsewhere(place: Place) -> None:
    """Reference: safety, 5."""
    with pytest.raises(NotShownError, match="attach the file"):
        await streamed(place, "https://cdn.discordapp.com.example/s.png")

"""An upload is told of at a pace that Discord takes, and never after its end."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import discord
import pytest

from bot.ui.progress import PACE, UploadProgress, progress_text
from tests.clock import MovableClock

SIZE = 10_000_000


class Screen:
    """What a person sees; each change takes until `shown` is set."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.shown = asyncio.Event()
        self.shown.set()
        self.gone = False
        self.broken: Exception | None = None

    async def edit(self, text: str) -> None:
        if self.broken is not None:
            raise self.broken
        if self.gone:
            reply = cast("Any", SimpleNamespace(status=404, reason="gone"))
            raise discord.NotFound(reply, {"code": 10015, "message": "Unknown Webhook"})
        await self.shown.wait()
        self.texts.append(text)


@pytest.fixture
async def screen() -> Screen:
    return Screen()


async def test_at_most_one_edit_is_made_in_a_while(screen: Screen) -> None:
    clock = MovableClock()
    progress = UploadProgress(screen.edit, "pony.png", clock)
    for percent in range(101):
        progress(percent * SIZE // 100, SIZE)
        await progress.finish()
        clock.advance(PACE / 10)
    assert screen.texts == [
        progress_text("pony.png", percent * SIZE // 100, SIZE) for percent in range(0, 101, 10)
    ]
    assert screen.texts[3] == "Uploading pony.png: 30 % (3.0 of 10.0 MB)"


async def test_a_slow_edit_is_waited_for_and_no_other_begun(screen: Screen) -> None:
    clock = MovableClock()
    progress = UploadProgress(screen.edit, "pony.png", clock)
    screen.shown.clear()
    for sent in range(0, SIZE, SIZE // 10):
        progress(sent, SIZE)
        clock.advance(PACE)
    finishing = asyncio.ensure_future(progress.finish())
    await asyncio.sleep(0)
    assert not finishing.done()
    screen.shown.set()
    await finishing
    assert screen.texts == [progress_text("pony.png", 0, SIZE)]


async def test_f10_an_answer_that_is_gone_is_left_alone(screen: Screen) -> None:
    clock = MovableClock()
    progress = UploadProgress(screen.edit, "pony.png", clock)
    await progress.finish()
    screen.gone = True
    progress(0, SIZE)
    await progress.finish()
    screen.gone = False
    clock.advance(10 * PACE)
    progress(SIZE, SIZE)
    await progress.finish()
    assert screen.texts == []


@pytest.mark.parametrize("broken", [ConnectionResetError(), aiohttp.ServerDisconnectedError()])
async def test_f07_a_connection_that_breaks_ends_the_telling_alone(
    screen: Screen, broken: Exception
) -> None:
    clock = MovableClock()
    progress = UploadProgress(screen.edit, "pony.png", clock)
    screen.broken = broken
    progress(0, SIZE)
    await progress.finish()
    screen.broken = None
    clock.advance(10 * PACE)
    progress(SIZE, SIZE)
    await progress.finish()
    assert screen.texts == []


def test_the_name_of_a_file_is_dead_text() -> None:
    assert "](" not in progress_text("[a](https://example.org)", 1, 2)

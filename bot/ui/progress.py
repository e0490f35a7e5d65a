"""Telling a person how far a file is on its way, at a pace that Discord takes."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context

import aiohttp
import discord
import structlog

from bot.clock import Clock
from bot.posts.text import safe_text
from bot.texts import _

#: Seconds between two edits of an answer (Discord takes some five in as many seconds).
PACE = 3.0
_NAME = 100
_MB = 1_000_000

_log = structlog.get_logger(__name__)


class UploadProgress:
    """Hears how many bytes of a file have gone, and says so by `edit`, which changes an answer.

    Use it as the `progress` of an upload, and `finish` it before anything else is said: then no
    edit comes later than the answer itself. An edit that fails ends the telling, not the upload.
    """

    def __init__(self, edit: Callable[[str], Awaitable[object]], name: str, clock: Clock) -> None:
        self._edit = edit
        self._name = name
        self._clock = clock
        self._due = clock.monotonic()
        self._editing: asyncio.Task[None] | None = None
        # What is sent is read in a task of the sites', which speaks nobody's language.
        self._context = copy_context()

    def __call__(self, sent: int, size: int) -> None:
        """Note that `sent` of `size` bytes have gone."""
        now = self._clock.monotonic()
        if now < self._due or (self._editing is not None and not self._editing.done()):
            return
        self._due = now + PACE
        self._editing = asyncio.get_running_loop().create_task(
            self._say(sent, size), context=self._context
        )

    async def finish(self) -> None:
        """Return when the last edit is over."""
        if self._editing is not None:
            await asyncio.wait({self._editing})

    async def _say(self, sent: int, size: int) -> None:
        text = progress_text(self._name, sent, size)
        try:
            await self._edit(text)
        except (discord.HTTPException, aiohttp.ClientError, OSError) as failure:
            # The interaction ran out, most likely: the file goes on.
            _log.info("progress could not be told", error=str(failure))
            self._due = float("inf")


def progress_text(name: str, sent: int, size: int) -> str:
    """Return how far a file is; `sent` and `size` are in bytes."""
    return _("Uploading {name}: {percent} % ({sent} of {size} MB)").format(
        name=safe_text(name, _NAME),
        percent=100 * sent // size,
        sent=f"{sent / _MB:.1f}",
        size=f"{size / _MB:.1f}",
    )

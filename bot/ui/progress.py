"""Telling a person how far a file is on its way, at a pace that Discord takes, and its end."""

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Any

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

#: What it looks like where something cannot be told.
_UNTOLD = (discord.HTTPException, aiohttp.ClientError, OSError)

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
        except _UNTOLD as failure:
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


async def tell_end(interaction: discord.Interaction[Any], text: str) -> None:
    """Complete a private "thinking…" with `text`, however long ago it began.

    Discord takes that for fifteen minutes (fault F10). After them who asked is told by direct
    message, as what was asked privately is nobody else's; who takes none, in the channel; and
    where that is not allowed either, the log is.
    """
    person, channel = interaction.user, interaction.channel
    command = f"`/{interaction.command.qualified_name}`: " if interaction.command else ""
    ways: list[Callable[[], Awaitable[object]]] = [
        lambda: interaction.edit_original_response(content=text),
        lambda: person.send(command + text),
    ]
    if isinstance(channel, discord.abc.Messageable):
        mention = discord.AllowedMentions(users=[person])
        late = f"{person.mention} {command}{text}"
        ways.append(lambda: channel.send(late, allowed_mentions=mention))
    for tell in ways:
        try:
            await tell()
        except _UNTOLD as failure:
            _log.info("an end could not be told this way", error=str(failure))
        else:
            return
    _log.warning("an end could be told nowhere", text=text)

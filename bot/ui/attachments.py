"""What members attach to a command: the only thing that anybody gives and the bot fetches."""

from collections.abc import AsyncIterable, AsyncIterator, Collection
from contextlib import asynccontextmanager
from http import HTTPStatus

import aiohttp
import discord
from yarl import URL

from bot.texts import _
from bot.ui.answers import NotShownError

#: Discord's own places of attachments (reference: safety, 5).
ATTACHMENT_ORIGINS = frozenset({"https://cdn.discordapp.com", "https://media.discordapp.net"})

_TIME = aiohttp.ClientTimeout(total=15, connect=5)
#: For what is passed on as it comes: as long as it takes, while something comes.
_TIME_PASSED_ON = aiohttp.ClientTimeout(total=None, connect=5, sock_read=30)
_PIECE = 16 * 1024


class Attachments:
    """Reads attachments from these origins alone, as a stream of bounded size and time."""

    def __init__(self, origins: Collection[str] = ATTACHMENT_ORIGINS) -> None:
        self._origins = frozenset(map(URL, origins))

    async def read(self, file: discord.Attachment, limit: int) -> bytes:
        """Return what a member attached, at most `limit` bytes of which are ever held.

        One that says that it is larger is not asked for. Nothing is unpacked, no redirect is
        followed. Raises NotShownError with what is wrong.
        """
        url = self._address(file)
        if file.size > limit:
            raise _too_large()
        try:
            return await _bounded(url, limit)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _unread() from error

    def stream(self, file: discord.Attachment) -> AsyncIterable[bytes]:
        """Return what a member attached in pieces, for passing on; it can be read again.

        Nothing is held but the piece. Raises NotShownError for a file from elsewhere; reading
        raises OSError where Discord does not give it.
        """
        return _Stream(self._address(file))

    def _address(self, file: discord.Attachment) -> URL:
        if not self._is_theirs(file.url):
            raise NotShownError(_("Please attach the file to the command itself."))
        return URL(file.url, encoded=True)

    def _is_theirs(self, address: str) -> bool:
        try:
            url = URL(address, encoded=True)
            return url.user is None and url.origin() in self._origins
        except ValueError:
            return False


class _Stream:
    """An attachment in pieces, fetched anew whenever it is read."""

    def __init__(self, url: URL) -> None:
        self._url = url

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async with _asked_for(self._url, _TIME_PASSED_ON) as reply:
                async for piece in reply.content.iter_chunked(_PIECE):
                    yield piece
        except (aiohttp.ClientError, TimeoutError, NotShownError) as error:
            raise OSError("Discord did not give the attachment") from error


@asynccontextmanager
async def _asked_for(
    url: URL, times: aiohttp.ClientTimeout
) -> AsyncIterator[aiohttp.ClientResponse]:
    async with (
        aiohttp.ClientSession(
            timeout=times, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        ) as session,
        session.get(url, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as reply,
    ):
        if reply.status != HTTPStatus.OK:
            raise _unread()
        yield reply


async def _bounded(url: URL, limit: int) -> bytes:
    body = bytearray()
    async with _asked_for(url, _TIME) as reply:
        if (reply.content_length or 0) > limit:
            raise _too_large()
        async for piece in reply.content.iter_chunked(_PIECE):
            if len(body) + len(piece) > limit:
                raise _too_large()
            body += piece
    return bytes(body)


def _too_large() -> NotShownError:
    return NotShownError(_("This file is too large to be one of mine."))


def _unread() -> NotShownError:
    return NotShownError(_("Discord did not give me the file. Please try again."))

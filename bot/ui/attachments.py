"""What members attach to a command: the only thing that anybody gives and the bot fetches."""

from collections.abc import Collection
from http import HTTPStatus

import aiohttp
import discord
from yarl import URL

from bot.texts import _
from bot.ui.answers import NotShownError

#: Discord's own places of attachments (reference: safety, 5).
ATTACHMENT_ORIGINS = frozenset({"https://cdn.discordapp.com", "https://media.discordapp.net"})

_TIME = aiohttp.ClientTimeout(total=15, connect=5)
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
        if not self._is_theirs(file.url):
            raise NotShownError(_("Please attach the file to the command itself."))
        if file.size > limit:
            raise _too_large()
        try:
            return await _stream(URL(file.url, encoded=True), limit)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise _unread() from error

    def _is_theirs(self, address: str) -> bool:
        try:
            url = URL(address, encoded=True)
            return url.user is None and url.origin() in self._origins
        except ValueError:
            return False


async def _stream(url: URL, limit: int) -> bytes:
    body = bytearray()
    async with (
        aiohttp.ClientSession(
            timeout=_TIME, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
        ) as session,
        session.get(url, allow_redirects=False, headers={"Accept-Encoding": "identity"}) as reply,
    ):
        if reply.status != HTTPStatus.OK:
            raise _unread()
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

"""A plain question to Discord's API, for commands that are not the bot itself."""

from typing import Any

import aiohttp
import msgspec

import bot
from bot.settings import Secret, Settings
from bot.texts import _

_TIMEOUT = aiohttp.ClientTimeout(total=15, connect=5)
_LARGEST_BODY = 1024 * 1024


class DiscordAnswerError(Exception):
    """Discord could not be asked, or refused; the message is for people and holds no secret."""


async def ask(settings: Settings, token: Secret, path: str) -> Any:
    """Return the decoded answer to GET `path`; raises DiscordAnswerError where there is none."""
    headers = {
        "Authorization": f"Bot {token.reveal()}",
        # The form that Discord asks bots to use.
        "User-Agent": f"DiscordBot ({bot.PROJECT_URL}, {bot.__version__})",
    }
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT, cookie_jar=aiohttp.DummyCookieJar()) as session,
            session.get(
                settings.discord_api_url + path, headers=headers, allow_redirects=False
            ) as reply,
        ):
            status, body = reply.status, await reply.content.read(_LARGEST_BODY)
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise DiscordAnswerError(
            _("Discord could not be reached ({error}).").format(error=type(error).__name__)
        ) from None
    if status == 401:  # noqa: PLR2004 - the status is the fact
        raise DiscordAnswerError(_("Discord does not know this token."))
    if status != 200:  # noqa: PLR2004
        raise DiscordAnswerError(_("Discord answered with status {status}.").format(status=status))
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise DiscordAnswerError(_("Discord's answer could not be read.")) from None

"""The address with which a server's admin invites the bot, and the permissions it asks for."""

import base64
import binascii
from urllib.parse import urlencode

from msgspec import Struct

from bot.texts import _

AUTHORIZE_URL = "https://discord.com/oauth2/authorize"
SCOPES = ("bot", "applications.commands")
_LARGEST_ID = 2**63 - 1


class Permission(Struct, frozen=True):
    """One permission that the bot asks for, and what for."""

    bit: int
    """Place of its bit in Discord's permission number."""
    name: str
    """Discord's English name for it."""
    reason: str

    @property
    def value(self) -> int:
        """Its part of the permission number."""
        return 1 << self.bit


# Discord lets an application answer wherever a member may use its commands: these are for what
# the bot sends on its own account.
PERMISSIONS: tuple[Permission, ...] = (
    Permission(10, "View Channel", _("to see the channels that feeds and notices are for")),
    Permission(11, "Send Messages", _("to announce posts there, and to tell what is wrong")),
    Permission(14, "Embed Links", _("to show a picture with its artist, source and page")),
    Permission(
        16, "Read Message History", _("to find its own messages after a crash, and repeat none")
    ),
    Permission(38, "Send Messages in Threads", _("to announce posts in threads and forums")),
)


def permission_number() -> int:
    """Return the sum of what `PERMISSIONS` asks for, as Discord's addresses carry it."""
    return sum(permission.value for permission in PERMISSIONS)


def invitation(application_id: int) -> str:
    """Return the address that invites the application to a server.

    Raises ValueError where the number cannot be one of Discord's ids.
    """
    if not 0 < application_id <= _LARGEST_ID:
        raise ValueError(_("An application id is a positive number of up to 19 digits."))
    query = urlencode(
        {
            "client_id": application_id,
            "scope": " ".join(SCOPES),
            "permissions": permission_number(),
            # To a server, never to a single user's account.
            "integration_type": 0,
        }
    )
    return f"{AUTHORIZE_URL}?{query}"


def application_id_from_token(token: str) -> int | None:
    """Return the id that a token's first part holds, or None where it holds no number.

    It is the bot's user id, which is the application's id for every application made since 2016.
    """
    first = token.partition(".")[0]
    try:
        text = base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return int(text) if text.isdecimal() and 0 < int(text) <= _LARGEST_ID else None

"""Reading a setting's text: each function raises ValueError with what is wrong.

The reason never quotes a secret.
"""

import re
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from bot.quotas import Rate
from bot.secret import Secret
from bot.texts import _

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_HOST = re.compile(
    r"(?=.{1,253}\Z)(?!.*\.[0-9]+\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+"
)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{18,}\.[A-Za-z0-9_-]{4,}\.[A-Za-z0-9_-]{20,}")
_LONGEST_CONTACT = 200
#: No key is shorter, and no shorter one could be told from words in the log.
_KEY = re.compile(r"[!-~]{8,200}")
_SNOWFLAKE = re.compile(r"[1-9][0-9]{14,19}")
_RATE = re.compile(r"([1-9][0-9]{0,5})/([1-9][0-9]{0,5})")


def choice(kind: Any, *values: str) -> Callable[[str], object]:
    """Return what reads one of `values`, whose type is `kind`."""

    def parse(text: str) -> object:
        try:
            return msgspec.convert(text.lower(), kind)
        except msgspec.ValidationError:
            raise ValueError(
                _("must be one of {values}.").format(values=", ".join(values))
            ) from None

    return parse


def boolean(text: str) -> bool:
    """Read true or false."""
    try:
        return msgspec.convert(text.lower(), bool, strict=False)
    except msgspec.ValidationError:
        raise ValueError(_("must be true or false.")) from None


def positive(text: str) -> object:
    """Read a whole number from 1 on."""
    try:
        return msgspec.convert(text, Annotated[int, Meta(ge=1, le=2**31 - 1)], strict=False)
    except msgspec.ValidationError:
        raise ValueError(_("must be a whole number from 1 on.")) from None


def port(text: str) -> object:
    """Read a port's number."""
    try:
        return msgspec.convert(text, Annotated[int, Meta(ge=1, le=65535)], strict=False)
    except msgspec.ValidationError:
        raise ValueError(_("must be a port's number, from 1 to 65535.")) from None


def own_address(text: str) -> str:
    """Read an address of this machine to be reached at."""
    try:
        return str(ip_address(text))
    except ValueError:
        raise ValueError(
            _("must be an IP address of this machine; 0.0.0.0 stands for all of them.")
        ) from None


def server(text: str) -> int:
    """Read a server's id on Discord."""
    if not _SNOWFLAKE.fullmatch(text):
        raise ValueError(_("must be a server's id: Discord copies it from the server's menu."))
    return int(text)


def rate(text: str) -> Rate:
    """Read a number of times in a number of seconds."""
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(_("must be a number of times, a slash, and a number of seconds."))
    return Rate(int(match[1]), int(match[2]))


def directory(text: str) -> Path:
    """Read a directory, which need not exist yet."""
    if "\0" in text:
        raise ValueError(_("is no path of a directory."))
    try:
        path = Path(text).expanduser()
        is_file = path.exists() and not path.is_dir()
    except RuntimeError:  # There is nobody of that name.
        raise ValueError(_("is no path of a directory.")) from None
    except OSError as error:
        raise ValueError(_("cannot be used: {error}.").format(error=error.strerror)) from None
    if is_file:
        raise ValueError(_("is a file; a directory is needed."))
    return path


def contact(text: str) -> str:
    """Read what goes into the User-Agent (rule L17)."""
    if not text.isprintable() or not text.isascii() or len(text) > _LONGEST_CONTACT:
        raise ValueError(
            _("goes into a request header: one line of at most {limit} plain characters.").format(
                limit=_LONGEST_CONTACT
            )
        )
    if set(text) & set("()\\"):
        raise ValueError(_("goes into a request header's comment: no brackets or backslashes."))
    return text


def token(text: str) -> Secret:
    """Read the bot's token."""
    if text.lower().startswith("bot "):
        raise ValueError(_("is the token alone, without the word Bot before it."))
    if not _TOKEN.fullmatch(text):
        raise ValueError(
            _("does not look like a bot token: three parts with dots between them, no spaces.")
        )
    return Secret(text)


def site_key(text: str) -> Secret:
    """Read a site's API key."""
    if not _KEY.fullmatch(text):
        raise ValueError(_("does not look like a key: 8 to 200 plain characters, no spaces."))
    return Secret(text)


def hosts(text: str) -> frozenset[str]:
    """Read the names of hosts, with commas between them."""
    hosts = frozenset(part.strip().lower() for part in text.split(",") if part.strip())
    for host in sorted(hosts):
        if not _HOST.fullmatch(host):
            raise ValueError(
                _("must be host names with commas between them; {host} is none.").format(
                    host=repr(host)
                )
            )
    if not hosts:
        raise ValueError(_("must name at least one host."))
    return hosts


def _address(text: str, secure: str, plain: str, *, path: bool, beside: bool) -> str:
    """Read a base address: `secure` anywhere, `plain` on this machine (or `beside` it).

    A name without a dot is a container beside this one, such as a proxy for Discord's API.
    """
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise ValueError(_("is not an address.")) from None
    near = host in _LOOPBACK or (beside and "." not in host and ":" not in host)
    if parts.scheme not in (secure, plain) or not host or text != text.strip():
        raise ValueError(_("must begin with {scheme}:// and a host.").format(scheme=secure))
    if parts.scheme == plain and not near:
        raise ValueError(
            _("must begin with {scheme}://, since it leaves this machine.").format(scheme=secure)
        )
    if not near and not _HOST.fullmatch(host):
        raise ValueError(_("has a host that is not a domain name."))
    if "@" in parts.netloc or parts.query or parts.fragment or port == 0:
        raise ValueError(_("must have no user name, query or fragment."))
    if parts.path.strip("/") and not path:
        raise ValueError(_("must be scheme and host only, without a path."))
    return text.rstrip("/")


def site_address(text: str) -> str:
    """Read a site's scheme and host; plain http on this machine alone."""
    return _address(text, "https", "http", path=False, beside=False)


def api_address(text: str) -> str:
    """Read where Discord's API is."""
    return _address(text, "https", "http", path=True, beside=True)


def gateway_address(text: str) -> str:
    """Read where Discord's gateway is."""
    return _address(text, "wss", "ws", path=True, beside=True)

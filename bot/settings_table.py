"""The one list of settings; the reader, `.env.example` and the README's table follow it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal, TypeAlias
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta, Struct

from bot.quotas import GUILD_RATE, REPORT_RATE, USER_RATE, Rate
from bot.secret import Secret
from bot.texts import _

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
LogFormat: TypeAlias = Literal["text", "json"]
Profile: TypeAlias = Literal["safe", "full"]

#: Catalogue name and title of each site. The catalogue itself is above this module.
SITE_TITLES: dict[str, str] = {
    "derpibooru": "Derpibooru",
    "ponybooru": "Ponybooru",
    "twibooru": "Twibooru",
    "ponyapi": "Safe Pony API",
    "ponyaggregate": "PonyAggregate",
}
#: The sites with filters of their own.
FILTERED_SITES = ("derpibooru", "ponybooru", "twibooru")
#: The sites that give their users API keys.
KEYED_SITES = ("derpibooru", "ponybooru", "twibooru", "ponyaggregate")
#: The sites that have files put on a host that they name.
UPLOADING_SITES = ("ponyaggregate",)

PREFIX = "MAILMARE_"
DISCORD_API_URL = "https://discord.com/api/v10"
DISCORD_GATEWAY_URL = "wss://gateway.discord.gg"

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


class Setting(Struct, frozen=True, kw_only=True):
    """One setting: what it is called, what it means, and how its text is read."""

    name: str
    group: str
    meaning: str
    default: str = ""
    """The text that stands for what happens when it is not set."""
    example: str
    parse: Callable[[str], object]
    """Reads the text; raises ValueError with what is wrong, never quoting a secret."""
    secret: bool = False

    @property
    def key(self) -> str:
        """The field of `Settings`, or of `SiteOverride` after the site's name and a dot."""
        key = self.name.removeprefix(PREFIX).lower()
        for site in SITE_TITLES:
            if key.startswith(site + "_"):
                return f"{site}.{key.removeprefix(site + '_')}"
        return key


# --------------------------------------------------------------------------------- reading texts


def _choice(kind: Any, *values: str) -> Callable[[str], object]:
    def parse(text: str) -> object:
        try:
            return msgspec.convert(text.lower(), kind)
        except msgspec.ValidationError:
            raise ValueError(
                _("must be one of {values}.").format(values=", ".join(values))
            ) from None

    return parse


def _boolean(text: str) -> bool:
    try:
        return msgspec.convert(text.lower(), bool, strict=False)
    except msgspec.ValidationError:
        raise ValueError(_("must be true or false.")) from None


def _positive(text: str) -> object:
    try:
        return msgspec.convert(text, Annotated[int, Meta(ge=1, le=2**31 - 1)], strict=False)
    except msgspec.ValidationError:
        raise ValueError(_("must be a whole number from 1 on.")) from None


def _server(text: str) -> int:
    if not _SNOWFLAKE.fullmatch(text):
        raise ValueError(_("must be a server's id: Discord copies it from the server's menu."))
    return int(text)


def _rate(text: str) -> Rate:
    match = _RATE.fullmatch(text)
    if match is None:
        raise ValueError(_("must be a number of times, a slash, and a number of seconds."))
    return Rate(int(match[1]), int(match[2]))


def _directory(text: str) -> Path:
    path = Path(text).expanduser()
    if path.exists() and not path.is_dir():
        raise ValueError(_("is a file; a directory is needed."))
    return path


def _contact(text: str) -> str:
    if not text.isprintable() or not text.isascii() or len(text) > _LONGEST_CONTACT:
        raise ValueError(
            _("goes into a request header: one line of at most {limit} plain characters.").format(
                limit=_LONGEST_CONTACT
            )
        )
    if set(text) & set("()\\"):
        raise ValueError(_("goes into a request header's comment: no brackets or backslashes."))
    return text


def _token(text: str) -> Secret:
    if text.lower().startswith("bot "):
        raise ValueError(_("is the token alone, without the word Bot before it."))
    if not _TOKEN.fullmatch(text):
        raise ValueError(
            _("does not look like a bot token: three parts with dots between them, no spaces.")
        )
    return Secret(text)


def _site_key(text: str) -> Secret:
    if not _KEY.fullmatch(text):
        raise ValueError(_("does not look like a key: 8 to 200 plain characters, no spaces."))
    return Secret(text)


def _hosts(text: str) -> frozenset[str]:
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


def _site_address(text: str) -> str:
    return _address(text, "https", "http", path=False, beside=False)


def _api_address(text: str) -> str:
    return _address(text, "https", "http", path=True, beside=True)


def _gateway_address(text: str) -> str:
    return _address(text, "wss", "ws", path=True, beside=True)


# ------------------------------------------------------------------------------------- the table


def _site_settings(site: str, title: str) -> Iterator[Setting]:
    name = PREFIX + site.upper()
    yield Setting(
        name=f"{name}_ENABLED",
        group=title,
        meaning=_("Whether the bot uses the site at all."),
        default="true",
        example="false",
        parse=_boolean,
    )
    yield Setting(
        name=f"{name}_URL",
        group=title,
        meaning=_("Scheme and host that requests go to, in place of the catalogue's."),
        example=f"https://{site}.example.org",
        parse=_site_address,
    )
    yield Setting(
        name=f"{name}_MEDIA_HOSTS",
        group=title,
        meaning=_("The only hosts that pictures may come from, in place of the catalogue's."),
        example="cdn.example.org, example.org",
        parse=_hosts,
    )
    if site in FILTERED_SITES:
        yield Setting(
            name=f"{name}_FILTER",
            group=title,
            meaning=_(
                "Number of the site's filter that requests name, in place of the catalogue's."
            ),
            example="1",
            parse=_positive,
        )
    if site in UPLOADING_SITES:
        yield Setting(
            name=f"{name}_UPLOAD_HOSTS",
            group=title,
            meaning=_("The only hosts that files are put on where the site says so."),
            example="storage.example.org",
            parse=_hosts,
        )
    if site in KEYED_SITES:
        yield Setting(
            name=f"{name}_KEY",
            group=title,
            meaning=_("Your own API key there: sent to this site alone, and never shown."),
            example="YourKey0123456789",
            parse=_site_key,
            secret=True,
        )
        yield Setting(
            name=f"{name}_KEY_FILE",
            group=title,
            meaning=_("A file that holds the key, such as a container's secret, in its place."),
            example=f"/run/secrets/{site}_key",
            parse=Path,
        )


def _text(rate: Rate) -> str:
    return f"{rate.count}/{rate.seconds:g}"


_DISCORD = "Discord"
_BOT = _("The bot")
_OTHER = _("For tests and proxies")

SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="DISCORD_TOKEN",
        group=_DISCORD,
        meaning=_("The bot's token, from the developer portal. Needed by run alone."),
        example="MTIz…",
        parse=_token,
        secret=True,
    ),
    Setting(
        name="DISCORD_TOKEN_FILE",
        group=_DISCORD,
        meaning=_("A file that holds the token, such as a container's secret, in its place."),
        example="/run/secrets/discord_token",
        parse=Path,
    ),
    Setting(
        name="MAILMARE_DATA_DIR",
        group=_BOT,
        meaning=_("The one directory that the bot writes to. The container's is /data."),
        default="data",
        example="/var/lib/mailmare",
        parse=_directory,
    ),
    Setting(
        name="MAILMARE_CONTACT",
        group=_BOT,
        meaning=_("How the sites' staff can reach you: sent to them with each request."),
        example="you@example.org",
        parse=_contact,
    ),
    Setting(
        name="MAILMARE_PROFILE",
        group=_BOT,
        meaning=_("What may be shown at all: safe, or full, where a server may opt in to more."),
        default="safe",
        example="full",
        parse=_choice(Profile, "safe", "full"),
    ),
    Setting(
        name="MAILMARE_GRAPHIC",
        group=_BOT,
        meaning=_("With the profile full: whether a server may opt in to violent art, too."),
        default="false",
        example="true",
        parse=_boolean,
    ),
    Setting(
        name="MAILMARE_LOG_LEVEL",
        group=_BOT,
        meaning=_("The least important lines that are logged: debug, info, warning or error."),
        default="info",
        example="warning",
        parse=_choice(LogLevel, "debug", "info", "warning", "error"),
    ),
    Setting(
        name="MAILMARE_LOG_FORMAT",
        group=_BOT,
        meaning=_("How a line is written: text for people, json for programs."),
        default="text",
        example="json",
        parse=_choice(LogFormat, "text", "json"),
    ),
    Setting(
        name="MAILMARE_OPERATOR_GUILD",
        group=_BOT,
        meaning=_("Id of the one server that has /operator, for the application's owners."),
        example="123456789012345678",
        parse=_server,
    ),
    Setting(
        name="MAILMARE_USER_RATE",
        group=_BOT,
        meaning=_("How many commands and button presses one person has in how many seconds."),
        default=_text(USER_RATE),
        example="5/10",
        parse=_rate,
    ),
    Setting(
        name="MAILMARE_GUILD_RATE",
        group=_BOT,
        meaning=_("The same for all members of one server together."),
        default=_text(GUILD_RATE),
        example="120/60",
        parse=_rate,
    ),
    Setting(
        name="MAILMARE_REPORT_RATE",
        group=_BOT,
        meaning=_("How many reports of pictures one person has in how many seconds."),
        default=_text(REPORT_RATE),
        example="5/3600",
        parse=_rate,
    ),
    *(setting for item in SITE_TITLES.items() for setting in _site_settings(*item)),
    Setting(
        name="MAILMARE_ALLOW_LOOPBACK_SITES",
        group=_OTHER,
        meaning=_("Whether a site's address may be plain http on this machine."),
        default="false",
        example="true",
        parse=_boolean,
    ),
    Setting(
        name="MAILMARE_DISCORD_API_URL",
        group=_OTHER,
        meaning=_("Where Discord's API is; plain http only on this machine or beside it."),
        default=DISCORD_API_URL,
        example="http://discord-proxy:8080/api/v10",
        parse=_api_address,
    ),
    Setting(
        name="MAILMARE_DISCORD_GATEWAY_URL",
        group=_OTHER,
        meaning=_("Where Discord's gateway is; plain ws only on this machine or beside it."),
        default=DISCORD_GATEWAY_URL,
        example="ws://127.0.0.1:8081",
        parse=_gateway_address,
    ),
)

"""The one list of settings; the reader, `.env.example` and `docs/settings.md` follow it."""

from pathlib import Path
from typing import Literal, TypeAlias

from bot.catalogue import CATALOGUE
from bot.quotas import (
    CATCH_UP,
    FEED_RATE,
    FEEDS,
    GUILD_RATE,
    NONCE_WINDOW,
    REPORT_RATE,
    USER_RATE,
    Rate,
)
from bot.setting import Setting
from bot.settings_sites import site_settings
from bot.settings_texts import (
    api_address,
    boolean,
    choice,
    contact,
    directory,
    gateway_address,
    own_address,
    port,
    positive,
    rate,
    server,
    token,
)
from bot.texts import _

LogLevel: TypeAlias = Literal["debug", "info", "warning", "error"]
LogFormat: TypeAlias = Literal["text", "json"]
Profile: TypeAlias = Literal["safe", "full"]

METRICS_HOST = "127.0.0.1"
DISCORD_API_URL = "https://discord.com/api/v10"
DISCORD_GATEWAY_URL = "wss://gateway.discord.gg"


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
        parse=token,
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
        parse=directory,
    ),
    Setting(
        name="MAILMARE_CONTACT",
        group=_BOT,
        meaning=_("How the sites' staff can reach you: sent to them with each request."),
        example="you@example.org",
        parse=contact,
    ),
    Setting(
        name="MAILMARE_PROFILE",
        group=_BOT,
        meaning=_("What may be shown at all: safe, or full, where a server may opt in to more."),
        default="safe",
        example="full",
        parse=choice(Profile, "safe", "full"),
    ),
    Setting(
        name="MAILMARE_GRAPHIC",
        group=_BOT,
        meaning=_("With the profile full: whether a server may opt in to violent art, too."),
        default="false",
        example="true",
        parse=boolean,
    ),
    Setting(
        name="MAILMARE_LOG_LEVEL",
        group=_BOT,
        meaning=_("The least important lines that are logged: debug, info, warning or error."),
        default="info",
        example="warning",
        parse=choice(LogLevel, "debug", "info", "warning", "error"),
    ),
    Setting(
        name="MAILMARE_LOG_FORMAT",
        group=_BOT,
        meaning=_("How a line is written: text for people, json for programs."),
        default="text",
        example="json",
        parse=choice(LogFormat, "text", "json"),
    ),
    Setting(
        name="MAILMARE_METRICS_PORT",
        group=_BOT,
        meaning=_("The port of /health and /metrics, for monitoring. Without it there is none."),
        example="9464",
        parse=port,
    ),
    Setting(
        name="MAILMARE_METRICS_HOST",
        group=_BOT,
        meaning=_("The address that port is at; 0.0.0.0 for other containers to reach it."),
        default=METRICS_HOST,
        example="0.0.0.0",  # noqa: S104 - an example of the operator's choice
        parse=own_address,
    ),
    Setting(
        name="MAILMARE_OPERATOR_GUILD",
        group=_BOT,
        meaning=_(
            "Id of the one server that has /operator, and the account's /ponyaggregate, for the"
            " application's owners."
        ),
        example="123456789012345678",
        parse=server,
    ),
    Setting(
        name="MAILMARE_USER_RATE",
        group=_BOT,
        meaning=_("How many commands and button presses one person has in how many seconds."),
        default=_text(USER_RATE),
        example="5/10",
        parse=rate,
    ),
    Setting(
        name="MAILMARE_GUILD_RATE",
        group=_BOT,
        meaning=_("The same for all members of one server together."),
        default=_text(GUILD_RATE),
        example="120/60",
        parse=rate,
    ),
    Setting(
        name="MAILMARE_REPORT_RATE",
        group=_BOT,
        meaning=_("How many reports of pictures one person has in how many seconds."),
        default=_text(REPORT_RATE),
        example="5/3600",
        parse=rate,
    ),
    Setting(
        name="MAILMARE_FEEDS",
        group=_BOT,
        meaning=_("How many feeds and schedules one server may have."),
        default=str(FEEDS),
        example="200",
        parse=positive,
    ),
    Setting(
        name="MAILMARE_FEED_POSTS",
        group=_BOT,
        meaning=_("How many messages the feeds of one server send in how many seconds."),
        default=_text(FEED_RATE),
        example="100/3600",
        parse=rate,
    ),
    Setting(
        name="MAILMARE_CATCH_UP",
        group=_BOT,
        meaning=_("How many posts a feed is owed at most; what is older is only counted."),
        default=str(CATCH_UP),
        example="10",
        parse=positive,
    ),
    Setting(
        name="MAILMARE_NONCE_WINDOW",
        group=_BOT,
        meaning=_("For how many seconds Discord knows a message again that is sent twice."),
        default=str(NONCE_WINDOW),
        example="120",
        parse=positive,
    ),
    *(setting for site in CATALOGUE.values() for setting in site_settings(site)),
    Setting(
        name="MAILMARE_ALLOW_LOOPBACK_SITES",
        group=_OTHER,
        meaning=_("Whether a site's address may be plain http on this machine."),
        default="false",
        example="true",
        parse=boolean,
    ),
    Setting(
        name="MAILMARE_DISCORD_API_URL",
        group=_OTHER,
        meaning=_("Where Discord's API is; plain http only on this machine or beside it."),
        default=DISCORD_API_URL,
        example="http://discord-proxy:8080/api/v10",
        parse=api_address,
    ),
    Setting(
        name="MAILMARE_DISCORD_GATEWAY_URL",
        group=_OTHER,
        meaning=_("Where Discord's gateway is; plain ws only on this machine or beside it."),
        default=DISCORD_GATEWAY_URL,
        example="ws://127.0.0.1:8081",
        parse=gateway_address,
    ),
)

"""`mailmare doctor`: one line per check, each ok or what to do."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime
from pathlib import Path

import aiohttp
from msgspec import Struct

from bot.app import new_transport, sites_in_use
from bot.beside import cool_downs_beside
from bot.catalogue import CATALOGUE
from bot.clock import SYSTEM_CLOCK, Clock
from bot.discord_api import DiscordAnswerError, ask
from bot.doctor_sites import site_check
from bot.exit_codes import Exit
from bot.finding import Finding, Patient
from bot.invite import PERMISSIONS
from bot.metrics.checking import check_endpoint
from bot.settings import Settings
from bot.sites import Sites
from bot.store import FILE_NAME, StoreError, sqlite
from bot.store.migrate import MIGRATIONS
from bot.texts import _, ngettext

LEAST_FREE_BYTES = 100 * 1024 * 1024
#: Seconds that the machine's clock may be off: Discord's own snowflakes and time-outs bear that.
MOST_CLOCK_ERROR = 30.0
#: Application flags that stand for privileged intents; Mailmare uses none of them (rule D8).
_PRIVILEGED_FLAGS = sum(1 << bit for bit in (12, 13, 14, 15, 18, 19))
#: The permission that contains all others.
_ADMINISTRATOR = 1 << 3
#: Most servers that one question tells of.
_MOST_SERVERS = 200


class Check(Struct, frozen=True):
    """One line of the answer."""

    name: str
    look: Callable[[Patient], Awaitable[Finding]]


async def examine(
    settings: Settings, say: Callable[[str], None], clock: Clock = SYSTEM_CLOCK
) -> Exit:
    """Make every check at once, say a line for each in order, and return whether all are well."""
    async with _patient(settings, clock) as patient:
        lines = checks(settings)
        findings = await asyncio.gather(*(check.look(patient) for check in lines))
    width = max(len(check.name) for check in lines)
    for check, finding in zip(lines, findings, strict=True):
        mark = _("ok   ") if finding.ok else _("to do")
        say(f"{mark}  {check.name:<{width}}  {finding.text} {finding.advice}".rstrip())
    return Exit.OK if all(finding.ok for finding in findings) else Exit.FAILED


def checks(settings: Settings) -> list[Check]:
    """Return the checks in the order of their lines."""
    return [
        Check(_("settings"), _check_settings),
        Check(_("data directory"), _check_data_directory),
        Check(_("database"), _check_database),
        Check(_("clock"), _check_clock),
        *(Check(site.title, site_check(name)) for name, site in CATALOGUE.items()),
        *(_with_port() if settings.metrics_port else ()),
        Check("Discord", _check_discord),
        *(_with_token() if settings.discord_token else ()),
    ]


def _with_port() -> list[Check]:
    return [Check(_("metrics"), check_endpoint)]


def _with_token() -> list[Check]:
    return [
        Check(_("log-ins"), _check_log_ins),
        Check(_("permissions"), _check_permissions),
    ]


@asynccontextmanager
async def _patient(settings: Settings, clock: Clock) -> AsyncIterator[Patient]:
    async with cool_downs_beside(settings.data_dir, clock) as memory:
        transport = new_transport(settings, clock, memory)
        async with Sites(sites_in_use(settings), transport) as sites:
            yield Patient(settings, clock, transport, sites)


async def _check_settings(patient: Patient) -> Finding:
    """Say what is odd about settings that are right as such."""
    if not patient.settings.contact:
        return Finding(
            ok=True,
            text=_("complete."),
            advice=_("MAILMARE_CONTACT would tell the sites' staff how to reach you."),
        )
    return Finding(ok=True, text=_("complete."))


async def _check_data_directory(patient: Patient) -> Finding:
    return await asyncio.to_thread(_look_at_directory, patient.settings.data_dir)


def _look_at_directory(path: Path) -> Finding:
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"mailmare")
            file.flush()
            os.fsync(file.fileno())
        free = shutil.disk_usage(path).free
    except OSError as error:
        return Finding(
            ok=False,
            text=_("{path} cannot be written ({error}).").format(path=path, error=error.strerror),
            advice=_("Let the bot's user write there, or set MAILMARE_DATA_DIR."),
        )
    if free < LEAST_FREE_BYTES:
        return Finding(
            ok=False,
            text=_("{path} has only {size} MB left.").format(path=path, size=free // 1_000_000),
            advice=_("Make room on that disk."),
        )
    return Finding(ok=True, text=_("{path} can be written.").format(path=path.resolve()))


async def _check_database(patient: Patient) -> Finding:
    return await asyncio.to_thread(_look_at_database, patient.settings.data_dir / FILE_NAME)


def _look_at_database(path: Path) -> Finding:
    """Look without changing anything: the bot may run, and only a start migrates."""
    try:
        if sqlite.is_empty(path):
            return Finding(ok=True, text=_("there is none yet; the first start makes it."))
        old = MIGRATIONS.pending(path, sqlite.examine(path))
    except StoreError as error:
        return Finding(ok=False, text=str(error))
    except OSError as error:
        return Finding(
            ok=False,
            text=_("{path} cannot be read ({error}).").format(path=path, error=error.strerror),
            advice=_("Let the bot's user read it, or set MAILMARE_DATA_DIR."),
        )
    note = _("It is of an older version: the next start copies it, then updates it.")
    return Finding(
        ok=True, text=_("{path} is sound.").format(path=path), advice=note if old else ""
    )


async def _check_clock(patient: Patient) -> Finding:
    """Compare this machine's clock with the date that Discord's answers carry."""
    url = patient.settings.discord_api_url + "/gateway"
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session,
            session.get(url, allow_redirects=False) as reply,
        ):
            there = parsedate_to_datetime(reply.headers["Date"])
            off = (patient.clock.now() - there).total_seconds()
    except (aiohttp.ClientError, TimeoutError, OSError, KeyError, ValueError, TypeError):
        return Finding(
            ok=False,
            text=_("Discord gave no time to compare with."),
            advice=_("Check this machine's way to the internet."),
        )
    if abs(off) > MOST_CLOCK_ERROR:
        return Finding(
            ok=False,
            text=_("this machine's clock is {seconds} s off.").format(seconds=round(abs(off))),
            advice=_("Let it follow a time server."),
        )
    return Finding(ok=True, text=_("agrees with Discord's."))


async def _check_discord(patient: Patient) -> Finding:
    """Ask Discord who the token is, and whether its application is as the bot needs it."""
    token = patient.settings.discord_token
    if token is None:
        return Finding(
            ok=True,
            text=_("no token is set, so nothing was asked."),
            advice=_("DISCORD_TOKEN is needed for `mailmare run` alone."),
        )
    try:
        user = await ask(patient.settings, token, "/users/@me")
        application = await ask(patient.settings, token, "/oauth2/applications/@me")
    except DiscordAnswerError as error:
        return Finding(
            ok=False,
            text=str(error),
            advice=_("Check DISCORD_TOKEN and this machine's way to Discord."),
        )
    text = _("knows the token as {name}; its intents are guilds alone.").format(
        name=user.get("username")
    )
    if application.get("interactions_endpoint_url"):
        return Finding(
            ok=False,
            text=_("the application has an interactions endpoint, so commands never arrive."),
            advice=_("Empty the field Interactions Endpoint URL in the developer portal."),
        )
    spare = int(application.get("flags") or 0) & _PRIVILEGED_FLAGS
    note = _("The portal allows it privileged intents, which can be switched off.")
    return Finding(ok=True, text=text, advice=note if spare else "")


async def _check_log_ins(patient: Patient) -> Finding:
    """Ask how many sessions are left before Discord would reset the token (fault F45)."""
    token = patient.settings.discord_token
    if token is None:
        return Finding(ok=True, text="")
    try:
        answer = await ask(patient.settings, token, "/gateway/bot")
    except DiscordAnswerError as error:
        return Finding(ok=False, text=str(error), advice=_("See the line above."))
    limit, shards = answer["session_start_limit"], answer["shards"]
    text = _("{left} of {total} left, {shards} needed.").format(
        left=limit["remaining"], total=limit["total"], shards=shards
    )
    if limit["remaining"] < shards:
        return Finding(
            ok=False,
            text=text,
            advice=_("Wait {hours} h: the bot waits by itself.").format(
                hours=-(-int(limit["reset_after"]) // 3_600_000)
            ),
        )
    return Finding(ok=True, text=text)


async def _check_permissions(patient: Patient) -> Finding:
    """Ask what the bot's roles allow it in its servers; channels can say otherwise of themselves.

    So a lack is no fault by itself: feeds look at their own channel (`/feed add`).
    """
    token = patient.settings.discord_token
    if token is None:
        return Finding(ok=True, text="")
    try:
        guilds = await ask(patient.settings, token, f"/users/@me/guilds?limit={_MOST_SERVERS}")
    except DiscordAnswerError as error:
        return Finding(ok=False, text=str(error), advice=_("See the lines above."))
    allowed = [int(guild["permissions"]) for guild in guilds]
    if not allowed:
        return Finding(
            ok=True,
            text=_("it is in no server yet."),
            advice=_("`mailmare invite` prints the address that invites it."),
        )
    short = [one for one in allowed if not one & _ADMINISTRATOR]
    lacks = {
        permission.name: sum(not one & permission.value for one in short)
        for permission in PERMISSIONS
    }
    named = ", ".join(f"{name} ({count})" for name, count in lacks.items() if count)
    text = ngettext("{count} server looked at", "{count} servers looked at", len(allowed)).format(
        count=len(allowed)
    )
    if not named:
        return Finding(
            ok=True, text=_("{servers}, all as the invitation asks.").format(servers=text)
        )
    return Finding(
        ok=True,
        text=_("{servers}; not by its roles: {permissions}.").format(
            servers=text, permissions=named
        ),
        advice=_("There, the channels of feeds and notices must allow them themselves."),
    )

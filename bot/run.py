"""`mailmare run`: the bot as a long-lived process that starts politely and ends cleanly."""

import asyncio
import errno
import os
import signal
import threading
from datetime import timedelta

import aiohttp
import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot import health, logs
from bot.app import App
from bot.clock import SYSTEM_CLOCK, Clock
from bot.exit_codes import Exit
from bot.instance import AlreadyRunningError, Instance
from bot.loops import end, start
from bot.metrics import Watch, serving
from bot.metrics.address import EndpointError
from bot.restarts import STEADY, Restarts
from bot.settings import Settings
from bot.settings_table import DISCORD_GATEWAY_URL
from bot.store import StoreError
from bot.texts import _

#: From the first signal to the end, by force if need be (fault F34 allows 10 s).
LONGEST_STOP = 9.0
#: How long all of Discord is left alone after a ban of the address (fault F05), in seconds.
ADDRESS_BAN = 600.0

#: What a disk says that takes no more: full, read-only, over quota, broken.
_DISK_FAULTS = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EIO})
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_log = structlog.get_logger(__name__)


def run(settings: Settings, clock: Clock = SYSTEM_CLOCK) -> Exit:
    """Run the bot until it is told to stop or cannot go on; return the process's exit status."""
    logs.configure(level=settings.log_level, format=settings.log_format, secrets=settings.secrets())
    if settings.discord_token is None:
        _log.critical(
            _(
                "DISCORD_TOKEN is not set. Set it, or DISCORD_TOKEN_FILE, to the bot's token; "
                "`mailmare demo` needs none."
            )
        )
        return Exit.CONFIGURATION
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        with Instance(settings.data_dir):
            return _run_alone(settings, clock)
    except AlreadyRunningError as error:
        _log.critical(str(error))
        return Exit.TEMPORARY
    except EndpointError as error:
        _log.critical(str(error))
        return Exit.CONFIGURATION
    except StoreError as error:
        _log.critical(str(error))
        return error.exit
    except OSError as error:
        if not _is_of_a_file(error):
            raise
        _log.critical(
            _("MAILMARE_DATA_DIR cannot be written: {error}").format(error=error.strerror),
            path=str(error.filename or settings.data_dir),
        )
        return Exit.IO


def _is_of_a_file(error: OSError) -> bool:
    """Tell whether a file could not be used; writing to one names no file in its error (F28)."""
    return isinstance(error.filename, str) or error.errno in _DISK_FAULTS


def _run_alone(settings: Settings, clock: Clock) -> Exit:
    restarts = Restarts(settings.data_dir)
    status = asyncio.run(_until_stopped(settings, clock, restarts))
    if status is Exit.OK and restarts.connected:
        restarts.good()
    return status


async def _until_stopped(settings: Settings, clock: Clock, restarts: Restarts) -> Exit:
    """Serve until a signal arrives, then end within `LONGEST_STOP` (fault F34)."""
    loop = asyncio.get_running_loop()
    told = asyncio.Event()

    def stop() -> None:
        _log.info("stopping")
        # A thread of its own: the loop may hang, and so may the threads it waits for at its end.
        force = threading.Timer(LONGEST_STOP, _end_by_force)
        force.daemon = True
        force.start()
        for number in _STOP_SIGNALS:
            # A second signal ends the process at once.
            loop.remove_signal_handler(number)
        told.set()

    for number in _STOP_SIGNALS:
        loop.add_signal_handler(number, stop)
    serving = loop.create_task(_serve(settings, clock, restarts))
    waiting = loop.create_task(told.wait())
    await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if serving.done():
        return serving.result()
    serving.cancel()
    await asyncio.wait({serving})
    if not serving.cancelled() and (error := serving.exception()):
        raise error
    _log.info("stopped")
    return Exit.OK


def _end_by_force() -> None:
    _log.error("stopping took too long and was cut short")
    os._exit(Exit.FAILED)


async def _serve(settings: Settings, clock: Clock, restarts: Restarts) -> Exit:
    # The endpoint answers through all of it, also while a start waits.
    async with serving(settings, clock) as watch:
        return await _serve_watched(settings, clock, restarts, watch)


async def _serve_watched(
    settings: Settings, clock: Clock, restarts: Restarts, watch: Watch
) -> Exit:
    await _back_off(settings, clock, restarts)
    restarts.begin(clock.now())
    steady = start(_note_steady(clock, restarts))
    try:
        return await _connect(settings, clock, restarts, watch)
    except (
        discord.ClientException,
        discord.GatewayNotFound,
        discord.HTTPException,
        aiohttp.ClientError,
        OSError,
        TimeoutError,
    ) as error:
        return _explain(error, clock, restarts)
    finally:
        steady.cancel()


async def _back_off(settings: Settings, clock: Clock, restarts: Restarts) -> None:
    """Wait where earlier starts failed one after the other (fault F45)."""
    wait = restarts.wait(clock.now())
    if wait > 0:
        _log.warning(
            "earlier starts failed, so this one waits before it logs in",
            seconds=round(wait),
            record=str(restarts.path),
        )
        await _wait(settings, clock, wait)


async def _wait(settings: Settings, clock: Clock, seconds: float) -> None:
    """Wait with a heartbeat that says so: the process lives, and is to be left to it."""
    path = settings.data_dir / health.FILE_NAME
    until = clock.now() + timedelta(seconds=seconds)
    beating = start(health.heartbeat(path, clock, lambda: False, waiting_until=until))
    try:
        await clock.sleep(seconds)
    finally:
        await end([beating])


async def _note_steady(clock: Clock, restarts: Restarts) -> None:
    await clock.sleep(STEADY)
    try:
        restarts.good()
    except OSError as error:
        _log.warning("good start not noted", error=error.strerror)


async def _connect(settings: Settings, clock: Clock, restarts: Restarts, watch: Watch) -> Exit:
    assert settings.discord_token is not None  # noqa: S101 - `run` has refused it
    _prepare_library(settings)
    async with (
        App(settings, clock) as app,
        watch(app, lambda: _is_connected(app.client)),
    ):
        client = app.client
        path = settings.data_dir / health.FILE_NAME
        await client.login(settings.discord_token.reveal())
        client.shard_count = await _await_session(client, settings, clock)
        beside = [
            start(
                health.heartbeat(
                    path, clock, lambda: _is_connected(client), troubles=app.loops.troubles
                )
            ),
            start(_tell_ready(client, restarts)),
        ]
        try:
            await client.connect()
        finally:
            await end(beside)
    # Nothing here closes the client while it is connected.
    _log.critical("the connection to Discord ended")
    return Exit.UNAVAILABLE


async def _tell_ready(client: discord.AutoShardedClient, restarts: Restarts) -> None:
    await client.wait_until_ready()
    restarts.connected = True
    _log.info("connected", servers=len(client.guilds), shards=client.shard_count)


def _prepare_library(settings: Settings) -> None:
    Route.BASE = settings.discord_api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord_gateway_url)
    # A bot of pictures has no voice, and its operator need not hear so at each start.
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False


async def _await_session(
    client: discord.AutoShardedClient, settings: Settings, clock: Clock
) -> int:
    """Return how many shards to start, once Discord allows that many sessions.

    The library asks the same and ignores the limit; using up the day's sessions makes Discord
    reset the token (fault F45).
    """
    while True:
        shards, url, limit = await client.http.get_bot_gateway()
        if limit["remaining"] >= shards:
            break
        wait = max(1.0, limit["reset_after"] / 1000)
        _log.warning(
            "Discord allows no more sessions for now, so the bot waits",
            until=(clock.now() + timedelta(seconds=wait)).isoformat(timespec="seconds"),
        )
        await _wait(settings, clock, wait)
    if settings.discord_gateway_url == DISCORD_GATEWAY_URL:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)
    return shards


def _is_connected(client: discord.AutoShardedClient) -> bool:
    shards = client.shards.values()
    return client.is_ready() and bool(shards) and not any(shard.is_closed() for shard in shards)


def _explain(error: Exception, clock: Clock, restarts: Restarts) -> Exit:
    """Log what ended the connection for good, and choose the exit status that says so."""
    match error:
        case discord.LoginFailure():
            _log.critical(_("Discord refused the token: check DISCORD_TOKEN, or make a new one."))
            return Exit.REFUSED
        case discord.ConnectionClosed(code=4004):
            _log.critical(
                _("Discord refused the token (close code 4004): check DISCORD_TOKEN."),
            )
            return Exit.REFUSED
        case discord.PrivilegedIntentsRequired() | discord.ConnectionClosed(code=4013):
            _log.critical(
                _(
                    "Discord refused the intents (close code 4013 or 4014). Mailmare asks for "
                    "guilds alone, which every bot may; check the application's settings."
                )
            )
            return Exit.REFUSED
        case discord.HTTPException(status=429):
            restarts.hold(clock.now(), ADDRESS_BAN)
            _log.critical(
                _("Discord takes no more requests from this address for a while: {error}").format(
                    error=error
                )
            )
        case OSError() if _is_of_a_file(error):
            # One of ours, nothing of Discord's.
            raise error
        case discord.HTTPException() | discord.ConnectionClosed():
            _log.critical(_("Discord ended it: {error}").format(error=error))
        case _:
            _log.critical(
                _("Discord could not be reached: {error}").format(
                    error=f"{type(error).__name__}: {error}"
                )
            )
    return Exit.UNAVAILABLE

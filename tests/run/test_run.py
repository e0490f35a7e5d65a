"""`mailmare run` as a process, against a Discord on the loopback interface."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.exit_codes import Exit
from bot.run import LONGEST_STOP, run
from bot.settings import Secret, Settings
from tests.discord_loopback import TOKEN, LoopbackDiscord
from tests.run.conftest import Log

Environ = Callable[..., dict[str, str]]

#: Seconds until a process is taken to hang; a busy machine takes long to start one.
HANGS = 120.0


class Bot:
    """One process of ours and everything it wrote."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._changed = asyncio.Condition()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            async with self._changed:
                self.lines.append(line.decode())
                self._changed.notify_all()

    @property
    def text(self) -> str:
        return "".join(self.lines)

    async def says(self, part: str) -> None:
        """Wait until it has written a line with `part` in it."""
        async with asyncio.timeout(HANGS), self._changed:
            await self._changed.wait_for(lambda: any(part in line for line in self.lines))

    async def ended(self) -> int:
        """Wait for its end and return its exit status."""
        async with asyncio.timeout(HANGS):
            await asyncio.gather(self.process.wait(), self._reading)
        assert self.process.returncode is not None
        return self.process.returncode

    async def stop(self) -> int:
        """Ask it to stop as a supervisor does, and return its exit status (F34).

        That is not 0 where it took longer than `LONGEST_STOP`: then it has ended itself by force.
        """
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()


@pytest.fixture
def settings(discord: LoopbackDiscord, environ: Environ, tmp_path: Path) -> dict[str, str]:
    return environ(**discord.environ(tmp_path / "data"))


@asynccontextmanager
async def started(settings: dict[str, str], *command: str) -> AsyncIterator[Bot]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *(command or ("run",)),
        env=settings,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    bot = Bot(process)
    try:
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
        await bot.ended()
        print(bot.text)
        assert TOKEN not in bot.text


async def command(settings: dict[str, str], name: str) -> tuple[int, str]:
    """Run another command and return its exit status and its answer."""
    async with started(settings, name) as other:
        assert other.process.stdout is not None
        answer = await other.process.stdout.read()
        return await other.ended(), answer.decode()


async def healthy(settings: dict[str, str]) -> str:
    """Ask for its health until it is well, and return the answer."""
    async with asyncio.timeout(HANGS):
        while True:
            status, answer = await command(settings, "health")
            if status == Exit.OK:
                return answer


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def get(port: int, path: str) -> tuple[int, str]:
    """Ask the endpoint, and return status and answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as reply,
    ):
        return reply.status, await reply.text()


async def waiting(settings: dict[str, str]) -> tuple[int, str]:
    """Ask for its health until there is a heartbeat, and return status and answer."""
    async with asyncio.timeout(HANGS):
        while (found := await command(settings, "health"))[1].startswith("not running"):
            pass
        return found


async def test_it_logs_in_registers_answers_tells_its_health_and_stops(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    """D8, F34: from the first word with Discord to the last."""
    port = a_free_port()
    async with started(settings | {"MAILMARE_METRICS_PORT": str(port)}) as bot:
        await discord.ready()
        (identify,) = discord.identifies
        assert identify["intents"] == 1
        assert identify["token"] == TOKEN
        assert discord.syncs == 1
        assert {"pony", "derpibooru", "ponybooru", "twibooru", "help", "about"} <= {
            entry["name"] for entry in discord.commands
        }

        answer = await discord.interact("about")
        assert answer["type"] == 4
        assert "Mailmare" in json.dumps(answer["data"])

        await bot.says("servers=1")
        assert await healthy(settings) == "running and connected to Discord\n"
        assert await get(port, "/health") == (200, '{"ok":true,"state":"running"}')
        _status, metrics = await get(port, "/metrics")
        assert "\nmailmare_discord_connected 1.0\n" in metrics
        assert "\nmailmare_discord_guilds 1.0\n" in metrics
        assert 'mailmare_commands_total{command="about",outcome="answered"} 1.0\n' in metrics
        assert TOKEN not in metrics

        assert await bot.stop() == Exit.OK
    status, text = await command(settings, "health")
    assert (status, text[:11]) == (Exit.FAILED, "not running")
    assert not [asked for asked in discord.asked if asked.path.startswith("/users/@me/")]


@pytest.mark.parametrize("code", [4004, 4014])
async def test_a_refusal_by_the_gateway_ends_it_with_a_clear_word(
    discord: LoopbackDiscord, settings: dict[str, str], code: int
) -> None:
    """F03: no loop."""
    discord.close_after_identify = code
    async with started(settings) as bot:
        assert await bot.ended() == Exit.REFUSED
        assert str(code) in bot.text
        assert "Traceback" not in bot.text
        assert "Discord refused the " + ("token" if code == 4004 else "intents") in bot.text
    assert len(discord.identifies) == 1


async def test_a_token_that_discord_does_not_know_ends_it_before_it_identifies(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    discord.token_is_good = False
    async with started(settings) as bot:
        assert await bot.ended() == Exit.REFUSED
        assert "Discord refused the token" in bot.text
        assert "Traceback" not in bot.text
    assert discord.identifies == []
    assert discord.paths("GET") == ["/users/@me"]


async def test_a_missing_token_is_told_before_anything_is_asked(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    del settings["DISCORD_TOKEN"]
    async with started(settings) as bot:
        assert await bot.ended() == Exit.CONFIGURATION
        assert "DISCORD_TOKEN is not set" in bot.text
    assert discord.asked == []


async def test_wrong_settings_are_all_named_and_no_secret_with_them(
    settings: dict[str, str],
) -> None:
    settings |= {"DISCORD_TOKEN": TOKEN[:-30], "MAILMARE_LOG_LEVEL": "loud"}
    async with started(settings) as bot:
        assert await bot.ended() == Exit.CONFIGURATION
        assert [line.split(":")[0] for line in bot.lines] == ["DISCORD_TOKEN", "MAILMARE_LOG_LEVEL"]
        assert TOKEN[:20] not in bot.text


async def test_a_second_instance_ends_before_it_logs_in(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    """F35. The first is interrupted by Ctrl-C, which is a clean stop too."""
    async with started(settings) as first:
        await discord.ready()
        asked = len(discord.asked)
        async with started(settings) as second:
            assert await second.ended() == Exit.TEMPORARY
            assert f"process {first.process.pid}" in second.text
        assert len(discord.asked) == asked
        first.process.send_signal(signal.SIGINT)
        assert await first.ended() == Exit.OK
        assert "Traceback" not in first.text


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_data_directory_that_cannot_be_written_is_told(
    settings: dict[str, str], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o500)
    async with started(settings) as bot:
        assert await bot.ended() == Exit.IO
        assert "MAILMARE_DATA_DIR" in bot.text


async def test_a_data_directory_that_cannot_exist_is_told(
    discord: LoopbackDiscord, settings: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    settings["MAILMARE_DATA_DIR"] = str(tmp_path / "file" / "data")
    async with started(settings) as bot:
        assert await bot.ended() == Exit.IO
        assert "MAILMARE_DATA_DIR" in bot.text
        assert "Traceback" not in bot.text
    assert discord.asked == []


async def test_a_database_that_is_none_of_ours_ends_it_before_it_logs_in(
    discord: LoopbackDiscord, settings: dict[str, str], tmp_path: Path
) -> None:
    """Fault F30: refused, and left as it is."""
    data = tmp_path / "data"
    data.mkdir(exist_ok=True)
    (data / "mailmare.db").write_bytes(b"not a database" * 500)
    async with started(settings) as bot:
        assert await bot.ended() == Exit.DATA
        assert "mailmare db restore" in bot.text
        assert "Traceback" not in bot.text
    assert discord.asked == []
    assert (data / "mailmare.db").read_bytes() == b"not a database" * 500


async def test_a_full_disk_is_told(
    discord: LoopbackDiscord, settings: dict[str, str], tmp_path: Path
) -> None:
    """F28: a write that fails names no file, and is one of ours all the same."""
    data = tmp_path / "data"
    data.mkdir()
    (data / "restarts.part").symlink_to("/dev/full")
    async with started(settings) as bot:
        assert await bot.ended() == Exit.IO
        assert "MAILMARE_DATA_DIR cannot be written: No space left on device" in bot.text
        assert "Traceback" not in bot.text
    assert discord.asked == []


async def test_a_dropped_connection_is_resumed(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    """F01."""
    async with started(settings) as bot:
        await discord.ready()
        await discord.drop(4000)
        await discord.until(lambda: discord.resumes)
        assert (await discord.interact("about"))["type"] in (4, 5)
        assert len(discord.identifies) == 1
        assert await bot.stop() == Exit.OK


async def test_a_crash_loop_waits_before_it_logs_in_and_can_be_stopped_meanwhile(
    discord: LoopbackDiscord, settings: dict[str, str], tmp_path: Path
) -> None:
    """F45: kept on disk, over processes."""
    record = tmp_path / "data" / "restarts.json"
    record.parent.mkdir()
    record.write_text(json.dumps({"failures": 20, "started": datetime.now(UTC).isoformat()}))
    port = a_free_port()
    async with started(settings | {"MAILMARE_METRICS_PORT": str(port)}) as bot:
        await bot.says("this one waits before it logs in")
        status, answer = await waiting(settings)
        assert status == Exit.FAILED
        assert "waiting to start again until" in answer
        assert await get(port, "/health") == (503, '{"ok":false,"state":"waiting"}')
        assert "\nmailmare_healthy 0.0\n" in (await get(port, "/metrics"))[1]
        assert await bot.stop() == Exit.OK
    assert discord.asked == []
    assert (await command(settings, "health"))[1].startswith("not running")
    assert json.loads(record.read_text())["failures"] == 20


def test_a_port_of_others_ends_it_before_it_logs_in_and_counts_as_no_failed_start(
    log: Log, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as others:
        port = others.getsockname()[1]
        settings = Settings(
            discord_token=Secret(TOKEN), data_dir=tmp_path / "data", metrics_port=port
        )
        assert run(settings) == Exit.CONFIGURATION
    assert f"MAILMARE_METRICS_PORT: another program uses port {port}" in capfd.readouterr().err
    assert not (tmp_path / "data" / "restarts.json").exists()


async def test_after_a_kill_it_starts_again_and_registers_nothing_twice(
    discord: LoopbackDiscord, settings: dict[str, str], tmp_path: Path
) -> None:
    """F45: the kill counts as a failed start; a clean stop of a connected bot forgets it."""
    record = tmp_path / "data" / "restarts.json"
    async with started(settings) as bot:
        await bot.says("servers=1")
        bot.process.kill()
        await bot.ended()
    assert json.loads(record.read_text())["failures"] == 1
    async with started(settings) as bot:
        await bot.says("servers=1")
        assert await bot.stop() == Exit.OK
    assert json.loads(record.read_text())["failures"] == 0
    assert len(discord.identifies) == 2
    assert discord.syncs == 1


async def test_used_up_sessions_are_waited_for_and_not_overdrawn(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    """F45: overdrawing them makes Discord reset the token."""
    discord.sessions_remaining = 0
    discord.sessions_reset_after = 1000
    async with started(settings) as bot:
        await bot.says("allows no more sessions")
        assert discord.identifies == []
        discord.sessions_remaining = 5
        await discord.ready()
        assert await bot.stop() == Exit.OK


async def test_every_shard_that_discord_asks_for_is_started(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    discord.shards = 2
    async with started(settings) as bot:
        # The library leaves five seconds between one shard and the next.
        await discord.until(lambda: len(discord.identifies) == 2)
        assert [entry["shard"] for entry in discord.identifies] == [[0, 2], [1, 2]]
        assert await bot.stop() == Exit.OK


async def test_a_ban_of_the_address_is_kept_to_over_the_next_start(
    discord: LoopbackDiscord, settings: dict[str, str], tmp_path: Path
) -> None:
    """F05: a 429 without Via."""
    discord.status["/users/@me"] = 429
    async with started(settings) as bot:
        assert await bot.ended() == Exit.UNAVAILABLE
        assert "takes no more requests" in bot.text
    record = json.loads((tmp_path / "data" / "restarts.json").read_text())
    assert (datetime.fromisoformat(record["not_before"]) - datetime.now(UTC)).total_seconds() > 500
    async with started(settings) as bot:
        await bot.says("this one waits before it logs in")
        assert len(discord.asked) == 1


async def test_an_unreachable_discord_ends_it_as_worth_another_start(
    settings: dict[str, str],
) -> None:
    settings["MAILMARE_DISCORD_API_URL"] = "http://127.0.0.1:9/api/v10"
    async with started(settings) as bot:
        assert await bot.ended() == Exit.UNAVAILABLE
        assert "Discord could not be reached" in bot.text
        assert "Traceback" not in bot.text


async def test_a_discord_that_does_not_answer_the_farewell_is_not_waited_for(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    """F34: under ten seconds in any case."""
    assert LONGEST_STOP < 10
    discord.no_farewell = True
    async with started(settings) as bot:
        await bot.says("servers=1")
        assert await bot.stop() == Exit.OK


async def test_it_runs_with_its_output_closed(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    """F48."""
    process = await asyncio.create_subprocess_exec(
        "sh", "-c", 'exec "$0" -m bot run 0<&- 1>&- 2>&-', sys.executable, env=settings
    )
    try:
        await discord.ready()
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(HANGS):
            assert await process.wait() == Exit.OK
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_the_log_is_json_where_that_is_wished(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    settings |= {"MAILMARE_LOG_FORMAT": "json", "MAILMARE_LOG_LEVEL": "debug"}
    async with started(settings) as bot:
        await discord.interact("about")
        assert await bot.stop() == Exit.OK
        for line in bot.lines:
            assert json.loads(line)["event"]
        assert "canary" not in bot.text

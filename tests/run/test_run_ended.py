"""What ends `mailmare run`, or lets it not begin: a clear word, and the right exit status."""

import os
import signal
import socket
from pathlib import Path

import pytest

from bot.exit_codes import Exit
from bot.run import run
from bot.settings import Secret, Settings
from tests.discord_loopback import TOKEN, LoopbackDiscord
from tests.run.conftest import Log
from tests.run.processes import started


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
        await first.until(discord.ready())
        asked = len(discord.asked)
        async with started(settings) as second:
            assert await second.ended() == Exit.TEMPORARY
            assert f"process {first.process.pid}" in second.text
        assert len(discord.asked) == asked
        first.process.send_signal(signal.SIGINT)
        assert await first.ended() == Exit.OK
        assert "Traceback" not in first.text


@pytest.mark.skipif(os.geteuid() == 0, reason="needs a user who is not root")
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


async def test_an_unreachable_discord_ends_it_as_worth_another_start(
    settings: dict[str, str],
) -> None:
    settings["MAILMARE_DISCORD_API_URL"] = "http://127.0.0.1:9/api/v10"
    async with started(settings) as bot:
        assert await bot.ended() == Exit.UNAVAILABLE
        assert "Discord could not be reached" in bot.text
        assert "Traceback" not in bot.text

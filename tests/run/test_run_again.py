"""`mailmare run` connects and starts again: dropped, killed, failed before, told to wait."""

import json
from datetime import UTC, datetime
from pathlib import Path

from bot.exit_codes import Exit
from tests.discord_loopback import LoopbackDiscord
from tests.run.processes import a_free_port, beats, get, health, started


async def test_a_dropped_connection_is_resumed(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    """F01."""
    async with started(settings) as bot:
        await bot.until(discord.ready())
        await discord.drop(4000)
        await bot.until(discord.until(lambda: discord.resumes))
        assert (await bot.until(discord.interact("about")))["type"] in (4, 5)
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
        await bot.until(beats(settings, "waiting"))
        status, answer = await health(settings)
        assert status == Exit.FAILED
        assert "waiting to start again until" in answer
        assert await get(port, "/health") == (503, '{"ok":false,"state":"waiting"}')
        assert "\nmailmare_healthy 0.0\n" in (await get(port, "/metrics"))[1]
        assert await bot.stop() == Exit.OK
    assert discord.asked == []
    assert (await health(settings))[1].startswith("not running")
    assert json.loads(record.read_text())["failures"] == 20


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
        await bot.until(discord.ready())
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

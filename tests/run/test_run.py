"""`mailmare run` as a process, against a Discord on the loopback interface."""

import json

from bot.exit_codes import Exit
from bot.run import LONGEST_STOP
from tests.discord_loopback import TOKEN, LoopbackDiscord
from tests.run.processes import a_free_port, beats, get, health, started


async def test_it_logs_in_registers_answers_tells_its_health_and_stops(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    """D8, F34: from the first word with Discord to the last."""
    port = a_free_port()
    async with started(settings | {"MAILMARE_METRICS_PORT": str(port)}) as bot:
        await bot.until(discord.ready())
        (identify,) = discord.identifies
        assert identify["intents"] == 1
        assert identify["token"] == TOKEN
        assert discord.syncs == 1
        assert {"pony", "derpibooru", "ponybooru", "twibooru", "help", "about"} <= {
            entry["name"] for entry in discord.commands
        }

        answer = await bot.until(discord.interact("about"))
        assert answer["type"] == 4
        assert "Mailmare" in json.dumps(answer["data"])

        await bot.says("servers=1")
        await bot.until(beats(settings, "running"))
        assert await health(settings) == (Exit.OK, "running and connected to Discord\n")
        assert await get(port, "/health") == (200, '{"ok":true,"state":"running"}')
        _status, metrics = await get(port, "/metrics")
        assert "\nmailmare_discord_connected 1.0\n" in metrics
        assert "\nmailmare_discord_guilds 1.0\n" in metrics
        assert 'mailmare_commands_total{command="about",outcome="answered"} 1.0\n' in metrics
        assert TOKEN not in metrics

        assert await bot.stop() == Exit.OK
    status, text = await health(settings)
    assert (status, text[:11]) == (Exit.FAILED, "not running")
    assert not [asked for asked in discord.asked if asked.path.startswith("/users/@me/")]


async def test_every_shard_that_discord_asks_for_is_started(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    discord.shards = 2
    async with started(settings) as bot:
        # The library leaves five seconds between one shard and the next.
        await bot.until(discord.until(lambda: len(discord.identifies) == 2))
        assert [entry["shard"] for entry in discord.identifies] == [[0, 2], [1, 2]]
        assert await bot.stop() == Exit.OK


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
    closed = ("sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh")
    async with started(settings, through=closed) as bot:
        await bot.until(discord.ready())
        assert await bot.stop() == Exit.OK


async def test_the_log_is_json_where_that_is_wished(
    discord: LoopbackDiscord, settings: dict[str, str]
) -> None:
    settings |= {"MAILMARE_LOG_FORMAT": "json", "MAILMARE_LOG_LEVEL": "debug"}
    async with started(settings) as bot:
        await bot.until(discord.interact("about"))
        assert await bot.stop() == Exit.OK
        for line in bot.lines:
            assert json.loads(line)["event"]
        assert "canary" not in bot.text

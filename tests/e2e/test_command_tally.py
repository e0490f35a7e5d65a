"""Each command is counted once, by its name and by what came of it."""

from pathlib import Path

from bot.quotas import Rate
from bot.ui.command_tally import Outcome
from tests.discord_stage import set_stage


async def test_commands_are_counted_by_what_came_of_them(tmp_path: Path) -> None:
    async with set_stage(tmp_path, user_rate=Rate(4, 600)) as stage:
        for _time in range(2):
            await stage.ask("about")
        await stage.ask("derpibooru search", query="pony")
        await stage.ask("derpibooru search", query="(pony")
        await stage.ask("derpibooru search", query="pony")
        tally = stage.app.client.command_tally
        assert tally.outcomes == {
            ("about", Outcome.ANSWERED): 2,
            ("derpibooru search", Outcome.ANSWERED): 1,
            ("derpibooru search", Outcome.DECLINED): 1,
            ("derpibooru search", Outcome.TOO_FAST): 1,
        }
        counts = {name: list(took.up_to())[-1][1] for name, took in tally.durations.items()}
        assert counts == {"about": 2, "derpibooru search": 3}

"""Whoever asks too often is told privately when to go on (reference: safety, 5)."""

import re
from pathlib import Path

from bot.quotas import Rate
from tests.discord_stage import Answer, Stage, set_stage


def is_told_to_wait(answer: Answer) -> bool:
    return answer.private and re.search(r"try again <t:\d+:R>", answer.text) is not None


async def test_commands_and_presses_of_one_member_count_together(tmp_path: Path) -> None:
    async with set_stage(tmp_path, user_rate=Rate(3, 600)) as stage:
        first = await stage.ask("pony random")
        picture = first.picture
        await stage.ask("about")
        await stage.press(first, "Another")
        asked = len(stage.requests("ponyapi"))

        assert is_told_to_wait(await stage.press(first, "Another"))
        assert is_told_to_wait(await stage.ask("pony random"))
        assert is_told_to_wait(await stage.press(first, "Report"))
        assert is_told_to_wait(await stage.press(first, "Remove"))
        assert len(stage.requests("ponyapi")) == asked
        assert picture is not None
        assert len(stage.channel.history()) == 1


async def test_another_member_is_not_held_back(tmp_path: Path) -> None:
    async with set_stage(tmp_path, user_rate=Rate(1, 600)) as stage:
        await stage.ask("pony random")
        theirs = Answer(await stage.other.slash(stage.channel, "pony random"))

        assert theirs.picture is not None


async def test_the_members_of_a_server_share_its_quota(tmp_path: Path) -> None:
    async with set_stage(tmp_path, guild_rate=Rate(1, 600)) as stage:
        await stage.ask("pony random")
        theirs = Answer(await stage.other.slash(stage.channel, "pony random"))
        assert is_told_to_wait(theirs)
        alone = Answer(await stage.other.user.slash("pony random"))
        assert alone.picture is not None


async def test_a_restart_of_the_connection_is_no_way_round_it(tmp_path: Path) -> None:
    async with set_stage(tmp_path, user_rate=Rate(1, 600)) as stage:
        await _use_up(stage)
        await stage.env.restart_bot(stage.app.new_client())
        assert is_told_to_wait(await stage.ask("about"))


async def _use_up(stage: Stage) -> None:
    assert not is_told_to_wait(await stage.ask("about"))

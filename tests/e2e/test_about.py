"""`/help` and `/about`, and what there is in direct messages."""

import pytest
from discord import app_commands
from simcord import SetupError

from bot import PROJECT_URL, __version__
from bot.store import COMMANDS
from tests.discord_limits import tree_problems
from tests.discord_stage import Answer, Stage


async def test_help_names_every_command_and_option(stage: Stage) -> None:
    result = (await stage.ask("help")).result
    assert result.response is not None
    messages = [result.response, *result.followups]

    assert all(message.ephemeral for message in messages)
    text = "\n".join(embed.description or "" for one in messages for embed in one.embeds)
    for command in stage.app.client.tree.walk_commands():
        if isinstance(command, app_commands.Command):
            assert f"/{command.qualified_name}" in text
            assert command.description in text
            for option in command.parameters:
                assert option.display_name in text
    assert "**Find this picture** - In a message's menu" in text


async def test_about_tells_privacy_source_version_and_sites(stage: Stage) -> None:
    """Rule D10."""
    answer = await stage.ask("about")

    assert answer.private
    sites = ("Derpibooru", "Ponybooru", "Twibooru", "Safe Pony API", "PonyAggregate")
    for text in (__version__, PROJECT_URL, "Privacy", *sites):
        assert text in answer.text


async def test_direct_messages_have_only_what_needs_no_server(stage: Stage) -> None:
    """Rule D6."""
    user = stage.you.user
    for command in ("pony random", "help", "about"):
        answer = Answer(await user.slash(command))
        assert answer.message.embeds
    assert (await user.slash("ponyaggregate import", page="7")).response is not None
    with pytest.raises(SetupError, match="context"):
        await user.slash("derpibooru featured")


async def test_another_pony_and_removal_work_in_direct_messages(stage: Stage) -> None:
    user = stage.you.user
    answer = Answer(await user.slash("pony random"))
    message = answer.result.response
    assert message is not None
    again = Answer(await user.click(message, label="Another"))
    assert again.picture is not None
    removed = await user.click(message, label="Remove")
    assert removed.response is None


async def test_the_tree_keeps_discords_limits_and_names_no_age_restriction(stage: Stage) -> None:
    """Rule D7."""
    tree = stage.app.client.tree
    commands = [command.to_dict(tree) for command in tree.get_commands()]

    assert tree_problems(commands) == []
    assert not any(command["nsfw"] for command in commands)
    assert {command["name"] for command in commands} == {
        "pony", "derpibooru", "ponybooru", "twibooru", "help", "about", "privacy", "forget-me",
        "feed", "filter", "server", "embed", "Find this picture", "ponyaggregate",
    }  # fmt: skip


async def test_commands_are_registered_again_only_when_they_changed(stage: Stage) -> None:
    def registrations() -> int:
        return sum(path.endswith("/commands") for _method, path, _body in stage.bodies())

    assert registrations() == 1
    await stage.env.restart_bot(stage.app.new_client())
    assert registrations() == 1
    async with stage.app.store.write() as tx:
        await tx.meta.put(COMMANDS, "another tree")
    await stage.env.restart_bot(stage.app.new_client())
    assert registrations() == 2


async def test_a_command_that_is_gone_says_so_privately(stage: Stage) -> None:
    """Discord offers old commands for a while after an update."""
    stage.errors_expected = True
    stage.app.client.tree.remove_command("about")
    answer = await stage.ask("about")

    assert answer.private
    assert "have just changed" in answer.text
    assert len(stage.env.errors) == 1

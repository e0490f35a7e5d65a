"""The help is as many messages as Discord's limits ask for, and nothing is lost."""

import discord
import pytest
from discord import app_commands

from bot.ui.guide import help_messages
from tests.discord_limits import message_problems


def tree_of(groups: int, commands: int) -> app_commands.CommandTree[discord.Client]:
    """Return a tree of groups, each with commands of long descriptions."""
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))

    async def nothing(interaction: discord.Interaction) -> None: ...

    for number in range(groups):
        group = app_commands.Group(name=f"group{number}", description="g" * 100)
        for place in range(commands):
            name, description = f"command-{number}-{place}", f"{number}.{place} " + "d" * 90
            group.add_command(
                app_commands.Command(name=name, description=description, callback=nothing)
            )
        tree.add_command(group)
    return tree


@pytest.mark.parametrize(("groups", "commands"), [(1, 1), (3, 10), (20, 25), (100, 25)])
async def test_every_message_of_the_help_keeps_discords_limits(groups: int, commands: int) -> None:
    """Reference: safety, 4: 4096 an embed, 6000 over a message."""
    messages = help_messages(tree_of(groups, commands))

    for embeds in messages:
        assert message_problems({"embeds": [embed.to_dict() for embed in embeds]}) == []
    text = "\n".join(embed.description or "" for embeds in messages for embed in embeds)
    for number in range(groups):
        assert f"**/group{number}**" in text
        for place in range(commands):
            assert f"`/group{number} command-{number}-{place}`" in text
    assert messages[0][0].title == "What Mailmare can do"
    # No more messages than the text needs, nearly.
    assert len(messages) <= 1 + len(text) // 3000

"""Members with more rights than `stage.you`, for tests of a server's settings."""

from typing import Any

import discord
from simcord import ChannelHandle, MemberActor, RoleHandle

from tests.discord_stage import Answer, Stage


def manager(stage: Stage, name: str = "manager") -> MemberActor:
    """Return a new member with Manage Server."""
    role = stage.env.guild.create_role(name, permissions=discord.Permissions(manage_guild=True))
    return member(stage, name, role)


def member(stage: Stage, name: str, *roles: RoleHandle) -> MemberActor:
    """Return a new member with these roles."""
    return stage.env.guild.add_member(stage.env.create_user(name), roles=roles)


async def let(
    actor: MemberActor, in_channel: ChannelHandle, command: str, **options: Any
) -> Answer:
    """Let a member use a slash command."""
    return Answer(await actor.slash(in_channel, command, **options))


async def offer(stage: Stage, command: str) -> None:
    """Let everybody use a command that is only for managers, as an admin can."""
    for known in await stage.app.client.tree.fetch_commands():
        if known.name == command:
            stage.env.guild.set_command_permissions(known.id, {stage.env.guild.default_role: True})

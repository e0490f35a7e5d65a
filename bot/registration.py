"""Telling Discord of the commands that only the operator's server has."""

import hashlib
import json
from typing import Any

import discord
import structlog
from discord import app_commands

from bot.store import Store

#: The fact that says which server has the operator's commands, and which ones (`store.meta`).
OPERATOR_COMMANDS = "operator_commands"

_log = structlog.get_logger(__name__)


async def register_operator_commands(
    tree: app_commands.CommandTree[Any], store: Store, guild_id: int | None
) -> None:
    """See that the operator's server has exactly these commands, and a former one none.

    Nothing is asked of Discord where nothing changed. Where the bot is not in that server yet,
    that is logged, and done when it comes to it.
    """
    async with store.read() as tx:
        known = await tx.meta.get(OPERATOR_COMMANDS) or ""
    told = _fact(tree, guild_id)
    if known == told:
        return
    former = known.partition(" ")[0]
    if former and former != str(guild_id):
        await _sync(tree, int(former))
    if guild_id is None or await _sync(tree, guild_id):
        async with store.write() as tx:
            await tx.meta.put(OPERATOR_COMMANDS, told)


def _fact(tree: app_commands.CommandTree[Any], guild_id: int | None) -> str:
    if guild_id is None:
        return ""
    commands = tree.get_commands(guild=discord.Object(guild_id))
    text = json.dumps([command.to_dict(tree) for command in commands], sort_keys=True)
    return f"{guild_id} {hashlib.sha256(text.encode()).hexdigest()}"


async def _sync(tree: app_commands.CommandTree[Any], guild_id: int) -> bool:
    try:
        await tree.sync(guild=discord.Object(guild_id))
    except (discord.Forbidden, discord.NotFound) as failure:
        _log.warning(
            "the operator's commands cannot be registered: is the bot in that server?",
            server=guild_id,
            code=failure.code,
        )
        return False
    _log.info("operator's commands registered", server=guild_id)
    return True

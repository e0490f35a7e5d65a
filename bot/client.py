"""The Discord client: what it asks of Discord, which commands it has, and when it tells them."""

import hashlib
import json
from pathlib import Path
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands

from bot.texts import _
from bot.ui.answers import tell
from bot.ui.buttons import StateButton
from bot.ui.finder import Finder

_log = structlog.get_logger(__name__)

#: Every module of commands, by name, in the order in which it is loaded.
EXTENSIONS = (
    "cogs.pony",
    "cogs.derpibooru",
    "cogs.ponybooru",
    "cogs.twibooru",
    "cogs.about",
)


class _Tree(app_commands.CommandTree["MailmareBot"]):
    """The commands, with a private answer to what goes wrong before one of them runs."""

    async def on_error(
        self, interaction: discord.Interaction["MailmareBot"], error: app_commands.AppCommandError
    ) -> None:
        """Log an error that no command answered for, and tell the person who asked."""
        name = interaction.command.qualified_name if interaction.command else None
        _log.error("command failed", command=name, exc_info=error)
        if not interaction.response.is_done():
            await tell(interaction, _error_text(error))


class MailmareBot(commands.AutoShardedBot):
    """Mailmare on Discord: slash commands and buttons, no privileged intent (rule D8)."""

    def __init__(self, finder: Finder, *, data_dir: Path, shard_count: int | None = None) -> None:
        super().__init__(
            commands.when_mentioned,
            tree_cls=_Tree,
            help_command=None,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=False, private_channel=False
            ),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
            allowed_mentions=discord.AllowedMentions.none(),
            shard_count=shard_count,
        )
        self.finder = finder
        self._data_dir = data_dir

    async def setup_hook(self) -> None:
        """Load the commands, answer buttons of earlier runs, and tell Discord what changed."""
        self.add_dynamic_items(StateButton)
        for extension in EXTENSIONS:
            await self.load_extension(extension)
        await self._sync_if_changed()

    async def _sync_if_changed(self) -> None:
        """Register the commands unless exactly these were registered last time.

        Discord limits how often an application may do so, and it takes seconds.
        """
        tree = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        told = _fingerprint(self.application_id, tree)
        note = self._data_dir / "commands.sha256"
        if _read(note) == told:
            _log.info("commands are unchanged", count=len(tree))
            return
        await self.tree.sync()
        _write(note, told)
        _log.info("commands registered", count=len(tree))


def _error_text(error: app_commands.AppCommandError) -> str:
    match error:
        case app_commands.CommandNotFound() | app_commands.CommandSignatureMismatch():
            # Discord goes on offering what was registered before for a while.
            return _("My commands have just changed. Please reload Discord and try again.")
        case app_commands.TransformerError():
            return _("I cannot use what you gave me there. Please try again.")
        case app_commands.CheckFailure():
            return _("You may not use this command here.")
        case _:
            return _("Something went wrong here. It is noted for the operator.")


def _fingerprint(application_id: int | None, tree: list[dict[str, Any]]) -> str:
    text = json.dumps([application_id, tree], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _read(note: Path) -> str | None:
    try:
        return note.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        return None


def _write(note: Path, text: str) -> None:
    try:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(text, "ascii")
    except OSError as error:
        # Only the next start is slower for it.
        _log.warning("cannot note which commands are registered", error=error.strerror)

"""The Discord client: what it asks of Discord, which commands it has, and when it tells them."""

import hashlib
import json
from typing import Any

import discord
import structlog
from discord import app_commands
from discord.ext import commands
from discord.state import AutoShardedConnectionState

from bot.catalogue import CATALOGUE
from bot.feeds.feeds import Feeds
from bot.loops import Loops
from bot.policies import Policies
from bot.quotas import Quotas
from bot.registration import register_operator_commands
from bot.settings import Settings
from bot.site_filters import SiteFilterReader
from bot.store import COMMANDS, Store, StoreError
from bot.texts import Languages, _
from bot.ui.answers import tell
from bot.ui.attachments import Attachments
from bot.ui.buttons import BUTTONS
from bot.ui.command_tally import CommandTally, Outcome
from bot.ui.feed_buttons import ResumeButton
from bot.ui.finder import Finder
from bot.ui.pace import in_pace
from bot.ui.ponyaggregate_delete import DeleteButton
from bot.ui.speech import speak_to_channel

_log = structlog.get_logger(__name__)

#: Errors before a command runs that are nobody's fault here.
_OF_LIFE = (
    app_commands.CommandNotFound,
    app_commands.CommandSignatureMismatch,
    app_commands.TransformerError,
    app_commands.CheckFailure,
)

#: Every module of commands, by name, in the order in which it is loaded.
EXTENSIONS = (
    "cogs.pony",
    "cogs.derpibooru",
    "cogs.ponybooru",
    "cogs.twibooru",
    "cogs.ponyaggregate",
    "cogs.mature",
    "cogs.links",
    "cogs.lookalike",
    "cogs.feed",
    "cogs.about",
    "cogs.filter",
    "cogs.server",
    "cogs.privacy",
    "cogs.operator",
)


class _Tree(app_commands.CommandTree["MailmareBot"]):
    """The commands, with a private answer to what goes wrong before one of them runs."""

    async def interaction_check(self, interaction: discord.Interaction["MailmareBot"], /) -> bool:
        """Hold commands back that come too fast; completion comes with every key and is free."""
        await speak_to_channel(interaction)
        if interaction.type is discord.InteractionType.autocomplete:
            return True
        tally = interaction.client.command_tally
        tally.begins(interaction)
        if await in_pace(interaction):
            return True
        tally.ends(interaction, Outcome.TOO_FAST)
        return False

    async def on_error(
        self, interaction: discord.Interaction["MailmareBot"], error: app_commands.AppCommandError
    ) -> None:
        """Log an error that no command answered for, and tell the person who asked."""
        name = interaction.command.qualified_name if interaction.command else None
        _log.error("command failed", command=name, exc_info=error)
        outcome = Outcome.DECLINED if isinstance(error, _OF_LIFE) else Outcome.FAILED
        interaction.client.command_tally.ends(interaction, outcome)
        if not interaction.response.is_done():
            await tell(interaction, _error_text(error))


class _State(AutoShardedConnectionState):
    """What the library knows of Discord; it also passes on which servers READY named.

    The library's own list keeps servers that were left while a connection was down.
    """

    def parse_ready(self, data: Any) -> None:
        """Read the first message of a session, which names every server of the shard."""
        super().parse_ready(data)
        present = [int(guild["id"]) for guild in data["guilds"]]
        self.dispatch("shard_servers", data["shard"][0], data["shard"][1], present)


class MailmareBot(commands.AutoShardedBot):
    """Mailmare on Discord: slash commands and buttons, no privileged intent (rule D8)."""

    feeds: Feeds
    """Set by the app, as they send their messages through a client."""

    def __init__(
        self,
        finder: Finder,
        *,
        store: Store,
        policies: Policies,
        site_filters: SiteFilterReader,
        quotas: Quotas,
        loops: Loops,
        languages: Languages,
        settings: Settings,
        shard_count: int | None = None,
    ) -> None:
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
        self.store = store
        self.policies = policies
        self.site_filters = site_filters
        self.quotas = quotas
        self.loops = loops
        self.languages = languages
        self.settings = settings
        self.command_tally = CommandTally(finder.clock)
        self.attachments = Attachments()
        """The way to what members attach; a simulated Discord has its own."""

    def _get_state(self, **options: Any) -> _State:  # type: ignore[override]
        return _State(
            dispatch=self.dispatch,
            handlers=self._handlers,
            hooks=self._hooks,
            http=self.http,
            **options,
        )

    async def setup_hook(self) -> None:
        """Load the commands, answer buttons of earlier runs, and tell Discord what changed."""
        self.add_dynamic_items(*BUTTONS, ResumeButton, DeleteButton)
        for extension in EXTENSIONS:
            site = extension.removeprefix("cogs.")
            # A site that is switched off has no commands.
            if site not in CATALOGUE or site in self.finder.sites.rows:
                await self.load_extension(extension)
        await self._sync_if_changed()
        await self._register_operator_commands()

    async def _sync_if_changed(self) -> None:
        """Register the commands unless exactly these were registered last time.

        Discord limits how often an application may do so, and it takes seconds.
        """
        tree = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        told = _fingerprint(self.application_id, tree)
        async with self.store.read() as tx:
            known = await tx.meta.get(COMMANDS)
        if known == told:
            _log.info("commands are unchanged", count=len(tree))
            return
        await self.tree.sync()
        try:
            async with self.store.write() as tx:
                await tx.meta.put(COMMANDS, told)
        except StoreError as error:
            # Only the next start is slower for it.
            _log.warning("cannot note which commands are registered", error=str(error))
        _log.info("commands registered", count=len(tree))

    async def _register_operator_commands(self) -> None:
        await register_operator_commands(self.tree, self.store, self.settings.operator_guild)

    async def on_ready(self) -> None:
        """Let the feeds begin: the servers and their channels are known now."""
        self.feeds.connected()

    async def on_app_command_completion(
        self,
        interaction: discord.Interaction[Any],
        _command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
    ) -> None:
        """Count a command that ran to its end."""
        self.command_tally.ends(interaction, Outcome.ANSWERED)

    async def on_shard_servers(self, shard_id: int, shard_count: int, present: list[int]) -> None:
        """Find servers that removed the bot while it was away (rule D10, fault F23).

        READY names the unavailable ones too, so an outage is no removal.
        """
        async with self.store.write() as tx:
            gone = await tx.retention.reconcile(present, shard_id=shard_id, shard_count=shard_count)
        self.policies.forget(*gone)
        await self.feeds.servers_changed()
        if gone:
            _log.info("found removed from servers", servers=len(gone))

    async def on_guild_join(self, guild: discord.Guild) -> None:
        """Keep what is known of a server that comes back before its grace is over."""
        async with self.store.write() as tx:
            await tx.retention.joined(guild.id)
        await self.feeds.guild_changed(guild.id)
        if guild.id == self.settings.operator_guild:
            await self._register_operator_commands()

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Begin a server's grace; the library says nothing of this in an outage (fault F23)."""
        async with self.store.write() as tx:
            await tx.retention.left(guild.id)
        self.policies.forget(guild.id)
        await self.feeds.guild_changed(guild.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        """Forget what a deleted channel had of its own."""
        async with self.store.write() as tx:
            await tx.retention.forget_channel(channel.id)
        self.policies.forget(channel.guild.id)
        await self.feeds.channel_gone(channel.id)

    async def on_thread_delete(self, thread: discord.Thread) -> None:
        """Pause the feeds of a deleted thread (fault F20)."""
        await self.feeds.channel_gone(thread.id)

    async def on_guild_channel_update(
        self, _before: discord.abc.GuildChannel, after: discord.abc.GuildChannel
    ) -> None:
        """Try again what lacked a permission there (fault F21)."""
        await self.feeds.access_changed(after.guild.id)

    async def on_guild_role_update(self, _before: discord.Role, after: discord.Role) -> None:
        """Try again what lacked a permission there (fault F21)."""
        await self.feeds.access_changed(after.guild.id)

    async def on_thread_update(self, _before: discord.Thread, after: discord.Thread) -> None:
        """Try again what waits for a thread to be opened (fault F24)."""
        await self.feeds.access_changed(after.guild.id)


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

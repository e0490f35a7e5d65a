"""The whole bot in this process on the loopback Discord and simulated sites.

For what the other simulated Discord has not: age-restricted channels and commands, languages,
the application's owners.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.app import App
from bot.clock import SYSTEM_CLOCK, Clock
from bot.demo.page import demo_settings
from bot.demo.sites import SimulatedSites
from bot.demo.world import World
from bot.texts import Languages
from tests.discord_loopback import JSON, TOKEN, LoopbackDiscord
from tests.discord_stage import WORLD

_ANSWERING = ("CommandTree-invoker", "discord-ui-dynamic-item-")


@dataclass
class LoopbackStage:
    """A server with a channel, a member who may do everything, the bot, and the sites."""

    discord: LoopbackDiscord
    sites: SimulatedSites
    app: App

    def requests(self, site: str) -> list[str]:
        """Return the paths that a site was asked for."""
        return [request.path for request in self.sites.requests[site]]

    async def ask(self, command: str, **options: Any) -> list[JSON]:
        """Let the member use a slash command; return the bodies that answer, in order."""
        return await self.answers(await self.begin(command, **options))

    async def begin(self, command: str, **options: Any) -> str:
        """Let the member use a slash command; return its token once it was acknowledged."""
        kinds = {bool: 5, int: 4, str: 3}
        given = [
            {"name": name, "type": kinds[type(value)], "value": value}
            for name, value in options.items()
        ]
        resolved: JSON = {}
        for one in given:
            if one["name"] == "channel":
                one["type"], one["value"] = 7, str(one["value"])
                resolved = {"channels": {one["value"]: self.discord.channel}}
        return await self.discord.use(command, options=given, resolved=resolved)

    async def press(self, message: JSON, label: str) -> list[JSON]:
        """Let the member press the button with that label; return the bodies that answer."""
        (custom_id,) = (
            part["custom_id"]
            for row in message["components"]
            for part in row["components"]
            if part.get("label") == label
        )
        return await self.answers(await self.discord.press(message, custom_id))

    async def answers(self, token: str) -> list[JSON]:
        """Return what an interaction was answered with, once the bot is done with it."""
        # The library names the tasks in which commands and buttons are answered.
        answering = {task for task in asyncio.all_tasks() if task.get_name().startswith(_ANSWERING)}
        if answering:
            await asyncio.wait(answering)
        first = self.discord.callbacks[token].get("data")
        later = [body for body in self.discord.messages.get(token, []) if body]
        return [first, *later] if first and set(first) != {"flags"} else later


@asynccontextmanager
async def loopback_stage(
    data_dir: Path,
    *,
    languages: Languages | None = None,
    world: World = WORLD,
    clock: Clock = SYSTEM_CLOCK,
    **changes: Any,
) -> AsyncIterator[LoopbackStage]:
    """Run the bot with these languages and changes of its settings until it is left."""
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    async with LoopbackDiscord() as discord, SimulatedSites(world, clock=clock) as sites:
        settings = msgspec.structs.replace(demo_settings(sites, data_dir), **changes)
        Route.BASE = discord.api_url
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(discord.gateway_url)
        try:
            async with App(settings, clock, languages=languages) as app:
                await app.client.login(TOKEN)
                connecting = asyncio.create_task(app.client.connect())
                # Not until the library calls itself ready: it waits 2 s for more servers.
                await discord.ready()
                try:
                    yield LoopbackStage(discord, sites, app)
                finally:
                    await app.client.close()
                    await asyncio.wait({connecting})
        finally:
            Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway

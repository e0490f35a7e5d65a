"""The whole bot on a simulated Discord and simulated sites, for tests.

Whatever a test sends is checked at its end: Discord's limits, Discord's own description of its
API where it lies beside the project, and that every picture is of a post fit for everybody.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import discord
import msgspec
from simcord import ChannelHandle, Env, InteractionResult, MemberActor, ResponseMessage

from bot.app import App
from bot.clock import SYSTEM_CLOCK, Clock
from bot.demo.page import demo_settings
from bot.demo.simcord_stage import SimulatedAttachments
from bot.demo.sites import SimulatedSites
from bot.demo.world import World
from bot.quotas import Rate
from bot.settings import Secret, Settings, SiteOverride
from bot.store import FILE_NAME
from tests import discord_openapi
from tests.discord_limits import message_problems, tree_problems, walk
from tests.new_database import put_new_database

#: Drawn once: the tests that change a world make their own.
WORLD = World()
_UNHURRIED = Rate(100_000, 1)


@dataclass
class Stage:
    """A server with a channel, two members, the bot, and the sites that it asks."""

    sites: SimulatedSites
    app: App
    env: Env
    channel: ChannelHandle
    you: MemberActor
    other: MemberActor
    errors_expected: bool = False
    """Whether the test provokes errors that the bot cannot answer for."""

    async def ask(self, command: str, **options: Any) -> "Answer":
        """Let you use a slash command in the channel."""
        return Answer(await self.you.slash(self.channel, command, **options))

    async def press(
        self, answer: "Answer", label: str, *, member: MemberActor | None = None
    ) -> "Answer":
        """Let you, or another `member`, press the button with that label."""
        message = answer.result.response
        assert message is not None
        return Answer(await (member or self.you).click(message, label=label))

    def requests(self, site: str) -> list[str]:
        """Return the paths that a site was asked for."""
        return [request.path for request in self.sites.requests[site]]

    def bodies(self) -> Iterator[tuple[str, str, Any]]:
        """Yield method, path and body of everything that the bot sent to Discord."""
        for request in self.env.http_requests:
            if request.json is not None:
                yield request.method, request.path, request.json

    def messages(self) -> Iterator[Mapping[str, Any]]:
        """Yield the body of every message that the bot sent or edited."""
        for _method, path, body in self.bodies():
            if path.endswith("/callback"):
                if body["type"] in {4, 7}:
                    yield body["data"]
            elif path.startswith(("/webhooks/", "/channels/")):
                yield body


class Answer:
    """What an interaction brought, read as a person reads it."""

    def __init__(self, result: InteractionResult) -> None:
        self.result = result

    @property
    def message(self) -> ResponseMessage:
        """Return the message that answers: the interaction's own, else its only follow-up."""
        if self.result.followups:
            (message,) = self.result.followups
            return message
        assert self.result.response is not None
        return self.result.response

    @property
    def private(self) -> bool:
        """Tell whether only the person who asked sees it."""
        return self.message.ephemeral

    @property
    def text(self) -> str:
        """Return everything that is written in it."""
        parts: list[str | None] = [self.message.content]
        for embed in self.message.embeds:
            parts += [embed.author.name, embed.title, embed.description]
            parts += [text for field in embed.fields for text in (field.name, field.value)]
            parts.append(embed.footer.text)
        parts += [part["content"] for part in walk(self.message.components) if part["type"] == 10]
        return "\n".join(part for part in parts if part)

    @property
    def embed(self) -> discord.Embed:
        """Return its only embed."""
        (embed,) = self.message.embeds
        return embed

    @property
    def picture(self) -> str | None:
        """Return the address of its picture, if it has one."""
        return self.embed.image.url if self.message.embeds else None

    @property
    def labels(self) -> list[str]:
        """Return the labels of its buttons."""
        return [part["label"] for part in walk(self.message.components) if part["type"] == 2]

    @property
    def gallery(self) -> list[tuple[str, bool]]:
        """Return the pictures of a gallery message, each with whether a spoiler hides it."""
        return [
            (item["media"]["url"], bool(item.get("spoiler")))
            for part in walk(self.message.components)
            if part["type"] == 12
            for item in part["items"]
        ]


@asynccontextmanager
async def set_stage(
    data_dir: Path,
    *,
    world: World = WORLD,
    clock: Clock = SYSTEM_CLOCK,
    off: Collection[str] = (),
    keys: Mapping[str, str] = {},
    **changes: Any,
) -> AsyncIterator[Stage]:
    """Run the bot with its simulated surroundings; check all that was sent when it ends.

    The sites named in `off` are switched off by the operator, `keys` are the operator's at sites
    by name, `changes` are other settings.
    Nobody here asks too often, unless the rates are among them.
    """
    if not (data_dir / FILE_NAME).exists():
        put_new_database(data_dir)
    async with (
        SimulatedSites(world, clock=clock) as sites,
        App(_settings(sites, data_dir, off, keys, changes), clock) as app,
    ):
        # Not `simcord.run`: it binds the test's own context, which a fixture does not share.
        app.client.attachments = SimulatedAttachments()
        env = Env(app.client, shard_count=1, settle_timeout=30)
        await env.start()
        try:
            guild = env.create_guild()
            channel = guild.create_text_channel("art")
            you = guild.add_member(env.create_user("you"))
            other = guild.add_member(env.create_user("other"))
            stage = Stage(sites, app, env, channel, you, other)
            yield stage
            assert problems(stage) == []
            assert stage.errors_expected or env.errors == []
        finally:
            await env.shutdown()


def _settings(
    sites: SimulatedSites,
    data_dir: Path,
    off: Collection[str],
    keys: Mapping[str, str],
    changes: Mapping[str, Any],
) -> Settings:
    settings = demo_settings(sites, data_dir)
    switched = {name: SiteOverride(enabled=False) for name in off}
    switched |= {
        name: msgspec.structs.replace(settings.sites[name], key=Secret(key))
        for name, key in keys.items()
    }
    return msgspec.structs.replace(
        settings,
        sites={**settings.sites, **switched},
        **{"user_rate": _UNHURRIED, "guild_rate": _UNHURRIED, **changes},
    )


def problems(stage: Stage) -> list[str]:
    """Return what is wrong with anything that the bot sent."""
    found: list[str] = []
    for body in stage.messages():
        found += message_problems(body)
        found += _unfit_pictures(stage.sites.world, body)
    for method, path, body in stage.bodies():
        if path.endswith("/commands"):
            found += tree_problems(body)
        if discord_openapi.FILE.exists():
            found += discord_openapi.request_problems(method, path, _described(body))
    return found


def _described(body: Any) -> Any:
    """Return a body as Discord describes it: the library writes some ids as numbers."""
    if not isinstance(body, dict):
        return body
    described = {name: _described(value) for name, value in body.items()}
    if body.get("attachments"):
        described["attachments"] = [{**one, "id": str(one["id"])} for one in body["attachments"]]
    if "recipient_id" in body:
        described["recipient_id"] = str(body["recipient_id"])
    if users := (body.get("allowed_mentions") or {}).get("users"):
        described["allowed_mentions"]["users"] = [str(one) for one in users]
    return described


def _unfit_pictures(world: World, body: Mapping[str, Any]) -> Iterator[str]:
    for url, text in _pictures(body):
        post = world.media[url][0]
        if not post.safe or {"explicit", "questionable", "suggestive"} & set(post.tags):
            yield f"a picture of {post.site} {post.id}, which is not fit for everybody"
        if "Artist" not in text or "Source" not in text:
            yield f"a picture of {post.site} {post.id} without its credit"


def _pictures(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the address of each picture of a message, and the text that belongs to it."""
    for embed in body.get("embeds") or []:
        if url := (embed.get("image") or {}).get("url"):
            yield url, embed.get("description") or ""
    text = ""
    for part in walk(body.get("components") or []):
        if part["type"] == 10:
            text = part["content"]
        elif part["type"] == 12:
            for item in part["items"]:
                yield item["media"]["url"], text

"""A minimal Discord on the loopback interface: real HTTP, a real gateway, no guesses beyond them.

It serves what a bot needs to log in, register its commands, receive an interaction and answer
it, and to be closed, dropped and resumed; and it keeps a record of everything it was asked.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.loopback_gateway import Gateway
from tests.loopback_objects import (
    APPLICATION_ID,
    CHANNEL_ID,
    GUILD_ID,
    JSON,
    TOKEN,
    USER_ID,
    application_info,
    bot_user,
    json_answer,
    user,
)

__all__ = [
    "APPLICATION_ID", "CHANNEL_ID", "GUILD_ID", "JSON", "TOKEN", "USER_ID", "Asked",
    "LoopbackDiscord",
]  # fmt: skip


@dataclass
class Asked:
    """One request that arrived."""

    method: str
    path: str
    body: Any
    authorization: str


class LoopbackDiscord(Gateway):
    """The server; `async with` starts and ends it.

    Switches: `close_after_identify` (a close code), `token_is_good`, `sessions_remaining` and
    `sessions_reset_after` (ms), `shards`, `no_farewell` (a close of the bot's is not answered),
    `in_a_guild` (for who asks by REST), `status` (path → status with which it answers instead),
    `owner` and `team` (whose the application is), `locale` and `permissions` (of whoever uses
    commands), `guild_locale`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Asked] = []
        self.commands: list[JSON] = []
        self.syncs = 0
        self.callbacks: dict[str, JSON] = {}
        """What each interaction was first answered with, by its token."""
        self.messages: dict[str, list[JSON]] = {}
        """Bodies sent for an interaction after its first answer, by its token."""
        self.token_is_good = True
        self.sessions_reset_after = 0
        self.shards = 1
        self.status: dict[str, int] = {}
        self.owner = USER_ID
        self.team: JSON | None = None
        self.locale = self.guild_locale = "en-US"
        self.permissions = "2147483647"
        self.guild_commands: list[JSON] = []
        self.in_a_guild = True
        self._ids = count(1200000000000000000)
        self._runner = web.AppRunner(self._application(), shutdown_timeout=1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self.origin = f"127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.channels.end()
        await self.hang_up()
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://{self.origin}/api/v10"

    def environ(self, data_dir: Path) -> dict[str, str]:
        """Return the settings that point a bot here."""
        return {
            "DISCORD_TOKEN": TOKEN,
            "MAILMARE_DATA_DIR": str(data_dir),
            "MAILMARE_DISCORD_API_URL": self.api_url,
            "MAILMARE_DISCORD_GATEWAY_URL": self.gateway_url,
        }

    # --------------------------------------------------------------------- what tests ask of it

    async def interact(self, command: str, *, options: list[JSON] | None = None) -> JSON:
        """Use a slash command (`group sub` for a grouped one); return the bot's first answer."""
        return self.callbacks[await self.use(command, options=options)]

    async def use(
        self, command: str, *, options: list[JSON] | None = None, resolved: JSON | None = None
    ) -> str:
        """Use a slash command; return the interaction's token once it was answered."""
        await self.ready()
        top, *path = command.split()
        known = [*self.commands, *self.guild_commands]
        registered = next(entry for entry in known if entry["name"] == top)
        nested = options or []
        for depth, name in enumerate(reversed(path)):
            nested = [{"type": 2 if depth else 1, "name": name, "options": nested}]
        data = {"id": registered["id"], "name": top, "type": 1, "options": nested}
        if "guild_id" in registered:
            data["guild_id"] = registered["guild_id"]
        if resolved:
            data["resolved"] = resolved
        return await self._act(2, data)

    async def complete(self, command: str, option: str, typed: str, **filled: str) -> str:
        """Type into an option of a command (`group sub`); return the interaction's token.

        `filled` are the options that were chosen before.
        """
        top, sub = command.split()
        registered = next(entry for entry in self.commands if entry["name"] == top)
        typing = {"type": 3, "name": option, "value": typed, "focused": True}
        before = [{"type": 3, "name": name, "value": value} for name, value in filled.items()]
        nested = [{"type": 1, "name": sub, "options": [*before, typing]}]
        data = {"id": registered["id"], "name": top, "type": 1, "options": nested}
        return await self._act(4, data)

    async def press(self, message: JSON, custom_id: str, *values: str) -> str:
        """Press a button of a message, or choose `values` of its select; return the token.

        It is answered by then.
        """
        data: JSON = {"custom_id": custom_id, "component_type": 2}
        if values:
            data |= {"component_type": 3, "values": list(values)}
        return await self._act(3, data, message=self._stored(message))

    async def change_channel(self, **fields: Any) -> None:
        """Change the channel and tell the bot."""
        connection = await self.ready()
        self.channel |= fields
        await connection.dispatch("CHANNEL_UPDATE", self.channel)

    async def _act(self, kind: int, data: JSON, **more: Any) -> str:
        connection = await self.ready()
        token = f"aW50ZXJhY3Rpb246{next(self._ids)}canaryinteractiontoken"
        payload = self._interaction(token, data) | {"type": kind} | more
        await connection.dispatch("INTERACTION_CREATE", payload)
        await self.until(lambda: token in self.callbacks)
        return token

    def paths(self, method: str) -> list[str]:
        """Return the paths asked for with `method`, in order."""
        return [asked.path for asked in self.asked if asked.method == method]

    # ------------------------------------------------------------------------------------- REST

    def _application(self) -> web.Application:
        app = web.Application(middlewares=[self._record])
        api = "/api/v10"
        app.router.add_get(f"{api}/users/@me", self._get_user)
        app.router.add_get(f"{api}/users/@me/guilds", self._get_guilds)
        app.router.add_get(f"{api}/gateway", self._get_gateway)
        app.router.add_get(f"{api}/gateway/bot", self._get_gateway)
        app.router.add_get(f"{api}/oauth2/applications/@me", self._get_application)
        app.router.add_get(f"{api}/applications/@me", self._get_application)
        app.router.add_get(f"{api}/applications/{{id}}/commands", self._get_commands)
        app.router.add_put(f"{api}/applications/{{id}}/commands", self._put_commands)
        guild_commands = f"{api}/applications/{{id}}/guilds/{{guild}}/commands"
        app.router.add_put(guild_commands, self._put_guild_commands)
        app.router.add_post(f"{api}/interactions/{{id}}/{{token}}/callback", self._callback)
        webhook = f"{api}/webhooks/{{id}}/{{token}}"
        app.router.add_post(webhook, self._message)
        app.router.add_route("*", f"{webhook}/messages/{{message}}", self._message)
        app.router.add_get("/", self.connected)
        self.channels.add_routes(app.router, api)
        return app

    @web.middleware
    async def _record(
        self, request: web.Request, handler: Callable[[web.Request], Any]
    ) -> web.StreamResponse:
        if "Upgrade" in request.headers:
            return await handler(request)  # type: ignore[no-any-return]
        path = request.path.removeprefix("/api/v10")
        authorization = request.headers.get("Authorization", "")
        body = await _body(request)
        self.asked.append(Asked(request.method, path, body, authorization))
        try:
            if path in self.status:
                status = self.status[path]
                # Discord's own 429 has a Via header; one without it is the address's ban.
                return json_answer({"message": "as the test wishes"}, status=status)
            if authorization != f"Bot {TOKEN}" and not path.startswith(
                ("/interactions/", "/webhooks/", "/gateway")
            ):
                return _unauthorized()
            if not self.token_is_good:
                return _unauthorized()
            return await handler(request)  # type: ignore[no-any-return]
        finally:
            await self.tell()

    async def _get_user(self, _request: web.Request) -> web.Response:
        return json_answer(bot_user())

    async def _get_guilds(self, _request: web.Request) -> web.Response:
        found = {"id": str(GUILD_ID), "name": "Ponyville", "permissions": self.everybody_may}
        return json_answer([found] if self.in_a_guild else [])

    async def _get_gateway(self, request: web.Request) -> web.Response:
        answer: JSON = {"url": self.gateway_url}
        if request.path.endswith("/bot"):
            answer["shards"] = self.shards
            answer["session_start_limit"] = {
                "total": 1000,
                "remaining": self.sessions_remaining,
                "reset_after": self.sessions_reset_after,
                "max_concurrency": 1,
            }
        return json_answer(answer)

    async def _get_application(self, _request: web.Request) -> web.Response:
        info = application_info() | {"team": self.team}
        return json_answer(info | {"owner": user(self.owner, "filly", bot=False)})

    async def _get_commands(self, _request: web.Request) -> web.Response:
        return json_answer(self.commands)

    async def _put_commands(self, request: web.Request) -> web.Response:
        self.commands = self._registered(await _body(request))
        self.syncs += 1
        return json_answer(self.commands)

    async def _put_guild_commands(self, request: web.Request) -> web.Response:
        guild = {"guild_id": request.match_info["guild"]}
        self.guild_commands = [one | guild for one in self._registered(await _body(request))]
        return json_answer(self.guild_commands)

    def _registered(self, commands: list[JSON]) -> list[JSON]:
        return [
            {
                "id": str(next(self._ids)),
                "application_id": str(APPLICATION_ID),
                "version": str(next(self._ids)),
                "type": 1,
                "description": "",
                "default_member_permissions": None,
            }
            | command
            for command in commands
        ]

    async def _callback(self, request: web.Request) -> web.Response:
        token = request.match_info["token"]
        if token in self.callbacks:
            return json_answer(
                {"code": 40060, "message": "Interaction has already been acknowledged."}, status=400
            )
        body = await _body(request)
        self.callbacks[token] = body
        if "with_response" not in request.query:
            return web.Response(status=204)
        return json_answer(
            {
                "interaction": {"id": request.match_info["id"], "type": 2},
                "resource": {
                    "type": body["type"],
                    "message": self._stored(body.get("data") or {}),
                },
            }
        )

    async def _message(self, request: web.Request) -> web.Response:
        if request.method == "DELETE":
            return web.Response(status=204)
        body = await _body(request) or {}
        if request.method in ("POST", "PATCH"):
            self.messages.setdefault(request.match_info["token"], []).append(body)
        return json_answer(self._stored(body))

    def _stored(self, content: JSON) -> JSON:
        """Return the message as Discord would give it back."""
        return {
            "id": str(next(self._ids)),
            "type": 20,
            "channel_id": str(CHANNEL_ID),
            "author": bot_user(),
            "content": content.get("content") or "",
            "embeds": content.get("embeds") or [],
            "components": content.get("components") or [],
            "flags": content.get("flags") or 0,
            "attachments": [],
            "mentions": [],
            "mention_roles": [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "timestamp": "2026-01-01T00:00:00+00:00",
            "edited_timestamp": None,
            "application_id": str(APPLICATION_ID),
        }

    def _interaction(self, token: str, data: JSON) -> JSON:
        return {
            "id": str(next(self._ids)),
            "application_id": str(APPLICATION_ID),
            "type": 2,
            "token": token,
            "version": 1,
            "data": data,
            "guild_id": str(GUILD_ID),
            "guild": {"id": str(GUILD_ID), "locale": self.guild_locale, "features": []},
            "guild_locale": self.guild_locale,
            "locale": self.locale,
            "channel_id": str(CHANNEL_ID),
            "channel": self.channel,
            "member": {
                "user": user(USER_ID, "filly", bot=False),
                "roles": [],
                "permissions": self.permissions,
                "joined_at": "2024-01-01T00:00:00+00:00",
                "deaf": False,
                "mute": False,
                "flags": 0,
            },
            "app_permissions": "2147483647",
            "entitlements": [],
            "authorizing_integration_owners": {"0": str(GUILD_ID)},
            "context": 0,
            "attachment_size_limit": 10485760,
        }


async def _body(request: web.Request) -> Any:
    if request.content_type == "multipart/form-data":
        form = await request.post()
        return json.loads(str(form["payload_json"]))
    text = await request.text()
    return json.loads(text) if text else None


def _unauthorized() -> web.Response:
    return json_answer({"message": "401: Unauthorized", "code": 0}, status=401)

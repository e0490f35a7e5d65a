"""A minimal Discord on the loopback interface: real HTTP, a real gateway, no guesses beyond them.

It serves what a bot needs to log in, register its commands, receive an interaction and answer
it, and to be closed, dropped and resumed; and it keeps a record of everything it was asked.
"""

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import WSCloseCode, WSMsgType, web

from tests.loopback_channels import Channels

APPLICATION_ID = 1100000000000000001
GUILD_ID = 1100000000000000100
CHANNEL_ID = 1100000000000000200
USER_ID = 1100000000000000300
#: Shaped as Discord's are; its first part is the Base64 of APPLICATION_ID.
TOKEN = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.GLoopb.canary-canary-canary-canary-canary0000"

JSON = dict[str, Any]


@dataclass
class Asked:
    """One request that arrived."""

    method: str
    path: str
    body: Any
    authorization: str


@dataclass
class Session:
    """One gateway session, over all connections that identified or resumed it."""

    id: str
    sequence: int = 0
    sent: list[JSON] = field(default_factory=list)


class Connection:
    """One websocket to the bot, compressed as the bot asked for."""

    def __init__(self, socket: web.WebSocketResponse, *, compressed: bool) -> None:
        self.socket = socket
        self.session: Session | None = None
        self._deflate = zlib.compressobj() if compressed else None

    async def send(self, payload: JSON) -> None:
        text = json.dumps(payload)
        if self._deflate is None:
            await self.socket.send_str(text)
            return
        data = self._deflate.compress(text.encode()) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        await self.socket.send_bytes(data)

    async def dispatch(self, event: str, data: Any) -> None:
        assert self.session is not None
        self.session.sequence += 1
        payload = {"op": 0, "t": event, "s": self.session.sequence, "d": data}
        self.session.sent.append(payload)
        await self.send(payload)


class LoopbackDiscord:
    """The server; `async with` starts and ends it.

    Switches: `close_after_identify` (a close code), `token_is_good`, `sessions_remaining` and
    `sessions_reset_after` (ms), `shards`, `no_farewell` (a close of the bot's is not answered),
    `in_a_guild` (for who asks by REST), `status` (path → status with which it answers instead),
    `owner` and `team` (whose the application is), `locale` and `permissions` (of whoever uses
    commands), `guild_locale`.
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self.identifies: list[JSON] = []
        self.resumes: list[JSON] = []
        self.heartbeats = 0
        self.commands: list[JSON] = []
        self.syncs = 0
        self.callbacks: dict[str, JSON] = {}
        """What each interaction was first answered with, by its token."""
        self.messages: dict[str, list[JSON]] = {}
        """Bodies sent for an interaction after its first answer, by its token."""
        self.close_after_identify: int | None = None
        self.token_is_good = True
        self.sessions_remaining = 1000
        self.sessions_reset_after = 0
        self.shards = 1
        self.no_farewell = False
        self.status: dict[str, int] = {}
        self.owner = USER_ID
        self.team: JSON | None = None
        self.locale = self.guild_locale = "en-US"
        self.permissions = "2147483647"
        self.guild_commands: list[JSON] = []
        self.channel = _channel()
        self.channels = Channels(_bot_user())
        """Channels that messages can be sent to, and what goes wrong there."""
        self.roles: list[int] = []
        """Roles of the server, besides that of everybody."""
        self.everybody_may = "2147483647"
        """What everybody in the server may do, and so the bot: everything, unless changed."""
        self.in_a_guild = True
        self.connections: list[Connection] = []
        self._sessions: dict[str, Session] = {}
        self._ids = count(1200000000000000000)
        self._changed = asyncio.Condition()
        self._ending = asyncio.Event()
        self._runner = web.AppRunner(self._application(), shutdown_timeout=1)
        self._origin = ""

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        port = self._runner.addresses[0][1]
        self._origin = f"127.0.0.1:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._ending.set()
        self.channels.end()
        for connection in self.connections:
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)
        await self._runner.cleanup()

    @property
    def api_url(self) -> str:
        return f"http://{self._origin}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws://{self._origin}"

    def environ(self, data_dir: Path) -> dict[str, str]:
        """Return the settings that point a bot here."""
        return {
            "DISCORD_TOKEN": TOKEN,
            "MAILMARE_DATA_DIR": str(data_dir),
            "MAILMARE_DISCORD_API_URL": self.api_url,
            "MAILMARE_DISCORD_GATEWAY_URL": self.gateway_url,
        }

    # --------------------------------------------------------------------- what tests ask of it

    async def until(self, true: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait until `true()` holds, looking again whenever something happened here."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(true()))

    async def ready(self, seconds: float = 60.0) -> Connection:
        """Wait until a bot is connected and identified or resumed, and return its connection."""
        await self.until(self._open_connections, seconds)
        return self._open_connections()[-1]

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

    async def drop(self, code: int = 4000) -> None:
        """Close every connection with `code`."""
        for connection in self._open_connections():
            await connection.socket.close(code=code)

    def paths(self, method: str) -> list[str]:
        """Return the paths asked for with `method`, in order."""
        return [asked.path for asked in self.asked if asked.method == method]

    def _open_connections(self) -> list[Connection]:
        return [
            connection
            for connection in self.connections
            if connection.session is not None and not connection.socket.closed
        ]

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

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
        app.router.add_get("/", self._gateway)
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
                return _json({"message": "as the test wishes"}, status=status)
            if authorization != f"Bot {TOKEN}" and not path.startswith(
                ("/interactions/", "/webhooks/", "/gateway")
            ):
                return _unauthorized()
            if not self.token_is_good:
                return _unauthorized()
            return await handler(request)  # type: ignore[no-any-return]
        finally:
            await self._tell()

    async def _get_user(self, _request: web.Request) -> web.Response:
        return _json(_bot_user())

    async def _get_guilds(self, _request: web.Request) -> web.Response:
        found = {"id": str(GUILD_ID), "name": "Ponyville", "permissions": self.everybody_may}
        return _json([found] if self.in_a_guild else [])

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
        return _json(answer)

    async def _get_application(self, _request: web.Request) -> web.Response:
        info = _application_info() | {"team": self.team}
        return _json(info | {"owner": _user(self.owner, "filly", bot=False)})

    async def _get_commands(self, _request: web.Request) -> web.Response:
        return _json(self.commands)

    async def _put_commands(self, request: web.Request) -> web.Response:
        self.commands = self._registered(await _body(request))
        self.syncs += 1
        return _json(self.commands)

    async def _put_guild_commands(self, request: web.Request) -> web.Response:
        guild = {"guild_id": request.match_info["guild"]}
        self.guild_commands = [one | guild for one in self._registered(await _body(request))]
        return _json(self.guild_commands)

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
            return _json(
                {"code": 40060, "message": "Interaction has already been acknowledged."}, status=400
            )
        body = await _body(request)
        self.callbacks[token] = body
        if "with_response" not in request.query:
            return web.Response(status=204)
        return _json(
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
        return _json(self._stored(body))

    def _stored(self, content: JSON) -> JSON:
        """Return the message as Discord would give it back."""
        return {
            "id": str(next(self._ids)),
            "type": 20,
            "channel_id": str(CHANNEL_ID),
            "author": _bot_user(),
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

    # ---------------------------------------------------------------------------------- gateway

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(autoclose=not self.no_farewell)
        await socket.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream"
        connection = Connection(socket, compressed=compressed)
        self.connections.append(connection)
        await connection.send({"op": 10, "d": {"heartbeat_interval": 41250}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._receive(connection, json.loads(message.data))
                await self._tell()
        await self._tell()
        if self.no_farewell:
            await self._ending.wait()
        return socket

    async def _receive(self, connection: Connection, payload: JSON) -> None:
        match payload["op"]:
            case 1:
                self.heartbeats += 1
                await connection.send({"op": 11})
            case 2:
                await self._identify(connection, payload["d"])
            case 6:
                await self._resume(connection, payload["d"])

    async def _identify(self, connection: Connection, data: JSON) -> None:
        self.identifies.append(data)
        self.sessions_remaining -= 1
        if data["token"] != TOKEN:
            await connection.socket.close(code=4004, message=b"Authentication failed.")
            return
        if self.close_after_identify is not None:
            await connection.socket.close(code=self.close_after_identify)
            return
        session = Session(f"session-{len(self.identifies)}")
        self._sessions[session.id] = session
        connection.session = session
        await connection.dispatch(
            "READY",
            {
                "v": 10,
                "user": _bot_user(),
                "guilds": [{"id": str(GUILD_ID), "unavailable": True}],
                "session_id": session.id,
                "resume_gateway_url": self.gateway_url,
                "shard": data.get("shard", [0, 1]),
                "application": {"id": str(APPLICATION_ID), "flags": 0},
            },
        )
        await connection.dispatch("GUILD_CREATE", self._server())

    def _server(self) -> JSON:
        guild = _guild()
        rooms = [room.payload for room in self.channels.rooms.values()]
        guild["channels"] = [
            *(room for room in rooms if "thread_metadata" not in room and not self._is_own(room)),
            self.channel,
        ]
        guild["threads"] = [room for room in rooms if "thread_metadata" in room]
        (everyone,) = guild["roles"]
        everyone["permissions"] = self.everybody_may
        guild["roles"] += [everyone | {"id": str(role), "name": str(role)} for role in self.roles]
        return guild

    def _is_own(self, room: JSON) -> bool:
        return bool(room["id"] == self.channel["id"])

    async def _resume(self, connection: Connection, data: JSON) -> None:
        self.resumes.append(data)
        session = self._sessions.get(data["session_id"])
        if session is None:
            await connection.send({"op": 9, "d": False})
            return
        connection.session = session
        for payload in session.sent[data["seq"] :]:
            await connection.send(payload)
        await connection.dispatch("RESUMED", {})

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
                "user": _user(USER_ID, "filly", bot=False),
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


def _json(data: Any, *, status: int = 200) -> web.Response:
    """Answer with the bare content type, as Discord does: the library compares it exactly."""
    return web.Response(
        body=json.dumps(data).encode(), status=status, content_type="application/json"
    )


def _unauthorized() -> web.Response:
    return _json({"message": "401: Unauthorized", "code": 0}, status=401)


def _user(user_id: int, name: str, *, bot: bool) -> JSON:
    return {
        "id": str(user_id),
        "username": name,
        "discriminator": "0",
        "global_name": None,
        "avatar": None,
        "bot": bot,
        "flags": 0,
        "public_flags": 0,
    }


def _bot_user() -> JSON:
    return _user(APPLICATION_ID, "mailmare", bot=True) | {"verified": True, "mfa_enabled": True}


def _application_info() -> JSON:
    return {
        "id": str(APPLICATION_ID),
        "name": "mailmare",
        "icon": None,
        "description": "",
        "summary": "",
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "00",
        "flags": 0,
        "owner": _user(USER_ID, "filly", bot=False),
        "team": None,
    }


def _channel() -> JSON:
    return {
        "id": str(CHANNEL_ID),
        "guild_id": str(GUILD_ID),
        "type": 0,
        "name": "pictures",
        "position": 0,
        "nsfw": False,
        "parent_id": None,
        "permission_overwrites": [],
        "permissions": "2147483647",
        "flags": 0,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "topic": None,
    }


def _guild() -> JSON:
    everyone = {
        "id": str(GUILD_ID),
        "name": "@everyone",
        "permissions": "2147483647",
        "position": 0,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": False,
        "mentionable": False,
        "flags": 0,
    }
    member = {
        "user": _bot_user(),
        "roles": [],
        "joined_at": "2024-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    empty: JSON = {
        key: []
        for key in (
            "emojis",
            "stickers",
            "features",
            "threads",
            "presences",
            "voice_states",
            "stage_instances",
            "guild_scheduled_events",
            "soundboard_sounds",
        )
    }
    return empty | {
        "id": str(GUILD_ID),
        "name": "Loopback",
        "owner_id": str(USER_ID),
        "icon": None,
        "unavailable": False,
        "large": False,
        "member_count": 2,
        "joined_at": "2024-01-01T00:00:00+00:00",
        "verification_level": 0,
        "default_message_notifications": 0,
        "explicit_content_filter": 0,
        "nsfw_level": 0,
        "premium_tier": 0,
        "preferred_locale": "en-US",
        "system_channel_flags": 0,
        "afk_timeout": 300,
        "roles": [everyone],
        "members": [member],
        "channels": [_channel()],
    }

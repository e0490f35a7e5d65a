"""The gateway of the loopback Discord: real websockets, compressed, dropped and resumed."""

import asyncio
import json
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web

from tests.loopback_channels import Channels
from tests.loopback_objects import APPLICATION_ID, GUILD_ID, JSON, TOKEN, bot_user, channel, guild


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


class Gateway:
    """The websockets of bots, and whoever waits for what happens on them."""

    def __init__(self) -> None:
        self.origin = ""
        """Host and port, once it is served."""
        self.identifies: list[JSON] = []
        self.resumes: list[JSON] = []
        self.heartbeats = 0
        self.close_after_identify: int | None = None
        self.sessions_remaining = 1000
        self.no_farewell = False
        self.channel = channel()
        self.channels = Channels(bot_user())
        """Channels that messages can be sent to, and what goes wrong there."""
        self.roles: list[int] = []
        """Roles of the server, besides that of everybody."""
        self.everybody_may = "2147483647"
        """What everybody in the server may do, and so the bot: everything, unless changed."""
        self.connections: list[Connection] = []
        self._sessions: dict[str, Session] = {}
        self._changed = asyncio.Condition()
        self._ending = asyncio.Event()

    @property
    def gateway_url(self) -> str:
        return f"ws://{self.origin}"

    async def until(self, true: Callable[[], object], seconds: float = 60.0) -> None:
        """Wait until `true()` holds, looking again whenever something happened here."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(lambda: bool(true()))

    async def ready(self, seconds: float = 60.0) -> Connection:
        """Wait until a bot is connected and identified or resumed, and return its connection."""
        await self.until(self._open_connections, seconds)
        return self._open_connections()[-1]

    async def drop(self, code: int = 4000) -> None:
        """Close every connection with `code`."""
        for connection in self._open_connections():
            await connection.socket.close(code=code)

    async def tell(self) -> None:
        """Have those look again who wait for something to happen."""
        async with self._changed:
            self._changed.notify_all()

    async def hang_up(self) -> None:
        """Close every connection, as a server does that ends."""
        self._ending.set()
        for connection in self.connections:
            await connection.socket.close(code=WSCloseCode.GOING_AWAY)

    async def connected(self, request: web.Request) -> web.WebSocketResponse:
        """Serve one bot's websocket until it is closed."""
        socket = web.WebSocketResponse(autoclose=not self.no_farewell)
        await socket.prepare(request)
        compressed = request.query.get("compress") == "zlib-stream"
        connection = Connection(socket, compressed=compressed)
        self.connections.append(connection)
        await connection.send({"op": 10, "d": {"heartbeat_interval": 41250}})
        async for message in socket:
            if message.type is WSMsgType.TEXT:
                await self._receive(connection, json.loads(message.data))
                await self.tell()
        await self.tell()
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
                "user": bot_user(),
                "guilds": [{"id": str(GUILD_ID), "unavailable": True}],
                "session_id": session.id,
                "resume_gateway_url": self.gateway_url,
                "shard": data.get("shard", [0, 1]),
                "application": {"id": str(APPLICATION_ID), "flags": 0},
            },
        )
        await connection.dispatch("GUILD_CREATE", self._server())

    def _server(self) -> JSON:
        server = guild()
        rooms = [room.payload for room in self.channels.rooms.values()]
        server["channels"] = [
            *(room for room in rooms if "thread_metadata" not in room and not self._is_own(room)),
            self.channel,
        ]
        server["threads"] = [room for room in rooms if "thread_metadata" in room]
        (everyone,) = server["roles"]
        everyone["permissions"] = self.everybody_may
        server["roles"] += [everyone | {"id": str(role), "name": str(role)} for role in self.roles]
        return server

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

    def _open_connections(self) -> list[Connection]:
        return [
            connection
            for connection in self.connections
            if connection.session is not None and not connection.socket.closed
        ]

"""The channels of the loopback Discord: messages, history, nonces, threads, and faults on wish.

What Discord documents is done as documented; a body that breaks one of its limits is refused as
Discord refuses it (50035), and kept in `problems`.
"""

import asyncio
import json
import re
from collections.abc import Callable
from itertools import count
from typing import Any

import discord
from aiohttp import web

from bot.clock import SYSTEM_CLOCK, Clock
from tests.discord_limits import message_problems
from tests.loopback_faults import Fault, limited
from tests.loopback_objects import JSON, json_answer
from tests.loopback_rooms import ANNOUNCEMENT, ANNOUNCEMENT_THREAD, FORUM, MEDIA, THREAD, Room

#: "The past few minutes"; in seconds.
NONCE_WINDOW = 120.0
_CROSSPOSTED = 1 << 1


class _RefusedError(Exception):
    """An answer that is an error."""

    def __init__(self, status: int, code: int, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.body = {"code": code, "message": message} | more


class Channels:
    """All channels; `author` is the bot's own description. Ids tell the time of `clock`."""

    def __init__(self, author: JSON, clock: Clock = SYSTEM_CLOCK) -> None:
        self.rooms: dict[int, Room] = {}
        self.problems: list[str] = []
        """What was wrong with bodies that were sent."""
        self.posted: list[tuple[int, JSON]] = []
        """Every body of a message that was taken for new, with its channel."""
        self.faults: list[Fault] = []
        self.nonce_window = NONCE_WINDOW
        self.published: list[int] = []
        self.clock = clock
        self._author = author
        self._count = count(1)
        self._nonces: dict[tuple[int, str], tuple[int, float]] = {}
        self._ending = asyncio.Event()

    # --------------------------------------------------------------------- what tests ask of it

    def add(self, room: Room) -> Room:
        """Open a channel."""
        self.rooms[room.id] = room
        return room

    def talk(self, channel_id: int) -> None:
        """Have a person say something in a channel."""
        person = {"id": "2", "username": "somebody", "discriminator": "0", "avatar": None}
        self._keep(self.rooms[channel_id], {"content": "Good morning."})["author"] = person

    def fault(self, fault: Fault) -> Fault:
        """Have the next requests that fit fail."""
        self.faults.append(fault)
        return fault

    def forget_nonces(self) -> None:
        """Let more than "the past few minutes" have passed."""
        self._nonces.clear()

    def in_forum(self, forum_id: int) -> list[Room]:
        """Return a forum's posts, in the order in which they were made."""
        return [room for room in self.rooms.values() if room.parent_id == forum_id]

    def end(self) -> None:
        """Answer what hangs, because all is over."""
        self._ending.set()

    # ------------------------------------------------------------------------------------- REST

    def add_routes(self, router: web.UrlDispatcher, api: str) -> None:
        """Serve what is asked about channels."""
        channel = f"{api}/channels/{{channel}}"
        message = f"{channel}/messages/{{message}}"
        router.add_get(channel, self._serve(self._get_channel))
        router.add_patch(channel, self._serve(self._change_channel))
        router.add_delete(channel, self._serve(self._delete_channel))
        router.add_post(f"{channel}/messages", self._serve(self._post))
        router.add_get(f"{channel}/messages", self._serve(self._history))
        router.add_get(message, self._serve(self._get_message))
        router.add_patch(message, self._serve(self._edit))
        router.add_delete(message, self._serve(self._delete))
        router.add_post(f"{message}/crosspost", self._serve(self._publish))
        router.add_post(f"{channel}/threads", self._serve(self._start_thread))
        router.add_get(f"{channel}/threads/archived/public", self._serve(self._archived))
        router.add_get(f"{api}/guilds/{{guild}}/threads/active", self._serve(self._active))

    def _serve(
        self, handler: Callable[[web.Request, Any], JSON | list[JSON] | None]
    ) -> Callable[[web.Request], Any]:
        async def serve(request: web.Request) -> web.StreamResponse:
            text = await request.text()
            body = json.loads(text) if text else None
            fault = self._fitting(request)
            if fault is None:
                return _answer(handler, request, body)
            if fault.slow:
                await asyncio.sleep(fault.slow)
            if fault.before is not None:
                fault.before()
            response = _answer(handler, request, body) if self._does(fault) else None
            if fault.after is not None:
                fault.after()
            return await self._spoilt(fault, request, response)

        return serve

    @staticmethod
    def _does(fault: Fault) -> bool:
        harmless = not (fault.status or fault.reset or fault.hangs)
        return fault.arrives or harmless

    async def _spoilt(
        self, fault: Fault, request: web.Request, response: web.Response | None
    ) -> web.StreamResponse:
        if fault.hangs:
            await self._ending.wait()
        if fault.reset or fault.hangs:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        if fault.status == 429:
            return limited(fault)
        if fault.status:
            error = {"code": fault.code, "message": fault.message}
            return json_answer(error, status=fault.status)
        assert response is not None
        return response

    def _fitting(self, request: web.Request) -> Fault | None:
        path = request.path.removeprefix("/api/v10")
        for fault in self.faults:
            if fault.method == request.method and re.fullmatch(fault.path, path):
                fault.times -= 1
                if not fault.times:
                    self.faults.remove(fault)
                return fault
        return None

    def _room(self, request: web.Request, *needs: str) -> Room:
        room = self.rooms.get(int(request.match_info["channel"]))
        if room is None:
            raise _RefusedError(404, 10003, "Unknown Channel")
        if "view" not in room.may:
            raise _RefusedError(403, 50001, "Missing Access")
        if missing := set(needs) - room.may:
            raise _RefusedError(403, 50013, f"Missing Permissions ({', '.join(missing)})")
        return room

    def _message(self, room: Room, request: web.Request) -> JSON:
        for message in room.messages:
            if message["id"] == request.match_info["message"]:
                return message
        raise _RefusedError(404, 10008, "Unknown Message")

    def _get_channel(self, request: web.Request, _body: Any) -> JSON:
        return self._room(request).payload

    def _change_channel(self, request: web.Request, body: Any) -> JSON:
        room = self._room(request)
        if room.locked and "manage_threads" not in room.may:
            raise _RefusedError(403, 50013, "Missing Permissions")
        room.archived = body.get("archived", room.archived)
        return room.payload

    def _delete_channel(self, request: web.Request, _body: Any) -> JSON:
        return self.rooms.pop(self._room(request, "manage_threads").id).payload

    def _post(self, request: web.Request, body: Any) -> JSON:
        room = self._room(request, "send")
        if room.type in {FORUM, MEDIA}:
            raise _RefusedError(400, 50008, "Cannot send messages in a non-text channel")
        self._open(room)
        if body.get("embeds") and "embed" not in room.may:
            raise _RefusedError(403, 50013, "Missing Permissions")
        nonce = str(body.get("nonce", ""))
        if nonce and body.get("enforce_nonce"):
            message_id, at = self._nonces.get((room.id, nonce), (0, 0.0))
            if message_id and self.clock.monotonic() - at < self.nonce_window:
                return self._by_id(room, message_id)
        self._check(body)
        message = self._keep(room, body)
        if nonce:
            self._nonces[room.id, nonce] = int(message["id"]), self.clock.monotonic()
        return message

    def _open(self, room: Room) -> None:
        if room.locked and "manage_threads" not in room.may:
            raise _RefusedError(400, 160005, "Thread is locked")
        if room.archived:
            if not room.wakes:
                raise _RefusedError(
                    400, 50083, "Tried to perform an operation on an archived thread"
                )
            room.archived = False

    def _by_id(self, room: Room, message_id: int) -> JSON:
        for message in room.messages:
            if message["id"] == str(message_id):
                return message
        raise _RefusedError(404, 10008, "Unknown Message")

    def _check(self, body: Any) -> None:
        problems = message_problems(body)
        has_any = any(body.get(key) for key in ("content", "embeds", "components"))
        if not has_any:
            problems.append("an empty message")
        if problems:
            self.problems += problems
            raise _RefusedError(400, 50035, "Invalid Form Body", errors={"all": problems})

    def _keep(self, room: Room, body: JSON, number: int | None = None) -> JSON:
        now = self.clock.now()
        number = number or self._snowflake()
        message = {
            "id": str(number),
            "type": 0,
            "channel_id": str(room.id),
            "guild_id": str(room.guild_id),
            "author": self._author,
            "content": body.get("content") or "",
            "embeds": body.get("embeds") or [],
            "components": body.get("components") or [],
            "flags": body.get("flags") or 0,
            "attachments": [],
            "mentions": [],
            "mention_roles": (body.get("allowed_mentions") or {}).get("roles") or [],
            "mention_everyone": False,
            "pinned": False,
            "tts": False,
            "timestamp": now.isoformat(),
            "edited_timestamp": None,
            "nonce": body.get("nonce"),
        }
        room.messages.append(message)
        self.posted.append((room.id, body))
        return message

    def _snowflake(self) -> int:
        return discord.utils.time_snowflake(self.clock.now()) + next(self._count) % (1 << 22)

    def _history(self, request: web.Request, _body: Any) -> list[JSON]:
        room = self._room(request)
        if "history" not in room.may:
            return []  # As documented: no error, and no messages.
        limit = int(request.query.get("limit", 50))
        found = room.messages
        if "before" in request.query:
            found = [one for one in found if int(one["id"]) < int(request.query["before"])]
        if "after" in request.query:
            found = [one for one in found if int(one["id"]) > int(request.query["after"])]
            return found[:limit][::-1]
        return found[-limit:][::-1]

    def _get_message(self, request: web.Request, _body: Any) -> JSON:
        return self._message(self._room(request, "history"), request)

    def _edit(self, request: web.Request, body: Any) -> JSON:
        room = self._room(request)
        message = self._message(room, request)
        if room.archived or room.locked:
            self._open(room)
        changed = {key: body[key] or type(message[key])() for key in message.keys() & body.keys()}
        if message["flags"] & (1 << 15):
            changed["flags"] = changed.get("flags", 0) | (1 << 15)
        after = message | changed
        self._check({key: after[key] for key in ("content", "embeds", "components", "flags")})
        message |= changed | {"edited_timestamp": self.clock.now().isoformat()}
        return message

    def _delete(self, request: web.Request, _body: Any) -> None:
        room = self._room(request)
        room.messages.remove(self._message(room, request))

    def _publish(self, request: web.Request, _body: Any) -> JSON:
        room = self._room(request)
        message = self._message(room, request)
        if room.type != ANNOUNCEMENT:
            raise _RefusedError(400, 50024, "Cannot execute action on this channel type")
        if message["flags"] & _CROSSPOSTED:
            raise _RefusedError(400, 40033, "This message has already been crossposted")
        message["flags"] |= _CROSSPOSTED
        self.published.append(int(message["id"]))
        return message

    def _start_thread(self, request: web.Request, body: Any) -> JSON:
        forum = self._room(request, "send")
        if forum.type not in {FORUM, MEDIA}:
            raise _RefusedError(400, 50024, "Cannot execute action on this channel type")
        content = body["message"]
        if content.get("embeds") and "embed" not in forum.may:
            raise _RefusedError(403, 50013, "Missing Permissions")
        if not 1 <= len(body["name"]) <= 100:
            raise _RefusedError(400, 50035, "Invalid Form Body")
        tags = [str(tag) for tag in body.get("applied_tags") or []]
        if not {int(tag) for tag in tags} <= set(forum.tags):
            raise _RefusedError(400, 40066, "Tag is unknown")
        self._check(content)
        number = self._snowflake()
        thread = Room(
            number,
            forum.guild_id,
            THREAD,
            body["name"],
            parent_id=forum.id,
            may=forum.may,
            applied_tags=tags,
        )
        self.add(thread)
        return thread.payload | {"message": self._keep(thread, content, number)}

    def _threads(self, test: Callable[[Room], bool]) -> list[JSON]:
        return [
            room.payload
            for room in reversed(self.rooms.values())
            if room.type in {THREAD, ANNOUNCEMENT_THREAD} and test(room)
        ]

    def _archived(self, request: web.Request, _body: Any) -> JSON:
        parent = self._room(request, "history")
        found = self._threads(lambda room: room.parent_id == parent.id and room.archived)
        return {"threads": found, "members": [], "has_more": False}

    def _active(self, request: web.Request, _body: Any) -> JSON:
        guild = int(request.match_info["guild"])
        found = self._threads(lambda room: room.guild_id == guild and not room.archived)
        return {"threads": found, "members": []}


def _answer(
    handler: Callable[[web.Request, Any], JSON | list[JSON] | None],
    request: web.Request,
    body: Any,
) -> web.Response:
    try:
        made = handler(request, body)
    except _RefusedError as error:
        return json_answer(error.body, status=error.status)
    return web.Response(status=204) if made is None else json_answer(made)

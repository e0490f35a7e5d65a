"""The storage behind PonyAggregate's presigned addresses: a second host that takes files.

It knows no keys: a request is let in by the signature in its address alone, and one that brings
an `Authorization` header as well is refused, as such storages do.
"""

import asyncio
import hashlib
from typing import Literal, TypeAlias

from aiohttp import web

from bot.clock import Clock
from bot.demo.sites.server import Request, logged
from bot.demo.world import World
from bot.demo.world_archive import Attachment

#: `stall` takes the first bytes and then nothing more; `fails_midway` breaks the connection in
#: the middle of the file, once; `wrong_size` loses the last byte.
StorageMode: TypeAlias = Literal["ok", "stall", "fails_midway", "wrong_size"]

_CHUNK = 65_536


class StorageServer:
    """Takes the files that were announced on PonyAggregate."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world = world
        self.clock = clock
        self.url = ""
        self.mode: StorageMode = "ok"
        self.requests: list[Request] = []
        self.closing = asyncio.Event()

    def application(self) -> web.Application:
        """Return the server as an aiohttp application."""
        app = web.Application()
        app.router.add_put("/attachments/{uuid}", self.put)
        return app

    def presigned(self, attachment: Attachment) -> str:
        """Return the address that this file, and no other, can be put to."""
        query = f"X-Amz-Expires=3600&X-Amz-Signature={_signature(attachment)}"
        return f"{self.url}/attachments/{attachment.uuid}?{query}"

    async def put(self, request: web.Request) -> web.StreamResponse:
        """Take a file; what is not all there is forgotten, so that the upload starts again."""
        self.requests.append(logged(request, self.clock))
        attachment = self.world.archive.attachments.get(request.match_info["uuid"])
        if attachment is None or request.query.get("X-Amz-Signature") != _signature(attachment):
            return _refusal(403, "SignatureDoesNotMatch")
        if "Authorization" in request.headers:
            return _refusal(400, "InvalidArgument")
        if request.content_length != attachment.size:
            return _refusal(400, "EntityTooLarge" if _larger(request, attachment) else "BadDigest")
        attachment.received = None
        digest = hashlib.sha256()
        received = 0
        async for chunk in request.content.iter_chunked(_CHUNK):
            digest.update(chunk)
            received += len(chunk)
            if self.mode == "stall":
                await self.closing.wait()
                return _refusal(408, "RequestTimeout")
            if self.mode == "fails_midway" and 2 * received >= attachment.size:
                self.mode = "ok"
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
        attachment.received = received - (self.mode == "wrong_size")
        attachment.sha256 = digest.hexdigest()
        return web.Response(headers={"ETag": f'"{attachment.sha256[:32]}"'})


def _signature(attachment: Attachment) -> str:
    signed = f"{attachment.uuid} {attachment.size} {attachment.mime}"
    return hashlib.sha256(signed.encode()).hexdigest()


def _larger(request: web.Request, attachment: Attachment) -> bool:
    return request.content_length is not None and request.content_length > attachment.size


def _refusal(status: int, code: str) -> web.Response:
    text = f'<?xml version="1.0" encoding="UTF-8"?><Error><Code>{code}</Code></Error>'
    return web.Response(text=text, status=status, content_type="application/xml")

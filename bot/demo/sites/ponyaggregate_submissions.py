"""PonyAggregate's submissions, imports and attachments (seed S0; reference: boards, 4b)."""

import asyncio
import base64
from typing import Any

import msgspec
from aiohttp import web

from bot.demo.sites.ponyaggregate_account import Account, number, refuse
from bot.demo.sites.ponyaggregate_bodies import (
    DerpibooruImport,
    NewAttachment,
    NewSubmission,
    PonytubeImport,
    Revision,
    kept,
)
from bot.demo.sites.server import json_response
from bot.demo.world_archive import VIDEOS, Attachment, Submission, rating_of
from bot.demo.world_media import MIME, absolute, representations
from bot.demo.world_post import WorldPost

_PREVIEW = (320, 180)
_MOVING = frozenset({"gif", "webm", "mp4"})


class Submissions:
    """Submitting, revising and deleting; importing; announcing and finalising files."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.world = account.world
        self.archive = account.world.archive

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.post("/api/submissions/new", self.new),
            web.post("/api/submissions/import/derpibooru", self.import_derpibooru),
            web.post("/api/submissions/import/ponytube", self.import_ponytube),
            web.post("/api/submissions/{id}/revise", self.revise),
            web.delete("/api/submissions/{id}/delete", self.delete),
            web.post("/api/attachments/create", self.create),
            web.put("/api/attachments/{uuid}/finalize", self.finalize),
        ]

    def _own(self, request: web.Request) -> Submission:
        """Return the submission of the path: 404 where there is none, 403 where it is another's."""
        user = self.account.user(request)
        found = self.archive.submissions.get(number(request))
        if found is None:
            raise refuse(404, "Submission not found")
        if found.owner != user:
            raise refuse(403, "You are not allowed to do that")
        return found

    def _check(self, uuids: list[str], user: int) -> None:
        """Refuse files that are not there, not whole, or somebody else's."""
        for uuid in uuids:
            file = self.archive.attachments.get(uuid)
            if file is None or file.owner != user or not file.finalized:
                raise refuse(400, f"Attachment {uuid} is not available")

    async def new(self, request: web.Request) -> web.Response:
        """`POST /api/submissions/new`."""
        user = self.account.user(request)
        body = await self.account.body(request, NewSubmission)
        self._check(body.attachments, user)
        new = self.archive.submit(user, kept(msgspec.to_builtins(body)))
        return json_response({"id": new.id})

    async def revise(self, request: web.Request) -> web.Response:
        """`POST /api/submissions/[id]/revise`: what is not sent stays."""
        found = self._own(request)
        body = await self.account.body(request, Revision)
        changes = kept(msgspec.to_builtins(body))
        files = [*changes.get("attachments", found.fields["attachments"]), *body.new_attachments]
        self._check(body.new_attachments, found.owner)
        self._check(changes.get("attachments", []), found.owner)
        if not set(body.removed_attachments) <= set(files):
            raise refuse(400, "A removed attachment is not one of the submission's")
        changes["attachments"] = [
            uuid for uuid in dict.fromkeys(files) if uuid not in body.removed_attachments
        ]
        found.fields |= changes
        return json_response({"id": found.id})

    async def delete(self, request: web.Request) -> web.Response:
        """`DELETE /api/submissions/[id]/delete`."""
        found = self._own(request)
        del self.archive.submissions[found.id]
        for known in self.archive.lists.values():
            known.submissions = [item for item in known.submissions if item != found.id]
        return json_response({"success": True})

    async def import_derpibooru(self, request: web.Request) -> web.Response:
        """`POST /api/submissions/import/derpibooru`: the file is taken, nothing submitted yet."""
        user = self.account.user(request)
        body = await self.account.body(request, DerpibooruImport)
        post = self.world.posts("derpibooru").get(body.image_id)
        if post is None or post.hidden:
            raise refuse(404, "Image not found")
        mime = MIME[post.format]
        file = self._imported(user, post.name, mime, post.size)
        thumbnail_mime, thumbnail = await asyncio.to_thread(self._thumbnail, post)
        submission = {
            "name": post.name,
            "type": "Animation" if post.format in _MOVING else "Artwork",
            "description": post.description,
            "rating": rating_of(post.tags),
            "tags": list(post.tags),
            "creatorName": post.uploader or "Anonymous",
            "source": f"https://derpibooru.org/images/{post.id}",
            "originalDate": int(post.created_at.timestamp()),
            "thumbnail": base64.b64encode(thumbnail).decode(),
            "thumbnailMime": thumbnail_mime,
        }
        return _import_answer(file, submission)

    def _thumbnail(self, post: WorldPost) -> tuple[str, bytes]:
        url = absolute(post, representations(post)["thumb"])
        # A video's thumb has a still beside it.
        return self.world.picture(url.removesuffix(".webm") + ".gif" if ".webm" in url else url)

    async def import_ponytube(self, request: web.Request) -> web.Response:
        """`POST /api/submissions/import/ponytube`: likewise, with the preview of a video."""
        from bot.demo.pictures import draw  # noqa: PLC0415 (Pillow only when a picture is wanted)

        user = self.account.user(request)
        body = await self.account.body(request, PonytubeImport)
        video = VIDEOS.get(body.video_id)
        if video is None:
            raise refuse(404, "Video not found")
        file = self._imported(user, f"{video.name}.mp4", "video/mp4", 8_000_000 + video.seed)
        mime, preview = await asyncio.to_thread(draw, video.seed, video.tags, _PREVIEW, "jpg")
        submission = {
            "name": video.name,
            "type": "Video",
            "tags": ["pony.tube import", *video.tags],
            "description": video.description,
            "rating": "Mature" if video.mature else "Safe",
            "creatorName": video.uploader,
            "source": f"https://pony.tube/w/{body.video_id}",
            "originalDate": int(video.published.timestamp()),
            "thumbnail": base64.b64encode(preview).decode(),
            "thumbnailMime": mime,
        }
        return _import_answer(file, submission)

    def _imported(self, user: int, name: str, mime: str, size: int) -> Attachment:
        file = self.archive.attach(user, name, mime, size)
        file.received, file.finalized = size, True
        return file

    async def create(self, request: web.Request) -> web.Response:
        """`POST /api/attachments/create`: where to put the file."""
        user = self.account.user(request)
        body = await self.account.body(request, NewAttachment)
        file = self.archive.attach(user, body.name, body.mime, body.size)
        url = self.account.storage.presigned(file)
        return json_response({"presignedUrl": url, "uuid": file.uuid})

    async def finalize(self, request: web.Request) -> web.Response:
        """`PUT /api/attachments/[uuid]/finalize`: 400 unless the whole file is there."""
        user = self.account.user(request)
        file = self.archive.attachments.get(request.match_info["uuid"])
        if file is None:
            raise refuse(404, "Attachment not found")
        if file.owner != user:
            raise refuse(403, "You are not allowed to do that")
        if file.received != file.size:
            raise refuse(400, "The upload is not complete")
        file.finalized = True
        return json_response({"success": True})


def _import_answer(file: Attachment, submission: dict[str, Any]) -> web.Response:
    attachment = {"uuid": file.uuid, "mime": file.mime}
    return json_response({"attachment": attachment, "submission": submission})

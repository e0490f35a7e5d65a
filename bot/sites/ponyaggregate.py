"""PonyAggregate: the operator's account there (seed S0; reference: boards, 4b).

It has no search and no feed, so nothing is read from it for members. Every route shows a
Turnstile token, which a person obtains in a browser: it is passed on where the caller has one
and never made up; without it the site may answer that it wants one, which is `NeedsBrowser`.
"""

import re
from collections.abc import Iterable

from bot.texts import _

from . import decode
from . import ponyaggregate_bodies as bodies
from . import ponyaggregate_requests as requests
from . import ponyaggregate_routes as routes
from .errors import BadRequest
from .ponyaggregate_account import OF_THE_KEY, Account
from .ponyaggregate_bodies import Attachment, Imported, PendingAttachment, Session, User
from .ponyaggregate_requests import (
    Key,
    NewSubmissionList,
    Rating,
    Revision,
    Submission,
    SubmissionList,
    SubmissionType,
)
from .routes import Route
from .upload import Content, Progress

__all__ = [
    "Attachment",
    "Imported",
    "NewSubmissionList",
    "PendingAttachment",
    "PonyAggregate",
    "Rating",
    "Revision",
    "Session",
    "Submission",
    "SubmissionList",
    "SubmissionType",
    "User",
]

#: As in the addresses of Pony.Tube's videos.
_VIDEO = re.compile(r"[A-Za-z0-9_-]{1,64}")
_MIME = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,126}/[a-z0-9][a-z0-9!#$&^_.+-]{0,126}")
_LONGEST_NAME = 255
_BIGGEST_IMAGE = 9_999_999_999


class PonyAggregate(Account):
    """The operator's account on PonyAggregate.

    `key` is the operator's own and goes to the site's host alone. Every method raises a
    `SiteError`: `BadQuery` is the site's 400, `Refused` its 403 about somebody else's things,
    `NotFound` its 404, `Unconfirmed` a change of which nobody knows whether it was made.
    `KeyRefused` ends the key's use until a restart (rule L8). `turnstile` is a token that a
    person obtained in a browser (rule L15).
    """

    # --------------------------------------------------------------------------- submissions

    async def submission_new(
        self, submission: Submission, *, turnstile: str | None = None
    ) -> Key | None:
        """Create a submission (POST submissions/new); return its id where the answer tells it."""
        requests.check_submission(self.site, submission, new=True)
        reply = await self._change(routes.SUBMISSION_NEW, requests.written(submission), turnstile)
        return bodies.read_made(reply.value, self.site)

    async def submission_revise(
        self, submission_id: Key, revision: Revision, *, turnstile: str | None = None
    ) -> None:
        """Change what `revision` names (POST submissions/[id]/revise)."""
        requests.check_submission(self.site, revision, new=False)
        await self._change_of(
            routes.SUBMISSION_REVISE, submission_id, requests.written(revision), turnstile
        )

    async def submission_delete(self, submission_id: Key) -> None:
        """Delete a submission for good (DELETE submissions/[id]/delete)."""
        await self._change_of(routes.SUBMISSION_DELETE, submission_id, None)

    async def import_derpibooru(self, image_id: int, *, turnstile: str | None = None) -> Imported:
        """Let the site fetch an image of Derpibooru (POST submissions/import/derpibooru).

        Makes an attachment and no submission: see `Imported.as_submission`.
        """
        if not 1 <= image_id <= _BIGGEST_IMAGE:
            raise BadRequest(
                self.site.name,
                _("A post's number is between 1 and {most}.").format(most=_BIGGEST_IMAGE),
            )
        reply = await self._change(routes.IMPORT_DERPIBOORU, {"imageId": image_id}, turnstile)
        return bodies.read_import(reply.value, self.site, creator_is_uploader=True)

    async def import_ponytube(self, video_id: str, *, turnstile: str | None = None) -> Imported:
        """Let the site fetch a video of Pony.Tube (POST submissions/import/ponytube).

        `video_id` is what stands behind `/w/` in the video's address.
        """
        if not _VIDEO.fullmatch(video_id):
            raise BadRequest(self.site.name, _("That is no video of Pony.Tube."))
        reply = await self._change(routes.IMPORT_PONYTUBE, {"videoId": video_id}, turnstile)
        return bodies.read_import(reply.value, self.site, creator_is_uploader=False)

    # --------------------------------------------------------------------------- attachments

    async def attach(
        self,
        content: Content,
        *,
        name: str,
        mime: str,
        size: int,
        progress: Progress | None = None,
        turnstile: str | None = None,
    ) -> Attachment:
        """Bring a file of `size` bytes to the site: create, put, finalise.

        `content` is a path or anything that gives bytes; see `Transport.upload` for the rest.
        """
        pending = await self.attachment_create(name, mime, size, turnstile=turnstile)
        await self.attachment_put(pending, content, mime=mime, size=size, progress=progress)
        await self.attachment_finalize(pending.uuid)
        return Attachment(pending.uuid, mime)

    async def attachment_create(
        self, name: str, mime: str, size: int, *, turnstile: str | None = None
    ) -> PendingAttachment:
        """Announce a file (POST attachments/create); `size` is in bytes."""
        if not 1 <= len(name.strip()) <= len(name) <= _LONGEST_NAME or "/" in name:
            raise BadRequest(self.site.name, _("That is no name of a file."))
        if not _MIME.fullmatch(mime):
            raise BadRequest(self.site.name, _("That is no type of a file."))
        if size < 1:
            raise BadRequest(self.site.name, _("That file is empty."))
        body = {"name": name, "mime": mime, "size": size}
        reply = await self._change(routes.ATTACHMENT_CREATE, body, turnstile)
        pending = decode.shape(reply.value, PendingAttachment, self.site, "attachment")
        try:
            requests.check_uuid(self.site, pending.uuid)
        except BadRequest:
            raise decode.bad_response(self.site, "attachment.uuid") from None
        return pending

    async def attachment_put(
        self,
        pending: PendingAttachment,
        content: Content,
        *,
        mime: str,
        size: int,
        progress: Progress | None = None,
    ) -> None:
        """Put an announced file where the site said; without the key, for as long as it moves."""
        await self._transport.upload(
            self.site, pending.presigned_url, content, size=size, mime=mime, progress=progress
        )

    async def attachment_finalize(self, uuid: str) -> None:
        """Tell that an attachment's file is in its place (PUT attachments/[name]/finalize)."""
        name = requests.check_uuid(self.site, uuid)
        await self._whose(
            lambda: self._send(routes.ATTACHMENT_FINALIZE, key_refusals=OF_THE_KEY, name=name)
        )

    # --------------------------------------------------------------------------------- lists

    async def list_new(
        self, made: NewSubmissionList, *, turnstile: str | None = None
    ) -> Key | None:
        """Create a list (POST lists/new); return its id where the answer tells it."""
        requests.check_list(self.site, made, new=True)
        reply = await self._change(routes.LIST_NEW, requests.written(made), turnstile)
        return bodies.read_made(reply.value, self.site)

    async def list_edit(
        self, list_id: Key, changed: SubmissionList, *, turnstile: str | None = None
    ) -> None:
        """Change what `changed` names (PUT lists/[id]/edit); collaborators have their own way."""
        if isinstance(changed, NewSubmissionList):
            raise BadRequest(self.site.name, _("Collaborators are added and removed one by one."))
        requests.check_list(self.site, changed, new=False)
        await self._change_of(routes.LIST_EDIT, list_id, requests.written(changed), turnstile)

    async def list_add(self, list_id: Key, submission_ids: Iterable[Key]) -> None:
        """Add submissions to a list (PUT lists/[id]/submissions/add)."""
        await self._entries(routes.LIST_ADD, list_id, "submissionIds", submission_ids)

    async def list_remove(self, list_id: Key, submission_ids: Iterable[Key]) -> None:
        """Take submissions from a list (DELETE lists/[id]/submissions/remove)."""
        await self._entries(routes.LIST_REMOVE, list_id, "submissionIds", submission_ids)

    async def collaborators_add(self, list_id: Key, usernames: Iterable[str]) -> None:
        """Let users add to a list (PUT lists/[id]/collaborators/add)."""
        await self._entries(routes.COLLABORATORS_ADD, list_id, "collaboratorUsernames", usernames)

    async def collaborators_remove(self, list_id: Key, usernames: Iterable[str]) -> None:
        """Let users no longer add to a list (DELETE lists/[id]/collaborators/remove)."""
        await self._entries(
            routes.COLLABORATORS_REMOVE, list_id, "collaboratorUsernames", usernames
        )

    async def _entries(self, route: Route, list_id: Key, name: str, entries: Iterable[Key]) -> None:
        found = requests.check_entries(self.site, entries)
        await self._change_of(route, list_id, {name: found})

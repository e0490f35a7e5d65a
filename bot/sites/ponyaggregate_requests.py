"""What PonyAggregate is sent (seed S0; reference: boards, 4b)."""

import re
from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from msgspec import UNSET, Struct, structs, to_builtins

from bot.catalogue import Site
from bot.posts.model import Maybe
from bot.texts import _

from .errors import BadRequest

#: The id of a submission or a list. The document does not say whether it is a number or a text.
Key: TypeAlias = int | str

LONGEST_LIST_NAME = 100
LONGEST_LIST_DESCRIPTION = 10_000
#: What no honest field needs; the document states no limit of its own for these.
_LONGEST_TEXT = 100_000
_MOST_ENTRIES = 1_000
#: Bytes of a thumbnail; with the Base64 round them a body stays within what servers take.
MOST_THUMBNAIL = 3 * 1024 * 1024
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Rating(StrEnum):
    """A submission's or list's rating."""

    SAFE = "Safe"
    SUGGESTIVE = "Suggestive"
    MATURE = "Mature"


class SubmissionType(StrEnum):
    """What a submission is. "Aniumation", the document's slip, is read as `ANIMATION`."""

    PHOTO = "Photo"
    ARTWORK = "Artwork"
    VIDEO = "Video"
    ANIMATION = "Animation"
    AUDIO = "Audio"
    MUSIC = "Music"
    THREAD = "Thread"
    FANFIC = "Fanfic"
    MODEL = "Model"
    GAME = "Game"
    OTHER = "Other"

    @classmethod
    def _missing_(cls, value: object) -> "SubmissionType | None":
        return cls.ANIMATION if value == "Aniumation" else None


class Body(Struct, frozen=True, kw_only=True, rename="camel"):
    """One request's body; what is `UNSET` is not sent."""


class Submission(Body, frozen=True, kw_only=True):
    """A submission's metadata.

    A new one needs a name, a description, a rating and a type; a revision none of them.
    """

    name: Maybe[str] = UNSET
    description: Maybe[str] = UNSET
    tags: Maybe[tuple[str, ...]] = UNSET
    source: Maybe[str] = UNSET
    """Address of the original."""
    attachments: Maybe[tuple[str, ...]] = UNSET
    """UUIDs of finalised attachments."""
    thumbnail_mime: Maybe[str] = UNSET
    thumbnail: Maybe[bytes] = UNSET
    """The picture itself; it travels as Base64."""
    rating: Maybe[Rating] = UNSET
    creator: Maybe[str] = UNSET
    submission_type: Maybe[SubmissionType] = UNSET
    original_date: Maybe[datetime] = UNSET
    """When the original was published; it travels as seconds since 1970."""


class Revision(Submission, frozen=True, kw_only=True):
    """What changes on a submission."""

    new_attachments: Maybe[tuple[str, ...]] = UNSET
    removed_attachments: Maybe[tuple[str, ...]] = UNSET


class SubmissionList(Body, frozen=True, kw_only=True):
    """A list's metadata. A new one needs a name and a rating."""

    name: Maybe[str] = UNSET
    """1 to 100 characters."""
    description: Maybe[str] = UNSET
    """Up to 10,000 characters."""
    rating: Maybe[Rating] = UNSET
    public: Maybe[bool] = UNSET
    collaborative: Maybe[bool] = UNSET


class NewSubmissionList(SubmissionList, frozen=True, kw_only=True):
    """A list that is made, with whoever may add to it; private where nothing else is said."""

    public: Maybe[bool] = False
    collaborative: Maybe[bool] = False
    collaborative_usernames: Maybe[tuple[str, ...]] = UNSET


def written(body: Body) -> dict[str, Any]:
    """Return `body` as JSON has it."""
    date = getattr(body, "original_date", UNSET)
    sent: dict[str, Any] = to_builtins(body)
    if isinstance(date, datetime):
        sent["originalDate"] = int(date.timestamp())
    return sent


def check_submission(site: Site, submission: Submission, *, new: bool) -> None:
    """Refuse what the site would not take, before any request."""
    if new and UNSET in (submission.rating, submission.submission_type):
        raise BadRequest(site.name, _("A submission needs a rating and a type."))
    for text in (submission.name, submission.description):
        if (new and text is UNSET) or (text is not UNSET and not text.strip()):
            raise BadRequest(site.name, _("A submission needs a name and a description."))
    if (submission.thumbnail is UNSET) != (submission.thumbnail_mime is UNSET):
        raise BadRequest(site.name, _("A thumbnail and its type go together."))
    if submission.thumbnail is not UNSET and len(submission.thumbnail) > MOST_THUMBNAIL:
        raise BadRequest(site.name, _("That thumbnail is too big."))
    date = submission.original_date
    if date is not UNSET and date.tzinfo is None:
        raise BadRequest(site.name, _("A date needs a time zone."))
    for name in ("attachments", "new_attachments", "removed_attachments"):
        for uuid in getattr(submission, name, UNSET) or ():
            check_uuid(site, uuid)
    _check_texts(site, submission)


def check_list(site: Site, made: SubmissionList, *, new: bool) -> None:
    """Refuse what the site would not take, before any request (seed S0)."""
    if new and made.rating is UNSET:
        raise BadRequest(site.name, _("A list needs a rating."))
    name = "" if new and made.name is UNSET else made.name
    if name is not UNSET and not 1 <= len(name.strip()) <= len(name) <= LONGEST_LIST_NAME:
        raise BadRequest(
            site.name,
            _("A list's name has 1 to {most} characters.").format(most=LONGEST_LIST_NAME),
        )
    if made.description is not UNSET and len(made.description) > LONGEST_LIST_DESCRIPTION:
        raise BadRequest(
            site.name,
            _("A list's description has at most {most} characters.").format(
                most=LONGEST_LIST_DESCRIPTION
            ),
        )
    _check_texts(site, made)


def check_key(site: Site, thing: Key) -> str:
    """Return the id of a submission or list as a path has it; raise `BadRequest` for none."""
    if not _KEY.fullmatch(str(thing)):
        raise BadRequest(site.name, _("That is no id of PonyAggregate."))
    return str(thing)


def check_uuid(site: Site, text: str) -> str:
    """Return an attachment's UUID in its usual form; raise `BadRequest` for what is none."""
    try:
        return str(UUID(text))
    except ValueError:
        raise BadRequest(site.name, _("An attachment is named by a UUID.")) from None


def check_entries(site: Site, entries: Iterable[Key]) -> tuple[Key, ...]:
    """Return ids or user names as they are sent; at least one, none empty."""
    found = tuple(entries)
    if not 1 <= len(found) <= _MOST_ENTRIES or not all(str(one).strip() for one in found):
        raise BadRequest(
            site.name,
            _("Between 1 and {most} entries are needed, none of them empty.").format(
                most=_MOST_ENTRIES
            ),
        )
    return found


def _check_texts(site: Site, body: Body) -> None:
    for value in structs.astuple(body):
        for text in value if isinstance(value, tuple) else (value,):
            if isinstance(text, str) and len(text) > _LONGEST_TEXT:
                raise BadRequest(
                    site.name,
                    _("A text has at most {most} characters.").format(most=_LONGEST_TEXT),
                )

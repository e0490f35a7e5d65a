"""What PonyAggregate answers (seed S0; reference: boards, 4b).

Its document shows the bodies of imports and of a new attachment. Of the others it says nothing:
they are read as far as they can be, and what they hold is unknown rather than an error.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any

from msgspec import UNSET, Struct, field

from bot.catalogue import Site
from bot.posts.credit import Artist, artists_of
from bot.posts.model import Maybe
from bot.posts.tags import clean_tag_name
from bot.secret import Secret

from . import decode
from . import headers as read
from .errors import BadResponse
from .ponyaggregate_requests import Key, Rating, Submission, SubmissionType

#: From here on a number is milliseconds: as seconds it would lie beyond the year 5000.
_MILLISECONDS = 1e11
#: Cookies of the front end, which have nothing to do with the account.
_FRONT_END = ("__cf", "cf_", "_cf")


class User(Struct, frozen=True, kw_only=True):
    """Whose key it is. The document names no field; these are read where they are there."""

    id: Maybe[Key | None] = UNSET
    username: Maybe[str | None] = UNSET
    role: Maybe[str | None] = UNSET
    body: Mapping[str, Any] = {}
    """Everything that was sent, as it came."""


class Session(Struct, frozen=True):
    """What a login gives: a cookie, kept and sent by nobody here (rule L8)."""

    name: str
    value: Secret
    expires: datetime | None
    """UTC; the document says after exactly 4 months. `None` where the site does not say."""


class Attachment(Struct, frozen=True):
    """A file on the site."""

    uuid: str
    mime: Maybe[str | None] = UNSET


class PendingAttachment(Struct, frozen=True, rename="camel"):
    """A file that the site waits for."""

    presigned_url: str
    """Where it is to be put; whoever has it may, so it is a secret."""
    uuid: str

    def __repr__(self) -> str:
        """Show which attachment it is, and not where it is put."""
        return f"PendingAttachment(uuid={self.uuid!r})"


class ImportedSubmission(Struct, frozen=True, kw_only=True, rename="camel"):
    """What an import found out; no submission is made of it by itself."""

    name: str
    type: SubmissionType
    description: Maybe[str | None] = UNSET
    rating: Rating
    tags: tuple[str, ...] = ()
    creator_name: Maybe[str | None] = UNSET
    """Who *uploaded* it there: on Derpibooru that is not the artist (boards, 4b)."""
    source: Maybe[str | None] = UNSET
    original_date: Maybe[datetime | None] = UNSET
    """UTC."""
    thumbnail: Maybe[bytes | None] = UNSET
    """The picture itself; it travels as Base64."""
    thumbnail_mime: Maybe[str | None] = UNSET

    @property
    def artists(self) -> tuple[Artist, ...]:
        """Return whom the tags credit, artists first (rule L1)."""
        return artists_of(clean_tag_name(tag) for tag in self.tags)


class Imported(Struct, frozen=True, kw_only=True):
    """An import: the file that is on the site now, and metadata for a submission of it."""

    attachment: Attachment
    submission: ImportedSubmission
    creator_is_uploader: bool = False
    """Whether `creator_name` is nobody to be credited, as on Derpibooru. Ours, not sent."""

    def as_submission(self) -> Submission:
        """Return what `submission_new` takes for it; without a description the name is said twice.

        `creator` are those whom the tags credit; the uploader only where a site has no such
        tags and is itself the place of publication (Pony.Tube).
        """
        found = self.submission
        names = ", ".join(artist.name for artist in found.artists)
        uploader = UNSET if self.creator_is_uploader else found.creator_name or UNSET
        pictured = bool(found.thumbnail) and bool(found.thumbnail_mime)
        return Submission(
            name=found.name,
            description=found.description or found.name,
            tags=found.tags,
            source=found.source or UNSET,
            attachments=(self.attachment.uuid,),
            thumbnail_mime=(found.thumbnail_mime or UNSET) if pictured else UNSET,
            thumbnail=(found.thumbnail or UNSET) if pictured else UNSET,
            rating=found.rating,
            creator=names or uploader,
            submission_type=found.type,
            original_date=found.original_date or UNSET,
        )


class _Imported(Struct):
    attachment: Attachment
    submission: dict[str, Any]


class _Made(Struct):
    """Where the id of something new may stand."""

    id: Maybe[Key | None] = UNSET
    uuid: Maybe[str | None] = UNSET
    submission: Maybe[Any] = UNSET
    listed: Maybe[Any] = field(default=UNSET, name="list")


def read_user(value: object, site: Site) -> User:
    """Return the user; the object may stand alone or under `user`."""
    body = decode.shape(value, dict[str, Any], site, "user")
    inner = body["user"] if isinstance(body.get("user"), dict) else body
    user = decode.shape(inner, User, site, "user")
    return User(id=user.id, username=user.username, role=user.role, body=inner)


def read_import(value: object, site: Site, *, creator_is_uploader: bool) -> Imported:
    """Return an import, whose date may be a number or a text."""
    found = decode.shape(value, _Imported, site, "import")
    fields = dict(found.submission)
    if "originalDate" in fields:
        fields["originalDate"] = _instant(fields["originalDate"], site)
    return Imported(
        attachment=found.attachment,
        submission=decode.shape(fields, ImportedSubmission, site, "submission"),
        creator_is_uploader=creator_is_uploader,
    )


def read_made(value: object, site: Site) -> Key | None:
    """Return the id of what was made, or `None` where the answer does not tell."""
    try:
        made = decode.shape(value, _Made, site, "answer")
    except BadResponse:
        return None
    for inner in (made.submission, made.listed):
        if isinstance(inner, dict):
            return read_made(inner, site)
    return made.id or made.uuid or None


def read_session(headers: Mapping[str, str], now: datetime) -> Session | None:
    """Return the account's cookie of `Set-Cookie` headers; the one that lasts longest."""
    many = getattr(headers, "getall", None)
    lines: list[str] = many("Set-Cookie", []) if many else [headers.get("Set-Cookie", "")]
    sessions: list[Session] = []
    for line in lines:
        try:
            cookies = SimpleCookie(line)
        except CookieError:
            continue
        for name, morsel in cookies.items():
            if morsel.value and not name.lower().startswith(_FRONT_END):
                expires = _expires(morsel["max-age"], morsel["expires"], now)
                sessions.append(Session(name, Secret(morsel.value), expires))
    return max(sessions, key=lambda session: session.expires or now, default=None)


def _expires(max_age: str, expires: str, now: datetime) -> datetime | None:
    if max_age.isdecimal() and len(max_age) <= len(str(int(_MILLISECONDS))):
        try:
            return now + timedelta(seconds=int(max_age))
        except OverflowError:
            return None
    return read.http_date(expires)


def _instant(value: object, site: Site) -> object:
    if not isinstance(value, int | float) or isinstance(value, bool):
        instant = decode.shape(value, datetime | None, site, "submission.originalDate")  # type: ignore[arg-type]
        return decode.utc(instant, site, "submission.originalDate")
    seconds = value / 1000 if abs(value) >= _MILLISECONDS else value
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise decode.bad_response(site, "submission.originalDate") from None

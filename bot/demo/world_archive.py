"""What PonyAggregate keeps: submissions, attachments, lists, and videos to import (seed S0)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from bot.demo.world_post import WorldPost

#: Who the operator's key belongs to, and who else has an account, by id.
USERS: dict[int, str] = {7: "mailmare", 11: "tealtrotter", 12: "hoofnote", 13: "cozy-archivist"}
KEEPER = 7
_OTHER = 11
_FIRST_LIST = 31
_RATINGS = {"safe": "Safe", "suggestive": "Suggestive"}


def rating_of(tags: Iterable[str]) -> str:
    """Return PonyAggregate's rating of something with a board's tags."""
    names = set(tags)
    return next((name for tag, name in _RATINGS.items() if tag in names), "Mature")


@dataclass(slots=True)
class Submission:
    """One submission: its fields as they were sent, in the document's spelling."""

    id: int
    owner: int
    fields: dict[str, Any]


@dataclass(slots=True)
class Attachment:
    """One file: announced, then uploaded to the storage, then finalised."""

    uuid: str
    owner: int
    name: str
    mime: str
    size: int
    """Bytes, as announced."""
    received: int | None = None
    """Bytes that the storage has; none before a whole upload."""
    sha256: str = ""
    finalized: bool = False


@dataclass(slots=True)
class SubmissionList:
    """One list of submissions."""

    id: int
    owner: int
    fields: dict[str, Any]
    submissions: list[int] = field(default_factory=list)
    collaborators: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Video:
    """A video on Pony.Tube; its preview is drawn from `seed`."""

    name: str
    description: str
    tags: tuple[str, ...]
    uploader: str
    published: datetime
    seed: int
    mature: bool = False


VIDEOS: dict[str, Video] = {
    "rVf3bWmPqk2xS9tYcD7uGh": Video(
        name="Letters at Dawn (animation)",
        description="Four minutes of post being delivered.",
        tags=("animation", "derpy hooves"),
        uploader="lanternhoof",
        published=datetime(2025, 4, 1, 18, 0, tzinfo=UTC),
        seed=91,
    ),
    "kQz8NnL4vT1pEwXy6RsAfB": Video(
        name="Thunder over the tea house",
        description="",
        tags=("pmv",),
        uploader="juniper jolt",
        published=datetime(2026, 1, 7, 9, 15, tzinfo=UTC),
        seed=92,
        mature=True,
    ),
}


class Archive:
    """Everything that PonyAggregate's write routes change."""

    def __init__(self, posts: Iterable[WorldPost]) -> None:
        self.submissions = {
            post.id: Submission(post.id, _OTHER, _fields_of(post)) for post in posts
        }
        self.attachments: dict[str, Attachment] = {}
        self.lists = {
            _FIRST_LIST: SubmissionList(
                _FIRST_LIST, _OTHER, {"name": "Somebody's list", "rating": "Safe", "public": True}
            )
        }
        self._submission_id = max(self.submissions, default=0)
        self._list_id = _FIRST_LIST

    def submit(self, owner: int, fields: dict[str, Any]) -> Submission:
        """Keep a new submission."""
        self._submission_id += 1
        new = Submission(self._submission_id, owner, fields)
        self.submissions[new.id] = new
        return new

    def attach(self, owner: int, name: str, mime: str, size: int) -> Attachment:
        """Announce a file."""
        uuid = str(UUID(int=0x4D61696C_6D61_4000_8000_000000000001 + len(self.attachments)))
        self.attachments[uuid] = Attachment(uuid, owner, name, mime, size)
        return self.attachments[uuid]

    def enlist(self, owner: int, fields: dict[str, Any], people: list[str]) -> SubmissionList:
        """Keep a new, empty list."""
        self._list_id += 1
        new = SubmissionList(self._list_id, owner, fields, collaborators=people)
        self.lists[new.id] = new
        return new


def _fields_of(post: WorldPost) -> dict[str, Any]:
    return {
        "name": post.name,
        "description": post.description or "No words.",
        "tags": list(post.tags),
        "rating": rating_of(post.tags),
        "submissionType": "Artwork",
        "source": post.sources[0] if post.sources else "",
        "originalDate": int(post.created_at.timestamp()),
        "attachments": [],
    }

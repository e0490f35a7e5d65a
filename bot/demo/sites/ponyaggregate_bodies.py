"""What PonyAggregate's write routes take, as its document shows it (seed S0; boards, 4b).

The site's spelling is kept: camel case, and "Aniumation" beside "Animation".
"""

from typing import Annotated, Any, Literal, TypeAlias

from msgspec import UNSET, Meta, Struct, UnsetType

Rating: TypeAlias = Literal["Safe", "Suggestive", "Mature"]
SubmissionType: TypeAlias = Literal[
    "Photo", "Artwork", "Video", "Animation", "Aniumation", "Audio", "Music", "Thread", "Fanfic",
    "Model", "Game", "Other",
]  # fmt: skip
ListName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=100)]
ListText: TypeAlias = Annotated[str, Meta(max_length=10_000)]
Words: TypeAlias = Annotated[str, Meta(min_length=1)]
Digits: TypeAlias = Annotated[str, Meta(pattern=r"^[0-9]{1,18}$")]
Size: TypeAlias = Annotated[int, Meta(ge=1)]


class Body(Struct, rename="camel", forbid_unknown_fields=True, kw_only=True):
    """Any body that is sent."""


class Checked(Body, kw_only=True):
    """A body that shows `cfKey` and `cfToken`: the token is a person's (rule L15)."""

    cf_key: Literal["invisible", "auth"] | None = None
    cf_token: str | None = None


class Login(Checked, kw_only=True):
    """`POST /api/auth/login`."""

    identifier: str
    password: str


class NewSubmission(Checked, kw_only=True):
    """`POST /api/submissions/new`; `original_date` is a Unix time in seconds."""

    name: Words
    description: Words
    rating: Rating
    submission_type: SubmissionType
    tags: list[str] = []
    source: str = ""
    attachments: list[str] = []
    thumbnail_mime: str | None = None
    thumbnail: str | None = None
    creator: str = ""
    original_date: int | None = None


class Revision(Checked, kw_only=True):
    """`POST /api/submissions/[id]/revise`: what is not sent stays as it was."""

    name: Words | UnsetType = UNSET
    description: Words | UnsetType = UNSET
    rating: Rating | UnsetType = UNSET
    submission_type: SubmissionType | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    source: str | UnsetType = UNSET
    attachments: list[str] | UnsetType = UNSET
    thumbnail_mime: str | UnsetType | None = UNSET
    thumbnail: str | UnsetType | None = UNSET
    creator: str | UnsetType = UNSET
    original_date: int | UnsetType | None = UNSET
    new_attachments: list[str] = []
    removed_attachments: list[str] = []


class DerpibooruImport(Checked, kw_only=True):
    """`POST /api/submissions/import/derpibooru`."""

    image_id: int


class PonytubeImport(Checked, kw_only=True):
    """`POST /api/submissions/import/ponytube`."""

    video_id: str


class NewAttachment(Checked, kw_only=True):
    """`POST /api/attachments/create`; `size` is in bytes."""

    name: Words
    mime: Annotated[str, Meta(pattern=r"^[a-z]+/[-+.a-z0-9]+$")]
    size: Size


class NewList(Checked, kw_only=True):
    """`POST /api/lists/new`."""

    name: ListName
    description: ListText = ""
    rating: Rating
    public: bool
    collaborative: bool
    collaborative_usernames: list[str] = []


class ListEdit(Checked, kw_only=True):
    """`PUT /api/lists/[id]/edit`."""

    name: ListName | UnsetType = UNSET
    description: ListText | UnsetType = UNSET
    rating: Rating | UnsetType = UNSET
    public: bool | UnsetType = UNSET
    collaborative: bool | UnsetType = UNSET


class Submissions(Body, kw_only=True):
    """`…/submissions/add` and `…/submissions/remove`."""

    submission_ids: list[int | Digits]


class Collaborators(Body, kw_only=True):
    """`…/collaborators/add` and `…/collaborators/remove`."""

    collaborator_usernames: list[str]


#: What is sent with a body but is not a field of the thing itself.
NOT_KEPT = frozenset(
    {"cfKey", "cfToken", "newAttachments", "removedAttachments", "collaborativeUsernames"}
)


def kept(body: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a body that the site keeps."""
    return {name: value for name, value in body.items() if name not in NOT_KEPT}

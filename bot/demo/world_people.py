"""Who has an account on the boards of the sample world, and what the operator did there."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeAlias
from zlib import crc32

from bot.demo.world_post import WorldPost

#: What somebody did with a post: `interaction_type` and `value` (reference: boards, 1.5).
Doing: TypeAlias = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Link:
    """A page elsewhere that a member has shown to be theirs; `tag` is the artist's, if any."""

    tag: str | None
    created_at: datetime
    state: str = "verified"


@dataclass(frozen=True, slots=True)
class Award:
    """A badge that a member was given."""

    id: int
    title: str
    image_url: str
    awarded_on: datetime
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One account; what a profile counts is counted in the world."""

    id: int
    name: str
    created_at: datetime
    description: str | None = None
    avatar_url: str | None = None
    role: str = "user"
    links: tuple[Link, ...] = ()
    awards: tuple[Award, ...] = ()
    deactivated: bool = False
    images_per_page: int = 15
    comments_per_page: int = 25
    watched: tuple[str, ...] = ()
    filter_id: int | None = None
    """The filter in use; none is the site's default."""


def _on(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 10, 30, tzinfo=UTC)


_BADGES = "https://derpicdn.net/badges/2016/10/14"

#: Whose key the simulated boards know.
OPERATOR = Member(
    id=8001,
    name="Mailmare's Keeper",
    created_at=_on(2024, 2, 29),
    description="Keeps a mail bot.",
    images_per_page=30,
    comments_per_page=10,
    watched=("derpy hooves", "lyra heartstrings", "artist:starbiscuit"),
    filter_id=200_001,
)

MEMBERS: dict[int, Member] = {
    member.id: member
    for member in (
        OPERATOR,
        Member(
            id=1021,
            name="Cozy Archivist",
            created_at=_on(2014, 6, 25),
            description="I file things.\r\n\r\n**Ask first**, [then ask again](https://example.com).",
            avatar_url="https://derpicdn.net/avatars/2019/11/13/1021.png",
            links=(
                Link("artist:quillowisp", _on(2018, 12, 10)),
                Link(None, _on(2020, 1, 5)),
                Link("artist:no longer there", _on(2021, 3, 1), "rejected"),
            ),
            awards=(
                Award(45, "Flexible", f"{_BADGES}/45.svg", _on(2016, 2, 28), "Bendy Pony"),
                Award(1, "Artist", f"{_BADGES}/1.svg", _on(2020, 6, 11)),
                Award(7, "Best @everyone", f"{_BADGES}/7.svg", _on(2022, 9, 9), "*star* `tick`"),
            ),
        ),
        Member(id=1188, name="TealTrotter", created_at=_on(2015, 3, 1), description=""),
        Member(id=2040, name="Background Reader", created_at=_on(2016, 7, 7)),
        Member(id=2677, name="mare_mapper", created_at=_on(2017, 1, 30)),
        Member(id=3113, name="Hoofnote", created_at=_on(2018, 11, 11), role="moderator"),
        Member(id=4242, name="Sixty-Two Muffins", created_at=_on(2019, 2, 3)),
        Member(id=5150, name="librarian_bot_not_a_bot", created_at=_on(2019, 8, 19)),
        Member(id=6006, name="Quiet Gallop", created_at=_on(2020, 5, 5), deactivated=True),
        Member(
            id=7777,
            name="@everyone *star*",
            created_at=_on(2021, 12, 24),
            description="\u202eTXET\u202c ||behind|| <@123456789012345678>",
        ),
    )
}


def fans_of(post: WorldPost) -> tuple[Member, ...]:
    """Return the members who faved `post`; the operator is never among them by chance."""
    return tuple(
        member
        for member in MEMBERS.values()
        if member is not OPERATOR and crc32(f"{post.seed} {member.id}".encode()) % 5 == 0
    )


#: By what remains of a division, so that one post in twelve is hidden by the operator.
_DOINGS: dict[int, tuple[Doing, ...]] = {
    0: (("voted", "up"), ("faved", "")),
    1: (("voted", "up"),),
    2: (("voted", "down"),),
    3: (("hidden", ""),),
}
_PARTS = 12


def doings(post: WorldPost) -> tuple[Doing, ...]:
    """Return what the operator did with `post`."""
    return _DOINGS.get(crc32(f"{post.site} {post.id}".encode()) % _PARTS, ())

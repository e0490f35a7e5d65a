"""Galleries of the sample boards: pictures that a member put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.demo.world_people import MEMBERS, Member
from bot.demo.world_post import WorldPost

_TITLES: tuple[tuple[str, str, str], ...] = (
    ("Letters and parcels", "Everything with a stamp on it.", ""),
    ("meanwhile in the meadow", "", "grass"),
    ("Night shift", "For *those* who work late.\r\n\r\n@everyone", "stars, moons, yawning"),
    ("mean faces, kind hearts", "[more](https://example.com)", ""),
    ("Wallpapers", "Only wide ones.", ""),
)
_SIZE = 18
_FIRST_ID = 25_042


@dataclass(frozen=True, slots=True, kw_only=True)
class Gallery:
    """One gallery; an anonymous one has no member."""

    id: int
    title: str
    description: str
    spoiler_warning: str
    owner: Member | None
    image_ids: tuple[int, ...]
    """In the owner's order; the first is the cover."""
    created_at: datetime

    @property
    def thumbnail_id(self) -> int:
        """Return the id of the cover picture."""
        return self.image_ids[0]


def galleries_of(site: str, posts: Mapping[int, WorldPost]) -> tuple[Gallery, ...]:
    """Return the galleries of `site`, oldest first; some pictures are in several."""
    rng = Random(f"galleries {site}")  # noqa: S311 (a sample world, not a secret)
    plain = [post for post in posts.values() if post.safe and not post.awkward]
    owners = [None, *MEMBERS.values()]
    first = min(post.created_at for post in plain)
    return tuple(
        Gallery(
            id=_FIRST_ID + 3 * number,
            title=title,
            description=description,
            spoiler_warning=warning,
            owner=owners[number % len(owners)],
            image_ids=tuple(post.id for post in rng.sample(plain, _SIZE)),
            created_at=first + number * timedelta(days=2, hours=5),
        )
        for number, (title, description, warning) in enumerate(_TITLES)
    )

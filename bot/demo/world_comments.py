"""What members wrote under the posts of the sample world."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from bot.demo.world_post import WorldPost

_PEOPLE = (
    (1021, "Cozy Archivist"), (1188, "TealTrotter"), (3113, "Hoofnote"), (4242,
    "Sixty-Two Muffins"),
    (6006, "Quiet Gallop"), (7777, "@everyone *star*"), (None, "Background Pony #1A2B"),
    (None, "Background Pony #C0DE"),
)  # fmt: skip
_BODIES = (
    "So soft! The light on the mane is lovely.",
    "She looks like she has somewhere nice to be.",
    "**Wonderful** colours, [more here](https://example.com/gallery) please",
    "Best pony. No further questions.",
    "> somewhere nice\n\nthe post office, obviously",
    "This made my morning, thank you for sharing it.",
    "@everyone <@123456789012345678> `free muffins` ||behind this||",
    "\u202eenim si siht\u202c hm",
    ">>2000000001t is a nice companion to this one.",
    "Aaaah\r\n\r\nthe ears",
)
_CHANCE = 0.45
_MOST = 7


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment; a hidden one has no text in the site's body."""

    id: int
    post_id: int
    author: str
    user_id: int | None
    body: str
    created_at: datetime
    hidden: bool = False
    edited: bool = False


def comments_for(site: str, posts: Iterable[WorldPost]) -> dict[int, tuple[Comment, ...]]:
    """Return the comments of each post by its id; the best loved post has more than a page."""
    rng = Random(f"comments {site}")  # noqa: S311 (a sample world, not a secret)
    found: dict[int, tuple[Comment, ...]] = {}
    listed = list(posts)
    plain = (post for post in listed if post.safe and not post.awkward)
    best = max(plain, key=lambda post: (post.score, post.id), default=None)
    next_id = 15_001
    for post in listed:
        count = rng.randint(1, _MOST) if rng.random() < _CHANCE else 0
        if post is best:
            count = 60
        thread = []
        for number in range(count):
            user_id, author = rng.choice(_PEOPLE)
            thread.append(
                Comment(
                    id=next_id,
                    post_id=post.id,
                    author=author,
                    user_id=user_id,
                    body=rng.choice(_BODIES),
                    created_at=post.created_at + timedelta(hours=number + 1, seconds=number),
                    hidden=number % 5 == 3,  # noqa: PLR2004 (now and then one is hidden)
                    edited=number % 4 == 2,  # noqa: PLR2004 (and one edited)
                )
            )
            next_id += 1
        found[post.id] = tuple(thread)
    return found

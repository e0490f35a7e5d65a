"""The forums of the sample boards: forums, topics and posts, the same at every start."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from random import Random

from bot.demo.world_people import MEMBERS, Member
from bot.demo.world_posts import PRESENT


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumPost:
    """One post of a topic; nobody's name means an anonymous one."""

    id: int
    position: int
    """Its place in the topic, from 0; the place of a destroyed one stays empty."""
    author: str
    member: Member | None
    body: str
    created_at: datetime
    edited: bool = False
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    """One topic with its posts, oldest first."""

    id: int
    title: str
    slug: str
    posts: tuple[ForumPost, ...]
    post_count: int
    """Destroyed posts included: pages are windows of positions (reference: boards, 1.1)."""
    view_count: int
    sticky: bool = False
    locked: bool = False
    hidden: bool = False

    @property
    def last_replied_to_at(self) -> datetime:
        """Return when the last post was written."""
        return self.posts[-1].created_at


@dataclass(frozen=True, kw_only=True)
class Forum:
    """One forum; those for staff are in no answer."""

    id: int
    name: str
    short_name: str
    description: str
    topics: tuple[Topic, ...]
    staff: bool = False

    @cached_property
    def by_slug(self) -> dict[str, Topic]:
        """Return the topics that can be seen, by slug."""
        return {topic.slug: topic for topic in self.topics if not topic.hidden}

    @property
    def post_count(self) -> int:
        """Return how many posts its topics have."""
        return sum(topic.post_count for topic in self.topics)


def topic_slug(title: str) -> str:
    """Return a topic's slug, which keeps little of the title (reference: boards, 1.7)."""
    ascii_only = "".join(c for c in title if c.isascii() and c.isprintable())
    ascii_only = ascii_only.replace("'", "")
    return re.sub(r"[^a-zA-Z0-9]+", "-", ascii_only).strip("-").lower()


#: Forum, then its topics: title, number of posts, and what is particular about the topic.
_PLAN: tuple[tuple[tuple[str, str, str], tuple[tuple[str, int, frozenset[str]], ...]], ...] = (
    (
        ("General Discussion", "dis", "Anything that is not about art."),
        (
            ("Ask the mailmare anything.", 61, frozenset({"sticky", "destroyed"})),
            ("Time wasting thread", 9, frozenset()),
            ("Что нового? (vol. 3)", 4, frozenset({"anonymous"})),
            ("Closed for the winter", 2, frozenset({"locked"})),
            ("Swept under the rug", 3, frozenset({"hidden"})),
        ),
    ),
    (
        ("Art Chat", "art", "Discuss art of any form; *markup* and @everyone."),
        (
            ("[SFW] Artist's Group Chat", 26, frozenset({"sticky"})),
            ("Letters & parcels — show yours/theirs", 5, frozenset()),
        ),
    ),
    (("Site and Policy", "meta", "Rules and requests."), (("Rules", 1, frozenset({"locked"})),)),
    (("Staff Lounge", "mod", "For staff."), (("Secret", 1, frozenset()),)),
)
_STAFF = "mod"
_BODIES = (
    "Hello everypony.",
    "> Hello everypony.\r\n\r\nHello yourself!",
    "**Bold** [link](https://example.com) @everyone <@123456789012345678>",
    "I lost a parcel somewhere over the rainbow.",
    "Test post, please ignore.",
    "\u202ebackwards\u202c ||spoiler|| `code`",
)
_ANONYMOUS = "Background Pony #0D15"
_DESTROYED = frozenset({7, 8, 30})


def forums_of(site: str) -> tuple[Forum, ...]:
    """Return the forums of `site`, sorted by name as the site lists them."""
    rng = Random(f"forums {site}")  # noqa: S311 (a sample world, not a secret)
    forums: list[Forum] = []
    post_id = 2_700_001
    for number, ((name, short_name, description), plan) in enumerate(_PLAN, 1):
        topics: list[Topic] = []
        for place, (title, count, traits) in enumerate(plan, 1):
            posts = _posts(rng, post_id, count, traits)
            post_id += count
            topics.append(
                Topic(
                    id=100 * number + place,
                    title=title,
                    slug=topic_slug(title),
                    posts=posts,
                    post_count=count,
                    view_count=rng.randint(0, 9000),
                    sticky="sticky" in traits,
                    locked="locked" in traits,
                    hidden="hidden" in traits,
                )
            )
        forums.append(
            Forum(
                id=number,
                name=name,
                short_name=short_name,
                description=description,
                topics=tuple(topics),
                staff=short_name == _STAFF,
            )
        )
    return tuple(sorted(forums, key=lambda forum: forum.name))


def _posts(rng: Random, first_id: int, count: int, traits: frozenset[str]) -> tuple[ForumPost, ...]:
    began = PRESENT - timedelta(days=rng.randint(30, 900))
    found: list[ForumPost] = []
    for position in range(count):
        member = None if "anonymous" in traits else rng.choice(list(MEMBERS.values()))
        if "destroyed" in traits and position in _DESTROYED:
            continue
        found.append(
            ForumPost(
                id=first_id + position,
                position=position,
                author=member.name if member else _ANONYMOUS,
                member=member,
                body=rng.choice(_BODIES),
                created_at=began + timedelta(hours=3 * position, seconds=position),
                edited=position % 4 == 1,
                hidden=position % 11 == 5,  # noqa: PLR2004 (now and then one is hidden)
            )
        )
    return tuple(found)

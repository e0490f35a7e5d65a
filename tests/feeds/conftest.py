"""An open database, a clock that tests move, a Discord in memory, posts and wishes."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any, Protocol

import pytest
from msgspec import json, structs
from sqlalchemy import insert

from bot.policies import Policies
from bot.posts.model import Post
from bot.sites import SiteError
from bot.store import FILE_NAME, Announcement, Store, Subscription
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.memory_discord import MemoryDiscord

GUILD, CHANNEL = 11, 21


class MakePost(Protocol):
    """Makes a post that SAFE lets through, the named fields replaced."""

    def __call__(self, post_id: int = 7, site: str = "derpibooru", **changes: Any) -> Post: ...


class Subscribe(Protocol):
    """Keeps a wish as it is, and returns it with its id."""

    def __call__(self, **changes: Any) -> Awaitable[Subscription]: ...


class Owe(Protocol):
    """Puts an announcement into the outbox as it is."""

    def __call__(
        self, subscription: Subscription, post: Post | None, **changes: Any
    ) -> Awaitable[Announcement]: ...


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with all tables and nothing in them; to be copied."""
    path = tmp_path_factory.mktemp("feeds") / FILE_NAME

    async def make() -> None:
        async with Store(path, MovableClock()):
            pass

    asyncio.run(make())
    return path


@pytest.fixture
def patience() -> float:
    """How long another program's lock is waited for, in real seconds; for tests to shorten."""
    return 10.0


@pytest.fixture
async def store(
    tmp_path: Path, empty_database: Path, clock: MovableClock, patience: float
) -> AsyncIterator[Store]:
    path = Path(shutil.copy(empty_database, tmp_path / FILE_NAME))
    async with Store(path, clock, patience=patience) as store:
        yield store


@pytest.fixture
def policies(store: Store) -> Policies:
    return Policies(store)


@pytest.fixture
def discord(clock: MovableClock) -> MemoryDiscord:
    return MemoryDiscord(clock)


@pytest.fixture
def make_post(clock: MovableClock) -> MakePost:
    hosts = {
        "derpibooru": ("derpibooru.org/images", "derpicdn.net"),
        "ponybooru": ("ponybooru.org/images", "cdn.ponybooru.org"),
        "twibooru": ("twibooru.org", "cdn.twibooru.org"),
    }

    def make(post_id: int = 7, site: str = "derpibooru", **changes: Any) -> Post:
        page, media = hosts[site]
        folder = f"https://{media}/img/2026/11/22/{post_id}"
        post = Post(
            site=site,
            id=post_id,
            page_url=f"https://{page}/{post_id}",
            media_hosts=frozenset({media}),
            tags=("safe", "artist:painter", "pony"),
            created_at=clock.now(),
            updated_at=clock.now(),
            first_seen_at=clock.now(),
            format="png",
            mime_type="image/png",
            width=2000,
            height=1000,
            score=10,
            thumbnails_generated=True,
            hidden_from_users=False,
            duplicate_of=None,
            deletion_reason=None,
            sources=(f"https://art.example.org/{post_id}",),
            representations={size: f"{folder}/{size}.png" for size in ("full", "large", "medium")},
        )
        return structs.replace(post, **changes)

    return make


@pytest.fixture
def subscribe(store: Store, clock: MovableClock) -> Subscribe:
    async def keep(**changes: Any) -> Subscription:
        async with store.write() as tx:
            return await tx.subscriptions.add(
                Subscription(
                    **{
                        "guild_id": GUILD,
                        "channel_id": CHANNEL,
                        "site": "derpibooru",
                        "query": "pony",
                        "since": clock.now(),
                        "created_at": clock.now(),
                        **changes,
                    }
                )
            )

    return keep


@pytest.fixture
def owe(store: Store, clock: MovableClock) -> Owe:
    async def keep(subscription: Subscription, post: Post | None, **changes: Any) -> Announcement:
        now = clock.now()
        owed = Announcement(
            **{
                "guild_id": subscription.guild_id,
                "channel_id": subscription.channel_id,
                "site": subscription.site,
                "post_id": None if post is None else post.id,
                "subscription_id": subscription.id,
                "matched": (subscription.id,),
                "first_seen_at": now,
                "created_at": now,
                "due_at": now,
                **changes,
            }
        )
        row = structs.asdict(owed) | {"matched": json.encode(owed.matched).decode()}
        async with store.write() as tx:
            del row["id"]
            done = await tx.connection.execute(insert(announcements).values(row))
            assert done.inserted_primary_key is not None
            return structs.replace(owed, id=done.inserted_primary_key[0])

    return keep


async def announcement(store: Store, announcement_id: int) -> Announcement:
    """Return a row of the outbox as it is now."""
    async with store.read() as tx:
        found = await tx.announcements.get(announcement_id)
    assert found is not None
    return found


class MemoryBodies:
    """What posts say by now; a site in `failing` does not answer, and we fail at `breaking`."""

    def __init__(self) -> None:
        self.posts: dict[tuple[str, int], Post] = {}
        self.failing = dict[str, SiteError]()
        self.breaking: set[str] = set()
        self.on_read: dict[str, Callable[[], Awaitable[None]]] = {}
        self.asked: list[str] = []

    def put(self, *posts: Post) -> None:
        self.posts |= {(post.site, post.id): post for post in posts}

    async def current(self, site: str, post_id: int, _at_most: float = 300.0) -> Post | None:
        self.asked.append(f"{site}:{post_id}")
        if f"{site}:{post_id}" in self.on_read:
            await self.on_read[f"{site}:{post_id}"]()
        if site in self.failing:
            raise self.failing[site]
        if f"{site}:{post_id}" in self.breaking:
            raise KeyError(post_id)
        return self.posts.get((site, post_id))


@pytest.fixture
def bodies() -> MemoryBodies:
    return MemoryBodies()

"""Posts, wishes and rows of the outbox, as the fixtures make them."""

from collections.abc import Awaitable
from typing import Any, Protocol

from bot.posts.model import Post
from bot.store import Announcement, Store, Subscription

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


async def announcement(store: Store, announcement_id: int) -> Announcement:
    """Return a row of the outbox as it is now."""
    async with store.read() as tx:
        found = await tx.announcements.get(announcement_id)
    assert found is not None
    return found

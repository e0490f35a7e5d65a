"""What the boards say of posts, in memory."""

from collections.abc import Awaitable, Callable

from bot.posts.model import Post
from bot.sites import SiteError


class MemoryBodies:
    """What posts say by now; a site in `failing` does not answer, and we fail at `breaking`."""

    def __init__(self) -> None:
        self.posts: dict[tuple[str, int], Post] = {}
        self.failing = dict[str, SiteError]()
        self.breaking: set[str] = set()
        self.on_read = dict[str, Callable[[], Awaitable[None]]]()
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

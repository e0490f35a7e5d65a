"""A Philomena board's forums: topics and what is written in them (seeds S1, S3; boards, 1.1)."""

from datetime import datetime
from typing import ClassVar

from msgspec import UNSET

from bot.posts.model import Maybe

from . import checks
from . import philomena_routes as routes
from .asking import Client
from .board import DEFAULT_PER_PAGE, Page
from .decode import Id, Int
from .record import Record


class Forum(Record, frozen=True, kw_only=True):
    """One forum (seeds S1, S3, Forum Responses)."""

    place: ClassVar[str] = "/forums/{short_name}"

    short_name: str
    """What it is asked for by."""
    name: Maybe[str | None] = UNSET
    description: Maybe[str | None] = UNSET
    topic_count: Maybe[Int | None] = UNSET
    post_count: Maybe[Int | None] = UNSET


class Topic(Record, frozen=True, kw_only=True):
    """One topic of a forum (seeds S1, S3, Topic Responses)."""

    place: ClassVar[str] = "/forums/{short_name}/topics/{slug}"

    slug: str
    """What it is asked for by; made of its title, which it does not give back (boards, 1.7)."""
    title: Maybe[str | None] = UNSET
    post_count: Maybe[Int | None] = UNSET
    view_count: Maybe[Int | None] = UNSET
    sticky: Maybe[bool | None] = UNSET
    """Whether it stays on top."""
    last_replied_to_at: Maybe[datetime | None] = UNSET
    """When somebody last wrote in it."""
    locked: Maybe[bool | None] = UNSET
    user_id: Maybe[Id | None] = UNSET
    """Who began it; `None` is somebody who does not want to be named."""
    author: Maybe[str | None] = UNSET


class ForumPost(Record, frozen=True, kw_only=True):
    """One post of a topic: untrusted and unrated text (seeds S1, S3, Post Responses)."""

    addresses: ClassVar[tuple[str, ...]] = ("avatar",)
    place: ClassVar[str] = "/forums/{short_name}/topics/{topic_slug}?post_id={id}#post_{id}"

    id: Id
    author: Maybe[str | None] = UNSET
    avatar: Maybe[str | None] = UNSET
    """Address of the author's picture; it has no credit and is never shown (safety, 3.10)."""
    body: Maybe[str | None] = UNSET
    """The site's own markup: Markdown, before about 2021 Textile; `None` on a hidden post."""
    created_at: Maybe[datetime | None] = UNSET
    edit_reason: Maybe[str | None] = UNSET
    edited_at: Maybe[datetime | None] = UNSET
    """When it was last edited; `None` if never."""
    updated_at: Maybe[datetime | None] = UNSET
    user_id: Maybe[Id | None] = UNSET
    """`None` is somebody who does not want to be named."""


class ForumCalls(Client):
    """The routes of forums. `short_name` and `topic_slug` are as the board writes them."""

    async def forums(self) -> Page[Forum]:
        """Return all public forums by name (GET forums); the board does not cut them in pages."""
        value = await self._ask.ask(routes.FORUMS)
        return self._ask.many(value, "forums", self._ask.reader(Forum, "forum"))

    async def forum(self, short_name: str) -> Forum:
        """Return one forum (GET forums/:short_name)."""
        value = await self._ask.ask(routes.FORUM, short_name=short_name)
        return self._ask.one(value, Forum, "forum")

    async def topics(
        self, short_name: str, *, page: int = 1, per_page: int = DEFAULT_PER_PAGE
    ) -> Page[Topic]:
        """Return a page of a forum's topics, the latest reply first after the sticky ones.

        A forum that does not exist has an empty page (boards, 1.1).
        """
        checks.check_page(self.site, page, per_page)
        value = await self._ask.ask(
            routes.TOPICS, {"page": page, "per_page": per_page}, short_name=short_name
        )
        reader = self._ask.reader(Topic, "topic", short_name=short_name)
        return self._ask.many(value, "topics", reader, page=page, per_page=per_page)

    async def topic(self, short_name: str, topic_slug: str) -> Topic:
        """Return one topic (GET forums/:short_name/topics/:topic_slug)."""
        value = await self._ask.ask(routes.TOPIC, short_name=short_name, topic_slug=topic_slug)
        return self._ask.one(value, Topic, "topic", short_name=short_name)

    async def topic_posts(
        self,
        short_name: str,
        topic_slug: str,
        *,
        page: int = 1,
        per_page: int = DEFAULT_PER_PAGE,
    ) -> Page[ForumPost]:
        """Return a page of what is written in a topic, oldest first.

        Pages go by place in the topic, so that destroyed posts make one shorter (boards, 1.1).
        """
        checks.check_page(self.site, page, per_page)
        value = await self._ask.ask(
            routes.TOPIC_POSTS,
            {"page": page, "per_page": per_page},
            short_name=short_name,
            topic_slug=topic_slug,
        )
        reader = self._ask.reader(ForumPost, "post", short_name=short_name, topic_slug=topic_slug)
        return self._ask.many(value, "posts", reader, page=page, per_page=per_page)

    async def topic_post(self, short_name: str, topic_slug: str, post_id: int) -> ForumPost:
        """Return one post of a topic (GET forums/:short_name/topics/:topic_slug/posts/:id)."""
        number = checks.check_id(self.site, post_id)
        value = await self._ask.ask(
            routes.TOPIC_POST, short_name=short_name, topic_slug=topic_slug, post_id=number
        )
        return self._ask.one(value, ForumPost, "post", short_name=short_name, topic_slug=topic_slug)

    async def forum_post(self, post_id: int) -> ForumPost:
        """Return one post of any topic (GET posts/:post_id); the answer names no topic."""
        number = checks.check_id(self.site, post_id)
        value = await self._ask.ask(routes.POST, post_id=number)
        return self._ask.one(value, ForumPost, "post")

    async def search_posts(
        self, q: str, *, page: int = 1, per_page: int = DEFAULT_PER_PAGE
    ) -> Page[ForumPost]:
        """Return a page of the forum posts that match `q`, newest first (GET search/posts).

        Such as `subject:time wasting thread`; fields: boards, 2.5.
        """
        value = await self._ask.search(routes.SEARCH_POSTS, q, page, per_page)
        reader = self._ask.reader(ForumPost, "post")
        return self._ask.many(value, "posts", reader, page=page, per_page=per_page)

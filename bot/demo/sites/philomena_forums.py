"""Forum routes of a simulated Philomena board (seeds S1, S3; boards, 1.1)."""

from dataclasses import dataclass

from aiohttp import web

from bot.demo.sites import philomena_people_bodies as bodies
from bot.demo.sites.index import Index, words
from bot.demo.sites.listing import page_of, per_page
from bot.demo.sites.philomena_board import API, OTHERS_PER_PAGE, Board, not_found
from bot.demo.sites.server import RefusedError, json_response
from bot.demo.world_forums import Forum, ForumPost, Topic


@dataclass(frozen=True, slots=True)
class Written:
    """A forum post and where it was written."""

    forum: Forum
    topic: Topic
    post: ForumPost


POST_INDEX: Index[Written] = Index(
    {
        "id": "int", "topic_position": "int", "author_id": "numeric", "forum_id": "numeric",
        "topic_id": "numeric", "created_at": "date", "updated_at": "date", "author": "literal",
        "forum": "literal", "body": "text", "subject": "text",
    },
    lambda known: {
        "tags": words(known.post.body),
        "id": known.post.id,
        "topic_position": known.post.position,
        "author_id": known.post.member.id if known.post.member else None,
        "forum_id": known.forum.id,
        "topic_id": known.topic.id,
        "created_at": known.post.created_at,
        "updated_at": known.post.created_at,
        "author": known.post.author.lower(),
        "forum": known.forum.short_name,
        "body": words(known.post.body),
        "subject": words(known.topic.title),
    },
)  # fmt: skip


class Forums:
    """Forums, their topics, and what was written there."""

    def __init__(self, board: Board) -> None:
        self.board = board

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        topics = f"{API}/forums/{{short_name}}/topics"
        return [
            web.get(f"{API}/forums", self.forums),
            web.get(f"{API}/forums/{{short_name}}", self.forum),
            web.get(topics, self.topics),
            web.get(f"{topics}/{{slug}}", self.topic),
            web.get(f"{topics}/{{slug}}/posts", self.topic_posts),
            web.get(f"{topics}/{{slug}}/posts/{{id}}", self.topic_post),
            web.get(f"{API}/posts/{{id}}", self.post),
            web.get(f"{API}/search/posts", self.search_posts),
        ]

    def _open(self) -> list[Forum]:
        forums = self.board.world.forums[self.board.site.name]
        return [forum for forum in forums if not forum.staff]

    def _forum(self, request: web.Request) -> Forum | None:
        name = request.match_info["short_name"]
        return next((forum for forum in self._open() if forum.short_name == name), None)

    def _topic(self, request: web.Request) -> Topic:
        forum = self._forum(request)
        topic = forum.by_slug.get(request.match_info["slug"]) if forum else None
        if topic is None:
            raise RefusedError(not_found())
        return topic

    def _written(self) -> list[Written]:
        return [
            Written(forum, topic, post)
            for forum in self._open()
            for topic in forum.by_slug.values()
            for post in topic.posts
        ]

    async def forums(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """`GET /forums`: all of them by name, without pages."""
        found = self._open()
        return json_response(
            {"forums": [bodies.forum(forum) for forum in found], "total": len(found)}
        )

    async def forum(self, request: web.Request) -> web.Response:
        """`GET /forums/:short_name`."""
        found = self._forum(request)
        return json_response({"forum": bodies.forum(found)}) if found else not_found()

    async def topics(self, request: web.Request) -> web.Response:
        """`GET /forums/:short_name/topics`: pinned ones first; an unknown forum has none."""
        forum = self._forum(request)
        found = list(forum.by_slug.values()) if forum else []
        found.sort(key=lambda topic: (topic.sticky, topic.last_replied_to_at), reverse=True)
        return self.board.page(request, "topics", found, bodies.topic)

    async def topic(self, request: web.Request) -> web.Response:
        """`GET /forums/:short_name/topics/:slug`."""
        return json_response({"topic": bodies.topic(self._topic(request))})

    async def topic_posts(self, request: web.Request) -> web.Response:
        """`GET …/posts`: a window of positions, so a page can be shorter than it should be."""
        topic = self._topic(request)
        size = per_page(request.query, OTHERS_PER_PAGE)
        start = (page_of(request.query) - 1) * size
        found = [post for post in topic.posts if start <= post.position < start + size]
        return json_response(
            {"posts": [bodies.forum_post(post) for post in found], "total": topic.post_count}
        )

    async def topic_post(self, request: web.Request) -> web.Response:
        """`GET …/posts/:id`: by id, and only in its own topic."""
        wanted = request.match_info["id"]
        for post in self._topic(request).posts:
            if str(post.id) == wanted:
                return json_response({"post": bodies.forum_post(post)})
        return not_found()

    async def post(self, request: web.Request) -> web.Response:
        """`GET /posts/:id`."""
        wanted = self.board.number(request)
        for written in self._written():
            if written.post.id == wanted:
                return json_response({"post": bodies.forum_post(written.post)})
        return not_found()

    async def search_posts(self, request: web.Request) -> web.Response:
        """`GET /search/posts`: newest first."""
        found = self.board.find(request, POST_INDEX, self._written())
        found.sort(key=lambda written: (written.post.created_at, written.post.id), reverse=True)
        return self.board.page(
            request, "posts", found, lambda written: bodies.forum_post(written.post)
        )

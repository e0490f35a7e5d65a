"""Routes of a simulated Philomena board about members and what they write (boards, 1.1)."""

from aiohttp import web

from bot.demo.sites import philomena_bodies as pictures
from bot.demo.sites import philomena_people_bodies as bodies
from bot.demo.sites.index import Index, words
from bot.demo.sites.keys import member_of
from bot.demo.sites.philomena_board import API, OTHERS_PER_PAGE, Board, not_found
from bot.demo.sites.server import json_response
from bot.demo.world_comments import Comment
from bot.demo.world_filters import FILTERS, Filter
from bot.demo.world_galleries import Gallery
from bot.demo.world_people import MEMBERS, OPERATOR

FILTER_INDEX: Index[Filter] = Index(
    {
        "id": "int", "spoilered_count": "int", "hidden_count": "int", "user_id": "numeric",
        "name": "literal", "creator": "literal", "public": "bool", "system": "bool",
        "description": "text",
    },
    lambda known: {
        "tags": known.name.lower(),
        "id": known.id,
        "spoilered_count": len(known.spoilered),
        "hidden_count": len(known.hidden),
        "user_id": known.owner,
        "name": known.name.lower(),
        "creator": MEMBERS[known.owner].name.lower() if known.owner else None,
        "public": known.public,
        "system": known.system,
        "description": words(known.description),
    },
)  # fmt: skip

GALLERY_INDEX: Index[Gallery] = Index(
    {
        "id": "int", "image_count": "int", "user_id": "numeric", "image_ids": "numeric",
        "thumbnail_id": "numeric", "title": "literal", "user": "literal", "created_at": "date",
        "updated_at": "date", "description": "text", "spoiler_warning": "text",
    },
    lambda known: {
        "tags": known.title.lower(),
        "id": known.id,
        "image_count": len(known.image_ids),
        "user_id": known.owner.id if known.owner else None,
        "thumbnail_id": known.thumbnail_id,
        "title": known.title.lower(),
        "user": known.owner.name.lower() if known.owner else None,
        "created_at": known.created_at,
        "updated_at": known.created_at,
        "description": words(known.description),
        "spoiler_warning": words(known.spoiler_warning),
    },
)  # fmt: skip


class People:
    """Comments, profiles, galleries and filters."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.site = board.site.name
        self.comment_index: Index[Comment] = Index(
            {
                "id": "int", "author_id": "numeric", "image_id": "numeric", "created_at": "date",
                "updated_at": "date", "author": "literal", "image.tags": "literal",
                "body": "text",
            },
            lambda known: {
                "tags": words(known.body),
                "id": known.id,
                "author_id": known.user_id,
                "image_id": known.post_id,
                "created_at": known.created_at,
                "updated_at": known.created_at,
                "author": known.author.lower(),
                "image.tags": board.posts[known.post_id].tags,
                "body": words(known.body),
            },
        )  # fmt: skip

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get(f"{API}/comments/{{id}}", self.comment),
            web.get(f"{API}/search/comments", self.search_comments),
            web.get(f"{API}/profiles/{{id}}", self.profile),
            web.get(f"{API}/search/galleries", self.search_galleries),
            web.get(f"{API}/filters/system", self.system_filters),
            web.get(f"{API}/filters/user", self.user_filters),
            web.get(f"{API}/filters/{{id}}", self.filter),
            web.get(f"{API}/search/filters", self.search_filters),
        ]

    def _comments(self) -> list[Comment]:
        threads = self.board.world.comments[self.site].values()
        return [known for thread in threads for known in thread]

    async def search_comments(self, request: web.Request) -> web.Response:
        """`GET /search/comments`: newest first."""
        member = member_of(request)
        found = self.board.find(request, self.comment_index, self._comments())
        found.sort(key=lambda known: (known.created_at, known.id), reverse=True)
        size = member.comments_per_page if member else OTHERS_PER_PAGE

        def body(known: Comment) -> pictures.Body:
            hidden = self.board.posts[known.post_id].hidden
            return bodies.comment(known, under_hidden=hidden)

        return self.board.page(request, "comments", found, body, size=size)

    async def comment(self, request: web.Request) -> web.Response:
        """`GET /comments/:id`; under a hidden picture it is forbidden."""
        wanted = self.board.number(request)
        found = next((known for known in self._comments() if known.id == wanted), None)
        if found is None:
            return not_found()
        if self.board.posts[found.post_id].hidden:
            return web.Response(status=403)
        return json_response({"comment": bodies.comment(found)})

    async def profile(self, request: web.Request) -> web.Response:
        """`GET /profiles/:id`; a deactivated account is not there."""
        found = MEMBERS.get(self.board.number(request))
        if found is None or found.deactivated:
            return not_found()
        return json_response({"user": bodies.user(found, self.board.world, self.site)})

    async def search_galleries(self, request: web.Request) -> web.Response:
        """`GET /search/galleries`: newest first; one board still writes the older keys."""
        galleries = self.board.world.galleries[self.site]
        found = self.board.find(request, GALLERY_INDEX, galleries)
        found.sort(key=lambda known: known.id, reverse=True)
        old = self.site == "ponybooru"
        return self.board.page(
            request, "galleries", found, lambda known: bodies.gallery(known, old=old)
        )

    def _filters(self, request: web.Request, found: list[Filter]) -> web.Response:
        return self.board.page(
            request, "filters", found, lambda known: pictures.filter_body(known, self.board.tags)
        )

    async def filter(self, request: web.Request) -> web.Response:
        """`GET /filters/:id`: public ones and the site's; private ones with the owner's key."""
        for known in self.board.index.filters(member_of(request)):
            if str(known.id) == request.match_info["id"]:
                return json_response({"filter": pictures.filter_body(known, self.board.tags)})
        return not_found()

    async def system_filters(self, request: web.Request) -> web.Response:
        """`GET /filters/system`."""
        return self._filters(request, [known for known in FILTERS[self.site] if known.system])

    async def user_filters(self, request: web.Request) -> web.Response:
        """`GET /filters/user`: forbidden without a key."""
        if member_of(request) is None:
            return web.Response(status=403)
        own = [known for known in FILTERS[self.site] if known.owner == OPERATOR.id]
        return self._filters(request, own)

    async def search_filters(self, request: web.Request) -> web.Response:
        """`GET /search/filters`: what may be seen, newest first."""
        known = self.board.index.filters(member_of(request))
        found = self.board.find(request, FILTER_INDEX, known)
        found.sort(key=lambda filter_: filter_.id, reverse=True)
        return self._filters(request, found)

"""Routes of a simulated Philomena board that answer with images (seeds S1, S3; boards, 1.1-1.5)."""

import re
from collections.abc import Sequence
from random import Random

from aiohttp import web

from bot.demo.sites import philomena_bodies as bodies
from bot.demo.sites.keys import member_of
from bot.demo.sites.listing import ordered, page_of, paged, per_page
from bot.demo.sites.philomena_board import API, Board, not_found, refused_query
from bot.demo.sites.server import EVIL, json_response
from bot.demo.world_filters import Filter
from bot.demo.world_people import Member, doings
from bot.demo.world_post import WorldPost
from bot.query import QueryError

_PER_PAGE = 15
#: Fields of a post that this site does not sort by: the default takes their place.
_UNSORTED = frozenset({"created_at"})
#: The id in an address of a page, or of a file on the media host.
_ADDRESS = re.compile(
    r"//[^/]+(?:/images|/posts)?/(\d{1,10})(?:[?#]|$)|/img/(?:view/)?\d+/\d+/\d+/(\d{1,10})"
)


class Images:
    """Images one by one, the featured one, searches of them, and oEmbed."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self._rng = Random(1)  # noqa: S311 (a shuffle, not a secret)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get(f"{API}/search/images", self.search),
            web.get(f"{API}/search", self.search),
            web.get(f"{API}/images/featured", self.featured),
            web.get(f"{API}/images/{{id}}", self.image),
            web.get(f"{API}/oembed", self.oembed),
        ]

    def evil(self) -> list[WorldPost]:
        """Return what must not be shown to everybody."""
        return [post for post in self.board.posts.values() if not post.hidden and not post.safe]

    def image_answer(
        self, post: WorldPost, filter_: Filter | None, member: Member | None
    ) -> web.Response:
        """Answer with one image, and what the key's owner did with it."""
        body = bodies.image(post, self.board.world, filter_)
        return json_response({"image": body, "interactions": interactions([post], member)})

    async def image(self, request: web.Request) -> web.Response:
        """`GET /images/:id`: not filtered, stubs answer 200."""
        member = member_of(request)
        post = self.board.posts.get(self.board.number(request))
        filter_ = self.board.filter(request, member)
        return self.image_answer(post, filter_, member) if post else not_found()

    async def featured(self, request: web.Request) -> web.Response:
        """`GET /images/featured`: no redirect in the API."""
        member = member_of(request)
        filter_ = self.board.filter(request, member)
        featured = self.board.world.featured(self.board.site.name)
        return self.image_answer(self.evil()[0] if request[EVIL] else featured, filter_, member)

    def _found(self, request: web.Request, member: Member | None) -> list[WorldPost]:
        """Return what the query finds and may be shown; `del` and `hidden` show more."""
        query, board = request.query, self.board
        filter_ = board.filter(request, member)
        now = board.clock.now()
        try:
            found = board.index.find(query.get("q", ""), now, member)
        except QueryError as error:
            raise refused_query(error) from None
        deleted = query.get("del") == "1"
        hidden = query.get("hidden") == "1"
        return [
            post
            for post in found
            if post.approved
            and (deleted or not post.hidden)
            and (hidden or member is None or ("hidden", "") not in doings(post))
            and not board.index.hides(filter_, post, now)
        ]

    async def search(self, request: web.Request) -> web.Response:
        """`GET /search/images`: 15 a page when nothing is said, 50 at most."""
        query, member, world = request.query, member_of(request), self.board.world
        filter_ = self.board.filter(request, member)
        found = self._found(request, member)
        if request[EVIL]:
            found = self.evil()
        gallery = query.get("sf", "").removeprefix("gallery_id:")
        if gallery != query.get("sf", ""):
            found = self._in_gallery(found, gallery, descending=query.get("sd") != "asc")
        else:
            comments = {
                number: len(thread)
                for number, thread in world.comments[self.board.site.name].items()
            }
            field = query.get("sf")
            found = ordered(
                found, None if field in _UNSORTED else field, query.get("sd"),
                fallback="first_seen_at", comments=comments, rng=self._rng,
            )  # fmt: skip
        size = per_page(query, member.images_per_page if member else _PER_PAGE)
        page = paged(found, page_of(query), size)
        return json_response(
            {
                "images": [bodies.image(post, world, filter_) for post in page],
                "total": len(found),
                "interactions": interactions(page, member),
            }
        )

    def _in_gallery(
        self, found: list[WorldPost], gallery: str, *, descending: bool
    ) -> list[WorldPost]:
        """Return the posts in the owner's order, which is descending; others are at the end."""
        galleries = self.board.world.galleries[self.board.site.name]
        order = next((known.image_ids for known in galleries if str(known.id) == gallery), ())
        places = {number: place for place, number in enumerate(order)}
        if not descending:
            places = {number: -place for number, place in places.items()}
        inside = sorted(
            (post for post in found if post.id in places), key=lambda post: places[post.id]
        )
        return inside + [post for post in found if post.id not in places]

    async def oembed(self, request: web.Request) -> web.Response:
        """`GET /oembed` of a page or media URL."""
        number = oembed_id(request.query.get("url", ""))
        post = self.board.posts.get(number) if number is not None else None
        if post is None or post.hidden:
            return json_response({"error": "Couldn't find an image"}, 404)
        return json_response(bodies.oembed(post, self.board.world, self.board.site))


def oembed_id(url: str) -> int | None:
    """Return the id of the post that a page or media URL is of."""
    found = _ADDRESS.search(url)
    return int(found[1] or found[2]) if found else None


def interactions(posts: Sequence[WorldPost], member: Member | None) -> list[bodies.Body]:
    """Return what the member did with each of the posts; nothing for somebody anonymous."""
    if member is None:
        return []
    return [
        {"image_id": post.id, "user_id": member.id, "interaction_type": kind, "value": value}
        for post in posts
        for kind, value in doings(post)
    ]

"""What all routes of a simulated Philomena board share: who asks, which filter, which page."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from aiohttp import web

from bot.catalogue import Site
from bot.clock import Clock
from bot.demo.sites.images import ImageIndex
from bot.demo.sites.index import Index, server_message
from bot.demo.sites.listing import page_of, paged, per_page
from bot.demo.sites.server import RefusedError, json_response
from bot.demo.world import World
from bot.demo.world_filters import Filter
from bot.demo.world_people import Member
from bot.demo.world_post import WorldPost
from bot.demo.world_tags import TagTable
from bot.query import QueryError

T = TypeVar("T")

API = "/api/v1/json"
OTHERS_PER_PAGE = 25
_ID = re.compile(r"-?\d{1,18}")


def not_found() -> web.Response:
    """Return the answer to what the board does not have."""
    return json_response({"error": "Not found"}, 404)


def bad_request() -> RefusedError:
    """Return the refusal of a value that the board cannot read."""
    return RefusedError(json_response({"error": "Bad Request"}, 400))


class Board:
    """One Philomena board over the sample world, for the parts of its server."""

    def __init__(self, site: Site, world: World, clock: Clock) -> None:
        self.site = site
        self.world = world
        self.clock = clock
        self.index = ImageIndex(site, world)

    @property
    def posts(self) -> Mapping[int, WorldPost]:
        """Return the site's posts by id."""
        return self.world.posts(self.site.name)

    @property
    def tags(self) -> TagTable:
        """Return the site's tags."""
        return self.world.tags[self.site.name]

    def number(self, request: web.Request, name: str = "id") -> int:
        """Return a number of the path; anything else is refused with 400 (boards, 1.4)."""
        if not _ID.fullmatch(request.match_info[name]):
            raise bad_request()
        return int(request.match_info[name])

    def filter(self, request: web.Request, member: Member | None) -> Filter:
        """Return the filter that applies; one that may not be used is silently ignored."""
        known = self.index.filters(member)
        own = member.filter_id if member is not None else None
        used = next((filter_ for filter_ in known if filter_.id == own), known[0])
        wanted = request.query.get("filter_id")
        if wanted is None:
            return used
        if not _ID.fullmatch(wanted):
            raise bad_request()
        return next((filter_ for filter_ in known if filter_.id == int(wanted)), used)

    def find(self, request: web.Request, index: Index[T], things: Sequence[T]) -> list[T]:
        """Return what the request's `q` finds among `things`; a bad one is refused with 400."""
        try:
            return index.find(request.query.get("q", ""), things, self.clock.now())
        except QueryError as error:
            raise refused_query(error) from None

    def page(
        self,
        request: web.Request,
        name: str,
        things: Sequence[T],
        body: Callable[[T], Any],
        *,
        size: int = OTHERS_PER_PAGE,
    ) -> web.Response:
        """Answer with the page asked for: the things under `name`, and how many there are."""
        page = paged(things, page_of(request.query), per_page(request.query, size))
        return json_response({name: [body(thing) for thing in page], "total": len(things)})


def refused_query(error: QueryError) -> RefusedError:
    """Return the refusal of a query that cannot be read."""
    return RefusedError(json_response({"error": server_message(error)}, 400))

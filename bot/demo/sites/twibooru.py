"""A simulated Twibooru, API v3 (seed S4; reference: boards, 4 and 4a)."""

import re
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from aiohttp import web

from bot.demo.sites.images import ImageIndex
from bot.demo.sites.index import server_message
from bot.demo.sites.keys import member_of
from bot.demo.sites.listing import ordered, page_of, paged, per_page, whole
from bot.demo.sites.philomena_images import oembed_id
from bot.demo.sites.philomena_tags import TAGS, most_used
from bot.demo.sites.server import EVIL, RefusedError, SiteServer, Window, json_response
from bot.demo.sites.twibooru_bodies import (
    comment_body,
    instant,
    oembed_body,
    post_body,
    tag_body,
)
from bot.demo.world_filters import Filter
from bot.demo.world_people import doings
from bot.demo.world_post import WorldPost
from bot.query import QueryError

API = "/api/v3"
_PER_PAGE = 25
_WATCHED_PER_PAGE = 15
#: More pixels than any picture has.
_HUGE = 100_000
_ID = re.compile(r"\d{1,18}")
_MINUTE = 60.0

#: Requests in all, requests left, and when they are all back, for the headers of the answer.
_BALANCE: web.RequestKey[tuple[int, int, str]] = web.RequestKey("balance", tuple)

#: Routes with a balance of their own (rule L7), most specific first.
_LIMITS: tuple[tuple[str, re.Pattern[str], int], ...] = (
    ("search/posts", re.compile(rf"{API}/search/posts"), 10),
    ("search/tags", re.compile(rf"{API}/search/tags"), 60),
    ("comments", re.compile(rf"{API}/posts/[^/]+/comments"), 60),
    ("posts", re.compile(rf"{API}/posts/"), 60),
    ("others", re.compile(r"/(?!img/)"), 60),
)


class TwibooruServer(SiteServer):
    """Twibooru over the sample world."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rng = Random(2)  # noqa: S311 (a shuffle, not a secret)
        self._index = ImageIndex(self.site, self.world)
        self._windows = {name: Window(most, _MINUTE) for name, _, most in _LIMITS}

    def routes(self) -> list[web.RouteDef]:
        """Return the site's routes."""
        return [
            web.get(f"{API}/search/posts", self.search_posts),
            web.get(f"{API}/search/tags", self.search_tags),
            web.get(f"{API}/posts/featured", self.featured),
            web.get(f"{API}/posts/{{id}}", self.post),
            web.get(f"{API}/posts/{{id}}/comments", self.comments),
            web.get("/oembed.json", self.oembed),
            web.get("/posts/watched.json", self.watched),
        ]

    def not_found(self) -> web.Response:
        """Return the body of a 404."""
        return json_response({"error": "Not Found"}, 404)

    def limited(self, request: web.Request) -> web.Response | None:
        """Return the refusal where the site's limits are exceeded, else `None`."""
        for name, pattern, most in _LIMITS:
            if pattern.match(request.path):
                window = self._windows[name]
                now = self.clock.monotonic()
                used = window.count(now)
                # Without the rules the balance never runs out, so that tests need not wait.
                left = most - used if self.rules else max(1, most - used)
                reset = self.clock.now() + timedelta(seconds=window.reset_in(now))
                request[_BALANCE] = (most, max(0, left), instant(reset))
                if left < 0:
                    return json_response({"error": "Too many requests"}, 429)
                break
        return None

    def finish(self, request: web.Request, response: web.StreamResponse) -> None:
        """Put the site's usual headers on an answer."""
        if _BALANCE in request:
            most, left, reset = request[_BALANCE]
            response.headers["X-RL"] = str(most)
            response.headers["X-RL-Remaining"] = str(left)
            response.headers["X-RL-Reset"] = reset
            response.headers["cache-control"] = "max-age=0, private, must-revalidate"

    @property
    def posts(self) -> Mapping[int, WorldPost]:
        """Return the site's posts by id."""
        return self.world.posts(self.site.name)

    def _post(self, request: web.Request) -> WorldPost | None:
        text = request.match_info["id"]
        return self.posts.get(int(text)) if _ID.fullmatch(text) else None

    async def post(self, request: web.Request) -> web.Response:
        """`GET /posts/:id`: not filtered."""
        post = self._post(request)
        if post is None:
            return self.not_found()
        return json_response({"post": post_body(post, self.world)})

    async def featured(self, request: web.Request) -> web.Response:
        """`GET /posts/featured`."""
        post = self._evil()[0] if request[EVIL] else self.world.featured(self.site.name)
        return json_response({"post": post_body(post, self.world)})

    def _evil(self) -> list[WorldPost]:
        return [post for post in self.posts.values() if not post.hidden and not post.safe]

    async def comments(self, request: web.Request) -> web.Response:
        """`GET /posts/:id/comments`: the whole thread, unordered, without a total."""
        post = self._post(request)
        if post is None or post.hidden:
            return self.not_found()
        thread = list(self.world.comments[self.site.name].get(post.id, ()))
        Random(post.id).shuffle(thread)  # noqa: S311
        return json_response({"comments": [comment_body(known) for known in thread]})

    def _filter(self, request: web.Request) -> Filter:
        """Return the filter that applies; one that is not there is silently ignored."""
        known = self._index.filters(member_of(request))
        wanted = request.query.get("filter_id")
        return next((filter_ for filter_ in known if str(filter_.id) == wanted), known[0])

    def _find(self, request: web.Request, text: str) -> list[WorldPost]:
        """Return what the query finds, the filter permits, and the key's owner did not hide."""
        member, now, filter_ = member_of(request), self.clock.now(), self._filter(request)
        try:
            found = self._index.find(text, now, member)
        except QueryError as error:
            raise RefusedError(json_response({"error": server_message(error)}, 422)) from None
        return [
            post
            for post in found
            if not post.hidden
            and (member is None or ("hidden", "") not in doings(post))
            and not self._index.hides(filter_, post, now)
        ]

    def _page(self, request: web.Request, found: list[WorldPost], size: int) -> web.Response:
        query = request.query
        threads = self.world.comments[self.site.name].items()
        found = ordered(
            found, query.get("sf"), query.get("sd"),
            fallback="first_seen_at", rng=self._rng,
            comments={number: len(thread) for number, thread in threads},
        )  # fmt: skip
        page = paged(found, page_of(query), size)
        return json_response(
            {"posts": [post_body(post, self.world) for post in page], "total": len(found)}
        )

    async def search_posts(self, request: web.Request) -> web.Response:
        """`GET /search/posts`: 25 a page when nothing is said, 50 at most."""
        found = self._find(request, request.query.get("q", ""))
        if request[EVIL]:
            found = self._evil()
        return self._page(request, found, per_page(request.query, _PER_PAGE))

    async def watched(self, request: web.Request) -> web.Response:
        """`GET /posts/watched.json` with a key: the older route, with `perpage` (boards, 4a)."""
        if member_of(request) is None:
            return json_response({"error": "Unauthorized"}, 401)
        found = self._evil() if request[EVIL] else self._find(request, "my:watched")
        size = per_page(request.query, _WATCHED_PER_PAGE, name="perpage")
        return self._page(request, found, size)

    async def search_tags(self, request: web.Request) -> web.Response:
        """`GET /search/tags`: most used first."""
        table = self.world.tags[self.site.name]
        try:
            found = TAGS.find(request.query.get("q", ""), table.by_name.values(), self.clock.now())
        except QueryError as error:
            return json_response({"error": server_message(error)}, 422)
        found = most_used(found)
        page = paged(found, page_of(request.query), per_page(request.query, _PER_PAGE))
        return json_response(
            {"tags": [tag_body(known, table) for known in page], "total": len(found)}
        )

    async def oembed(self, request: web.Request) -> web.Response:
        """`GET /oembed.json` of a page or media URL, no larger than `maxwidth` and `maxheight`."""
        query = request.query
        number = oembed_id(query.get("url", ""))
        post = self.posts.get(number) if number is not None else None
        if post is None or post.hidden:
            return self.not_found()
        limits = [whole(query.get(name), _HUGE) for name in ("maxwidth", "maxheight")]
        box = (limits[0], limits[1]) if min(limits) < _HUGE else None
        return json_response(oembed_body(post, self.world, self.site, box))

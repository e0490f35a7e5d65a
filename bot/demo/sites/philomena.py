"""A simulated Philomena board: Derpibooru and Ponybooru (seeds S1, S3; reference: boards, 1)."""

from itertools import count
from typing import Any

from aiohttp import web

from bot.demo.sites.misbehaviour import html
from bot.demo.sites.philomena_board import API, Board, not_found
from bot.demo.sites.philomena_forums import Forums
from bot.demo.sites.philomena_images import Images
from bot.demo.sites.philomena_people import People
from bot.demo.sites.philomena_posting import Posting
from bot.demo.sites.philomena_tags import Tags
from bot.demo.sites.server import SiteServer, Window

#: Paths that count against the site's limits; media have none.
_COUNTED = (API, "/autocomplete", "/fetch")

#: The site's own limits (rule L9): requests and seconds on search and elsewhere, how long a
#: challenge lasts, after how many challenged requests the address is blocked, and how long.
_SEARCH = (20, 10.0)
_ELSEWHERE = (30, 5.0)
_CHALLENGED_FOR = 5.0
_PATIENCE = 10
_BLOCKED_FOR = 900.0


class PhilomenaServer(SiteServer):
    """One Philomena board over the sample world."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._numbers = count(1)
        self._search = Window(*_SEARCH)
        self._elsewhere = Window(*_ELSEWHERE)
        self._challenged_until = 0.0
        self._blocked_until = 0.0
        self._strikes = 0

    def routes(self) -> list[web.RouteDef]:
        """Return the site's routes."""
        board = Board(self.site, self.world, self.clock)
        images = Images(board)
        parts = (images, Posting(board, images), Tags(board), People(board), Forums(board))
        return [route for part in parts for route in part.routes()]

    def not_found(self) -> web.Response:
        """Return the body of a 404."""
        return not_found()

    def finish(self, request: web.Request, response: web.StreamResponse) -> None:
        """Put the site's usual headers on an answer."""
        response.headers["x-request-id"] = f"GHx{next(self._numbers):017d}"
        if request.path.startswith(_COUNTED):
            response.headers["cache-control"] = "max-age=0, private, must-revalidate"

    def limited(self, request: web.Request) -> web.Response | None:
        """Return the refusal where the site's limits are exceeded, else `None`."""
        if not self.rules or not request.path.startswith(_COUNTED):
            return None
        now = self.clock.monotonic()
        if now < self._blocked_until:
            self._blocked_until = now + _BLOCKED_FOR
            return web.Response(status=500)
        search = request.path.startswith(f"{API}/search")
        window = self._search if search else self._elsewhere
        over = window.count(now) > window.most
        if not over and now >= self._challenged_until:
            self._strikes = 0
            return None
        self._strikes += 1
        if self._strikes > _PATIENCE:
            self._blocked_until = now + _BLOCKED_FOR
            return web.Response(status=500)
        self._challenged_until = now + _CHALLENGED_FOR
        return html(501)

"""A simulated PonyAggregate (seed S0; reference: boards, 4b): its account, and who may do what."""

import calendar
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from aiohttp import web

from bot.demo.sites.keys import LOGIN, PONYAGGREGATE_KEY, TURNSTILE_TOKEN
from bot.demo.sites.ponyaggregate_account import refuse
from bot.demo.sites.ponyaggregate_bodies import Body, Checked, Login
from bot.demo.sites.ponyaggregate_lists import Lists
from bot.demo.sites.ponyaggregate_submissions import Submissions
from bot.demo.sites.server import SiteServer, Window, json_response
from bot.demo.sites.storage import StorageServer
from bot.demo.world_archive import KEEPER, USERS

T = TypeVar("T", bound=Body)

_LIMIT = (70, 5.0)
_SESSION_MONTHS = 4


class PonyAggregateServer(SiteServer):
    """PonyAggregate over the sample world, with the storage that its files go to."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.storage = StorageServer(self.world, self.clock)
        self.companions = (self.storage,)
        self.demands_turnstile = False
        """Whether the routes whose document shows `cfToken` insist on one; login always does."""
        self._window = Window(*_LIMIT)

    def routes(self) -> list[web.RouteDef]:
        """Return the site's routes."""
        parts = (Submissions(self), Lists(self))
        return [
            web.post("/api/users/me", self.me),
            web.post("/api/auth/login", self.login),
            *(route for part in parts for route in part.routes()),
        ]

    def not_found(self) -> web.Response:
        """Return the body of a 404."""
        return json_response({"error": "Not found"}, 404)

    def finish(self, request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG002
        """Put the site's usual headers on an answer."""
        response.headers["cache-control"] = "no-cache"

    def limited(self, request: web.Request) -> web.Response | None:  # noqa: ARG002
        """Return the refusal where the site's limits are exceeded, else `None`."""
        now = self.clock.monotonic()
        if self._window.count(now) > self._window.most and self.rules:
            return json_response({"error": "Too many requests"}, 429)
        return None

    def user(self, request: web.Request) -> int:
        """Return whose key came as bearer; anything else, a cookie too, is refused (rule L8)."""
        if "Cookie" in request.headers:
            raise refuse(401, "Session-based cookies are not allowed")
        scheme, _, key = request.headers.get("Authorization", "").partition(" ")
        if scheme != "Bearer" or key != PONYAGGREGATE_KEY:
            raise refuse(401, "Unauthorized")
        return KEEPER

    async def body(self, request: web.Request, kind: type[T]) -> T:
        """Return the JSON that was sent; 400 where it is wrong or lacks a token that is due."""
        if request.content_type != "application/json":
            raise refuse(400, "The body must be JSON")
        try:
            body = msgspec.json.decode(await request.read(), type=kind)
        except (msgspec.MsgspecError, UnicodeDecodeError) as error:
            raise refuse(400, str(error)) from None
        if isinstance(body, Checked):
            token = body.cf_token
            due = self.demands_turnstile or isinstance(body, Login)
            if (token is None and due) or token not in (None, TURNSTILE_TOKEN):
                raise refuse(400, "Turnstile verification failed")
        return body

    async def me(self, request: web.Request) -> web.Response:
        """`POST /api/users/me` with the key as bearer; cookies count for nothing."""
        number = self.user(request)
        return json_response({"user": {"id": number, "username": USERS[number], "role": "user"}})

    async def login(self, request: web.Request) -> web.Response:
        """`POST /api/auth/login`: a session cookie for exactly four months."""
        body = await self.body(request, Login)
        if body.cf_key != "auth":
            raise refuse(400, "Turnstile verification failed")
        if (body.identifier, body.password) != LOGIN:
            raise refuse(401, "Wrong username or password")
        response = json_response({"success": True})
        expires = months_later(self.clock.now(), _SESSION_MONTHS)
        response.set_cookie(
            "session",
            "demo-session",
            expires=expires.strftime("%a, %d %b %Y %H:%M:%S GMT"),
            path="/",
            secure=True,
            httponly=True,
            samesite="Lax",
        )
        return response


def months_later(when: datetime, months: int) -> datetime:
    """Return the same day so many months later, or the last one of a month that lacks it."""
    years, month = divmod(when.month - 1 + months, 12)
    year = when.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return when.replace(year=year, month=month + 1, day=min(when.day, last))

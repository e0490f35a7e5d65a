"""What the routes of a simulated PonyAggregate ask of their server."""

from typing import Protocol, TypeVar

from aiohttp import web

from bot.clock import Clock
from bot.demo.sites.ponyaggregate_bodies import Body
from bot.demo.sites.server import RefusedError, json_response
from bot.demo.sites.storage import StorageServer
from bot.demo.world import World

T = TypeVar("T", bound=Body)


class Account(Protocol):
    """Knows whose key a request brings and reads its body."""

    world: World
    clock: Clock
    storage: StorageServer

    def user(self, request: web.Request) -> int:
        """Return the id of the key's owner; raises `RefusedError` with 401."""

    async def body(self, request: web.Request, kind: type[T]) -> T:
        """Return the body; raises `RefusedError` with 400."""


def refuse(status: int, text: str) -> RefusedError:
    """Return the refusal of a request."""
    return RefusedError(json_response({"error": text}, status))


def number(request: web.Request) -> int:
    """Return the id in the path; what is no number is not there."""
    text = request.match_info["id"]
    if not text.isdecimal() or len(text) > 18:  # noqa: PLR2004 (more than any id has)
        raise refuse(404, "Not found")
    return int(text)

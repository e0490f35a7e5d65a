"""What tests have the loopback Discord do to a request instead of answering it."""

from collections.abc import Callable
from dataclasses import dataclass

from aiohttp import web

from tests.loopback_objects import json_answer


@dataclass
class Fault:
    """What is done to requests instead of answering them; of several the first that fits."""

    path: str = r".*"
    """A regular expression for the whole path, without the API's version."""
    method: str = "POST"
    times: int = 1
    arrives: bool = False
    """Whether the request is carried out all the same, and only its answer is lost."""
    status: int = 0
    code: int = 0
    message: str = "as the test wishes"
    retry_after: float = 0.0
    scope: str = "user"
    """Of a 429: `user` (its route), `global` or `shared`."""
    via: bool = True
    """Of a 429: whether it is Discord's own; without it, it is the ban of an address."""
    reset: bool = False
    """Whether the connection is broken off."""
    slow: float = 0.0
    """Seconds before anything is done."""
    hangs: bool = False
    """Whether no answer ever comes."""
    before: Callable[[], object] | None = None
    """Called when the request has come, before it is carried out."""
    after: Callable[[], object] | None = None
    """Called when it was carried out, before it is answered."""


def limited(fault: Fault) -> web.Response:
    """Return the 429 that the fault is."""
    if not fault.via:
        # Not Discord's own answer but that of the network in front of it.
        return web.Response(status=429, text="error code: 1015", headers={"Retry-After": "60"})
    headers = {
        "Via": "1.1 google",
        "Retry-After": str(fault.retry_after),
        "X-RateLimit-Scope": fault.scope,
    }
    body = {
        "message": "You are being rate limited.",
        "retry_after": fault.retry_after,
        "global": fault.scope == "global",
    }
    if fault.scope == "global":
        headers["X-RateLimit-Global"] = "true"
    return json_answer(body, status=429, headers=headers)

"""The keys and tokens that the simulated sites know; any other is refused."""

from aiohttp import web

from bot.demo.world_people import OPERATOR, Member

#: The operator's key on the boards: Derpibooru, Ponybooru and Twibooru.
BOARD_KEY = "demo-board-key"
#: The key of somebody who may not upload any more.
BANNED_KEY = "demo-banned-key"
#: The operator's key on PonyAggregate.
PONYAGGREGATE_KEY = "demo-ponyaggregate-key"
#: What a person's browser would have obtained from Cloudflare (rule L15).
TURNSTILE_TOKEN = "demo-turnstile-token"  # noqa: S105 (of a simulated site)
#: Name and password that PonyAggregate's login takes.
LOGIN = ("mailmare", "demo-password")


def member_of(request: web.Request) -> Member | None:
    """Return whose key the request's query has; nobody's without one that is known."""
    return OPERATOR if request.query.get("key") == BOARD_KEY else None

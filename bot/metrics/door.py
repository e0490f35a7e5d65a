"""Who comes in at the endpoint: so many at a time, each for a while (fault F16).

Whoever opens connections and says nothing, or never reads, would else take every file descriptor
from the bot.
"""

import asyncio

from aiohttp import web

#: Connections at a time; a Prometheus and a supervisor need one each.
MOST = 32
#: Seconds for which a connection is used, whatever it is used for, and may take to end after that.
LONGEST, GRACE = 60.0, 10.0


class Door:
    """Makes the protocol of each connection (asyncio's `protocol_factory`)."""

    def __init__(self, server: web.Server, *, longest: float, grace: float) -> None:
        self._server = server
        self._longest = longest
        self._grace = grace

    def __call__(self) -> asyncio.Protocol:
        """Return what serves a connection, or turns it away where there are too many."""
        if len(self._server.connections) >= MOST:
            return _TurnedAway()
        handler = self._server()
        asyncio.get_running_loop().call_later(self._longest, self._end, handler)
        return handler

    def _end(self, handler: web.RequestHandler) -> None:
        # What is being answered may still be; a client opens another connection for the next.
        handler.close()
        asyncio.get_running_loop().call_later(self._grace, _cut_off, handler)


class _TurnedAway(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)  # noqa: S101  a socket's can write
        transport.abort()


def _cut_off(handler: web.RequestHandler) -> None:
    if handler.transport is not None:
        handler.transport.abort()

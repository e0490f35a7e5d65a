"""Requests to Discord, each made once, at one pace, and none while Discord holds us off.

The library repeats what failed by itself, out of our sight: after 500, 502 and 504, within one
call. A forum's new thread would be there twice then, and a message whose window is over too. So a
trace of the HTTP session ends the call before its second request, except after a 429, which says
that nothing was done: those the library waits out, in the channel concerned alone (fault F04).
"""

from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.clock import Clock
from bot.feeds.destination import HeldError, LaterError, UncertainError
from bot.messenger.failures import BAN, failure_of
from bot.messenger.pace import Pace
from bot.quotas import Quota, Rate

#: How long one request may take, in seconds (fault F09).
PATIENCE = 15.0
#: Discord bans an address after 10,000 answers of 401, 403 or 429 in ten minutes (rule D12).
BAD_ANSWERS = Rate(5000, 600.0)
_BAD = frozenset({401, 403, 429})
_LIMITED = 429


class _Attempt:
    """One call, as the trace sees it."""

    def __init__(self) -> None:
        self.status: int | None = None
        """Of the last answer; 0: the connection failed."""


class _OnceError(Exception):
    """The library is about to repeat a request that may have been carried out."""


class Wire:
    """The way to Discord's REST interface, through the client's own session and its limits.

    Make it before the client logs in.
    """

    def __init__(self, client: discord.Client, clock: Clock, *, patience: float = PATIENCE) -> None:
        self.pace = Pace(clock)
        self._client = client
        self._clock = clock
        self._timeout = aiohttp.ClientTimeout(total=patience)
        self._held_until = 0.0
        self._bad = Quota(BAD_ANSWERS, clock)
        trace = client.http.http_trace or aiohttp.TraceConfig()
        trace.on_request_start.append(_begins)
        trace.on_request_end.append(_answered)
        trace.on_request_exception.append(_broke)
        client.http.http_trace = trace

    async def ask(self, method: str, path: str, /, **parts: Any) -> Any:
        """Make one request and return the answer's JSON.

        `parts` are the path's own, and `json` and `params`. Raises a DeliveryError.
        """
        body = {name: parts.pop(name) for name in ("json", "params") if name in parts}
        self._check_hold()
        await self.pace.wait()
        self._check_hold()
        attempt = _Attempt()
        try:
            return await self._client.http.request(
                Route(method, path, **parts),
                timeout=self._timeout,
                trace_request_ctx=attempt,
                **body,
            )
        except discord.HTTPException as error:
            raise self._failure(error) from error
        except discord.RateLimited as error:
            raise LaterError(str(error), error.retry_after) from error
        except _OnceError:
            raise UncertainError(f"{attempt.status or 'the connection broke'}") from None
        except (aiohttp.ClientError, OSError) as error:
            raise UncertainError(type(error).__name__) from error

    def _check_hold(self) -> None:
        wait = self._held_until - self._clock.monotonic()
        if wait > 0:
            raise HeldError("Discord holds us off", wait)

    def _failure(self, error: discord.HTTPException) -> Exception:
        failure = failure_of(error)
        if error.status in _BAD:
            self._bad.count(0)
            if wait := self._bad.wait(0):
                failure = HeldError(failure.reason, max(BAN, wait))
        if isinstance(failure, HeldError):
            self._held_until = self._clock.monotonic() + failure.seconds
        return failure


async def _begins(_session: object, context: SimpleNamespace, _params: object) -> None:
    attempt = context.trace_request_ctx
    if isinstance(attempt, _Attempt) and attempt.status not in {None, _LIMITED}:
        raise _OnceError


async def _answered(
    _session: object, context: SimpleNamespace, params: aiohttp.TraceRequestEndParams
) -> None:
    attempt = context.trace_request_ctx
    if isinstance(attempt, _Attempt):
        attempt.status = params.response.status


async def _broke(_session: object, context: SimpleNamespace, _params: object) -> None:
    attempt = context.trace_request_ctx
    if isinstance(attempt, _Attempt):
        attempt.status = 0

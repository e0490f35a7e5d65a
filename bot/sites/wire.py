"""The session: one request over HTTP, bounded in time and size, and nothing remembered."""

import asyncio
import errno
import logging
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import ClientHandlerType, ClientRequest, ClientResponse
from msgspec import Struct
from yarl import URL

from bot.texts import _

from . import bounds
from .answers import Interrupted, Judge, Kind, Raw, Unsent
from .errors import BadRequest, Unavailable, Unconfirmed
from .upload import Upload

log = logging.getLogger(__name__)

#: What an operating system says of a connection that the other side ended.
_RESET = frozenset({errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED})
#: What it means for asking again that a request was sent and nothing came back.
_AFTER_SILENCE: Mapping[Kind, type[Unavailable]] = {
    Kind.READ: Unavailable,
    Kind.CHANGE: Unconfirmed,
    Kind.UPLOAD: Interrupted,
}


class File(Struct, frozen=True):
    """One file of a multipart form."""

    field: str
    """Name of the form's field, such as `image[image]`."""
    name: str
    mime: str
    content: bytes


class Call(Struct, frozen=True, kw_only=True):
    """One HTTP request, complete; its address may hold a key and is never shown."""

    url: URL
    method: str = "GET"
    headers: Mapping[str, str] = {}
    json: bytes | None = None
    fields: Mapping[str, str] = {}
    """What a form holds beside its `file`."""
    file: File | None = None
    upload: Upload | None = None
    """A body that is read as it is sent."""

    def body(self) -> Any:
        """Return a body that is no upload as aiohttp takes it, anew for each sending."""
        if self.file is None:
            return self.json
        form = aiohttp.FormData(dict(self.fields), quote_fields=False)
        form.add_field(
            self.file.field,
            self.file.content,
            filename=self.file.name,
            content_type=self.file.mime,
        )
        return form


class Cut(Exception):
    """A connection that ended under a request that aiohttp would otherwise send again itself."""


class _Trip:
    """Keeps aiohttp from sending a request again of itself, behind the back of gate and circuit.

    One case stays: a read on a kept connection that its server had ended in the meantime, which
    is no failure of the host.
    """

    def __init__(self) -> None:
        self.kept_connection = False

    async def __call__(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        try:
            return await handler(request)
        except aiohttp.ClientConnectorError:
            raise
        except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
            if self.kept_connection:
                raise
            raise Cut from error


class Wire:
    """Sends requests: no redirects, no cookies, no proxies of the environment.

    The time-outs are aiohttp's own, in real seconds (reference: safety, 5).
    """

    def __init__(
        self,
        user_agent: str,
        *,
        total_seconds: float,
        connect_seconds: float,
        stall_seconds: float,
    ) -> None:
        self._stall_seconds = stall_seconds
        self._headers = {"User-Agent": user_agent, "Accept": "application/json"}
        self._timeout = aiohttp.ClientTimeout(
            total=total_seconds, connect=connect_seconds, sock_connect=connect_seconds
        )
        self._reading: aiohttp.ClientSession | None = None
        self._changing: aiohttp.ClientSession | None = None

    async def send(self, call: Call, judge: Judge, epoch: int) -> Raw:
        """Return the answer, whatever its status.

        Raises the `SiteError` for a host that gives none (faults F16, F19). No text of aiohttp
        goes into it, as that would hold the address and with it the key (safety, 6).
        """
        try:
            if call.upload is not None:
                return await self._put(call, call.upload, epoch)
            return await self._exchange(call, judge, epoch)
        except bounds.Unusable as error:
            raise judge.unusable(epoch, str(error)) from None
        except aiohttp.ConnectionTimeoutError:
            raise judge.failure(epoch, _("It took too long to answer.")) from None
        except TimeoutError:
            kind = _AFTER_SILENCE[judge.kind]
            raise judge.failure(epoch, _("It took too long to answer."), kind=kind) from None
        except (Cut, aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError) as error:
            if call.upload is not None and call.upload.fault:
                raise BadRequest(judge.site.name, call.upload.fault) from None
            log.warning("%s: no answer (%s)", judge.site.name, type(error).__name__)
            kind = meaning(error, judge.kind)
            raise judge.failure(epoch, _("It could not be reached."), kind=kind) from None

    async def close(self) -> None:
        """Close what was opened."""
        for session in (self._reading, self._changing):
            if session is not None:
                await session.close()
        self._reading = self._changing = None

    async def _exchange(self, call: Call, judge: Judge, epoch: int) -> Raw:
        trip = _Trip()
        session = self._for_reading() if judge.kind is Kind.READ else self._for_changes()
        headers = dict(call.headers)
        if call.json is not None:
            headers["Content-Type"] = "application/json"
        async with session.request(
            call.method,
            call.url,
            data=call.body(),
            headers=headers,
            allow_redirects=False,
            middlewares=(trip,),
            trace_request_ctx=trip,
        ) as response:
            body = await bounds.read_bounded(response)
            return Raw(response.status, response.headers, body, epoch)

    async def _put(self, call: Call, upload: Upload, epoch: int) -> Raw:
        """Send a file for as long as it moves: what counts is a stall, not the total."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._stall_seconds) as stall:

            def moved() -> None:
                stall.reschedule(loop.time() + self._stall_seconds)

            async with self._for_changes().request(
                call.method,
                call.url,
                data=upload.stream(moved),
                headers=call.headers,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(total=None, connect=self._timeout.connect),
                middlewares=(trip := _Trip(),),
                trace_request_ctx=trip,
            ) as response:
                moved()
                body = await bounds.read_bounded(response)
                return Raw(response.status, response.headers, body, epoch)

    # Each is opened by the first request and not before, so that it is made in its context.

    def _for_reading(self) -> aiohttp.ClientSession:
        if self._reading is None:
            self._reading = self._open(None)
        return self._reading

    def _for_changes(self) -> aiohttp.ClientSession:
        # A connection of its own for each: on a kept one that its server has ended meanwhile,
        # nobody could tell whether the change arrived.
        if self._changing is None:
            self._changing = self._open(aiohttp.TCPConnector(force_close=True))
        return self._changing

    def _open(self, connector: aiohttp.TCPConnector | None) -> aiohttp.ClientSession:
        tracing = aiohttp.TraceConfig()
        tracing.on_connection_reuseconn.append(_note_kept)
        tracing.on_connection_create_end.append(_note_new)
        return aiohttp.ClientSession(
            connector=connector,
            headers=self._headers,
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            trace_configs=[tracing],
        )


async def _note_kept(_session: object, context: SimpleNamespace, _params: object) -> None:
    context.trace_request_ctx.kept_connection = True


async def _note_new(_session: object, context: SimpleNamespace, _params: object) -> None:
    context.trace_request_ctx.kept_connection = False


def meaning(error: Exception, kind: Kind) -> type[Unavailable]:
    """Return what a connection that failed means for asking again.

    A read may be sent again where the connection stood and was then cut; a change only where
    nothing can have left, as nobody listened.
    """
    if isinstance(error, aiohttp.ClientConnectorError):
        refused = isinstance(error.os_error, ConnectionRefusedError)
        return Unsent if refused and kind is not Kind.READ else Unavailable
    if isinstance(error, aiohttp.InvalidURL):
        return Unavailable
    if kind is Kind.CHANGE:
        return Unconfirmed
    return Interrupted if was_cut(error) else Unavailable


def was_cut(error: Exception) -> bool:
    """Tell whether the connection stood and was then cut: such a request may be sent again."""
    if isinstance(error, Cut | aiohttp.ServerDisconnectedError | aiohttp.ClientPayloadError):
        return True
    return isinstance(error, OSError) and error.errno in _RESET

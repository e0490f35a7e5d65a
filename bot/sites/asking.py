"""What every client does before and after a request: parameters, the key, the envelope."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from bot.catalogue import Site
from bot.clock import Clock
from bot.texts import _

from . import decode
from .board import DEFAULT_PER_PAGE, Page, Sort
from .checks import check_filter, check_page, check_query
from .errors import BadRequest, BadResponse, KeyRefused
from .gate import Priority
from .record import Record, read
from .routes import Route
from .rows import Rows
from .sorting import find_sort
from .transport import Transport
from .wire import File

T = TypeVar("T")
R = TypeVar("R", bound=Record)


class _Counted(Struct):
    """What the envelope of a list says beside its entries."""

    total: decode.Total | None = None


class Asker:
    """One client's way to its site: the key it may use, and which parameters may be sent."""

    def __init__(self, site: Site, transport: Transport, *, key: str | None = None) -> None:
        transport.admit(site)
        self._site = site
        self._transport = transport
        self._key = key
        self._rows = Rows(site)

    async def ask(
        self,
        route: Route,
        params: Mapping[str, str | float | None] | None = None,
        *,
        each: Mapping[str, Sequence[int]] | None = None,
        priority: Priority = Priority.INTERACTIVE,
        **parts: str | int,
    ) -> object:
        """Return the decoded JSON of a GET; a parameter of `None` is not sent.

        `parts` fill in the route's path; `each` are parameters that are sent once for each value,
        in place of `params`. The operator's key goes with it where the route takes one. A key
        that the site refuses is not used again, and the call goes on without it (F15). Raises
        `BadRequest` for a parameter that the route does not take (reference: safety, 3.3).
        """
        path = route.fill(self._site, **parts)
        sent = self._allowed(route, params or {})
        if each:
            path = f"{path}?{urlencode(each, doseq=True)}"
        if self._key is not None and "key" in route.takes:
            try:
                reply = await self._transport.get(
                    self._site, path, sent, priority=priority, key=self._key
                )
            except KeyRefused:
                self._key = None
            else:
                return reply.value
        reply = await self._transport.get(self._site, path, sent, priority=priority)
        return reply.value

    async def search(
        self,
        route: Route,
        q: str,
        page: int,
        per_page: int,
        priority: Priority = Priority.INTERACTIVE,
        **others: str | float | None,
    ) -> object:
        """Return the decoded JSON of a search, whose query and page are checked before.

        `others` are parameters beside these.
        """
        check_page(self._site, page, per_page)
        query = check_query(self._site, q)
        params = {"q": query, "page": page, "per_page": per_page, **others}
        return await self.ask(route, params, priority=priority)

    async def search_posts(
        self,
        route: Route,
        q: str,
        page: int,
        per_page: int,
        priority: Priority,
        *,
        sort: str | Sort | None,
        filter_id: int | None,
    ) -> object:
        """Return the decoded JSON of a search of posts, in one of the orders of `sorts`."""
        order = find_sort(self._site, sort)
        return await self.search(
            route,
            q,
            page,
            per_page,
            priority,
            sf=order.field,
            sd=order.direction,
            filter_id=check_filter(self._site, filter_id),
        )

    async def ask_as_owner(
        self,
        route: Route,
        params: Mapping[str, str | float | None] | None = None,
    ) -> object:
        """Return the decoded JSON of a GET that only the operator's key is answered.

        Raises `BadRequest` without a key, `KeyRefused` where the site refuses it.
        """
        reply = await self._transport.get(
            self._site, route.path, self._allowed(route, params or {}), key=self._needed_key()
        )
        return reply.value

    async def post(
        self,
        route: Route,
        params: Mapping[str, str | float | None] | None = None,
        *,
        body: object | None = None,
        file: File | None = None,
        as_owner: bool = False,
    ) -> object:
        """Return the decoded JSON of a POST with a JSON body, with a file, or with neither.

        What is sent `as_owner` changes something and needs a key: `BadRequest` without one.
        """
        reply = await self._transport.send(
            self._site,
            route.method,
            route.path,
            self._allowed(route, params or {}),
            body=body,
            file=file,
            key=self._needed_key() if as_owner else self._key,
            idempotent=not as_owner,
        )
        return reply.value

    @property
    def clock(self) -> Clock:
        """Return the clock that says how long an answer may be kept."""
        return self._transport.clock

    def shape(self, value: object, kind: type[T], place: str) -> T:
        """Return a body's envelope as `kind`; raise `BadResponse` for a wrong one."""
        return decode.shape(value, kind, self._site, place)

    def page(self, value: object, kind: type[T], place: str) -> T:
        """Return a page's envelope as `kind`; a wrong one counts as a page that is bad (F18)."""
        try:
            return self.shape(value, kind, place)
        except BadResponse:
            self.note(0, 1)
            raise

    def one(self, value: object, kind: type[R], place: str, **known: str | int) -> R:
        """Return what stands under `place` in an envelope, as `kind`."""
        body = self.shape(value, dict[str, Any], place).get(place)
        return read(body, kind, self._site, place, **known)

    def many(
        self,
        value: object,
        name: str,
        decoded: Callable[[object], T],
        *,
        page: int = 1,
        per_page: int = DEFAULT_PER_PAGE,
    ) -> Page[T]:
        """Return the page that stands under `name` in an envelope.

        Entries that `decoded` cannot read are left out, counted and noted (fault F18).
        """
        envelope = self.page(value, dict[str, Any], name)
        rows: list[object] = self.page(envelope.get(name), list[Any], f"{name}.{name}")
        total = self.page(envelope, _Counted, name).total
        items, skipped = self.rows(rows, decoded)
        return Page(items=tuple(items), total=total, page=page, per_page=per_page, skipped=skipped)

    def rows(self, rows: Iterable[object], decoded: Callable[[object], T]) -> tuple[list[T], int]:
        """Return a page's entries, and how many could not be read; they are noted (fault F18)."""
        items, skipped = self._rows.read(rows, decoded)
        self.note(len(items), skipped)
        return items, skipped

    def reader(self, kind: type[R], place: str, **known: str | int) -> Callable[[object], R]:
        """Return what makes a `kind` of one entry of a list, for `many`."""
        return lambda row: read(row, kind, self._site, place, **known)

    def note(self, good: int, bad: int) -> None:
        """Tell how much of a page could be read: more than half bad is degraded (fault F18)."""
        self._transport.note_page(self._site, good=good, bad=bad)

    def _allowed(self, route: Route, params: Mapping[str, str | float | None]) -> dict[str, str]:
        sent = {name: str(value) for name, value in params.items() if value is not None}
        if not (route.takes - {"key"}).issuperset(sent):
            raise BadRequest(self._site.name, _("That parameter is never sent."))
        return sent

    def _needed_key(self) -> str:
        if self._key is None:
            raise BadRequest(
                self._site.name,
                _("That needs the operator's key for {site}.").format(site=self._site.title),
            )
        return self._key


class Client:
    """What the clients of all boards are made of; `key` is the operator's own API key.

    The key goes to this site alone. One that the site refuses is dropped, and told in
    `Sites.status`.
    """

    def __init__(self, site: Site, transport: Transport, *, key: str | None = None) -> None:
        self.site = site
        self._ask = Asker(site, transport, key=key)

"""What every client does before and after a request: checks, parameters, the key, the tally."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from msgspec import Struct

from bot.catalogue import Site
from bot.clock import Clock
from bot.texts import _

from . import decode
from .board import (
    DEFAULT_PER_PAGE,
    MAX_PER_PAGE,
    MOST_SUGGESTIONS,
    SHORTEST_TERM,
    Page,
    Sort,
)
from .errors import BadRequest, BadResponse, KeyRefused
from .gate import Priority
from .record import Record, read
from .routes import Route
from .rows import Rows
from .transport import Transport
from .wire import File

T = TypeVar("T")
R = TypeVar("R", bound=Record)

#: Results that a board's index can page through (boards, 1.2).
_DEEPEST = 10_000_000
#: Ids of boards, and of the Safe Pony API (reference: safety, 5).
_BIGGEST_ID = 9_999_999_999
_BIGGEST_PONY = 2**53
#: More than any safe query needs, and less than any server refuses as an address too long.
_LONGEST_QUERY = 4_000
#: Bytes of a file that is sent (reference: safety, 5).
BIGGEST_FILE = 5 * 1024 * 1024
#: What results can be sorted by; anything else would silently be the default (boards, 1.2).
_SORT_FIELD = re.compile(
    r"(?:id|updated_at|first_seen_at|aspect_ratio|faves|downvotes|upvotes|width|height|score"
    r"|comment_count|tag_count|wilson_score|pixels|size|duration|hides|_score"
    r"|random(?::[0-9]{1,10})?|gallery_id:[1-9][0-9]{0,9})"
)


def sorts() -> tuple[Sort, ...]:
    """Return the orders of a board's search, the default first (boards, 1.2)."""
    return (
        Sort("newest", "first_seen_at", "desc", _("Newest first")),
        Sort("oldest", "first_seen_at", "asc", _("Oldest first")),
        Sort("score", "score", "desc", _("Highest score")),
        Sort("wilson", "wilson_score", "desc", _("Best liked")),
        Sort("faves", "faves", "desc", _("Most favourites")),
        Sort("comments", "comment_count", "desc", _("Most comments")),
        Sort("updated", "updated_at", "desc", _("Latest change")),
        Sort("random", "random", "desc", _("Random")),
    )


def find_sort(site: Site, offered: tuple[Sort, ...], sort: str | Sort | None) -> Sort:
    """Return the order meant by `sort`, a name or a value; raise `BadRequest` for others."""
    if sort is None:
        return offered[0]
    for one in (sort,) if isinstance(sort, Sort) else offered:
        named = one is sort or one.name == sort
        if named and _SORT_FIELD.fullmatch(one.field) and one.direction in {"asc", "desc"}:
            return one
    raise BadRequest(site.name, _("{site} cannot be sorted that way.").format(site=site.title))


def check_page(site: Site, page: int, per_page: int) -> None:
    """Refuse pages that the board would silently turn into others (rule L11; boards, 1.2)."""
    if not 1 <= per_page <= MAX_PER_PAGE:
        raise BadRequest(
            site.name,
            _("A page has 1 to {most} posts.").format(most=MAX_PER_PAGE),
        )
    if not 1 <= page <= _DEEPEST // per_page:
        raise BadRequest(site.name, _("There is no such page."))


def check_id(site: Site, number: int) -> int:
    """Return an id that something can have; refuse others (reference: safety, 5)."""
    biggest = _BIGGEST_PONY if site.family == "ponyapi" else _BIGGEST_ID
    if not 1 <= number <= biggest:
        raise BadRequest(
            site.name, _("A post's number is between 1 and {most}.").format(most=biggest)
        )
    return number


def check_filter(site: Site, filter_id: int | None) -> int | None:
    """Return the filter to name: the one asked for, or else the catalogue's (safety, 3.4)."""
    return site.site_filter if filter_id is None else check_id(site, filter_id)


def check_range(
    site: Site, name: str, value: float | None, least: float, most: float
) -> float | None:
    """Return a parameter's value if it is between `least` and `most`, or none was given."""
    if value is None or least <= value <= most:
        return value
    raise BadRequest(
        site.name,
        _("“{name}” is between {least} and {most}.").format(name=name, least=least, most=most),
    )


def check_query(site: Site, text: str) -> str:
    """Return `text` where it can travel as a query: some text, not endless, valid Unicode."""
    if not text.strip():
        raise BadRequest(site.name, _("There is nothing to search for."))
    if len(text) > _LONGEST_QUERY:
        raise BadRequest(site.name, _("That is too long to search for."))
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise BadRequest(site.name, _("That holds characters that cannot be sent."))
    return text


def check_beginning(site: Site, term: str, limit: int) -> str:
    """Return the beginning of a tag that can be completed; refuse what the board would."""
    check_query(site, term)
    if len(term.encode()) < SHORTEST_TERM:
        raise BadRequest(site.name, _("Type at least three letters."))
    check_range(site, "limit", limit, 1, MOST_SUGGESTIONS)
    return term


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
    ) -> object:
        """Return the decoded JSON of a search, whose query and page are checked before."""
        check_page(self._site, page, per_page)
        query = check_query(self._site, q)
        return await self.ask(
            route, {"q": query, "page": page, "per_page": per_page}, priority=priority
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

"""The sites' APIs: polite, bounded, typed. Usable on its own, without Discord.

    async with Sites(CATALOGUE, Transport(SYSTEM_CLOCK)) as sites:
        page = await sites.boards["derpibooru"].search("safe, cute", sort="score")
        pony = await sites.ponyapi.random(["twilight sparkle"])

What comes back is decoded and nothing more: whether it may be shown is for `bot.safety` to say.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Self

from msgspec import Struct

from bot.catalogue import CATALOGUE, Site
from bot.texts import _

from .board import Board, Comment, CommentPage, DnpEntry, Page, PostPage, Sort, Suggestion, Tag
from .errands import Reply
from .errors import (
    BadQuery,
    BadRequest,
    BadResponse,
    Busy,
    CoolingDown,
    KeyRefused,
    NeedsBrowser,
    NotFound,
    Refused,
    SiteError,
    Unavailable,
    Unconfirmed,
    Withheld,
)
from .gate import Priority
from .oembed import OEmbed
from .pages import pages, search_pages
from .philomena import PhilomenaBoard
from .philomena_filters import Filter
from .philomena_forums import Forum, ForumPost, Topic
from .philomena_images import Gallery, ImageErrors, UploadRefused
from .philomena_people import Award, Link, User
from .philomena_tags import NumberedTag
from .ponyaggregate import PonyAggregate
from .ponyapi import PonyApi, PonyTag
from .tally import Tally
from .transport import Transport
from .twibooru import TwibooruBoard

__all__ = [
    "CATALOGUE",
    "Award",
    "BadQuery",
    "BadRequest",
    "BadResponse",
    "Board",
    "Busy",
    "Comment",
    "CommentPage",
    "CoolingDown",
    "DnpEntry",
    "Filter",
    "Forum",
    "ForumPost",
    "Gallery",
    "ImageErrors",
    "KeyRefused",
    "Link",
    "NeedsBrowser",
    "NotFound",
    "NumberedTag",
    "OEmbed",
    "Page",
    "PhilomenaBoard",
    "PonyAggregate",
    "PonyApi",
    "PonyTag",
    "PostPage",
    "Priority",
    "Refused",
    "Reply",
    "Site",
    "SiteError",
    "SiteFigures",
    "SiteStatus",
    "Sites",
    "Sort",
    "Suggestion",
    "Tag",
    "Tally",
    "Topic",
    "Transport",
    "TwibooruBoard",
    "Unavailable",
    "Unconfirmed",
    "UploadRefused",
    "User",
    "Withheld",
    "pages",
    "search_pages",
]


class SiteStatus(Struct, frozen=True):
    """How one site is doing, from what its last answers told us; nothing is asked for it."""

    site: Site
    ok: bool
    """Whether it may be asked now and its answers are usable."""
    until: datetime | None
    """The end of its cool-down; `None` without one, or where only a restart ends it."""
    reason: str
    """What is to be told of it, a sentence for people; empty where there is nothing."""
    asked: bool = True
    """Whether it was asked since we were started; `ok` says little where it was not."""


class SiteFigures(Struct, frozen=True, kw_only=True):
    """How one site is doing, in numbers."""

    site: str
    """The catalogue's name."""
    ok: bool
    """As in `SiteStatus`."""
    rest: float
    """Seconds for which it is left alone yet; infinite where only a restart ends that."""
    failures: int
    """In a row, as far as its circuit counts them."""
    is_open: bool
    """Whether it failed so often that nobody waits for it."""
    tally: Tally
    """What came of the requests to it; it goes on counting."""


class Sites(Mapping[str, Board | PonyApi]):
    """The clients of all sites that have one, by the catalogue's names, over one transport.

    `keys` are the operator's own API keys by site name. Use it as an asynchronous context
    manager: leaving it closes the transport. Raises `BadRequest` for an address that the
    transport would never ask (see `Transport.admit`).
    """

    def __init__(
        self,
        catalogue: Mapping[str, Site],
        transport: Transport,
        *,
        keys: Mapping[str, str] | None = None,
    ) -> None:
        keys = keys or {}
        self.rows = dict(catalogue)
        """The rows of all sites that are in use, those without anything to read too."""
        self._transport = transport
        self._ponyapis: dict[str, PonyApi] = {}
        self._ponyaggregates: dict[str, PonyAggregate] = {}
        self.boards: dict[str, Board] = {}
        for name, site in catalogue.items():
            if site.family == "philomena":
                self.boards[name] = PhilomenaBoard(site, transport, key=keys.get(name))
            elif site.family == "twibooru":
                self.boards[name] = TwibooruBoard(site, transport, key=keys.get(name))
            elif site.family == "ponyapi":
                self._ponyapis[name] = PonyApi(site, transport)
            elif site.family == "ponyaggregate":
                self._ponyaggregates[name] = PonyAggregate(site, transport, key=keys.get(name))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.close()

    def __getitem__(self, name: str) -> Board | PonyApi:
        return self.boards[name] if name in self.boards else self._ponyapis[name]

    def __iter__(self) -> Iterator[str]:
        yield from self.boards
        yield from self._ponyapis

    def __len__(self) -> int:
        return len(self.boards) + len(self._ponyapis)

    @property
    def ponyapi(self) -> PonyApi:
        """Return the Safe Pony API; raise `KeyError` where the catalogue has none."""
        for client in self._ponyapis.values():
            return client
        raise KeyError("ponyapi")

    @property
    def ponyaggregate(self) -> PonyAggregate:
        """Return the operator's account there; raise `KeyError` where the catalogue has none.

        It is not among the clients by name, as there is nothing to read on it.
        """
        for client in self._ponyaggregates.values():
            return client
        raise KeyError("ponyaggregate")

    def status(self) -> list[SiteStatus]:
        """Return how each site is doing, in the catalogue's order; makes no request."""
        return [self._status(site) for site in self._sites()]

    def figures(self) -> list[SiteFigures]:
        """Return the same in numbers, with what came of the requests; makes no request."""
        return [self._figures(site) for site in self._sites()]

    def _sites(self) -> list[Site]:
        clients = (*self.values(), *self._ponyaggregates.values())
        return [client.site for client in clients]

    def _figures(self, site: Site) -> SiteFigures:
        circuit, _paused = self._transport.standing(site)
        return SiteFigures(
            site=site.name,
            ok=self._status(site).ok,
            rest=circuit.left,
            failures=circuit.failures,
            is_open=circuit.is_open,
            tally=self._transport.tally(site),
        )

    def _status(self, site: Site) -> SiteStatus:
        circuit, paused = self._transport.standing(site)
        if circuit.off:
            reason = _("Switched off until a restart. {reason}").format(reason=circuit.reason)
            return SiteStatus(site, ok=False, until=None, reason=reason)
        if paused:
            until = circuit.instant(circuit.until)
            return SiteStatus(site, ok=False, until=until, reason=circuit.reason)
        if circuit.failures:
            reason = _("Its last answer failed. {reason}").format(reason=circuit.reason)
            return SiteStatus(site, ok=False, until=None, reason=reason)
        if circuit.degraded:
            reason = _("More than half of its last page could not be read.")
            return SiteStatus(site, ok=False, until=None, reason=reason)
        reason = _("It refuses the operator's key.") if circuit.key_refused else ""
        return SiteStatus(site, ok=True, until=None, reason=reason, asked=circuit.heard)

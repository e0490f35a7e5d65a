"""The composition root: settings become store, sites, finder and client, in that order."""

import asyncio
from contextlib import AsyncExitStack
from typing import Self

import msgspec
import structlog

from bot.client import MailmareBot
from bot.clock import SYSTEM_CLOCK, Clock
from bot.loops import end, every, start
from bot.policies import Policies
from bot.quotas import Quotas
from bot.settings import Settings
from bot.site_filters import SiteFilterReader
from bot.sites import Sites
from bot.sites.agent import user_agent
from bot.sites.catalogue import CATALOGUE, Site
from bot.sites.transport import Transport
from bot.store import FILE_NAME, Store
from bot.ui.finder import Finder

#: How often servers whose grace is over are looked for, and imported filters read again.
_FORGET_EVERY = 6 * 3600.0
_REFRESH_EVERY = 3600.0

#: The file that holds until when which site is left alone.
COOL_DOWNS = "cool-downs.json"

_log = structlog.get_logger(__name__)


class App:
    """Everything that lives as long as the process; entering starts it, leaving ends it.

    The parts end in the opposite order of their start: first the loops, then the client, so that
    nothing more is asked for, then the sites, then the store. The caller holds the lock on the
    data directory, which exists. Entering raises StoreError where the database cannot be used.
    """

    def __init__(self, settings: Settings, clock: Clock = SYSTEM_CLOCK) -> None:
        self.settings = settings
        self.clock = clock
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            self.store = await opening.enter_async_context(
                Store(self.settings.data_dir / FILE_NAME, self.clock)
            )
            transport = new_transport(self.settings, self.clock)
            self.sites = await opening.enter_async_context(
                Sites(sites_in_use(self.settings), transport, keys=self.settings.site_keys())
            )
            self.policies = Policies(
                self.store, profile=self.settings.profile, graphic=self.settings.graphic
            )
            self.site_filters = SiteFilterReader(self.sites, self.store, self.clock)
            self.quotas = Quotas(
                self.clock,
                user=self.settings.user_rate,
                guild=self.settings.guild_rate,
                reports=self.settings.report_rate,
            )
            self.client = await opening.enter_async_context(self.new_client())
            opening.push_async_callback(end, self._start_loops())
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._open.aclose()

    def new_client(self) -> MailmareBot:
        """Return a client that has not started yet and remembers nothing, on the same sites."""
        return MailmareBot(
            Finder(self.sites, self.clock),
            store=self.store,
            policies=self.policies,
            site_filters=self.site_filters,
            quotas=self.quotas,
            settings=self.settings,
        )

    def _start_loops(self) -> list[asyncio.Task[None]]:
        chores = (
            ("forget", _FORGET_EVERY, self._forget_departed),
            ("site filters", _REFRESH_EVERY, self._refresh_site_filters),
        )
        return [
            start(every(seconds, work, clock=self.clock, name=name))
            for name, seconds, work in chores
        ]

    async def _forget_departed(self) -> None:
        """Delete what is kept of servers whose grace is over (rule D10)."""
        async with self.store.write() as tx:
            gone = await tx.retention.forget_due()
        self.policies.forget(*gone)
        if gone:
            _log.info("servers forgotten", servers=len(gone))

    async def _refresh_site_filters(self) -> None:
        self.policies.forget(*await self.site_filters.refresh())


def new_transport(settings: Settings, clock: Clock) -> Transport:
    """Return the way to the sites, with the cool-downs of all processes on this directory (L6)."""
    return Transport(
        clock,
        user_agent=user_agent(settings.contact),
        allow_loopback_http=settings.allow_loopback_sites,
        memory=settings.data_dir / COOL_DOWNS,
    )


def sites_in_use(settings: Settings) -> dict[str, Site]:
    """Return the catalogue's rows that are not switched off, with the operator's changes."""
    rows: dict[str, Site] = {}
    for name, site in CATALOGUE.items():
        own = settings.sites.get(name)
        if own is None:
            rows[name] = site
        elif own.enabled:
            rows[name] = msgspec.structs.replace(
                site,
                base_url=own.url or site.base_url,
                media_hosts=own.media_hosts or site.media_hosts,
                site_filter=own.filter if own.filter is not None else site.site_filter,
                upload_hosts=own.upload_hosts or site.upload_hosts,
            )
    return rows

"""The composition root: settings become store, sites, finder and client, in that order."""

from contextlib import AsyncExitStack
from typing import Self

import msgspec
import structlog

from bot.catalogue import CATALOGUE, Site
from bot.client import MailmareBot
from bot.clock import SYSTEM_CLOCK, Clock
from bot.cool_downs import CoolDowns
from bot.feeds.feeds import Feeds
from bot.loops import Beat, Loops, lag
from bot.messenger import Messenger
from bot.policies import Policies
from bot.quotas import Quotas
from bot.redaction import Redactor
from bot.settings import Settings
from bot.site_filters import SiteFilterReader
from bot.sites import Sites
from bot.sites.agent import user_agent
from bot.sites.memory import Memory
from bot.sites.transport import Transport
from bot.store import FILE_NAME, Store
from bot.tallies import Durations
from bot.texts import Languages
from bot.ui.finder import Finder

#: How often servers whose grace is over are looked for, and imported filters read again.
_FORGET_EVERY = 6 * 3600.0
_REFRESH_EVERY = 3600.0
#: By how many seconds the event loop may be late.
_LATE = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0)

_log = structlog.get_logger(__name__)


class App:
    """Everything that lives as long as the process; entering starts it, leaving ends it.

    The parts end in the opposite order of their start: first the feeds, with what they are sending,
    and the loops, then the client, so that nothing more is asked for, then the sites, then the
    store. The caller holds the lock on the data directory, which exists. Entering raises StoreError
    where the database cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock = SYSTEM_CLOCK,
        *,
        languages: Languages | None = None,
    ) -> None:
        self.settings = settings
        self.languages = languages or Languages()
        self.clock = clock
        self.loops = Loops(clock, redact=Redactor(settings.secrets()))
        self.lag = Durations(*_LATE)
        """How late the event loop was, measured every second."""
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            self.store = await opening.enter_async_context(
                Store(self.settings.data_dir / FILE_NAME, self.clock)
            )
            self._cool_downs = CoolDowns()
            await self._cool_downs.read(self.store)
            opening.push_async_callback(self._cool_downs.write_last, self.store)
            transport = new_transport(self.settings, self.clock, self._cool_downs)
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
            self.client = await opening.enter_async_context(self._new_client())
            self._messenger = Messenger(self.client, self.clock)
            self.feeds = Feeds(
                self.store,
                self.sites,
                self.policies,
                self._messenger,
                self.clock,
                self.loops,
                self.settings,
                self.languages,
            )
            self.client.feeds = self.feeds
            opening.push_async_callback(self.loops.close)
            opening.push_async_callback(self.feeds.stop)
            await self.feeds.start()
            self._start_loops()
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._open.aclose()

    def new_client(self) -> MailmareBot:
        """Return a client that has not started yet and remembers nothing, on the same sites."""
        client = self._new_client()
        client.feeds = self.feeds
        return client

    def _new_client(self) -> MailmareBot:
        return MailmareBot(
            Finder(self.sites, self.clock),
            store=self.store,
            policies=self.policies,
            site_filters=self.site_filters,
            quotas=self.quotas,
            loops=self.loops,
            languages=self.languages,
            settings=self.settings,
        )

    def _start_loops(self) -> None:
        self.loops.keep("event loop", lag(self.clock, self.lag.add))
        self.loops.keep("cool-downs", self._write_cool_downs)
        self.loops.start("forget", _FORGET_EVERY, self._forget_departed)
        self.loops.start("site filters", _REFRESH_EVERY, self._refresh_site_filters)

    async def _write_cool_downs(self, beat: Beat) -> None:
        await self._cool_downs.keep_writing(self.store, beat)

    async def _forget_departed(self) -> None:
        """Delete what is kept of servers whose grace is over (rule D10)."""
        async with self.store.write() as tx:
            gone = await tx.retention.forget_due()
        self.policies.forget(*gone)
        if gone:
            _log.info("servers forgotten", servers=len(gone))

    async def _refresh_site_filters(self) -> None:
        async for guild_id in self.site_filters.refresh():
            self.policies.forget(guild_id)


def new_transport(settings: Settings, clock: Clock, memory: Memory) -> Transport:
    """Return the way to the sites; in `memory` are the cool-downs that hold for it (rule L6)."""
    return Transport(
        clock,
        user_agent=user_agent(settings.contact),
        allow_loopback_http=settings.allow_loopback_sites,
        memory=memory,
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

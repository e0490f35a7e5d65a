"""The composition root: settings become sites, finder and client, in that order."""

from contextlib import AsyncExitStack
from typing import Self

import msgspec

from bot.client import MailmareBot
from bot.clock import SYSTEM_CLOCK, Clock
from bot.settings import Settings
from bot.sites import Sites
from bot.sites.agent import user_agent
from bot.sites.catalogue import CATALOGUE, Site
from bot.sites.transport import Transport
from bot.ui.finder import Finder


class App:
    """Everything that lives as long as the process; entering starts it, leaving ends it.

    The parts end in the opposite order of their start: first the client, so that nothing more is
    asked for, then the sites.
    """

    def __init__(self, settings: Settings, clock: Clock = SYSTEM_CLOCK) -> None:
        self.settings = settings
        self.clock = clock
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            transport = Transport(
                self.clock,
                user_agent=user_agent(self.settings.contact),
                allow_loopback_http=self.settings.allow_loopback_sites,
                memory=self.settings.data_dir / "cool-downs.json",
            )
            self.sites = await opening.enter_async_context(
                Sites(sites_in_use(self.settings), transport, keys=self.settings.site_keys())
            )
            self.client = await opening.enter_async_context(self.new_client())
            self._open = opening.pop_all()
        return self

    async def __aexit__(self, *_error: object) -> None:
        await self._open.aclose()

    def new_client(self) -> MailmareBot:
        """Return a client that has not started yet and remembers nothing, on the same sites."""
        finder = Finder(self.sites, self.clock)
        return MailmareBot(finder, data_dir=self.settings.data_dir)


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

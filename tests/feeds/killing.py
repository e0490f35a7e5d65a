"""Processes that live to be killed: tail, outbox and delivery of one site, as in the real program.

A fork server (`python -m tests.feeds.killing`) has imported everything and has neither a loop nor
a thread; it forks a victim for each line that it reads. A victim reads the site's new posts once,
delivers and publishes all that is owed, and ends with status 0, if it gets so far.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NoReturn

import alembic.command  # noqa: F401
import discord
import msgspec
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401
from discord.http import Route
from msgspec import Struct

from bot.catalogue import Site
from bot.clock import SYSTEM_CLOCK
from bot.feeds.announce import Announcer
from bot.feeds.composing import Composer
from bot.feeds.deliver import Deliverer
from bot.feeds.new_posts import broadest
from bot.feeds.publishing import Publisher
from bot.feeds.reading import Reader
from bot.feeds.roster import Roster
from bot.feeds.tail import SiteTail
from bot.messenger import Messenger
from bot.policies import Policies
from bot.quotas import Rate
from bot.sites import Sites, Transport
from bot.store import Store, Transaction
from tests.discord_loopback import TOKEN


class Order(Struct, frozen=True):
    """What a victim works on, and where it kills itself."""

    database: str
    discord: str
    site: Site
    write: int = 0
    """In which of its transactions that write, counted from 1; 0: in none."""
    committed: bool = False
    """Whether that is committed before."""
    window: float = 60.0


class _MortalStore(Store):
    """Kills its process with one of its transactions: before the commit, or right after it."""

    writes = 0
    order: Order
    """Set before it is entered."""

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        self.writes += 1
        ends = self.writes == self.order.write
        async with super().write() as tx:
            yield tx
            if ends and not self.order.committed:
                os.kill(os.getpid(), signal.SIGKILL)
        if ends:
            os.kill(os.getpid(), signal.SIGKILL)


async def live(order: Order) -> None:
    """Read what is new, deliver and publish what is owed, until nothing is owed."""
    Route.BASE = order.discord
    clock = SYSTEM_CLOCK
    store = _MortalStore(Path(order.database), clock)
    store.order = order
    site = order.site
    transport = Transport(clock, user_agent="Mailmare/test", allow_loopback_http=True)
    async with (
        store,
        Sites({site.name: site}, transport) as sites,
        discord.Client(intents=discord.Intents(guilds=True)) as client,
    ):
        messenger = Messenger(client, clock)
        await client.login(TOKEN)
        policies = Policies(store)
        roster = Roster(store)
        await roster.load()
        reader = Reader(sites, store, clock)
        composer = Composer(store, messenger, policies, reader, clock)
        deliverer = Deliverer(
            store, policies, messenger, composer, clock,
            changed=roster.changed, guild_rate=Rate(100_000, 1), window=order.window,
            appearing=0.1,
        )  # fmt: skip
        publisher = Publisher(store, messenger, composer, clock)
        tail = SiteTail(
            sites.boards[site.name], store, roster, reader,
            Announcer(roster, policies, messenger, clock, catch_up=10_000),
            policies, broadest("safe"), clock, wake=deliverer.wake,
        )  # fmt: skip
        worker = asyncio.create_task(deliverer.run(lambda: None))
        await tail.turn()
        async with store.read() as tx:
            owed = await tx.deliveries.due_channels()
        while owed:
            await clock.sleep(0.02)
            async with store.read() as tx:
                owed = await tx.deliveries.due_channels()
        await publisher.turn()
        worker.cancel()
        await asyncio.wait({worker})
        await deliverer.stop()


def _victim(order: Order) -> NoReturn:
    status = 1
    try:
        asyncio.run(live(order))
        status = 0
    finally:
        os._exit(status)


def main() -> None:
    """Fork a victim for each order; tell its number when it begins, and its status when it ends."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    # What is logged is no answer.
    os.dup2(2, 1)
    for line in sys.stdin:
        order = msgspec.json.decode(line, type=Order)
        child = os.fork()
        if child == 0:
            _victim(order)
        print(child, file=answers)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), file=answers)


if __name__ == "__main__":
    main()

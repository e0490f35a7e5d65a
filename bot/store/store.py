"""Opening the database, and the transactions on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.clock import Clock

from . import backups, sqlite
from .announcements import Announcements
from .astray import Astray
from .audit import Audit
from .cooldowns import Cooldowns
from .deliveries import Deliveries
from .denials import Denials
from .errors import StoreDamagedError
from .filters import Filters, SiteFilters
from .guilds import Channels, Guilds
from .history import History
from .meta import DATABASE_ID, Meta
from .migrate import MIGRATIONS, Migrations, migrate
from .notices import Notices
from .publications import Publications
from .rechecks import Rechecks
from .retention import Retention
from .seen import Aliases, PendingPosts, Posts, Tails
from .subscriptions import Subscriptions

#: The database's name in the data directory.
FILE_NAME = "mailmare.db"


class Transaction:
    """The repositories, inside one transaction."""

    def __init__(self, connection: AsyncConnection, clock: Clock, begun: set[int]) -> None:
        self.connection = connection
        self.aliases = Aliases(connection, clock)
        self.announcements = Announcements(connection, clock)
        self.astray = Astray(connection, clock)
        self.audit = Audit(connection, clock)
        self.channels = Channels(connection, clock)
        self.cooldowns = Cooldowns(connection, clock)
        self.deliveries = Deliveries(connection, clock)
        self.denials = Denials(connection, clock)
        self.filters = Filters(connection, clock)
        self.guilds = Guilds(connection, clock)
        self.history = History(connection, clock)
        self.meta = Meta(connection, clock)
        self.notices = Notices(connection, clock)
        self.pending = PendingPosts(connection, clock)
        self.posts = Posts(connection, clock)
        self.publications = Publications(connection, clock)
        self.rechecks = Rechecks(connection, clock)
        self.retention = Retention(connection, clock)
        self.site_filters = SiteFilters(connection, clock)
        self.subscriptions = Subscriptions(connection, clock, begun)
        self.tails = Tails(connection, clock)


class Store:
    """The database, open from `async with` to its end.

        async with Store(data_dir / FILE_NAME, clock) as store:
            async with store.write() as tx:
                await tx.filters.put([rule])
                await tx.audit.add(guild_id, "filter.hide", actor_id=member_id)
            async with store.read() as tx:
                rules = await tx.filters.applying(guild_id, channel_id)

    Entering checks the file, copies it if its tables are older than ours, and brings them up to
    date. `patience` is how long another program's lock is waited for, in seconds. Raises
    StoreError, with the file as it was. The caller holds the instance's lock, or opens it
    `beside` one who does: then the file must be there, and its tables stay as they are.
    """

    def __init__(
        self,
        path: Path,
        clock: Clock,
        *,
        migrations: Migrations = MIGRATIONS,
        patience: float = sqlite.PATIENCE,
        beside: bool = False,
    ) -> None:
        self.path = path
        self.database_id = ""
        """Six characters that tell this copy of the database from others; set on entering."""
        self.backup: Path | None = None
        """The copy that was made because entering migrated the tables."""
        self.begun: set[int] = set()
        """Subscriptions that began or changed since whoever matches posts last read them."""
        self._clock = clock
        self._migrations = migrations
        self._patience = patience
        self._beside = beside
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._prepare()
        async with AsyncExitStack() as opening:
            self._writer = _closing(opening, sqlite.writer(self.path, self._patience))
            self._readers = _closing(opening, sqlite.readers(self.path, self._patience))
            async with self.write() as tx:
                self.database_id = await tx.meta.put_first(DATABASE_ID, backups.new_database_id())
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Open a transaction that sees one state of the database throughout; it cannot write."""
        with sqlite.told(self.path):
            async with self._readers.begin() as connection:
                yield Transaction(connection, self._clock, self.begun)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """Open the one transaction that writes: committed at the end, undone by an exception.

        Others wait for it, so nothing slow belongs inside, and no second one. Raises StoreError
        where nothing could be written; then nothing was.
        """
        with sqlite.told(self.path):
            async with self._writer.begin() as connection:
                yield Transaction(connection, self._clock, self.begun)

    async def back_up(self, target: Path | None = None) -> Path:
        """Copy the database while it is in use; return where the copy is.

        Raises StoreError, and FileExistsError where there is a file already.
        """
        return await asyncio.to_thread(backups.back_up, self.path, self._clock.now(), target)

    async def _prepare(self) -> None:
        if self._beside:
            await asyncio.to_thread(sqlite.examine, self.path)
            return
        revision = await asyncio.to_thread(self._judge)
        if not self._migrations.pending(self.path, revision):
            return
        if revision is None:
            await asyncio.to_thread(sqlite.create, self.path)
        else:
            self.backup = await asyncio.to_thread(
                backups.back_up_before_migration, self.path, self._clock.now(), revision
            )
        await migrate(self.path, self._migrations)

    def _judge(self) -> str | None:
        if not sqlite.is_empty(self.path):
            return sqlite.examine(self.path)
        if self.path.exists() and backups.are_there(self.path):
            # There was something in it once.
            raise StoreDamagedError(self.path, "the file is empty")
        return None


def _closing(stack: AsyncExitStack, engine: AsyncEngine) -> AsyncEngine:
    stack.push_async_callback(engine.dispose)
    return engine

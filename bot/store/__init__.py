"""What Mailmare keeps: tables, migrations, and one repository per subject.

    async with Store(data_dir / FILE_NAME, clock) as store:
        async with store.write() as tx:
            await tx.guilds.put(Guild(id=1, time_zone="Europe/Vienna"))

SQLite's own ways are all in `sqlite`; everything else holds for PostgreSQL too.
"""

from .audit import AuditEntry
from .cooldowns import Cooldown
from .denials import Denial, Switches
from .errors import (
    StoreBusyError,
    StoreCopyError,
    StoreDamagedError,
    StoreError,
    StoreForeignError,
    StoreFullError,
    StoreMissingError,
    StoreNewerError,
    StoreReadOnlyError,
)
from .filters import Filter, Kind, SiteFilter, Subject
from .guilds import Channel, Guild
from .meta import COMMANDS
from .retention import GRACE
from .store import FILE_NAME, Store, Transaction

__all__ = [
    "COMMANDS",
    "FILE_NAME",
    "GRACE",
    "AuditEntry",
    "Channel",
    "Cooldown",
    "Denial",
    "Filter",
    "Guild",
    "Kind",
    "SiteFilter",
    "Store",
    "StoreBusyError",
    "StoreCopyError",
    "StoreDamagedError",
    "StoreError",
    "StoreForeignError",
    "StoreFullError",
    "StoreMissingError",
    "StoreNewerError",
    "StoreReadOnlyError",
    "Subject",
    "Switches",
    "Transaction",
]

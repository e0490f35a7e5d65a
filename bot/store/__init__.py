"""What Mailmare keeps: tables, migrations, and one repository per subject.

    async with Store(data_dir / FILE_NAME, clock) as store:
        async with store.write() as tx:
            await tx.guilds.put(Guild(id=1, time_zone="Europe/Vienna"))

SQLite's own ways are all in `sqlite`; everything else holds for PostgreSQL too.
"""

from .announcement_rows import Announcement, Status
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
from .filters import Filter, SiteFilter, Subject
from .guilds import Channel, Guild
from .meta import COMMANDS
from .notices import Notice
from .outbox import Pictured
from .publications import Publication
from .retention import GRACE
from .seen import Pending, SeenPost, Tail, Waiting
from .store import FILE_NAME, Store, Transaction
from .subscription_rows import FeedKind, Pause, Rhythm, Subscription

__all__ = [
    "COMMANDS",
    "FILE_NAME",
    "GRACE",
    "Announcement",
    "AuditEntry",
    "Channel",
    "Cooldown",
    "Denial",
    "FeedKind",
    "Filter",
    "Guild",
    "Notice",
    "Pause",
    "Pending",
    "Pictured",
    "Publication",
    "Rhythm",
    "SeenPost",
    "SiteFilter",
    "Status",
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
    "Subscription",
    "Switches",
    "Tail",
    "Transaction",
    "Waiting",
]

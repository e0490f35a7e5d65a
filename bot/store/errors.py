"""Why the database cannot be used, each with what to do about it."""

from pathlib import Path
from typing import ClassVar

from bot.exit_codes import Exit
from bot.texts import _


class StoreError(Exception):
    """The database cannot be used; the message tells the operator what to do."""

    exit: ClassVar[Exit] = Exit.FAILED
    """What a process that cannot go on without the database ends with."""
    text: ClassVar[str] = _("The database {path} failed: {detail}. Its disk may be at fault.")

    def __init__(self, path: Path, detail: str = "") -> None:
        super().__init__(self.text.format(path=path, detail=detail, backups=path.parent))
        self.path = path
        self.detail = detail
        """What the database itself said; empty where it said nothing."""


class StoreBusyError(StoreError):
    """Another program holds the database for longer than we wait (fault F27)."""

    exit = Exit.TEMPORARY
    text = _(
        "The database {path} is locked by another program ({detail}). "
        "Close whatever has it open, then try again."
    )


class StoreFullError(StoreError):
    """The disk is full; nothing of the transaction was written (fault F28)."""

    exit = Exit.IO
    text = _(
        "There is no room left for the database {path} ({detail}). Nothing was lost; "
        "make room on its disk."
    )


class StoreReadOnlyError(StoreError):
    """The file or its directory cannot be written (fault F29)."""

    exit = Exit.IO
    text = _(
        "The database {path} cannot be opened for writing ({detail}). The file and its directory "
        "must exist, belong to the user that runs Mailmare, and be on a writable disk."
    )


class StoreDamagedError(StoreError):
    """The file is damaged; it stays as it is (fault F30)."""

    exit = Exit.DATA
    text = _(
        "The database {path} is damaged ({detail}). It was left as it is. Put a copy back with "
        "`mailmare db restore FILE`; copies are in {backups}/backups."
    )


class StoreForeignError(StoreError):
    """The file is something other than a database of Mailmare's; it stays as it is (F30)."""

    exit = Exit.DATA
    text = _(
        "{path} is not a database of Mailmare's ({detail}). It was left as it is. Move it away, "
        "or put a copy back with `mailmare db restore FILE`."
    )


class StoreNewerError(StoreError):
    """A newer Mailmare made the file; this one would not understand it."""

    exit = Exit.DATA
    text = _(
        "The database {path} was made by a newer Mailmare (it is at revision {detail}). It was "
        "left as it is. Run that version, or restore a copy from before: see {backups}/backups."
    )


class StoreMissingError(StoreError):
    """There is no such file."""

    text = _("There is no database at {path}; `mailmare run` or `mailmare db upgrade` makes one.")


class StoreCopyError(StoreError):
    """What was to be put in the database's place is not fit for it."""

    exit = Exit.DATA
    text = _("{path} cannot take the database's place: {detail}. Nothing was changed.")

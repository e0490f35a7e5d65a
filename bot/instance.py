"""One running bot per data directory (fault F35)."""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.texts import _

FILE_NAME = "instance.lock"


class AlreadyRunningError(Exception):
    """Another process holds the data directory's lock; the message names it if it is known."""


class Instance:
    """A lock on the data directory, held from `with` to its end, or to the process's.

    The kernel lets go of it when the process ends in whatever way, so a stale file means nothing.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE_NAME
        self._descriptor = -1

    def __enter__(self) -> Self:
        """Take the lock; raises AlreadyRunningError, or OSError where the file cannot be opened."""
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 20).decode("ascii", "replace").strip()
            os.close(descriptor)
            raise AlreadyRunningError(
                _(
                    "Another instance runs on the data directory {path} (process {pid}). "
                    "Stop it, or give this one a MAILMARE_DATA_DIR of its own."
                ).format(path=self._path.parent, pid=holder or "?")
            ) from None
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode("ascii"))
        self._descriptor = descriptor
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Let go; the file stays, since removing it would let a third process lock a new one."""
        os.close(self._descriptor)

"""Cool-downs that outlive us: a site that sent us away is not asked sooner for a restart (L6)."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from msgspec import MsgspecError, Struct, json

log = logging.getLogger(__name__)


class CoolDown(Struct, frozen=True):
    """Until when a host is left alone, and why."""

    until: datetime
    reason: str


class CoolDowns:
    """A small file of cool-downs by the host's address; without a path nothing is kept.

    Several processes may share it: it is read anew each time, and written by one at a time. A
    file that cannot be read or written costs the memory alone: it is logged and gone without.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def find(self, address: str, now: datetime) -> CoolDown | None:
        """Return the cool-down of a host that is not over yet."""
        kept = self._read(self._path).get(address) if self._path else None
        return kept if kept is not None and kept.until > now else None

    def keep(self, address: str, cool_down: CoolDown) -> None:
        """Note a host's cool-down, unless a later one is noted already."""
        if self._path is None:
            return
        beside = self._path.with_suffix(".new")
        try:
            with _alone_in(self._path.parent):
                kept = self._read(self._path)
                if address in kept and kept[address].until >= cool_down.until:
                    return
                beside.write_bytes(json.encode(kept | {address: cool_down}))
                beside.replace(self._path)
        except OSError as error:
            log.warning("a cool-down cannot be kept (%s)", type(error).__name__)
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    @staticmethod
    def _read(path: Path) -> dict[str, CoolDown]:
        try:
            kept = json.decode(path.read_bytes(), type=dict[str, CoolDown])
        except FileNotFoundError:
            return {}
        except (OSError, MsgspecError, ValueError) as error:
            log.warning("cool-downs of before cannot be read (%s)", type(error).__name__)
            return {}
        return {address: one for address, one in kept.items() if one.until.tzinfo is not None}


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, for the moment that reading and writing take."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)

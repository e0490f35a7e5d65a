"""Cool-downs that outlive us: a site that sent us away is not asked sooner for a restart (L6)."""

import logging
from contextlib import suppress
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

    A file that cannot be read or written costs the memory alone: it is logged and gone without.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._kept: dict[str, CoolDown] = {}
        if path is None or not path.exists():
            return
        try:
            self._kept = json.decode(path.read_bytes(), type=dict[str, CoolDown])
        except (OSError, MsgspecError, ValueError) as error:
            log.warning("cool-downs of before cannot be read (%s)", type(error).__name__)

    def find(self, address: str, now: datetime) -> CoolDown | None:
        """Return the cool-down of a host that is not over yet."""
        kept = self._kept.get(address)
        if kept is None or kept.until.tzinfo is None or kept.until <= now:
            return None
        return kept

    def keep(self, address: str, cool_down: CoolDown) -> None:
        """Note a host's cool-down, in place of an earlier one."""
        self._kept[address] = cool_down
        if self._path is None:
            return
        beside = self._path.with_suffix(".new")
        try:
            beside.write_bytes(json.encode(self._kept))
            beside.replace(self._path)
        except OSError as error:
            log.warning("a cool-down cannot be kept (%s)", type(error).__name__)
            with suppress(OSError):
                beside.unlink(missing_ok=True)

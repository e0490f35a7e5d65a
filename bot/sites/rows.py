"""The entries of a page, each read by itself: one that cannot be costs no other (F18, F42)."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from msgspec import MsgspecError

from bot.catalogue import Site

from .errors import BadResponse

T = TypeVar("T")

#: What a mistake of ours, or a value that nobody foresaw, raises while an entry is read.
FAULTS = (
    ArithmeticError, AssertionError, AttributeError, LookupError, MsgspecError, RuntimeError,
    TypeError, ValueError,
)  # fmt: skip
#: Reports that are remembered, and the longest piece of a site's own text in one.
_REPORTED = 1000
_LONGEST = 60

log = logging.getLogger(__name__)


class Rows:
    """Reads the entries of one site's pages, and says once what cannot be read, and why."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._reported: set[str] = set()

    def read(self, rows: Iterable[object], decoded: Callable[[object], T]) -> tuple[list[T], int]:
        """Return what `decoded` makes of the entries, and how many could not be read.

        That are those that are not as documented, and those at which `decoded` fails.
        """
        items: list[T] = []
        bad = 0
        for row in rows:
            try:
                items.append(decoded(row))
            except BadResponse as error:
                bad += 1
                self._report(row, error.field, None)
            except FAULTS as error:
                bad += 1
                self._report(row, f"{type(error).__name__} in {_name(row)}", error)
        return items, bad

    def _report(self, row: object, what: str, fault: Exception | None) -> None:
        """Say it of the first entry: a site that changed a field changed it in all of them."""
        what = what[:_LONGEST]
        if what in self._reported:
            return
        if len(self._reported) >= _REPORTED:
            self._reported.clear()
        self._reported.add(what)
        log.log(
            logging.WARNING if fault is None else logging.ERROR,
            "an entry of %s cannot be read: %s, %r", self._site.name, _name(row), what,
            exc_info=fault,
        )  # fmt: skip


def _name(row: object) -> str:
    return repr(row.get("id"))[:_LONGEST] if isinstance(row, dict) else type(row).__name__

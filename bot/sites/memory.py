"""Cool-downs that outlive us: a site that sent us away is not asked sooner for a restart (L6)."""

from datetime import datetime
from typing import Protocol

from msgspec import Struct


class CoolDown(Struct, frozen=True):
    """Until when a host is left alone, and why."""

    until: datetime
    reason: str
    failures: int = 0
    """Failures in a row so far; the next back-off builds on it."""


class Memory(Protocol):
    """Where cool-downs are kept, by the address of their host.

    Requests call both, so neither waits for anything nor fails.
    """

    def find(self, address: str, /) -> CoolDown | None:
        """Return the last cool-down of a host that is known of, also one that is over."""

    def keep(self, address: str, cool_down: CoolDown, /) -> None:
        """Note a host's cool-down."""


class _Forgetful:
    """Keeps nothing: each process begins anew."""

    def find(self, _address: str, /) -> CoolDown | None:
        return None

    def keep(self, _address: str, _cool_down: CoolDown, /) -> None:
        return


FORGETFUL: Memory = _Forgetful()

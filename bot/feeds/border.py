"""The one border at which a fault of our own stops, so that it costs one thing alone (F42).

A mistake in our code or a row that nobody foresaw must not hold up everything that comes after
it. Whoever calls `attempt` says what the one thing is that is set aside, and reports the fault:
here nothing is hidden.
"""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from msgspec import Struct

from bot.sites import SiteError
from bot.store import StoreError

T = TypeVar("T")


class Fault(Struct, frozen=True):
    """What was met instead of a result."""

    error: Exception


async def attempt(work: Coroutine[Any, Any, T]) -> T | Fault:
    """Do the work; return what it gives, or the fault that it met.

    A failure of a site or of the database is nobody's fault here, and is raised: SiteError,
    StoreError.
    """
    outcome: T | BaseException = (await asyncio.gather(work, return_exceptions=True))[0]
    if isinstance(outcome, Exception) and not isinstance(outcome, SiteError | StoreError):
        return Fault(outcome)
    if isinstance(outcome, BaseException):
        raise outcome
    return outcome

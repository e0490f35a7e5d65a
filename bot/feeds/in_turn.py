"""One after the other, each to its end: what fails for one does not touch the others (F42)."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

T = TypeVar("T")


async def in_turn(items: Iterable[T], work: Callable[[T], Coroutine[Any, Any, None]]) -> None:
    """Do the work for each; what it raised first is raised when all had their turn."""
    failures: list[BaseException] = []
    for item in items:
        outcomes = await asyncio.gather(work(item), return_exceptions=True)
        failures += [failure for failure in outcomes if failure is not None]
    if failures:
        raise failures[0]

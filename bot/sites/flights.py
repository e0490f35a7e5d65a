"""Requests on their way: each a task that belongs to none of those who wait for it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, Generic, TypeVar

from .gate import Priority
from .host import Turn

T = TypeVar("T")


class Closing(Exception):
    """The flight was ended because everything ends."""


class Flight(Turn, Generic[T]):
    """One request on its way, and everybody who waits for it."""

    def __init__(self, priority: Priority, *, alone: bool) -> None:
        super().__init__(priority)
        self.alone = alone
        """Whether it has one caller for good, whose end is its own for as long as it may be."""
        self.gone = False
        """Whether it left and may have changed something, so that it is not to be taken back."""
        self.task: asyncio.Task[T]


class Flights(Generic[T]):
    """The flights of a transport, by the names of what they fetch."""

    def __init__(self) -> None:
        self._flights: dict[str, Flight[T]] = {}

    def find(self, name: str) -> Flight[T] | None:
        """Return the flight of that name, if it has not landed."""
        return self._flights.get(name)

    def start(
        self,
        name: str,
        priority: Priority,
        work: Callable[[Flight[T]], Coroutine[Any, Any, T]],
        *,
        alone: bool = False,
    ) -> Flight[T]:
        """Begin `work` and return its flight; its outcome is for `landing` to tell."""
        flight = Flight[T](priority, alone=alone)
        # A context of its own: the caller may live in simulated time, in which aiohttp's
        # time-outs never fire, and its end must not be the request's (design: recipes).
        loop = asyncio.get_running_loop()
        flight.task = Context().run(loop.create_task, work(flight))
        self._flights[name] = flight

        def landed(task: asyncio.Task[T]) -> None:
            del self._flights[name]
            # Seen here, as perhaps nobody waits any more.
            if not task.cancelled():
                task.exception()

        flight.task.add_done_callback(landed)
        return flight

    async def landing(self, flight: Flight[T]) -> T:
        """Return what the flight brings, or raise what it raises; `Closing` where it was ended.

        A caller that is cancelled leaves it to the others; one that is alone takes it back.
        """
        try:
            return await asyncio.shield(flight.task)
        except asyncio.CancelledError:
            caller = asyncio.current_task()
            if flight.task.cancelled() and caller is not None and not caller.cancelling():
                raise Closing from None
            if flight.alone and not flight.gone:
                flight.task.cancel()
            raise

    async def close(self) -> None:
        """End every flight."""
        tasks = [flight.task for flight in self._flights.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

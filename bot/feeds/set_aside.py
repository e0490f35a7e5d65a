"""What a fault of our own holds up: it rests, and is told as trouble for as long (fault F42).

Whatever asked a site before it failed would else ask it again in each turn. What rests does not
hold up the others, and the turn that leaves it out fails, so that whoever looks after the loops
says so.
"""

from collections.abc import Callable, Collection, Coroutine, Iterable
from typing import Any

import structlog

from bot.clock import Clock

from .border import Fault, attempt
from .rests import Rests

#: Seconds that one rests after its first failure, and at most; each rest is twice the last.
FIRST, LONGEST = 60.0, 3600.0

_log = structlog.get_logger(__name__)


class SetAsideError(Exception):
    """Something rests because of a fault that it met."""


class SetAside:
    """Those of one kind, by their numbers, that met a fault; `what` names the kind in the log.

    `also` are errors that let one rest as a fault of our own does.
    """

    def __init__(self, what: str, clock: Clock, *, also: tuple[type[Exception], ...] = ()) -> None:
        self._what = what
        self._also = also
        self._rests = Rests(clock, first=FIRST, longest=LONGEST)
        self._met: dict[int, str] = {}

    def __len__(self) -> int:
        """Return how many met a fault when they were last tried."""
        return len(self._met)

    def rests(self, number: int) -> bool:
        """Tell whether one is not to be tried yet."""
        return self._rests.rests(0, number)

    def only(self, numbers: Iterable[int]) -> None:
        """Forget all but these: with the others nothing is to be done any more."""
        for gone in self._met.keys() - set(numbers):
            self._is_well(gone)

    async def attempt(self, number: int, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do the work of one; where it fails, let it rest and raise what it failed with."""
        met: Fault | None
        try:
            met = await attempt(work())
        except self._also as error:
            met = Fault(error)
        if met is None:
            self._is_well(number)
            return
        self._rests.fails(number)
        self._met[number] = type(met.error).__name__
        _log.error("set aside because of a fault", of=self._what, id=number, exc_info=met.error)
        raise met.error

    def tell(self, left_out: Collection[int]) -> None:
        """Raise SetAsideError where some were left out because they rest."""
        if left_out:
            number = min(left_out)
            message = f"{len(left_out)} left out, {self._what} {number!s}: {self._met[number]}"
            raise SetAsideError(message)

    def _is_well(self, number: int) -> None:
        self._met.pop(number, None)
        self._rests.forget(number)

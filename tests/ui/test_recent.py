"""What is remembered stays bounded in number and age."""

from bot.clock import Clock
from bot.ui.recent import Recent


class HandClock(Clock):
    """A clock that tests move by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def monotonic(self) -> float:
        return self.seconds


def test_the_least_recently_used_goes_first() -> None:
    recent = Recent[str, int](HandClock(), entries=2, seconds=10)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)

    assert recent.get("b") is None
    assert (recent.get("a"), recent.get("c")) == (1, 3)
    assert len(recent) == 2


def test_nothing_is_remembered_past_its_age() -> None:
    clock = HandClock()
    recent = Recent[str, int](clock, entries=2, seconds=10)
    recent.put("a", 1)
    clock.seconds = 9.9
    assert recent.get("a") == 1
    clock.seconds = 10.0
    assert recent.get("a") is None
    assert len(recent) == 0

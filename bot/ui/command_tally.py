"""How commands fare: how often each was used, what came of it, and how long it took."""

from collections import Counter
from enum import StrEnum
from typing import Any

import discord

from bot.clock import Clock
from bot.tallies import Durations

#: Discord waits three seconds for a first word, and then fifteen minutes for the answer.
_BOUNDS = (0.1, 0.5, 1.0, 3.0, 10.0)
_BEGAN = "mailmare.began"
_OUTCOME = "mailmare.outcome"
_NO_COMMAND = "unknown"


class Outcome(StrEnum):
    """What came of a command."""

    ANSWERED = "answered"
    DECLINED = "declined"
    """Told why there is no answer: a site that is out, a wrong query, a missing permission."""
    TOO_FAST = "too_fast"
    GONE = "gone"
    """Ran out, or its message was removed: there is nobody to answer any more."""
    FAILED = "failed"
    """A fault of ours, or of the database."""


class CommandTally:
    """What came of commands since we were started, by the names that they are registered under."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.outcomes: Counter[tuple[str, Outcome]] = Counter()
        self.durations: dict[str, Durations] = {}

    def begins(self, interaction: discord.Interaction[Any]) -> None:
        """Note that a command arrived."""
        interaction.extras[_BEGAN] = self._clock.monotonic()

    def ends(self, interaction: discord.Interaction[Any], outcome: Outcome) -> None:
        """Count a command that has ended; what was noted of it before goes over `outcome`."""
        command = interaction.command
        # The tree's own name of it: what a forged interaction calls itself is nobody's command.
        name = _NO_COMMAND if command is None else command.qualified_name
        self.outcomes[name, interaction.extras.get(_OUTCOME, outcome)] += 1
        if (began := interaction.extras.get(_BEGAN)) is not None:
            durations = self.durations.setdefault(name, Durations(*_BOUNDS))
            durations.add(self._clock.monotonic() - began)


def note_outcome(interaction: discord.Interaction[Any], outcome: Outcome) -> None:
    """Note what came of a command where that is known, for when it is counted at its end."""
    interaction.extras[_OUTCOME] = outcome

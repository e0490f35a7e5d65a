"""What rests for a while: a channel, a server's channels, or everything (faults F05, F09).

A channel stands for whatever has a number of its own, such as a schedule.
"""

from bot.clock import Clock

#: The first rest of a channel after a failure, in seconds, and the longest; each is twice the last.
FIRST, LONGEST = 1.0, 300.0


class Rests:
    """Remembers until when what rests; by the monotonic clock (fault F36).

    `first` and `longest` are the seconds of a rest after a failure: the first, and the most that
    it is doubled to.
    """

    def __init__(self, clock: Clock, *, first: float = FIRST, longest: float = LONGEST) -> None:
        self._clock = clock
        self._first = first
        self._longest = longest
        self._everything = 0.0
        self._guilds: dict[int, float] = {}
        self._channels: dict[int, float] = {}
        self._failures: dict[int, int] = {}

    def rest(self, channel_id: int, seconds: float) -> None:
        """Let a channel rest."""
        self._channels[channel_id] = self._clock.monotonic() + seconds

    def fails(self, channel_id: int, least: float = 0.0) -> None:
        """Let a channel rest for longer each time in a row, and for `least` seconds at least."""
        failures = self._failures.get(channel_id, 0)
        self._failures[channel_id] = failures + 1
        grown = min(self._longest, self._first * 2.0 ** min(failures, 20))
        self.rest(channel_id, max(least, grown))

    def is_well(self, channel_id: int) -> None:
        """End a channel's row of failures."""
        self._failures.pop(channel_id, None)

    def forget(self, channel_id: int) -> None:
        """End a channel's rest with its row of failures."""
        self.is_well(channel_id)
        self._channels.pop(channel_id, None)

    def rest_guild(self, guild_id: int, seconds: float) -> None:
        """Let all channels of a server rest."""
        self._guilds[guild_id] = self._clock.monotonic() + seconds

    def rest_all(self, seconds: float) -> None:
        """Let everything rest."""
        self._everything = max(self._everything, self._clock.monotonic() + seconds)

    @property
    def all_rest(self) -> bool:
        """Tell whether everything rests."""
        return self._everything > self._clock.monotonic()

    def rests(self, guild_id: int, channel_id: int) -> bool:
        """Tell whether a channel of a server rests for whatever reason."""
        now = self._clock.monotonic()
        return (
            self.all_rest
            or self._guilds.get(guild_id, now) > now
            or self._channels.get(channel_id, now) > now
        )

    def soonest(self) -> float:
        """Return the seconds until the next rest ends; infinite where nothing rests."""
        now = self._clock.monotonic()
        self._guilds = {key: until for key, until in self._guilds.items() if until > now}
        self._channels = {key: until for key, until in self._channels.items() if until > now}
        ends = [*self._guilds.values(), *self._channels.values()]
        if self._everything > now:
            ends.append(self._everything)
        return min(ends, default=float("inf")) - now

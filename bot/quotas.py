"""How often one person, and one server, may ask: counted in memory, over a sliding time."""

from collections import OrderedDict, deque

from msgspec import Struct

from bot.clock import Clock

#: People or servers remembered at a time; who asked longest ago is forgotten first.
_REMEMBERED = 10_000


class Rate(Struct, frozen=True):
    """At most `count` in any `seconds`."""

    count: int
    seconds: float


#: Commands and button presses of one person, and of all members of one server together.
USER_RATE = Rate(10, 10)
GUILD_RATE = Rate(60, 60)
#: Reports of one person, and of one message by whomever.
REPORT_RATE = Rate(3, 600)
_MESSAGE_RATE = Rate(1, 3600)
#: Feeds and schedules of one server, and the messages that they send together.
FEEDS = 50
FEED_RATE = Rate(300, 3600)
#: Posts that one feed is owed at most; what is older is only counted (fault F38).
CATCH_UP = 25
#: Seconds for which Discord is trusted to know a nonce again: it says only "the past few minutes".
NONCE_WINDOW = 60


class Quota:
    """Counts what each of many askers did, and says how long one who did too much must wait.

    Only what was let through counts, so asking again too early does not prolong the wait.
    """

    def __init__(self, rate: Rate, clock: Clock, *, remembered: int = _REMEMBERED) -> None:
        self.rate = rate
        self._clock = clock
        self._remembered = remembered
        self._times: OrderedDict[int, deque[float]] = OrderedDict()

    def __len__(self) -> int:
        """Return how many askers are remembered."""
        return len(self._times)

    def wait(self, asker: int) -> float:
        """Return the seconds until this asker may ask again; 0 for at once."""
        times = self._times.get(asker)
        if times is None or len(times) < self.rate.count:
            return 0.0
        return max(0.0, times[0] + self.rate.seconds - self._clock.monotonic())

    def count(self, asker: int) -> None:
        """Note that this asker was let through now."""
        now = self._clock.monotonic()
        self._times.setdefault(asker, deque(maxlen=self.rate.count)).append(now)
        self._times.move_to_end(asker)
        while len(self._times) > self._remembered or self._is_over(now):
            self._times.popitem(last=False)

    def forget(self, asker: int) -> None:
        """Let an asker begin anew."""
        self._times.pop(asker, None)

    def _is_over(self, now: float) -> bool:
        """Tell whether what the one who asked longest ago did counts no more."""
        times = next(iter(self._times.values()))
        return now - times[-1] >= self.rate.seconds


class Quotas:
    """The quotas of commands and button presses (reference: safety, 5), and of reports."""

    def __init__(
        self,
        clock: Clock,
        *,
        user: Rate = USER_RATE,
        guild: Rate = GUILD_RATE,
        reports: Rate = REPORT_RATE,
    ) -> None:
        self._users = Quota(user, clock)
        self._guilds = Quota(guild, clock)
        self._reports = Quota(reports, clock)
        self._messages = Quota(_MESSAGE_RATE, clock)

    def ask(self, user_id: int, guild_id: int | None) -> float:
        """Count one wish of a person, in a server or not; or return the seconds to wait."""
        wait = self._users.wait(user_id)
        if guild_id is not None:
            wait = max(wait, self._guilds.wait(guild_id))
        if wait > 0:
            return wait
        self._users.count(user_id)
        if guild_id is not None:
            self._guilds.count(guild_id)
        return 0.0

    def report(self, user_id: int) -> float:
        """Count one report of a person, or return the seconds to wait."""
        wait = self._reports.wait(user_id)
        if wait == 0:
            self._reports.count(user_id)
        return wait

    def is_first_report(self, message_id: int) -> bool:
        """Count a report of a message; return whether it is the first for a while."""
        first = self._messages.wait(message_id) == 0
        if first:
            self._messages.count(message_id)
        return first

    def take_back_report(self, message_id: int) -> None:
        """Let the next report of a message be the first again: nobody could be told of this one."""
        self._messages.forget(message_id)

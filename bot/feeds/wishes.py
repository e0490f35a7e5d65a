"""What may be wished for in a feed or a schedule, and how times of day are written. Pure."""

import re
from datetime import datetime

from msgspec import Struct, structs

from bot.catalogue import CATALOGUE
from bot.feeds.local_times import next_time
from bot.feeds.template import TemplateError, check
from bot.store import FeedKind, Rhythm, Subscription
from bot.texts import RefusedError, _

#: Minutes that a post matures at most: for as long as its votes are looked at.
LONGEST_SETTLE = 3 * 24 * 60
#: Messages an hour that a cap lets through at most.
MOST_AN_HOUR = 60
_DAY = 24 * 60
#: When the posts of a day or week are told where nobody said when: at noon.
_NOON = 12 * 60
_TIME = re.compile(
    r"(?P<hour>[0-9]{1,2})(?:[:.h](?P<minute>[0-5][0-9]))?\s*(?:(?P<half>[ap])\.?m\.?)?",
    re.ASCII | re.IGNORECASE,
)
_HOURS = re.compile(r"\s*(\S.*?)\s*(?:-|–|to|until)\s*(\S.*)", re.IGNORECASE)  # noqa: RUF001
_HALF_DAY = 12


class FeedRefusedError(RefusedError):
    """A feed cannot be as wished; `message` says why, for people."""


class Hours(Struct, frozen=True):
    """The part of each local day in which nothing is sent, in minutes from midnight."""

    begin: int
    end: int


def read_time(text: str) -> int:
    """Return the minute of the day of a time such as `18:30`, `6:30 pm` or `7`.

    Raises FeedRefusedError.
    """
    found = _TIME.fullmatch(text.strip())
    hour = -1 if found is None else _hour(int(found["hour"]), (found["half"] or "").lower())
    if found is None or not 0 <= hour < _DAY // 60:
        raise FeedRefusedError(_("Please write a time of day as in 18:30 or 6:30pm."))
    return hour * 60 + int(found["minute"] or 0)


def read_hours(text: str) -> Hours:
    """Return the hours of a text such as `22:00-07:00`; raises FeedRefusedError."""
    found = _HOURS.fullmatch(text)
    if found is None:
        raise FeedRefusedError(_("Please write quiet hours as two times, as in 22:00-07:00."))
    hours = Hours(read_time(found[1]), read_time(found[2]))
    if hours.begin == hours.end:
        raise FeedRefusedError(_("Quiet hours must end at another time than they begin."))
    return hours


def time_text(minute: int) -> str:
    """Return a minute of the day as people write it, such as `18:30`."""
    return f"{minute // 60:02}:{minute % 60:02}"


def checked(wish: Subscription) -> Subscription:
    """Return a wish as it is kept, with what goes without saying; raises FeedRefusedError."""
    if wish.kind is FeedKind.RANDOM:
        _check_schedule(wish)
    else:
        _check_feed(wish)
    if (wish.quiet_from is None) is not (wish.quiet_until is None):
        raise FeedRefusedError(_("Quiet hours need both a beginning and an end."))
    if wish.cap is not None and not 1 <= wish.cap <= MOST_AN_HOUR:
        raise FeedRefusedError(
            _("A cap is between 1 and {most} messages an hour.").format(most=MOST_AN_HOUR)
        )
    try:
        check(wish.template)
    except TemplateError as error:
        raise FeedRefusedError(error.message) from error
    return structs.replace(wish, at_minute=_at_minute(wish), weekday=_weekday(wish))


def check_times(rhythm: Rhythm, *, at: bool, weekday: bool) -> None:
    """Refuse a time of day or a day that somebody gave and that a rhythm has no place for.

    Raises FeedRefusedError.
    """
    if at and rhythm is Rhythm.EACH:
        raise FeedRefusedError(
            _("Each post comes by itself, at once: a time of day needs another `rhythm`.")
        )
    if weekday and rhythm is not Rhythm.WEEKLY:
        raise FeedRefusedError(_("A day of the week needs the `rhythm` weekly."))


def first_time(wish: Subscription, now: datetime, zone: str) -> datetime | None:
    """Return when a wish's period next ends; `None` where each post comes by itself.

    `zone` is the server's.
    """
    if wish.rhythm is Rhythm.EACH:
        return None
    return next_time(now, wish.rhythm, wish.at_minute, wish.weekday, zone)


def _hour(hour: int, half: str) -> int:
    """Return an hour of the day; of twelve hours, with `a` or `p`, too. Below 0: there is none."""
    if not half:
        return hour
    if not 1 <= hour <= _HALF_DAY:
        return -1
    return hour % _HALF_DAY + (_HALF_DAY if half == "p" else 0)


def _check_feed(wish: Subscription) -> None:
    row = CATALOGUE.get(wish.site)
    if row is None or row.dialect is None:
        raise FeedRefusedError(
            _(
                "That site does not say which of its pictures are new. `/pony schedule add` brings"
                " one at random, at times that you choose."
            )
        )
    if not 0 <= wish.settle <= LONGEST_SETTLE:
        raise FeedRefusedError(_("A post matures for three days at most."))


def _check_schedule(wish: Subscription) -> None:
    row = CATALOGUE.get(wish.site)
    if row is None or (row.dialect is None and row.family != "ponyapi"):
        raise FeedRefusedError(_("That site has no pictures at random."))
    if wish.rhythm is Rhythm.EACH:
        raise FeedRefusedError(_("A schedule is hourly, daily or weekly."))
    if wish.settle or wish.min_score is not None:
        raise FeedRefusedError(_("What is drawn at random neither matures nor has a least score."))


def _at_minute(wish: Subscription) -> int | None:
    """Return a rhythm's time: of an hour only its minute, of a day or week noon if not said."""
    if wish.rhythm is Rhythm.EACH:
        return None
    if wish.rhythm is Rhythm.HOURLY:
        return None if wish.at_minute is None else wish.at_minute % 60
    return _NOON if wish.at_minute is None else wish.at_minute % _DAY


def _weekday(wish: Subscription) -> int | None:
    if wish.rhythm is not Rhythm.WEEKLY:
        return None
    return (wish.weekday or 0) % 7

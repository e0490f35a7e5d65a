"""Times of day as a server's people mean them, over the days on which clocks are changed. Pure.

A day's time comes once a day. One that does not exist that day (clocks go forward) comes as much
later as they were moved; of one that exists twice (clocks go back) the first is meant (faults
F36-F37).
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.store import Rhythm

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_WEEK = 7


def next_time(
    after: datetime, rhythm: Rhythm, at_minute: int | None, weekday: int | None, zone: str
) -> datetime:
    """Return the first instant later than `after` at which a period ends, in UTC.

    `at_minute` counts from the local midnight, of an hourly rhythm only its minute within the
    hour; `None` is 0. `weekday` counts from Monday, 0; `None` is Monday for a weekly rhythm.
    Hours are always an hour apart, days one local date, weeks seven. Raises ValueError for
    `each`, and ZoneInfoNotFoundError for an unknown zone.
    """
    minute = at_minute or 0
    where = ZoneInfo(zone)
    if rhythm is Rhythm.HOURLY:
        return _next_hour(after, minute, where)
    if rhythm is Rhythm.EACH:
        raise ValueError("each post by itself has no times")
    # The time of the local day before may still lie ahead where a gap moved it past midnight.
    day = after.astimezone(where).date() - _DAY
    while True:
        if rhythm is Rhythm.DAILY or day.weekday() == (weekday or 0) % _WEEK:
            found = instant(day, minute, where)
            if found > after:
                return found
        day += _DAY


def quiet_end(
    now: datetime, quiet_from: int | None, quiet_until: int | None, zone: str
) -> datetime | None:
    """Return when the quiet hours end that `now` is in, in UTC; `None` outside them.

    Both are minutes of the local day; where either is missing or they are equal there are none.
    Raises ZoneInfoNotFoundError for an unknown zone.
    """
    if quiet_from is None or quiet_until is None or quiet_from == quiet_until:
        return None
    where = ZoneInfo(zone)
    end: datetime | None = None
    moment = now
    # A gap can push the end of one night past the beginning of the next: then both are one.
    while (later := _window_end(moment, quiet_from, quiet_until, where)) is not None:
        moment = end = later
    return end


def instant(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """Return when it is so many minutes past midnight on the clocks of a zone, in UTC."""
    hour, rest = divmod(minute, 60)
    # fold=0 is the first of two, and in a gap counts on with the offset before it (PEP 495).
    return datetime.combine(day, time(hour, rest), zone).astimezone(UTC)


def _next_hour(after: datetime, minute: int, zone: ZoneInfo) -> datetime:
    local = after.astimezone(zone)
    # By the zone's standard time: where summer time is half an hour, hours would else be short.
    standard = (local.utcoffset() or timedelta()) - (local.dst() or timedelta())
    hour = (after.astimezone(UTC) + standard).replace(minute=0, second=0, microsecond=0)
    found = hour - _HOUR + timedelta(minutes=minute % 60) - standard
    while found <= after:
        found += _HOUR
    return found


def _window_end(
    moment: datetime, quiet_from: int, quiet_until: int, zone: ZoneInfo
) -> datetime | None:
    today = moment.astimezone(zone).date()
    for day in (today - 2 * _DAY, today - _DAY, today):
        begins = instant(day, quiet_from, zone)
        ends = instant(day if quiet_from < quiet_until else day + _DAY, quiet_until, zone)
        if begins <= moment < ends:
            return ends
    return None

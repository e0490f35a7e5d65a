"""Dates as the boards read them: intervals of the precision said (reference: boards, 2.7).

Instants are whole seconds since 1970 and know years that `datetime` does not (0 to 9999).
"""

import calendar
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from bot.query.tree import Instant

DAY = 86_400
#: A thousand years, the furthest that a relative date goes back.
MILLENNIUM = 31_536_000_000
#: The first second of the year 10000, which the server's calendar does not have.
_END_OF_TIME = 253_402_300_800

WHAT_IS_A_DATE = (
    "a RFC3339 datetime fragment, like `2019-01-01', or relative date, like `3 days ago'"
)

_ABSOLUTE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})(?:[Tt \t\n\r\v\f]"
    r"(?:([0-9]{2})(?::([0-9]{2})(?::([0-9]{2}))?)?)?)?)?)?"
)
_ZONE = re.compile(r"[Zz]|([+-])([0-9]{2})(?::([0-9]{2}))?")
_COUNT = re.compile(r"[0-9]+")
_UNIT = re.compile(r"(second|minute|hour|day|week|month|year)s?")
_UNIT_SECONDS = {
    "second": 1, "minute": 60, "hour": 3_600, "day": DAY, "week": 604_800, "month": 2_592_000,
    "year": 31_536_000, "fortnight": 1_209_600,
}  # fmt: skip

_LOOSE_ZONE = re.compile(r"(?:\s*[Zz]|([+-])([0-9]{2}):([0-9]{2}))$")
_LOOSE_RELATIVE = re.compile(r"([0-9]+) (second|minute|hour|day|week|fortnight|month|year)s? ago")
_LOOSE_PARTS = re.compile(r"[-:tT\s]")
_LEADING_NUMBER = re.compile(r"\s*([+-]?[0-9]+(?:_[0-9]+)*)")


class DateError(ValueError):
    """Text that is no date; the argument is what the server says of it."""


def seconds_at(
    year: int, month: int = 1, day: int = 1, hour: int = 0, minute: int = 0, second: int = 0
) -> int:
    """Return the seconds since 1970 of a UTC date of the proleptic Gregorian calendar."""
    # Years are counted from March, so that the leap day is the last of its year.
    shifted = year - (month <= 2)
    era, of_era = divmod(shifted, 400)
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return days * DAY + hour * 3_600 + minute * 60 + second


def _days_in_month(year: int, month: int) -> int:
    return (
        29
        if month == 2 and calendar.isleap(year)
        else 31 - (month in {4, 6, 9, 11})
        if month != 2
        else 28
    )


def _bounds(parts: Sequence[int]) -> tuple[int, int] | None:
    """Return the first second of the stated period and the first after it, both as UTC."""
    year, month, day, hour, minute, second = (*parts, *(0, 1, 1, 0, 0, 0)[len(parts) :])
    if not 1 <= month <= 12 or not 1 <= day <= _days_in_month(year, month):
        return None
    if hour > 23 or minute > 59 or second > 59:
        return None
    lower = seconds_at(year, month, day, hour, minute, second)
    match len(parts):
        case 1:
            return lower, lower + (366 if calendar.isleap(year) else 365) * DAY
        case 2:
            return lower, lower + _days_in_month(year, month) * DAY
        case length:
            return lower, lower + (DAY, 3_600, 60, 1)[length - 3]


def parse_strict(text: str) -> tuple[Instant, Instant]:
    """Read a date as Philomena's server does; return the bounds of its period.

    Raises `DateError` with the server's own words.
    """
    absolute = _ABSOLUTE.match(text)
    if absolute is not None:
        zone = _ZONE.match(text, absolute.end())
        if (zone.end() if zone else absolute.end()) == len(text):
            return _absolute(absolute, zone)
    return _relative(text)


def _absolute(date: re.Match[str], zone: re.Match[str] | None) -> tuple[Instant, Instant]:
    parts = [int(part) for part in date.groups() if part is not None]
    bounds = _bounds(parts)
    shift = 0
    said = [str(part) for part in parts]
    if zone is not None and zone[1]:
        hours, minutes = int(zone[2]), int(zone[3] or 0)
        said += [zone[1], str(hours)] + ([str(minutes)] if zone[3] else [])
        shift = (hours * 3_600 + minutes * 60) * (1 if zone[1] == "+" else -1)
        if hours > 23 or minutes > 59:
            bounds = None
    # The upper bound is written out as a date before the zone is taken off.
    if bounds is None or bounds[1] >= _END_OF_TIME or bounds[1] - shift >= _END_OF_TIME:
        words = ", ".join(said)
        raise DateError(f"invalid date format in input, parsed as {words}, starting at: ")
    return Instant(bounds[0] - shift), Instant(bounds[1] - shift)


def _relative(text: str) -> tuple[Instant, Instant]:
    rest = 0
    count = _COUNT.match(text)
    if count is not None:
        rest = count.end()
        if text[rest : rest + 1] in {" ", "\t", "\n", "\r", "\v", "\f"}:
            rest += 1
            unit = _UNIT.match(text, rest)
            if unit is not None:
                rest = unit.end()
                if text.startswith(" ago", rest):
                    rest += 4
                    if rest == len(text):
                        return _strictly_ago(count[0], _UNIT_SECONDS[unit[1]])
    raise DateError(f"expected {WHAT_IS_A_DATE}, starting at: {text[rest:]}")


def _strictly_ago(digits: str, unit: int) -> tuple[Instant, Instant]:
    digits = digits.lstrip("0") or "0"
    if len(digits) > 12 or int(digits) * unit > MILLENNIUM:
        asked = int(digits) * unit if len(digits) <= 12 else f"{digits} times {unit}"
        raise DateError(
            f"invalid date format in input; requested time {asked} seconds is over a millennium "
            "ago, starting at: "
        )
    count = int(digits)
    # Sic: the server takes the count for the length of the window, in seconds, because its
    # callback is handed the two numbers the other way round (reference: boards, 0.1).
    upper = count * unit
    return Instant(upper + count, relative=True), Instant(upper, relative=True)


def parse_loose(text: str) -> tuple[Instant, Instant]:
    """Read a date as Twibooru's query gem does, which takes nearly anything for one.

    Raises `DateError`.
    """
    squished = " ".join(text.split())
    relative = _LOOSE_RELATIVE.fullmatch(squished)
    if relative is not None:
        return _loosely_ago(relative[1], relative[2])
    zone = _LOOSE_ZONE.search(text)
    body = text[: zone.start()] if zone else text
    shift = 0
    if zone is not None and zone[1]:
        hours, minutes = int(zone[2]), int(zone[3])
        if hours > 23 or minutes > 59:
            raise DateError(text)
        shift = (hours * 3_600 + minutes * 60) * (1 if zone[1] == "+" else -1)
    elif zone is not None and zone[0] not in {"Z", "z"}:
        # The gem looks for a space before the Z, and its calendar knows no such zone.
        raise DateError(text)
    if ":" in body and ("-" not in body or body.index(":") < body.index("-")):
        raise DateError(text)
    words = _LOOSE_PARTS.split(" ".join(body.split()))
    while words and not words[-1]:
        words.pop()
    parts = [_leading_number(word) for word in words]
    bounds = _loose_bounds(parts) if 1 <= len(parts) <= 6 else None
    if bounds is None:
        raise DateError(text)
    return Instant(bounds[0] - shift), Instant(bounds[1] - shift)


def _loose_bounds(parts: Sequence[int]) -> tuple[int, int] | None:
    """Return the bounds as Ruby makes them: 31 April is 1 May, 24:00:00 the next midnight.

    The upper bound is one second after the last one of the period.
    """
    first = (*parts, *(0, 1, 1, 0, 0, 0)[len(parts) :])
    month = parts[1] if len(parts) > 1 else 12
    if not 1 <= month <= 12:
        return None
    last = (*parts, *(0, 12, _days_in_month(parts[0], month), 23, 59, 59)[len(parts) :])
    for _year, _month, day, hour, minute, second in (first, last):
        if not 1 <= day <= 31 or hour > 24 or minute > 59 or second > 60:
            return None
        if hour == 24 and (minute or second):
            return None
    return seconds_at(*first), seconds_at(*last) + 1


def _leading_number(part: str) -> int:
    found = _LEADING_NUMBER.match(part)
    return int(found[1].replace("_", "")[:8]) if found else 0


def _loosely_ago(digits: str, unit: str) -> tuple[Instant, Instant]:
    digits = digits.lstrip("0") or "0"
    seconds = _UNIT_SECONDS[unit]
    if len(digits) > 12 or int(digits) * seconds > MILLENNIUM:
        raise DateError(digits)
    count = int(digits)
    if unit in {"month", "year"}:
        months = 12 if unit == "year" else 1
        return (
            Instant(0, (count + 1) * months, relative=True),
            Instant(0, count * months, relative=True),
        )
    return Instant((count + 1) * seconds, relative=True), Instant(count * seconds, relative=True)


def resolve(instant: Instant, now: datetime) -> float:
    """Return the seconds since 1970 of an instant as it is at `now` (aware)."""
    if not instant.relative:
        return instant.seconds
    if not instant.months:
        return now.timestamp() - instant.seconds
    today = now.astimezone(UTC)
    year, month = divmod(today.year * 12 + today.month - 1 - instant.months, 12)
    day = min(today.day, _days_in_month(year, month + 1))
    clock = (today.hour, today.minute, today.second)
    return seconds_at(year, month + 1, day, *clock) + today.microsecond / 1e6


def timestamp(moment: datetime) -> float:
    """Return the seconds since 1970; a naive date is UTC (reference: boards, 1.5)."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def civil(seconds: int) -> tuple[int, int, int, int, int, int]:
    """Return year, month, day, hour, minute and second (UTC) of seconds since 1970."""
    days, clock = divmod(seconds, DAY)
    era, of_era_days = divmod(days + 719_468, 146_097)
    of_era = (
        of_era_days - of_era_days // 1_460 + of_era_days // 36_524 - of_era_days // 146_096
    ) // 365
    of_year = of_era_days - (365 * of_era + of_era // 4 - of_era // 100)
    shifted = (5 * of_year + 2) // 153
    month = shifted + 3 if shifted < 10 else shifted - 9
    year = of_era + era * 400 + (month <= 2)
    return (
        year, month, of_year - (153 * shifted + 2) // 5 + 1,
        clock // 3_600, clock // 60 % 60, clock % 60,
    )  # fmt: skip


def write(seconds: int) -> str | None:
    """Return the shortest text whose period begins at that second, `None` outside 0 to 9998."""
    year, month, day, hour, minute, second = civil(seconds)
    if not 0 <= year <= 9_998:
        return None
    date = f"{year:04}-{month:02}-{day:02}"
    return f"{date}T{hour:02}:{minute:02}:{second:02}Z" if seconds % DAY else date


def write_period(lower: int, upper: int) -> str | None:
    """Return the text of the calendar period with these bounds, `None` where there is none."""
    year, month, day, hour, minute, second = civil(lower)
    if not 0 <= year <= 9_998:
        return None
    parts = (year, month, day, hour, minute, second)
    forms = (
        f"{year:04}", f"{year:04}-{month:02}", f"{year:04}-{month:02}-{day:02}",
        f"{year:04}-{month:02}-{day:02}T{hour:02}",
        f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}",
        f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}",
    )  # fmt: skip
    for length, form in enumerate(forms, 1):
        if _bounds(parts[:length]) == (lower, upper):
            return form if length < 4 else form + "Z"
    return None

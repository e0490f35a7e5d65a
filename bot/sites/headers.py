"""What response headers ask of us."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

_NUMBER = re.compile(r"\d+")
_DIRECTIVE = re.compile(r'([\w-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,]*)))?')
#: More digits than any honest number of seconds has; they all mean "very long".
_MANY_DIGITS = 12
_VERY_LONG = 1e12


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds that `Retry-After` asks for, given as a number or as a date.

    `None` where it is missing, unreadable or in the past.
    """
    text = headers.get("Retry-After", "").strip()
    if _NUMBER.fullmatch(text):
        return _seconds(text)
    instant = http_date(text)
    if instant is None or instant <= now:
        return None
    return (instant - now).total_seconds()


def rate_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds until `X-RL-Reset`, if `X-RL-Remaining` says that nothing is left.

    Twibooru wrote the instant as `YYYY-MM-DD HH:MM:SS UTC` and writes ISO now; the first 19
    characters say it both ways (rule L7; boards, 4). `None` where there is nothing to wait for.
    """
    left = headers.get("X-RL-Remaining", "").strip()
    if not left.lstrip("-").isdecimal() or not (left.startswith("-") or not left.strip("0")):
        return None
    return until_reset(headers, now)


def until_reset(headers: Mapping[str, str], now: datetime) -> float | None:
    """Return the seconds until `X-RL-Reset`; `None` where it is missing or in the past."""
    try:
        reset = datetime.fromisoformat(headers.get("X-RL-Reset", "").strip()[:19])
    except ValueError:
        return None
    seconds = (reset.replace(tzinfo=UTC) - now).total_seconds()
    return seconds if seconds > 0 else None


class Expiry(NamedTuple):
    """How long an answer may be used again (rule L5)."""

    store: bool
    """Whether it may be kept at all."""
    fresh: float
    """Seconds for which it may be used without asking."""
    stale_if_error: float
    """Seconds after that for which it may stand in for an answer that fails."""


def expiry(headers: Mapping[str, str], now: datetime) -> Expiry:
    """Return what `Cache-Control`, `Age` and `Expires` allow; nothing said allows nothing."""
    directives = {
        name.lower(): quoted or bare
        for name, quoted, bare in _DIRECTIVE.findall(headers.get("Cache-Control", ""))
    }
    if "no-store" in directives or headers.get("Vary", "").strip() == "*":
        return Expiry(store=False, fresh=0.0, stale_if_error=0.0)
    fresh = 0.0
    if "no-cache" in directives:
        fresh = 0.0
    elif "max-age" in directives:
        fresh = _number(directives["max-age"]) - _number(headers.get("Age", ""))
    elif (expires := http_date(headers.get("Expires", ""))) is not None:
        sent = http_date(headers.get("Date", "")) or now
        fresh = (expires - sent).total_seconds()
    strict = "must-revalidate" in directives or "no-cache" in directives
    spare = 0.0 if strict else _number(directives.get("stale-if-error", ""))
    return Expiry(store=True, fresh=max(0.0, fresh), stale_if_error=spare)


def http_date(text: str) -> datetime | None:
    """Return the instant of an HTTP date, or `None` for anything else."""
    try:
        instant = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant


def _number(text: str) -> float:
    return _seconds(text) if _NUMBER.fullmatch(text) else 0.0


def _seconds(digits: str) -> float:
    return _VERY_LONG if len(digits) > _MANY_DIGITS else float(digits)

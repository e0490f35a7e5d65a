"""What keeps a message back for a while: quiet hours, caps, quotas."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.holding import held_until, quota_until
from bot.quotas import Rate
from bot.store import Subscription

NOW = datetime.fromisoformat("2026-11-22T12:00:00+00:00")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)


def feed(**changes: Any) -> Subscription:
    return Subscription(
        guild_id=1, channel_id=5, site="derpibooru", since=NOW, created_at=NOW, **changes
    )


def test_nothing_holds_a_plain_feed() -> None:
    assert held_until(feed(), "Europe/Vienna", NOW, [NOW] * 1000) is None


def test_quiet_hours_hold_until_they_end_in_the_servers_zone() -> None:
    quiet = feed(quiet_from=12 * 60, quiet_until=14 * 60)
    assert held_until(quiet, "Europe/Vienna", NOW, []) == NOW + HOUR
    assert held_until(quiet, "UTC", NOW, []) == NOW + 2 * HOUR
    assert held_until(quiet, "America/New_York", NOW, []) is None


def test_a_cap_holds_until_one_more_fits_into_the_hour() -> None:
    capped = feed(cap=2)
    sent = [NOW - 50 * MINUTE, NOW - 10 * MINUTE]
    assert held_until(capped, "UTC", NOW, sent) == NOW + 10 * MINUTE
    assert held_until(capped, "UTC", NOW, sent[1:]) is None
    # Of more than the cap, as after it was lowered, the newest count.
    assert held_until(capped, "UTC", NOW, [NOW - 55 * MINUTE, *sent]) == NOW + 10 * MINUTE


def test_a_cap_that_ends_in_quiet_hours_ends_with_them() -> None:
    both = feed(cap=1, quiet_from=12 * 60 + 30, quiet_until=15 * 60)
    assert held_until(both, "UTC", NOW, [NOW - 10 * MINUTE]) == NOW + 3 * HOUR
    assert held_until(both, "UTC", NOW, [NOW - 40 * MINUTE]) == NOW + 20 * MINUTE
    quiet_now = feed(cap=1, quiet_from=11 * 60, quiet_until=12 * 60 + 10)
    assert held_until(quiet_now, "UTC", NOW, [NOW - 10 * MINUTE]) == NOW + 50 * MINUTE
    assert held_until(quiet_now, "UTC", NOW, [NOW - 59 * MINUTE]) == NOW + 10 * MINUTE


def test_what_was_sent_in_the_future_holds_nothing() -> None:
    """The clock was set back (fault F36)."""
    assert quota_until(Rate(1, 3600), NOW, [NOW + HOUR]) is None


def test_a_servers_quota_counts_all_its_messages() -> None:
    sent = [NOW - number * MINUTE for number in range(5)]
    assert quota_until(Rate(5, 600), NOW, sent) == NOW + 6 * MINUTE
    assert quota_until(Rate(6, 600), NOW, sent) is None


@given(
    st.integers(1, 5),
    st.integers(1, 10_000),
    st.lists(st.integers(0, 4000), min_size=1, max_size=60),
)
def test_whoever_waits_as_long_as_told_never_exceeds_the_quota(
    count: int, seconds: int, pauses: list[int]
) -> None:
    rate, now = Rate(count, seconds), NOW
    sent: list[datetime] = []
    for pause in pauses:
        now += timedelta(seconds=pause)
        now = quota_until(rate, now, sent) or now
        assert quota_until(rate, now, sent) is None
        sent.append(now)
    for moment in sent:
        window = [one for one in sent if moment - timedelta(seconds=seconds) < one <= moment]
        assert len(window) <= count

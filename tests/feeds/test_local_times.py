"""Times of day in zones whose clocks are changed (faults F36-F37)."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.local_times import next_time, quiet_end
from bot.store import Rhythm

VIENNA, NEW_YORK = "Europe/Vienna", "America/New_York"
#: The last has half an hour of summer time, the one before skipped a whole date.
ZONES = st.sampled_from([VIENNA, NEW_YORK, "Pacific/Apia", "Australia/Lord_Howe"])
MINUTES = st.integers(0, 24 * 60 - 1)
PERIODS = {
    Rhythm.HOURLY: timedelta(hours=1),
    Rhythm.DAILY: timedelta(days=1),
    Rhythm.WEEKLY: timedelta(days=7),
}
RHYTHMS = st.sampled_from(list(PERIODS))
INSTANTS = st.datetimes(
    datetime(2009, 1, 1),  # noqa: DTZ001  made aware below
    datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
#: Hours around the nights on which clocks are changed, where accidents happen.
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
]
NEAR = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-3 * 24 * 60, 3 * 24 * 60),
)
WHENEVER = st.one_of(INSTANTS, NEAR)


def at(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    """Return an instant by what a zone's clocks show."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def daily(after: datetime, minute: int, zone: str) -> datetime:
    return next_time(after, Rhythm.DAILY, minute, None, zone)


@pytest.mark.parametrize(
    ("zone", "spring", "autumn"),
    [(VIENNA, "2026-03-29", "2026-10-25"), (NEW_YORK, "2026-03-08", "2026-11-01")],
)
class TestNightsOfChange:
    def test_a_time_that_does_not_exist_comes_an_hour_later_by_the_clock(
        self, zone: str, spring: str, autumn: str
    ) -> None:
        at_half_past_two = 2 * 60 + 30
        found = daily(at(f"{spring} 00:00", zone), at_half_past_two, zone)
        assert found == at(f"{spring} 03:30", zone)
        following = daily(found, at_half_past_two, zone)
        assert timedelta(hours=22) < following - found < timedelta(hours=25)

    def test_a_time_that_exists_twice_comes_once(self, zone: str, spring: str, autumn: str) -> None:
        at_half_past_one = 1 * 60 + 30 if zone == NEW_YORK else 2 * 60 + 30
        clock = "01:30" if zone == NEW_YORK else "02:30"
        found = daily(at(f"{autumn} 00:00", zone), at_half_past_one, zone)
        assert found == at(f"{autumn} {clock}", zone)
        assert daily(found, at_half_past_one, zone) > at(f"{autumn} {clock}", zone, fold=1)

    def test_hours_go_on_an_hour_apart(self, zone: str, spring: str, autumn: str) -> None:
        for day in (spring, autumn):
            moment = at(f"{day} 00:00", zone)
            for _hour in range(6):
                found = next_time(moment, Rhythm.HOURLY, None, None, zone)
                assert found - moment == timedelta(hours=1)
                assert found.minute == 0
                moment = found

    def test_quiet_hours_end_when_the_clocks_show_it(
        self, zone: str, spring: str, autumn: str
    ) -> None:
        for day in (spring, autumn):
            end = quiet_end(at(f"{day} 00:30", zone), 22 * 60, 7 * 60, zone)
            assert end == at(f"{day} 07:00", zone)


def test_a_week_ends_on_its_day() -> None:
    found = next_time(at("2026-11-22 12:00"), Rhythm.WEEKLY, 18 * 60, 4, VIENNA)
    assert found == at("2026-11-27 18:00", VIENNA)
    assert next_time(found, Rhythm.WEEKLY, 18 * 60, 4, VIENNA) == at("2026-12-04 18:00", VIENNA)
    monday = next_time(at("2026-11-22 12:00"), Rhythm.WEEKLY, None, None, VIENNA)
    assert monday == at("2026-11-23 00:00", VIENNA)


def test_an_hour_ends_at_its_minute_of_the_local_hour() -> None:
    found = next_time(at("2026-11-22 12:00"), Rhythm.HOURLY, 15, None, "Asia/Kolkata")
    assert found == at("2026-11-22 18:15", "Asia/Kolkata")
    # An hourly rhythm has no time of day: only the minute counts.
    assert found == next_time(at("2026-11-22 12:00"), Rhythm.HOURLY, 615, None, "Asia/Kolkata")


def test_a_date_that_a_zone_left_out_is_left_out_and_no_more() -> None:
    """Samoa had no 30 December 2011."""
    found = daily(at("2011-12-29 09:00", "Pacific/Apia"), 9 * 60, "Pacific/Apia")
    assert found == at("2011-12-31 09:00", "Pacific/Apia")
    assert daily(found, 9 * 60, "Pacific/Apia") == at("2012-01-01 09:00", "Pacific/Apia")


def test_each_post_by_itself_has_no_times() -> None:
    with pytest.raises(ValueError, match="no times"):
        next_time(at("2026-11-22 12:00"), Rhythm.EACH, None, None, VIENNA)
    with pytest.raises(ZoneInfoNotFoundError):
        next_time(at("2026-11-22 12:00"), Rhythm.DAILY, None, None, "Equestria/Ponyville")


@given(WHENEVER, RHYTHMS, MINUTES, st.integers(0, 6), ZONES)
def test_the_next_time_is_later_and_at_most_a_period_and_the_change_away(
    after: datetime, rhythm: Rhythm, minute: int, weekday: int, zone: str
) -> None:
    found = next_time(after, rhythm, minute, weekday, zone)
    # Samoa's missing date makes one week of eight days, and one day of two.
    assert after < found <= after + PERIODS[rhythm] + timedelta(hours=25)


@given(WHENEVER, RHYTHMS, MINUTES, st.integers(0, 6), ZONES, st.data())
def test_no_time_is_skipped_or_comes_twice_whenever_one_asks(
    after: datetime, rhythm: Rhythm, minute: int, weekday: int, zone: str, data: st.DataObject
) -> None:
    """Who looks again late finds what who looked early did, and each later one once."""
    found = next_time(after, rhythm, minute, weekday, zone)
    seconds = (found - after).total_seconds()
    between = after + timedelta(seconds=data.draw(st.floats(0, seconds, exclude_max=True)))
    if between < found:
        assert next_time(between, rhythm, minute, weekday, zone) == found
    assert next_time(found, rhythm, minute, weekday, zone) > found


@given(WHENEVER, st.integers(2, 30), MINUTES, ZONES)
def test_every_local_date_has_its_time_once(
    after: datetime, days: int, minute: int, zone: str
) -> None:
    dates = []
    moment = after
    for _day in range(days):
        moment = daily(moment, minute, zone)
        # A time that a gap moved past midnight belongs to the date before.
        dates.append((moment - timedelta(hours=1)).astimezone(ZoneInfo(zone)).date())
        shown = moment.astimezone(ZoneInfo(zone))
        late = timedelta(hours=shown.hour, minutes=shown.minute) - timedelta(minutes=minute)
        assert late % timedelta(days=1) in {
            timedelta(), timedelta(hours=1), timedelta(minutes=30)
        }  # fmt: skip
    assert dates == sorted(set(dates))
    if zone != "Pacific/Apia":
        assert (dates[-1] - dates[0]).days == days - 1


@given(WHENEVER, st.integers(2, 60), MINUTES, ZONES)
def test_hours_are_always_an_hour_apart(
    after: datetime, hours: int, minute: int, zone: str
) -> None:
    """At most one an hour (rule D11), also where summer time is half an hour."""
    moment = next_time(after, Rhythm.HOURLY, minute, None, zone)
    for _hour in range(hours):
        following = next_time(moment, Rhythm.HOURLY, minute, None, zone)
        assert following - moment == timedelta(hours=1)
        moment = following


@given(
    WHENEVER, RHYTHMS, MINUTES, ZONES, st.lists(st.floats(0.1, 40 * 3600), min_size=1, max_size=40)
)
def test_whoever_looks_now_and_then_ends_each_period_at_the_next_look(
    begin: datetime, rhythm: Rhythm, minute: int, zone: str, pauses: list[float]
) -> None:
    """Never twice, and after downtime once for all that ended meanwhile: no burst."""
    now, next_at = begin, next_time(begin, rhythm, minute, 3, zone)
    for pause in pauses:
        before, now = now, now + timedelta(seconds=pause)
        ends = next_time(before, rhythm, minute, 3, zone)
        assert (next_at <= now) is (ends <= now)
        if next_at <= now:
            next_at = next_time(now, rhythm, minute, 3, zone)


@pytest.mark.parametrize(
    ("now", "end"),
    [
        ("21:59", None),
        ("22:00", "2026-11-23 07:00"),
        ("23:59", "2026-11-23 07:00"),
        ("06:59", "2026-11-22 07:00"),
        ("07:00", None),
    ],
)
def test_quiet_hours_may_go_past_midnight(now: str, end: str | None) -> None:
    found = quiet_end(at(f"2026-11-22 {now}", VIENNA), 22 * 60, 7 * 60, VIENNA)
    assert found == (None if end is None else at(end, VIENNA))


def test_quiet_hours_of_one_day_end_on_it() -> None:
    now = at("2026-11-22 13:00", NEW_YORK)
    assert quiet_end(now, 12 * 60, 14 * 60, NEW_YORK) == at("2026-11-22 14:00", NEW_YORK)
    assert quiet_end(now, 14 * 60, 15 * 60, NEW_YORK) is None


def test_without_both_ends_there_are_no_quiet_hours() -> None:
    now = at("2026-11-22 13:00")
    for begin, end in ((None, 60), (60, None), (None, None), (780, 780)):
        assert quiet_end(now, begin, end, VIENNA) is None


@given(WHENEVER, MINUTES, MINUTES, ZONES, st.data())
def test_quiet_hours_are_quiet_to_their_end_and_end_within_a_day(
    now: datetime, begin: int, end: int, zone: str, data: st.DataObject
) -> None:
    found = quiet_end(now, begin, end, zone)
    if found is None:
        return
    assert now < found <= now + timedelta(hours=49)
    assert quiet_end(found, begin, end, zone) is None
    seconds = (found - now).total_seconds()
    between = now + timedelta(seconds=data.draw(st.floats(0, seconds, exclude_max=True)))
    if between < found:
        assert quiet_end(between, begin, end, zone) == found

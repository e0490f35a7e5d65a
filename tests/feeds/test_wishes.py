"""Wishes: what a feed may be set to, and how times of day are written."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.feeds.wishes import (
    FeedRefusedError,
    Hours,
    check_times,
    checked,
    first_time,
    read_hours,
    read_time,
    time_text,
)
from bot.store import FeedKind, Rhythm, Subscription

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def wish(**changes: Any) -> Subscription:
    usual: dict[str, Any] = {"guild_id": 1, "channel_id": 2, "site": "derpibooru"}
    usual |= {"since": NOW, "created_at": NOW}
    return Subscription(**(usual | changes))


@given(st.integers(0, 24 * 60 - 1))
def test_a_time_of_day_is_read_as_it_is_written(minute: int) -> None:
    assert read_time(time_text(minute)) == minute


@pytest.mark.parametrize(
    "text",
    ["", "24:00", "12:60", "noon", "24", "13pm", "0am", "-1:00", "\u0661\u0662:\u0660\u0660"],
)
def test_what_is_no_time_of_day_is_refused(text: str) -> None:
    with pytest.raises(FeedRefusedError, match="18:30"):
        read_time(text)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("7", "07:00"), ("7pm", "19:00"), ("6:30 pm", "18:30"), ("12am", "00:00"),
        ("12 PM", "12:00"), ("7h05", "07:05"), ("6 p.m.", "18:00"), ("00.15", "00:15"),
    ],
)  # fmt: skip
def test_times_are_read_as_people_write_them_elsewhere(text: str, read: str) -> None:
    assert time_text(read_time(text)) == read


@pytest.mark.parametrize("rhythm", Rhythm)
def test_a_time_that_nothing_would_come_of_is_refused(rhythm: Rhythm) -> None:
    check_times(rhythm, at=False, weekday=False)
    if rhythm is Rhythm.EACH:
        with pytest.raises(FeedRefusedError, match="rhythm"):
            check_times(rhythm, at=True, weekday=False)
    else:
        check_times(rhythm, at=True, weekday=False)
    if rhythm is Rhythm.WEEKLY:
        check_times(rhythm, at=True, weekday=True)
    else:
        with pytest.raises(FeedRefusedError, match="weekly"):
            check_times(rhythm, at=False, weekday=True)


def test_quiet_hours_may_last_over_midnight_but_not_all_day() -> None:
    for text in ("22:00 - 7:05", "10pm to 7:05", "22–7.05 am"):  # noqa: RUF001
        assert read_hours(text) == Hours(1320, 425)
    for text in ("22:00", "8:00-8:00", "late-early"):
        with pytest.raises(FeedRefusedError):
            read_hours(text)


@pytest.mark.parametrize(
    ("changes", "at_minute", "weekday"),
    [
        ({}, None, None),
        ({"at_minute": 600, "weekday": 3}, None, None),
        ({"rhythm": Rhythm.HOURLY, "at_minute": 615, "weekday": 3}, 15, None),
        ({"rhythm": Rhythm.DAILY}, 720, None),
        ({"rhythm": Rhythm.DAILY, "at_minute": 0, "weekday": 3}, 0, None),
        ({"rhythm": Rhythm.WEEKLY, "at_minute": 60}, 60, 0),
        ({"rhythm": Rhythm.WEEKLY, "weekday": 6}, 720, 6),
    ],
)
def test_a_rhythm_keeps_the_times_that_it_has_and_no_others(
    changes: dict[str, Any], at_minute: int | None, weekday: int | None
) -> None:
    found = checked(wish(**changes))
    assert (found.at_minute, found.weekday) == (at_minute, weekday)


@pytest.mark.parametrize(
    "changes",
    [
        {"site": "ponyapi"},
        {"site": "nowhere"},
        {"settle": -1},
        {"settle": 4321},
        {"quiet_from": 60},
        {"cap": 0},
        {"template": "{nonsense}"},
        {"kind": FeedKind.RANDOM},
        {"kind": FeedKind.RANDOM, "rhythm": Rhythm.DAILY, "min_score": 3},
        {"kind": FeedKind.RANDOM, "rhythm": Rhythm.DAILY, "site": "ponyaggregate"},
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(FeedRefusedError) as caught:
        checked(wish(**changes))
    assert caught.value.message


def test_a_schedule_of_a_board_or_of_the_safe_pony_api_can_be() -> None:
    for site in ("ponyapi", "twibooru"):
        checked(wish(kind=FeedKind.RANDOM, rhythm=Rhythm.HOURLY, site=site))


def test_times_are_those_of_the_servers_zone() -> None:
    daily = checked(wish(rhythm=Rhythm.DAILY, at_minute=18 * 60))
    assert first_time(daily, NOW, "Europe/Vienna") == datetime(2026, 11, 22, 17, tzinfo=UTC)
    assert first_time(wish(), NOW, "Europe/Vienna") is None

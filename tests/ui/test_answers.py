"""Failures, as a person reads them."""

from datetime import UTC, datetime

import pytest

from bot.query.errors import QueryError
from bot.sites.errors import CoolingDown, NotFound
from bot.ui.answers import NotShownError, failure_text
from tests.discord_limits import message_problems

UNTIL = datetime(2026, 11, 22, 14, 5, 30, tzinfo=UTC)


def test_a_cool_down_is_told_with_its_end_as_timestamp_and_as_text() -> None:
    """Fault F13."""
    text = failure_text(CoolingDown("derpibooru", "It asked us to stay away.", until=UNTIL))

    assert "**Derpibooru**: It asked us to stay away." in text
    assert f"<t:{int(UNTIL.timestamp())}:R>" in text
    assert "14:05:30 UTC" in text


def test_a_failure_without_an_end_names_none() -> None:
    assert "UTC" not in failure_text(NotFound("twibooru", "There is no such post."))


def test_a_wrong_query_is_pointed_at() -> None:
    error = QueryError("This bracket is never closed.", start=6, end=7, hint="Close it.")
    text = failure_text(error, "cute, (pony")

    assert text == (
        "line 1, position 7: This bracket is never closed.\n"
        "```\ncute, (pony\n      ^\n```\nClose it."
    )


def test_a_hint_keeps_its_backslash_where_discord_would_take_it() -> None:
    error = QueryError("Bad.", hint="Write \\( if it belongs to a tag.")
    assert failure_text(error).endswith("Write \\\\( if it belongs to a tag.")


@pytest.mark.parametrize("start", [0, 100, 250, 499])
def test_in_a_long_query_the_neighbourhood_is_shown(start: int) -> None:
    query = "".join(chr(ord("a") + number % 26) for number in range(500))
    text = failure_text(QueryError("Bad.", start=start, end=start + 1), query)

    _fence, shown, carets, _end = text.partition("\n")[2].split("\n")[:4]
    assert shown[carets.index("^")] == query[start]
    assert len(shown) < 70


def test_a_query_cannot_break_out_of_its_box() -> None:
    text = failure_text(QueryError("Bad.", start=3, end=4), "```@everyone\n`x")

    assert text.count("```") == 2
    assert message_problems({"content": text}) == []


def test_a_site_cannot_say_more_than_fits() -> None:
    text = failure_text(NotFound("derpibooru", "**x** @everyone " * 1000, until=UNTIL))

    assert message_problems({"content": text}) == []
    assert "@everyone" not in text


def test_what_is_not_shown_says_its_reason() -> None:
    assert failure_text(NotShownError("Because.")) == "Because."


def test_the_site_is_named_once() -> None:
    text = failure_text(NotFound("derpibooru", "Derpibooru has no such post."))

    assert text.count("Derpibooru") == 1

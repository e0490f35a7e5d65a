"""Feeds in words: nothing is left out that somebody set, and nothing in it has an effect."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.feeds.preflight import Preflight
from bot.feeds.proofreading import Proof
from bot.guild_feeds import Added, Overview
from bot.query import parse
from bot.store import Announcement, FeedKind, Pause, Rhythm, Status, Subscription
from bot.store.history import Step
from bot.ui.feed_answers import added_text, changes_lines
from bot.ui.feed_places import Standing
from bot.ui.feed_reports import history_embed, stats_embed
from bot.ui.feed_texts import feed_embed, list_embed, pause_text, state_text
from bot.ui.plot import bar

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def feed(**changes: Any) -> Subscription:
    usual: dict[str, Any] = {
        "id": 7,
        "guild_id": 1,
        "channel_id": 5,
        "site": "derpibooru",
        "query": "pony",
        "since": NOW,
        "created_at": NOW,
    }
    return Subscription(**(usual | changes))


def overview(*feeds: Subscription, told: datetime | None = None, owed: int = 0) -> Overview:
    return Overview(
        subscriptions=feeds,
        zone="Europe/Vienna",
        told={} if told is None else {one.id: told for one in feeds},
        owed={one.id: owed for one in feeds},
    )


def test_everything_that_was_set_is_shown() -> None:
    one = feed(
        rhythm=Rhythm.WEEKLY, at_minute=1110, weekday=4, settle=30, min_score=-5, quiet_from=1320,
        quiet_until=360, cap=4, role_id=88, forum_tags=(1, 2), publish=True, spoiler=True,
        template="By {artists}", adult=True, next_at=NOW, pause=Pause.NONE,
    )  # fmt: skip
    text = feed_embed(one, overview(one, told=NOW, owed=3)).description or ""
    for part in (
        "Derpibooru", "`pony`", "<#5>", "weekly at 18:30 on Friday", "Europe/Vienna",
        "30 minutes", "score: -5", "22:00 to 06:00", "hour: 4", "<@&88>", "forum: 2",
        "Published", "spoiler", "`By {artists}`", "age-restricted", "runs", "next <t:",
        "last told <t:", "3 wait",
    ):  # fmt: skip
        assert part in text, part


@pytest.mark.parametrize("pause", Pause)
def test_every_pause_has_its_reason_and_says_what_happens_next(pause: Pause) -> None:
    if pause is Pause.NONE:
        assert state_text(feed()) == "runs"
        return
    assert pause_text(pause)
    assert "/feed resume" in state_text(feed(pause=pause))
    assert "I try again <t:" in state_text(feed(pause=pause, retry_at=NOW))


def test_a_list_says_how_each_does_and_of_too_many_how_many_more() -> None:
    schedule = feed(id=8, kind=FeedKind.RANDOM, rhythm=Rhythm.HOURLY, at_minute=15, query="")
    both = overview(feed(pause=Pause.NO_ACCESS, retry_at=NOW), schedule)
    text = list_embed(both).description or ""
    assert "no permission" in text
    assert "everything" in text
    assert "hourly, at minute 15" in text
    assert "Europe/Vienna" in (list_embed(both).footer.text or "")
    assert list_embed(overview(feed())).footer.text is None
    only = list_embed(both, FeedKind.RANDOM).description or ""
    assert "**7**" not in only
    assert "**8**" in only
    crowd = list_embed(overview(*(feed(id=n, query="x" * 400) for n in range(200))))
    assert len(crowd.description or "") <= 4096
    assert "more" in (crowd.description or "")
    assert "/feed add" in (list_embed(overview()).description or "")
    assert "/feed add" in (list_embed(both, channel_id=6).description or "")
    assert "**8**" in (list_embed(both, channel_id=5).description or "")


def test_what_is_paused_stands_first_so_that_a_long_list_hides_none_of_it() -> None:
    quiet = feed(id=9, pause=Pause.QUERY)
    text = list_embed(overview(feed(), feed(id=8), quiet)).description or ""
    assert text.index("**9**") < text.index("**7**") < text.index("**8**")


def test_why_nothing_comes_though_all_runs_is_said() -> None:
    """Reference: safety, 3.9; fault F11."""
    one = feed()
    out = {"derpibooru": NOW, "twibooru": NOW}
    silent = structs.replace(overview(one), out=out, panic=True)
    for embed in (list_embed(silent), feed_embed(one, silent)):
        text = embed.description or ""
        assert "The operator stopped all pictures" in text
        assert "Derpibooru has not answered since <t:" in text
        assert "Twibooru" not in text


def added(one: Subscription, *, count: int = 0, week: int | None = None) -> Added:
    proof = Proof(query=parse("pony"), sent="pony", adult=False)
    return Added(
        subscription=one,
        preflight=Preflight(proof=proof, week=week),
        zone="Asia/Tokyo",
        backfilled=count,
    )


def test_a_new_feed_says_whose_times_hold_and_what_does_not_come() -> None:
    text = added_text(added(feed(quiet_from=60, quiet_until=120)), Standing())
    assert "those of Asia/Tokyo" in text
    assert "`/server setup`" in text
    assert "Asia/Tokyo" not in added_text(added(feed()), Standing())
    text = added_text(added(feed(), count=2), Standing(), backfill=5)
    assert "begins with 2 pictures of before. Of the newest, no more fit" in text
    assert "no more" not in added_text(added(feed(), count=5), Standing(), backfill=5)
    assert "before" not in added_text(added(feed()), Standing())
    # A tag that nothing has is most often one that is written in another way.
    assert "tags are written" in added_text(added(feed(), week=0), Standing())


@pytest.mark.parametrize(
    ("rhythm", "hours", "silent"),
    [
        (Rhythm.HOURLY, 1, False), (Rhythm.HOURLY, 4, True),
        (Rhythm.DAILY, 25, False), (Rhythm.DAILY, 96, True),
        (Rhythm.WEEKLY, 24 * 7, False), (Rhythm.WEEKLY, 24 * 21, True),
    ],
)  # fmt: skip
def test_a_schedule_that_brings_nothing_says_so(rhythm: Rhythm, hours: int, silent: bool) -> None:
    since = NOW - timedelta(days=60)
    one = feed(
        kind=FeedKind.RANDOM, rhythm=rhythm, since=since, created_at=since,
        next_at=NOW + timedelta(hours=hours),
    )  # fmt: skip
    for text in (
        list_embed(overview(one, told=NOW)).description or "",
        feed_embed(one, overview(one, told=NOW)).description or "",
    ):
        assert ("brought nothing" in text) is silent
    for other in (
        overview(structs.replace(one, kind=FeedKind.FEED), told=NOW),
        overview(structs.replace(one, pause=Pause.PERSON), told=NOW),
        overview(one, told=NOW, owed=1),
    ):
        assert "brought nothing" not in (list_embed(other).description or "")


def test_only_what_changed_is_told_and_what_was_taken_back_too() -> None:
    before = feed(cap=4, min_score=10)
    after = feed(cap=5, query="mare", channel_id=6)
    told = list(changes_lines(before, after, "UTC"))
    assert told == [
        "Query: `mare`",
        "Channel: <#6>",
        "At most in an hour: 5",
        "Least score: none any more",
    ]
    assert list(changes_lines(before, before, "UTC")) == []


@given(st.text(max_size=500))
def test_no_query_breaks_out_of_its_place(query: str) -> None:
    text = list_embed(overview(feed(query=query))).description or ""
    assert text.count("`") in {0, 2}
    assert text.count("\n") == 1


def test_the_history_links_messages_and_never_pages() -> None:
    def row(status: Status, **values: Any) -> Announcement:
        return Announcement(
            id=1, guild_id=1, channel_id=5, site="derpibooru", post_id=9, subscription_id=7,
            first_seen_at=NOW, created_at=NOW, due_at=NOW, status=status, **values,
        )  # fmt: skip

    rows = [
        row(status, rule="D3", reason="ponybooru:3" if status is Status.TWIN else "somehow")
        for status in Status
    ]
    rows.append(row(Status.SENT, message_id=77, message_channel_id=6, sent_at=NOW))
    text = history_embed(rows).description or ""
    assert "https://discord.com/channels/1/6/77" in text
    assert "derpibooru.org" not in text
    assert text.count("somehow") == 4
    assert "as Ponybooru 3" in text
    assert len(text.split("\n")) == len(Status) + 1
    assert history_embed([]).description


def test_days_are_those_of_the_servers_zone() -> None:
    late = datetime(2026, 11, 21, 23, 30, tzinfo=UTC)
    steps = [Step(late - timedelta(hours=1), 4, 0), Step(late, 2, 2)]
    lines = (stats_embed(steps, "Europe/Vienna", NOW, 2).description or "").split("\n")
    assert lines[2].split()[:3] == ["11-22", "2", "2"]
    assert lines[3].split()[:3] == ["11-21", "4", "0"]
    assert lines[2].count("█") == lines[2].count("░") == 12
    assert lines[3].count("█") == 24
    assert lines[-1] == "In all 6 announced and 2 hidden."


@given(st.integers(0, 10_000), st.integers(0, 10_000), st.integers(1, 40))
def test_a_bar_is_as_long_as_its_share_and_what_is_something_is_seen(
    value: int, largest: int, width: int
) -> None:
    drawn = bar(value, largest, width)
    assert len(drawn) <= width
    assert bool(drawn) == (value > 0 and largest > 0)
    if 0 < largest <= value:
        assert drawn == "█" * width

"""What became of one post, in words: each outcome says what it is and where the message stands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from bot.catalogue import CATALOGUE
from bot.feeds.explain import Wanted, judge
from bot.feeds.proofreading import read_query
from bot.posts.model import Post
from bot.safety import SAFE, Action, Policy, Rule
from bot.store import Announcement, Pause, Pending, Status, Subscription, Waiting
from bot.ui.feed_reports import explain_text
from tests.clock import MovableClock
from tests.ui.conftest import post_like

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FEED = Subscription(
    id=7, guild_id=1, channel_id=5, site="derpibooru", query="pony", since=NOW, created_at=NOW
)
POST = post_like(id=9, tags=("safe", "artist:painter", "pony"), first_seen_at=NOW, score=3)


def row(status: Status, **values: Any) -> Announcement:
    usual: dict[str, Any] = {
        "id": 1, "guild_id": 1, "channel_id": 5, "site": "derpibooru", "post_id": 9,
        "subscription_id": 7, "first_seen_at": NOW, "created_at": NOW, "due_at": NOW,
    }  # fmt: skip
    return Announcement(**{**usual, "status": status, **values})


def told(
    *rows: Announcement,
    query: str = "pony",
    feed: Subscription = FEED,
    post: Post = POST,
    policy: Policy = SAFE,
    pending: Pending | None = None,
    values: bool = True,
    since: datetime = NOW - timedelta(days=1),
    **wants: Any,
) -> str:
    wanted = Wanted(query=read_query(query, CATALOGUE["derpibooru"]), since=since, **wants)
    judgement = judge(post, wanted, policy, MovableClock())
    return explain_text(judgement, wanted, feed, rows, pending=pending, values=values)


@pytest.mark.parametrize(
    ("status", "values", "words"),
    [
        (Status.QUEUED, {}, "waits to be sent, not before <t:"),
        (Status.QUEUED, {"digest": True}, "hour, day or week to end"),
        (Status.SENDING, {}, "is being sent"),
        (Status.SENT, {"message_id": 77, "sent_at": NOW}, "discord.com/channels/1/5/77"),
        (Status.HIDDEN, {"rule": "hide", "reason": "a rule"}, "kept back (hide): a rule"),
        (Status.TWIN, {"reason": "twibooru:8"}, "announced there already, as Twibooru 8"),
        (Status.DROPPED, {"reason": "gone"}, "not sent after all: gone"),
        (Status.FOLDED, {}, "only counted"),
        (Status.ASIDE, {"reason": "too odd"}, "set aside"),
        (Status.REMOVED, {"reason": "retagged", "message_id": 77}, "taken back later: retagged"),
    ],
)
def test_each_outcome_is_told(status: Status, values: dict[str, Any], words: str) -> None:
    text = told(row(status, **values))
    assert "✓ The feed wants this post." in text
    (line,) = (line for line in text.split("\n") if line.startswith("In <#5>, Derpibooru 9: "))
    assert words in line
    assert "Nothing of it" not in text


def test_a_twin_is_told_with_the_message_of_the_other_post() -> None:
    text = told(
        row(Status.TWIN, reason="twibooru:8"),
        row(Status.SENT, id=2, site="twibooru", post_id=8, message_id=77, sent_at=NOW),
        row(Status.SENT, id=3, channel_id=6, message_id=78, sent_at=NOW),
    )
    assert "In <#5>, Twibooru 8: sent" in text
    assert "/1/5/77" in text
    # Another channel is no matter of this feed.
    assert "78" not in text


def test_what_was_never_owed_says_why() -> None:
    text = told(query="pony, solo")
    assert "✗ The query does not match." in text
    assert "✗ solo" in text
    assert "Nothing of it was ever owed to that channel." in text
    assert "before this feed began" in told(since=NOW + timedelta(hours=1))
    assert "It still matures, until 2026-11-22 13:00 UTC." in told(settle=60)
    assert "Its score is 3; the feed wants 5." in told(min_score=5)
    rule = Rule(action=Action.HIDE, expression="pony")
    hidden = told(policy=Policy(rules=(rule,)))
    assert "This post is not shown" in hidden
    assert "- hidden by the" in hidden
    unsafe = told(post=structs.replace(POST, tags=("explicit", "pony")), values=False)
    assert "✗ This post is not shown" in unsafe
    assert "it has:" not in unsafe


@pytest.mark.parametrize("reason", Waiting)
def test_what_waits_says_for_what_and_until_when(reason: Waiting) -> None:
    due = NOW + timedelta(minutes=10)
    pending = Pending(site="derpibooru", post_id=9, reason=reason, due_at=due)
    assert f"I look at it again <t:{int(due.timestamp())}:R>, because" in told(pending=pending)


def test_a_paused_feed_says_that_it_is() -> None:
    assert "The feed: paused, because somebody paused it" in told(
        feed=structs.replace(FEED, pause=Pause.PERSON)
    )
    assert "paused" not in told()

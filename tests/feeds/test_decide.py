"""What becomes of a post for now, and when it is looked at again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs

from bot.feeds.decide import (
    LADDER,
    TOGETHER,
    Decision,
    born,
    decide,
    has_thumbnails,
    is_gone,
    next_look,
    together,
)
from bot.feeds.roster import Roster
from bot.posts.model import Post
from bot.query import parse
from bot.sites import philomena
from bot.store import Store, Subscription, Waiting
from tests.clock import MovableClock

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
POST = Post(
    site="derpibooru",
    id=7,
    page_url="https://derpibooru.org/images/7",
    media_hosts=frozenset({"derpicdn.net"}),
    tags=("safe", "mare"),
    first_seen_at=NOW,
    score=10,
    faves=3,
    thumbnails_generated=True,
    hidden_from_users=False,
)


def wish(number: int, query: str = "mare", **changes: Any) -> Subscription:
    made = Subscription(
        id=number,
        guild_id=1,
        channel_id=5,
        site="derpibooru",
        query=query,
        since=NOW - HOUR,
        created_at=NOW - HOUR,
    )
    return structs.replace(made, **changes)


def roster_of(*wishes: Subscription) -> Roster:
    # Nothing is read from the database, which is never opened.
    roster = Roster(Store(Path("none.db"), MovableClock()))
    for one in wishes:
        roster.put(one)
    return roster


def after(age: timedelta, *wishes: Subscription, post: Post = POST, **options: Any) -> Decision:
    return decide(post, roster_of(*wishes), NOW + age, seen_at=NOW, **options)


def test_a_post_is_matched_by_all_whose_query_it_satisfies_and_who_began_before_it() -> None:
    found = after(
        MINUTE,
        wish(1),
        wish(2, "mare, beach"),
        wish(3, ""),
        wish(4, since=NOW),
        wish(5, since=NOW - MINUTE),
        wish(6, site="ponybooru"),
        wish(7, retry_at=NOW, pause="no access"),
        wish(8, pause="person"),
    )
    assert found == Decision(matched=(1, 3, 5, 7))


def test_what_depends_on_votes_is_looked_at_up_a_ladder() -> None:
    one = wish(1, "mare, score.gte:50")
    looks = []
    age = timedelta(0)
    while (found := after(age, one)).due_at is not None:
        assert (found.matched, found.waiting) == ((), Waiting.VOTES)
        age = found.due_at - NOW
        looks.append(age)
    assert tuple(looks) == LADDER
    assert after(age, one) == Decision()
    assert after(HOUR, one, post=structs.replace(POST, score=50)).matched == (1,)


@pytest.mark.parametrize(
    "query",
    ["beach, score.gte:50", "mare, id.gt:8", "score.gte:5", "mare || score.gte:50"],
)
def test_votes_that_decide_nothing_are_not_waited_for(query: str) -> None:
    assert after(MINUTE, wish(1, query)).waiting is None


def test_a_minimum_of_score_is_waited_for_where_all_else_fits() -> None:
    assert after(MINUTE, wish(1, min_score=11)).waiting is Waiting.VOTES
    assert after(MINUTE, wish(1, "beach", min_score=11)).waiting is None
    assert after(MINUTE, wish(1, min_score=10)) == Decision(matched=(1,))
    silent = structs.replace(POST, score=UNSET)
    assert after(MINUTE, wish(1, min_score=-5), post=silent).matched == ()


def test_a_subscription_that_lets_posts_mature_decides_at_its_hour() -> None:
    one = wish(1, settle=30, min_score=50)
    early = after(MINUTE, one)
    assert early == Decision(waiting=Waiting.SETTLING, due_at=NOW + 30 * MINUTE)
    assert after(30 * MINUTE, one, post=structs.replace(POST, score=50)).matched == (1,)
    # Afterwards its score may still mature.
    assert after(30 * MINUTE, one).waiting is Waiting.VOTES
    assert after(MINUTE, wish(1, "beach", settle=30)) == Decision()


def test_the_earliest_reason_is_waited_for_and_who_is_satisfied_does_not_wait() -> None:
    found = after(MINUTE, wish(1, settle=30), wish(2, "score.gte:50"), wish(3, settle=5), wish(4))
    assert found == Decision(matched=(4,), waiting=Waiting.SETTLING, due_at=NOW + 5 * MINUTE)


class TestAnswers:
    one = wish(1, "mare, faved_by:somepony")

    def test_what_only_the_site_can_decide_is_asked(self) -> None:
        found = after(10 * MINUTE, self.one, wish(2, "beach, faved_by:somepony"))
        assert (found.asks, found.waiting) == ((1,), Waiting.ANSWER)

    def test_its_answer_decides(self) -> None:
        assert after(10 * MINUTE, self.one, answered={1}) == Decision(matched=(1,))
        no = after(10 * MINUTE, self.one, answered=())
        assert (no.matched, no.asks, no.due_at) == ((), (), NOW + HOUR)

    def test_nothing_is_asked_for_one_that_is_not_satisfied_anyway(self) -> None:
        for one in (wish(1, self.one.query, min_score=50), wish(1, self.one.query, settle=60)):
            assert after(10 * MINUTE, one).asks == ()

    def test_it_is_asked_at_least_once(self) -> None:
        late = timedelta(days=9)
        found = after(late, self.one)
        assert (found.asks, found.due_at) == ((1,), NOW + late)
        assert after(late, self.one, tries=1, answered=()) == Decision()


class TestThumbnails:
    """Rule L12."""

    def test_are_waited_for_ever_longer(self) -> None:
        post = structs.replace(POST, thumbnails_generated=False)
        pauses = [
            found.due_at - NOW
            for tries in range(9)
            if (found := after(timedelta(0), wish(1), post=post, tries=tries)).due_at
        ]
        assert pauses[:3] == [timedelta(seconds=30), MINUTE, 2 * MINUTE]
        assert pauses[-1] == HOUR

    def test_are_waited_for_only_where_somebody_wants_the_post(self) -> None:
        post = structs.replace(POST, thumbnails_generated=False)
        assert after(MINUTE, wish(1, "beach"), post=post) == Decision()
        found = after(MINUTE, wish(1, "score.gte:99"), post=post)
        assert (found.matched, found.waiting) == ((), Waiting.THUMBNAILS)

    def test_are_given_up_in_the_end(self) -> None:
        post = structs.replace(POST, thumbnails_generated=False)
        assert after(LADDER[-1], wish(1), post=post, tries=5) == Decision(matched=(1,))

    @pytest.mark.parametrize("said", [False, None, UNSET])
    def test_a_board_must_say_that_it_has_them(self, said: Any) -> None:
        assert not has_thumbnails(structs.replace(POST, thumbnails_generated=said))

    def test_a_text_or_a_pony_has_none_to_wait_for(self) -> None:
        post = structs.replace(POST, thumbnails_generated=UNSET)
        assert has_thumbnails(structs.replace(post, media_type="paste"))
        assert has_thumbnails(structs.replace(post, site="ponyapi"))


@pytest.mark.parametrize(
    "gone", [{"hidden_from_users": True}, {"duplicate_of": 3}, {"deletion_reason": "Rule 1"}]
)
def test_a_post_that_is_gone_waits_for_nothing(gone: dict[str, Any]) -> None:
    post = structs.replace(POST, thumbnails_generated=False, **gone)
    assert is_gone(post)
    found = after(MINUTE, wish(1), wish(2, "score.gte:99"), wish(3, settle=9), post=post)
    assert found == Decision(matched=(1,))


@pytest.mark.parametrize(
    "said",
    [
        {"deletion_reason": "Rule 1", "duplicate_of": None},
        {"deletion_reason": None, "duplicate_of": 5},
    ],
)
def test_a_stub_satisfies_nobody_as_it_says_no_tags(said: dict[str, Any]) -> None:
    """Boards, 1.5: without its tags `-explicit` would be true of it."""
    body = {"id": 7, "first_seen_at": "2026-11-22T12:00:00Z", "hidden_from_users": True, **said}
    post = philomena.decode_post(body, "derpibooru")
    roster = [wish(1, "-explicit"), wish(2, "-score.gte:9"), wish(3, "-faved_by:x"), wish(4)]
    assert after(MINUTE, *roster, post=post) == Decision()


@pytest.mark.parametrize("tags", [None, []])
def test_a_post_whose_tags_are_not_told_is_decided_by_nothing_and_looked_at_again(
    tags: object,
) -> None:
    body = {"id": 7, "first_seen_at": "2026-11-22T12:00:00Z", "tags": tags}
    post = philomena.decode_post(body, "derpibooru")
    found = after(MINUTE, wish(1, "-explicit"), wish(2, "*"), post=post)
    assert (found.matched, found.asks, found.waiting) == ((), (), Waiting.ANSWER)
    assert found.due_at is not None
    assert after(100 * HOUR, wish(1, "-explicit"), post=post, tries=30) == Decision()


def test_a_clock_that_is_ahead_makes_no_post_wait_for_longer() -> None:
    """F39."""
    future = structs.replace(POST, first_seen_at=NOW + timedelta(days=400))
    assert born(future, NOW) == NOW
    assert after(MINUTE, wish(1, settle=30), post=future).due_at == NOW + 30 * MINUTE


@given(st.timedeltas(timedelta(0), timedelta(days=999)))
def test_looks_are_put_off_to_common_instants(since: timedelta) -> None:
    instant = NOW + since
    found = together(instant)
    assert timedelta(0) <= found - instant < TOGETHER
    assert together(found) == found
    assert (found - datetime(1970, 1, 1, tzinfo=UTC)) % TOGETHER == timedelta(0)


@given(st.timedeltas(timedelta(-1), timedelta(5)))
def test_the_next_look_is_always_to_come(age: timedelta) -> None:
    due_at = next_look(NOW, NOW + age)
    if due_at is None:
        assert age >= LADDER[-1]
    else:
        assert due_at > NOW + age


_QUERIES = ("mare", "beach", "score.gte:5", "mare, score.gte:20", "-faves.lt:9", "", "*")
_WISHES = st.builds(
    lambda query, settle, least, began: (query, settle, least, began),
    st.sampled_from(_QUERIES),
    st.sampled_from([0, 0, 7, 90, 4320]),
    st.none() | st.integers(-5, 30),
    st.integers(-2, 2),
)


@given(
    wishes=st.lists(_WISHES, max_size=6),
    score=st.integers(-5, 30),
    minutes=st.integers(0, 6000),
    mare=st.booleans(),
)
def test_a_decision_is_what_each_subscription_says_by_itself(
    wishes: list[tuple[str, int, int | None, int]], score: int, minutes: int, *, mare: bool
) -> None:
    post = structs.replace(POST, score=score, faves=score, tags=("safe", "mare" if mare else "x"))
    made = [
        wish(number, query, settle=settle, min_score=least, since=NOW + began * MINUTE)
        for number, (query, settle, least, began) in enumerate(wishes, 1)
    ]
    found = after(minutes * MINUTE, *made, post=post)
    satisfied = {
        one.id
        for one in made
        if (parse(one.query or "*").matches(post, now=NOW + minutes * MINUTE))
        and one.since < NOW
        and one.settle <= minutes
        and (one.min_score is None or score >= one.min_score)
    }
    assert set(found.matched) == satisfied
    assert (found.waiting is None) == (found.due_at is None)
    if found.due_at is not None:
        assert found.due_at > NOW + minutes * MINUTE

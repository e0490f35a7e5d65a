"""Proof-reading: what a feed's words mean under the policy of its channel."""

from time import process_time

import pytest

from bot.catalogue import CATALOGUE
from bot.feeds.proofreading import proofread, read_query
from bot.query import QueryError, QueryIndex
from bot.safety import SAFE, Policy, Profile, Verdict, Wishes, canonical, policy_for
from tests.feeds.owed import MakePost

DERPIBOORU, TWIBOORU, PONYAPI = (CATALOGUE[name] for name in ("derpibooru", "twibooru", "ponyapi"))
ADULT = policy_for(Profile.FULL, Verdict.ADULT, Wishes(adult=True))


def test_nothing_said_is_everything(make_post: MakePost) -> None:
    assert read_query(" ", DERPIBOORU).matches(make_post())
    assert read_query("", PONYAPI).matches(make_post())
    assert proofread("", DERPIBOORU, SAFE).sent == canonical("", SAFE, "philomena")


def test_tags_of_the_safe_pony_api_are_read_as_tags_and_nothing_else(make_post: MakePost) -> None:
    query = read_query("pony, cute", PONYAPI)
    assert query.matches(make_post(tags=("safe", "pony", "cute")))
    assert not query.matches(make_post(tags=("safe", "pony")))
    with pytest.raises(QueryError):
        read_query("pony || cute", PONYAPI)


@pytest.mark.parametrize(
    "text",
    [
        "explicit",
        "explicit || suggestive",
        "cute, -safe",
        "(grimdark || gore), pony",
        "-(safe || cute), explicit",
        "foalcon",
    ],
)
def test_what_only_asks_for_more_than_a_safe_channel_may_show_is_refused(text: str) -> None:
    """Rules D1 and D4."""
    with pytest.raises(QueryError, match="safe for everybody"):
        proofread(text, DERPIBOORU, SAFE)


@pytest.mark.parametrize("text", ["cute", "safe, cute", "explicit || cute", "-explicit", "exp*"])
def test_what_safe_posts_can_match_is_kept_in_a_safe_channel(text: str) -> None:
    assert not proofread(text, DERPIBOORU, SAFE).adult


@pytest.mark.parametrize(
    ("text", "adult"),
    [("cute", True), ("explicit", True), ("safe, cute", False), ("cute, (safe || solo)", True)],
)
def test_a_feed_is_bound_to_age_restricted_channels_if_more_than_safe_art_can_come(
    text: str, adult: bool
) -> None:
    """Fault F25."""
    assert proofread(text, DERPIBOORU, ADULT).adult is adult


def test_what_is_never_shown_anywhere_is_refused_in_an_age_restricted_channel_too() -> None:
    """Rules D2 and D3."""
    for text in ("foalcon", "grimdark", "gore, pony"):
        with pytest.raises(QueryError, match="never shown"):
            proofread(text, DERPIBOORU, ADULT)


def test_the_place_of_a_mistake_is_told() -> None:
    with pytest.raises(QueryError) as caught:
        proofread("cute, (solo", DERPIBOORU, SAFE)
    assert caught.value.start == 6


def test_what_votes_change_and_what_only_the_site_knows_is_named() -> None:
    proof = proofread("score.gte:50, faves.gt:3, faved_by:somepony", DERPIBOORU, SAFE)
    assert proof.voted == {"score", "faves"}
    assert proof.undecidable == {"faved_by"}
    assert proof.sent is not None
    assert "faved_by:somepony" in proof.sent


def test_what_a_board_cannot_be_asked_is_matched_here(make_post: MakePost) -> None:
    """Reference: safety, 3.2."""
    proof = proofread('"twilight sparkle"', DERPIBOORU, SAFE)
    assert proof.sent is None
    assert proof.query.matches(make_post(tags=("safe", "twilight sparkle")))


def test_what_neither_we_nor_the_board_may_decide_is_refused() -> None:
    for text in ("my:faves", "filter_id:1, cute"):
        with pytest.raises(QueryError):
            proofread(text, DERPIBOORU, SAFE)
    with pytest.raises(QueryError):
        proofread('"a", faved_by:b', TWIBOORU, SAFE)


def test_a_policy_of_no_rating_lets_nothing_through() -> None:
    with pytest.raises(QueryError):
        proofread("safe", DERPIBOORU, Policy(ratings=frozenset()))


@pytest.mark.parametrize(
    ("piece", "between"),
    [("(a{0} || b{0})", ", "), ("(a{0}, b{0})", " || "), ("-(a{0}, -b{0})", ", "), ("a{0}*", ", ")],
)
def test_the_worst_feed_is_ready_to_be_matched_in_time_that_grows_with_its_length_alone(
    piece: str, between: str
) -> None:
    """Fault F46: nothing else is done meanwhile."""

    def run(pieces: int) -> float:
        text = between.join(piece.format(number) for number in range(pieces))
        start = process_time()
        index: QueryIndex[int] = QueryIndex()
        index.add(1, read_query(text, DERPIBOORU))
        return process_time() - start

    run(10)
    # Ten times as long: quadratic time would be some hundred times more.
    assert min(run(1000), run(1000)) < 50 * max(run(100), 0.002)

"""Explaining one post: the query's verdict term by term, the delays, the policy's word."""

from datetime import timedelta

from bot.catalogue import CATALOGUE
from bot.feeds.explain import (
    Judgement,
    Wanted,
    delay_lines,
    judge,
    query_line,
    tree_lines,
    wanted_line,
)
from bot.feeds.proofreading import read_query
from bot.posts.model import Post
from bot.safety import SAFE, Action, Policy, Refusal, Rule, VerifiedPost
from tests.clock import MovableClock
from tests.feeds.owed import MakePost


def wanted(query: str) -> Wanted:
    return Wanted(query=read_query(query, CATALOGUE["derpibooru"]))


def lines(query: str, post: Post, clock: MovableClock) -> list[str]:
    return list(tree_lines(judge(post, wanted(query), SAFE, clock).explanation))


def judged(post: Post, clock: MovableClock, **wants: object) -> tuple[Judgement, list[str]]:
    want = Wanted(query=read_query("", CATALOGUE["derpibooru"]), **wants)  # type: ignore[arg-type]
    judgement = judge(post, want, SAFE, clock)
    return judgement, list(delay_lines(judgement, want))


def test_every_term_has_its_verdict_and_what_the_post_has(
    make_post: MakePost, clock: MovableClock
) -> None:
    told = lines("pony, (score.gte:50 || cute), -solo, faved_by:somepony", make_post(), clock)
    text = "\n".join(told)
    assert told[0] == "✗ all of:"
    assert "  ✓ pony" in told
    assert "    ✗ score.gte:50 (it has: 10)" in told
    assert "  ✓ not:" in told
    assert "    ✗ solo (it has none)" in told
    assert "  ? faved_by:somepony (only the site can say)" in told
    assert "    ✗ cute" in text


def test_wildcards_name_the_tags_that_fit_unless_they_are_not_to_be_told(
    make_post: MakePost, clock: MovableClock
) -> None:
    """Reference: safety, 3.7."""
    judgement = judge(make_post(), wanted("artist:*"), SAFE, clock)
    assert list(tree_lines(judgement.explanation)) == ["✓ artist:* (it has: artist:painter)"]
    assert list(tree_lines(judgement.explanation, values=False)) == ["✓ artist:*"]


def test_what_a_deleted_post_had_for_tags_is_not_told(
    make_post: MakePost, clock: MovableClock
) -> None:
    """Boards, 1.5."""
    stub = make_post(tags=(), hidden_from_users=True)
    for query in ("-explicit", "pony", "pony || -explicit", "-*"):
        judgement = judge(stub, wanted(query), SAFE, clock)
        assert (judgement.matches, judgement.wanted) == (None, None)
        (line,) = tree_lines(judgement.explanation)
        assert line.startswith("? ")


def test_an_alias_counts_as_its_tag(make_post: MakePost, clock: MovableClock) -> None:
    judgement = judge(make_post(), wanted("ponies"), SAFE, clock, aliases={"ponies": "pony"})
    assert judgement.wanted is True
    assert query_line(judgement) == "✓ The query matches."
    assert wanted_line(judgement) == "✓ The feed wants this post."


def test_a_post_from_before_the_feed_is_not_new_to_it(
    make_post: MakePost, clock: MovableClock
) -> None:
    judgement, told = judged(make_post(), clock, since=clock.now())
    assert judgement.wanted is False
    assert told == ["✗ The site had it before this feed began."]
    assert judged(make_post(), clock, since=clock.now() - timedelta(seconds=1))[0].wanted is True


def test_a_post_matures_and_needs_its_score(make_post: MakePost, clock: MovableClock) -> None:
    post = make_post()
    judgement, told = judged(post, clock, settle=30, min_score=11)
    assert judgement.wanted is False
    assert told == [
        "✗ It still matures, until 2026-11-22 12:30 UTC.",
        "✗ Its score is 10; the feed wants 11.",
    ]
    clock.advance(1800)
    judgement, told = judged(post, clock, settle=30, min_score=10)
    assert judgement.wanted is True
    assert told == ["✓ Its score is 10; the feed wants 10."]


def test_what_the_site_does_not_say_is_left_open(make_post: MakePost, clock: MovableClock) -> None:
    post = make_post(score=None, first_seen_at=None)
    judgement, told = judged(post, clock, since=clock.now(), min_score=1)
    assert judgement.wanted is None
    assert [line[0] for line in told] == ["?", "?"]


def test_the_rule_that_hides_a_post_is_named(make_post: MakePost, clock: MovableClock) -> None:
    rule = Rule(action=Action.HIDE, expression="pony")
    judgement = judge(make_post(), wanted("pony"), Policy(rules=(rule,)), clock)
    assert isinstance(judgement.outcome, Refusal)
    assert judgement.hiding == (rule,)
    assert judgement.wanted is True
    assert isinstance(judge(make_post(), wanted("pony"), SAFE, clock).outcome, VerifiedPost)


def test_nothing_in_a_post_or_query_steers_a_terminal_or_ends_a_line(
    make_post: MakePost, clock: MovableClock
) -> None:
    post = make_post(tags=("safe", "artist:a\x1b[31m\nb"))
    said = lines("artist:*", post, clock)
    assert any("artist:" in line for line in said)
    assert all(line.isprintable() for line in said)

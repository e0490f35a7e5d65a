"""The index of many queries: upkeep, and the shapes that random queries seldom take."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec import UNSET, structs

from bot.posts.model import Post
from bot.query import Query, QueryIndex, parse

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
POST = Post(
    site="derpibooru", id=7, page_url="https://derpibooru.org/images/7", media_hosts=frozenset(),
    tags=("safe", "pony", "a1", "b1", "c1", "artist:foo bar"), score=50, faves=3, uploader="me",
    animated=False, aspect_ratio=1.5, created_at=NOW,
)  # fmt: skip


def agrees(texts: list[str], post: Post = POST) -> QueryIndex[str]:
    index: QueryIndex[str] = QueryIndex(popularity={"safe": 1_000, "pony": 900, "a1": 1})
    queries = {text: parse(text) for text in texts}
    for text, query in queries.items():
        index.add(text, query)
    found = index.match(post, now=NOW)
    verdicts = {text: query.evaluate(post, now=NOW) for text, query in queries.items()}
    assert found.matched == {text for text, value in verdicts.items() if value}
    assert found.undecided == {text for text, value in verdicts.items() if value is None}
    return index


def choice(letter: str, count: int) -> str:
    return "(" + " || ".join(f"{letter}{number}" for number in range(count)) + ")"


SHAPES = [
    "safe", "safe, pony", "safe, pony, a1, b1", "safe, -explicit", "safe, -pony",
    "-explicit", "-safe", "-explicit, -grimdark", "-safe, -grimdark", "*", "",
    "safe, score.gte:50", "score.gte:50", "score.gt:50", "score:50", "score.lte:49", "faves.lt:9",
    "aspect_ratio.gt:1.4", "aspect_ratio.gte:1.5", "-score.gte:9", "animated:false",
    "animated:true", "created_at.gte:2 days ago", "safe, animated:false, score:50~3",
    "uploader:me", "uploader:you", "-uploader:me", "uploader:m*", "uploader:me, safe",
    "artist:*", "*foo*", "*bar", "artist:f?o*", "?1", "*o*a*", "s?fe", "saef~1", "pnoy~2",
    "*artist:foo*", "*a*1", "faved_by:x", "faved_by:x, safe", "faved_by:x, explicit",
    "-faved_by:x", "faved_by:x || safe", "safe, (faved_by:x || score.gt:99)",
    f"safe, {choice('a', 5)}", f"{choice('a', 3)}, {choice('b', 3)}, {choice('c', 3)}",
    f"{choice('a', 5)}, {choice('b', 5)}, {choice('z', 5)}", choice("z", 4),
    f"safe, ({choice('a', 3)}, -x || -y, score.gt:3 || faves:3)",
    f"({choice('a', 4)}, x || b1, -y), (q || -z || score:50), (c1 || -pony || faves.gt:2)",
    "(" + " || ".join(f"(a{n}, -b{n})" for n in range(40)) + ")",
    "(" + " || ".join(f"-q{n}" for n in range(40)) + ")",
    "(-a1 || -b1 || x), (-p || -q || y), (-r || -s || z), (-t || -u || w), pony",
    "(-a1 || -b1 || x), (-p || -q || y), (-r || -s || z), (-t || -u || w)",
]  # fmt: skip


def test_every_shape_of_query_is_answered_like_evaluation() -> None:
    agrees(SHAPES)
    bare = structs.replace(POST, tags=())
    agrees(SHAPES, bare)


def test_fields_that_the_post_does_not_mention_leave_queries_undecided() -> None:
    silent = Post(
        site="twibooru", id=7, page_url="https://twibooru.org/7", media_hosts=frozenset(),
        tags=("safe", "pony", "a1"),
    )  # fmt: skip
    more = ["uploader:me, uploader:you", "safe, -uploader:me", "safe, pony, a1, uploader:x",
            "uploader:x, uploader:y, uploader:z", "(uploader:x || uploader:y), safe, pony",
            "explicit, uploader:me", "uploader:me, -safe", "uploader:me, faves:3",
            "-uploader:me, -uploader:you", "uploader:a, animated:true, explicit",
            "source_url:a, safe, (uploader:x || b9), -mime_type:z",
            "animated:true, -safe", "animated:true, -explicit", "animated:true, faves:3",
            "score.gt:9, (z9 || uploader:q), (safe || y9)"]  # fmt: skip
    agrees(SHAPES + more, silent)
    agrees(SHAPES + more)


def test_equal_queries_share_their_work_and_keep_their_keys() -> None:
    index: QueryIndex[int] = QueryIndex()
    for key, text in enumerate(
        ("safe, pony", "pony, safe", "safe, a1, -x, -y", "a1, safe, -y, -x")
    ):
        index.add(key, parse(text))
    assert len(index) == 4
    assert index.match(POST).matched == {0, 1, 2, 3}
    index.discard(0)
    index.discard(2)
    index.discard(2)
    assert 1 in index
    assert 0 not in index
    assert index.match(POST).matched == {1, 3}
    index.add(1, parse("explicit"))
    index.add(3, parse("a1, -y, safe, -x"))
    assert index.match(POST).matched == {3}


def test_everything_is_forgotten_when_it_is_discarded() -> None:
    index = agrees([*SHAPES, "safe, uploader:me, -uploader:you", "*x1x*", "abcd~2"])
    fresh: QueryIndex[str] = QueryIndex()
    for text in SHAPES:
        index.discard(text)
    for text in ("safe, uploader:me, -uploader:you", "*x1x*", "abcd~2"):
        index.discard(text)
    assert len(index) == 0
    assert index.match(POST, now=NOW) == fresh.match(POST, now=NOW) == (set(), set())
    assert not any(index._terms.uses)
    assert index._checks.nodes == {}
    index.add("again", parse("a*, score.gte:3"))
    assert index.match(POST, now=NOW).matched == {"again"}


def test_what_comes_and_goes_again_and_again_takes_no_more_room() -> None:
    index: QueryIndex[int] = QueryIndex()
    for key in range(500):
        index.add(key, parse(f"tag {key}, (pony || t{key}*), -score.gte:{key}"))
        index.add(-key - 1, parse(f"-tag {key}, -x"))
        index.discard(key)
        index.discard(-key - 1)
    assert len(index._slots.keys) < 10
    assert len(index._terms.under) < 10
    assert not any(index._terms.under[1:])


def test_queries_added_after_a_match_are_seen() -> None:
    index: QueryIndex[str] = QueryIndex()
    for text in ("pony", "pon*", "*ony", "*pon*", "pnoy~1", "p?ny"):
        index.match(POST)
        index.add(text, parse(text))
        assert text in index.match(POST).matched
        index.discard(text)
        assert index.match(POST).matched == set()


def test_very_many_tags_do_not_make_it_remember_without_end() -> None:
    index: QueryIndex[str] = QueryIndex()
    index.add("all", parse("t*"))
    for start in range(0, 60_000, 20_000):
        tags = tuple(f"t{number}" for number in range(start, start + 20_000))
        assert index.match(structs.replace(POST, tags=tags)).matched == {"all"}
    assert len(index._terms.spellings) <= 50_000


def test_very_many_limits_do_not_make_it_remember_without_end() -> None:
    index: QueryIndex[int] = QueryIndex()
    for number in range(900):
        index.add(number, parse(f"score.gte:{number}"))
        index.add(-number - 1, parse(f"faves:{number}"))
    for score in range(900):
        found = index.match(structs.replace(POST, score=score, faves=score), now=NOW)
        assert found.matched == {*range(score + 1), -score - 1}
    for limits in index._terms._limits.values():
        assert sum(len(kept.terms) for kept in limits._between.values()) <= 50_000
        assert len(limits._between) <= 500
        assert len(limits) <= 500


def test_a_query_is_found_whatever_its_text_was() -> None:
    index: QueryIndex[str] = QueryIndex()
    index.add("gone", Query(parse("-(-safe)").tree))
    assert index.match(POST).matched == {"gone"}


@pytest.mark.mass
def test_very_many_limits_of_a_field_are_answered_and_forgotten_like_few() -> None:
    index: QueryIndex[str] = QueryIndex()
    texts = [f"safe, pony, score.gte:{number}, -faves.gt:{number}" for number in range(-900, 900)]
    texts += [f"score.lte:{number}" for number in range(-900, 900)]
    for text in texts:
        index.add(text, parse(text))
    for post in (
        POST,
        structs.replace(POST, score=-5, faves=10),
        structs.replace(POST, score=None),
    ):
        wanted = {text for text in texts if parse(text).evaluate(post, now=NOW)}
        assert index.match(post, now=NOW) == (wanted, set())
    for text in texts:
        index.discard(text)
    assert not any(index._terms.uses)
    assert index._checks.nodes == {}


def test_dates_counted_back_from_now_are_answered_like_evaluation_to_the_second() -> None:
    asked = [
        f"created_at.{operator}:{count} {unit} ago"
        for operator in ("lt", "lte", "gt", "gte")
        for count, unit in ((1, "minute"), (2, "minutes"), (0, "seconds"), (3, "years"))
    ]
    asked += ["created_at:1 minute ago", "created_at.lt:2020"]
    texts = [form.format(text) for text in asked for form in ("{}", "safe, {}", "-{}", "-x, -{}")]
    for back in (-1, 0, 59, 59.5, 60, 60.000001, 61, 62, 119, 120, 121, 122, 10**9):
        agrees(texts, structs.replace(POST, created_at=NOW - timedelta(seconds=back)))
    agrees(texts, structs.replace(POST, created_at=None))
    agrees(texts, structs.replace(POST, created_at=UNSET))
    index: QueryIndex[str] = QueryIndex()
    index.add("new", parse("created_at.gte:1 minute ago"))
    assert index.match(POST, now=NOW).matched == {"new"}
    assert index.match(POST, now=NOW + timedelta(hours=1)).matched == set()


@pytest.mark.mass
@pytest.mark.parametrize(("operator", "back"), [("lt", 2_100), ("gte", 2_100)])
def test_very_many_dates_counted_back_are_answered_and_forgotten_like_few(
    operator: str, back: int
) -> None:
    texts = [f"safe, pony, created_at.{operator}:{count} seconds ago" for count in range(1_100)]
    index = agrees(texts, structs.replace(POST, created_at=NOW - timedelta(seconds=back)))
    assert index._checks.nodes
    for text in texts:
        index.discard(text)
    assert not any(index._terms.uses)
    assert index._checks.nodes == {}


def test_what_comes_to_stand_under_a_limit_after_a_match_is_found_there() -> None:
    index: QueryIndex[str] = QueryIndex()
    index.add("two", parse("pony, score.gte:9"))
    assert index.match(POST).matched == {"two"}
    index.add("one", parse("score.gte:9"))
    assert index.match(POST).matched == {"one", "two"}
    index.discard("one")
    assert index.match(POST).matched == {"two"}


def test_many_queries_of_two_popular_tags_are_told_apart() -> None:
    texts = [f"safe, pony, {sign}{letter}{number}" for sign in ("", "-")
             for letter in "ax" for number in range(20)]  # fmt: skip
    texts += ["pony, safe", "-pony", "-safe, -x1", "(safe || q), (pony || r)", "-explicit, -safe"]
    index = agrees(texts)
    agrees(texts, structs.replace(POST, tags=("pony", "x1")))
    for text in texts:
        index.discard(text)
    assert index.match(POST, now=NOW) == (set(), set())
    assert not any(index._terms.uses)

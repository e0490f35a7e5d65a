"""What a query says of one post, in three values (reference: boards, 2.6 and 2.7)."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.posts.model import Post
from bot.query import Aliases, Dialect, QueryError, QueryIndex, all_of, any_of, parse, parse_filter
from bot.query.dates import DateError, civil, parse_loose, parse_strict, resolve, seconds_at, write
from bot.query.explain import Explanation
from bot.query.fields import Reader
from bot.query.tree import Instant
from bot.query.wildcards import matches, near

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def post(**said: object) -> Post:
    given: dict[str, object] = {
        "site": "derpibooru",
        "id": 7,
        "page_url": "https://derpibooru.org/images/7",
        "media_hosts": frozenset(),
        "tags": ("safe", "pony", "rainbow dash"),
    }
    return Post(**(given | said))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("safe, faved_by:x", None),
        ("explicit, faved_by:x", False),
        ("safe || faved_by:x", True),
        ("explicit || faved_by:x", None),
        ("-faved_by:x", None),
        ("-(explicit, gallery_id:3)", True),
        ("score.gt:5", None),
        ("-score.gt:5, safe", None),
        ("rating_tag_count:1", None),
        ("uploader:*", True),
        ("-source_url:*", False),
        ("description:word", None),
        ("id:7", True),
        ("id:7~3, rainb*", True),
        ("rianbow dash~1", True),
        ("filter_id:3", None),
        ("duration:0", None),
        ("pixels.gt:1", None),
        ("uploader:a*", None),
        ("uploader:a~1", None),
    ],
)
def test_what_a_bare_body_decides(text: str, verdict: bool | None) -> None:
    assert parse(text).evaluate(post(), now=NOW) is verdict
    index: QueryIndex[str] = QueryIndex()
    index.add("it", parse(text))
    found = index.match(post(), now=NOW)
    assert found.matched == ({"it"} if verdict else set())
    assert found.undecided == ({"it"} if verdict is None else set())


@pytest.mark.parametrize(
    ("said", "true", "false"),
    [
        ({"width": 800, "height": 600}, "pixels:480000", "pixels.gt:480000"),
        ({"width": None, "height": 600}, "-pixels.gte:0", "pixels.gte:0"),
        ({"animated": False, "duration": 0.04}, "duration:0", "duration.gt:0"),
        ({"animated": True, "duration": 0.5}, "duration:0.5", "animated:false"),
        ({"aspect_ratio": 4 / 3}, "aspect_ratio:1.3333334", "aspect_ratio.gt:1.3333334"),
        ({"uploader": "ΟΔΟΣ"}, "uploader:οδοσ", "uploader:x"),
        ({"uploader": None}, "-uploader:somebody", "uploader:?*"),
        ({"sources": ("HTTPS://A.net/b",)}, "source_url:*a.net*, source_count:1", "source_count:0"),
        ({"format": "png", "mime_type": "image/png"}, "mime_type:image/*", "original_format:gif"),
        ({"name": "Cacaw.png"}, "file_name:Cacaw*", "file_name:cacaw*"),
        ({"duplicate_of": None}, "-duplicate_id:3", "duplicate_id:3"),
        ({"description": ""}, "-description:a", "description:a || description:a*"),
        ({"created_at": datetime(2015, 6, 1)}, "created_at:2015", "created_at.lt:2015"),  # noqa: DTZ001
        ({"created_at": None}, "-created_at:2015", "created_at:2015"),
        ({"created_at": NOW - timedelta(days=2)}, "created_at.gte:3 days ago",
         "created_at:3 days ago"),
        ({"created_at": NOW - timedelta(seconds=259_202)}, "created_at:3 days ago",
         "created_at.gt:3 days ago"),
        ({"created_at": datetime(2016, 1, 1, tzinfo=UTC)}, "created_at.lte:2015",
         "created_at.gt:2015"),
        ({"score": 5}, "score.lte:5, score.gte:5", "score.lt:5 || score.gt:5"),
    ],
)  # fmt: skip
def test_fields_are_compared_as_the_sites_index_has_them(
    said: dict[str, object], true: str, false: str
) -> None:
    for text, verdict in ((true, True), (false, False)):
        assert parse(text).evaluate(post(**said), now=NOW) is verdict
        index: QueryIndex[int] = QueryIndex()
        index.add(1, parse(text))
        assert index.match(post(**said), now=NOW) == ({1} if verdict else set(), set())


def test_ones_own_posts_are_known_only_with_a_key() -> None:
    member = Reader(user=True)
    mine = post(interactions=(("voted", "up"), ("faved", "")))
    assert parse("my:faves, my:upvotes, -my:downvotes", reader=member).matches(mine)
    assert parse("my:hidden", reader=member).evaluate(mine) is False
    assert parse("my:faves", reader=member).evaluate(post()) is None
    assert parse("my:watched", reader=member).evaluate(mine) is None


def test_a_moderator_can_ask_for_deleted_posts() -> None:
    deleted = parse("deleted:true", reader=Reader(user=True, moderator=True))
    assert deleted.matches(post(hidden_from_users=True))
    assert deleted.evaluate(post(hidden_from_users=False)) is False


def test_an_undecided_query_does_not_match() -> None:
    query = parse("faved_by:x, description:y, score.gt:1, rating_tag_count:1, filter_id:3")
    assert query.undecidable == {"faved_by", "description", "rating_tag_count", "filter_id"}
    assert not query.matches(post())
    assert parse("safe").undecidable == frozenset()


def test_other_names_of_a_tag_are_found_by_name_pattern_and_near_spelling() -> None:
    aliases = Aliases({"ponies": "pony", "dashie": "rainbow dash", "foals": "foal"})
    for text in ("ponies", "pony", "dash?e", "dashi~1", "ponies, -foals"):
        assert parse(text).matches(post(), aliases=aliases)
    assert not parse("ponies").matches(post())


def test_filters_hide_by_tag_id_and_by_query() -> None:
    tagged = post(tag_ids=(1, 2))
    assert parse_filter([2], None).hides(tagged) is True
    assert parse_filter([3], "a\r\nsafe\n\n").hides(tagged) is True
    assert parse_filter([3], "").hides(tagged) is False
    assert parse_filter([3], "faved_by:x").hides(tagged) is None
    assert parse_filter([3], "").hides(post()) is None
    assert parse_filter([], "").hides(post()) is False
    assert parse_filter([], "(((").hides(tagged) is True
    assert parse_filter([], "filter_id:1").readable is False
    assert parse_filter([], "a ||b", dialect="twibooru").readable
    shown = parse("filter_id:1, -filter_id:2")
    filters = {1: parse_filter([3], "explicit"), 2: parse_filter([], "safe")}
    assert shown.matches(tagged, filters=filters)
    index: QueryIndex[str] = QueryIndex()
    index.add("shown", shown)
    assert index.match(tagged, filters=filters).matched == {"shown"}
    assert index.match(tagged).undecided == {"shown"}


def test_an_explanation_names_every_term_its_verdict_and_what_it_met() -> None:
    query = parse(
        "safe, (score.gt:5 || faved_by:x), -rain*, created_at:2015, uploader:b, *, animated:true"
        ", rainbow dahs~1, description:a, -(), ".replace(", -(), ", "")
    )
    said = post(score=3, uploader=None, animated=True, created_at=datetime(2015, 6, 1, tzinfo=UTC))
    found = query.explain(said, now=NOW)
    assert isinstance(found, Explanation)
    lines = {(depth, node.what, node.text): (node.verdict, node.compared)
             for depth, node in found.lines()}  # fmt: skip
    assert lines == {
        (0, "all", ""): (False, ()),
        (1, "term", "safe"): (True, ("safe",)),
        (1, "any", ""): (None, ()),
        (2, "term", "score.gt:5"): (False, ("3",)),
        (2, "term", "faved_by:x"): (None, None),
        (1, "not", ""): (False, ()),
        (2, "term", "rain*"): (True, ("rainbow dash",)),
        (1, "term", "created_at:2015"): (True, ("2015-06-01 00:00:00+00:00",)),
        (1, "term", "uploader:b"): (False, ()),
        (1, "everything", "*"): (True, ()),
        (1, "term", "animated:true"): (True, ("true",)),
        (1, "term", "rainbow dahs~1"): (True, ("rainbow dash",)),
        (1, "term", "description:a"): (None, None),
    }
    assert parse("").explain(said).what == "nothing"
    assert parse("a, b").explain(said).verdict is False
    assert parse("a || safe").explain(said).verdict is True
    assert parse("-faved_by:x").explain(said).verdict is None
    uploaded = parse("uploader:a").explain(post(uploader="A"))
    assert uploaded.compared == ("a",)
    assert parse("my:faves", reader=Reader(user=True)).explain(
        post(interactions=(("voted", "up"),))
    ).compared == ("voted up",)


def test_a_term_that_no_dialect_can_say_is_still_explained() -> None:
    for text in ("created_at.gte:1000 years ago", "_artist: x", "aspect_ratio.gt:" + "9" * 400):
        shown = parse(text).explain(post(), now=NOW).text
        assert shown
    assert any_of(parse("a")) == all_of(parse("a")) == parse("a")
    assert any_of() == parse("")
    assert all_of() == parse("*")


@pytest.mark.parametrize(
    ("pattern", "value", "verdict"),
    [
        ("a*", "abc", True), ("*c", "abc", True), ("a*c", "ac", True), ("a*b*c", "aXbYc", True),
        ("a*b*c", "acb", False), ("?", "a", True), ("?", "", False), ("?", "ab", False),
        ("*?", "a", True), ("a?c*", "abcd", True), ("?b*", "xa", False), ("*?c", "bc", True),
        ("*?c", "c", False), ("*b?d*", "abcde", True), ("*b?x*", "abcde", False), ("ab*bc", "abc",
         False), ("a\\*b*", "a*bc", True), ("a\\*b*", "aXbc", False), ("a*\\", "ab\\", True),
    ],
)  # fmt: skip
def test_wildcards_take_whole_values(pattern: str, value: str, verdict: bool) -> None:
    assert matches(pattern, value) is verdict


@pytest.mark.parametrize(
    ("wanted", "value", "distance", "verdict"),
    [
        ("rarity", "rarity", 0, True), ("rairty", "rarity", 1, True), ("rarit", "rarity", 1, True),
        ("rarityy", "rarity", 1, True), ("rxrxty", "rarity", 1, False), ("rxrxty", "rarity", 2,
         True), ("abcdef", "ghijkl", 2, False), ("a", "b", 2, False), ("ab", "ba", 2, True),
        ("", "a", 2, False), ("ponyyyy", "pony", 2, False),
    ],
)  # fmt: skip
def test_near_spellings_count_edits_as_the_index_does(
    wanted: str, value: str, distance: int, verdict: bool
) -> None:
    assert near(wanted, value, distance) is verdict


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("2015", "2015-01-01", "2016-01-01"), ("2016-02", "2016-02-01", "2016-03-01"),
        ("2015-04", "2015-04-01", "2015-05-01"), ("2015-04-01T", "2015-04-01", "2015-04-02"),
        ("2015-12-31 23", "2015-12-31T23:00:00", "2016-01-01"),
        ("2015-04+08:00", "2015-03-31T16:00:00", "2015-04-30T16:00:00"),
        ("2015-04-01t01:02z", "2015-04-01T01:02:00", "2015-04-01T01:03:00"),
        ("0000-02-29", "0000-02-29", "0000-03-01"),
    ],
)  # fmt: skip
def test_a_date_is_the_period_that_it_names(text: str, lower: str, upper: str) -> None:
    found = parse_strict(text)
    assert [(write(each.seconds) or "").removesuffix("Z") for each in found] == [lower, upper]


@pytest.mark.parametrize(
    "text",
    ["", "2015-13", "2015-00", "2015-02-29", "2015-04-01T24", "2015-04-01T23:60", "9999",
     "9999-12-31", "2015-04-03:00", "2015+24:00", "15", "20155", "3 days", "3  days ago",
     "3 Days ago", "1001 years ago", "9" * 500 + " days ago", "3 days agoo", "3 fortnights ago"],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(DateError):
        parse_strict(text)


def test_dates_are_counted_as_the_calendar_has_them() -> None:
    for moment in (datetime(1970, 1, 1), datetime(2000, 2, 29, 23, 59, 59), datetime(2100, 3, 1)):  # noqa: DTZ001
        seconds = int(moment.replace(tzinfo=UTC).timestamp())
        assert civil(seconds) == moment.timetuple()[:6]
        assert seconds_at(*moment.timetuple()[:6]) == seconds
    assert write(seconds_at(9_999)) is None


@pytest.mark.parametrize(
    ("text", "lower", "upper"),
    [
        ("1 month ago", "2026-10-22T12:00:00Z", "2026-09-22T12:00:00Z"),
        ("1 fortnight ago", "2026-11-08T12:00:00Z", "2026-10-25T12:00:00Z"),
        ("2 years ago", "2024-11-22T12:00:00Z", "2023-11-22T12:00:00Z"),
        ("2015-04-03:00", "2015-05-01T03:00:00Z", "2015-04-01T03:00:00Z"),
        ("2015 ", "2016-01-01", "2015-01-01"),
    ],
)
def test_twibooru_counts_by_the_calendar(text: str, lower: str, upper: str) -> None:
    found = parse_loose(text)
    assert [write(int(resolve(each, NOW))) for each in found] == [upper, lower]


@pytest.mark.parametrize("text", ["", "T", "15:04", "2015:04-01", "2015-13", "1-1-1-1-1-1-1",
                                  "2015+24:00", "9999999 years ago"])  # fmt: skip
def test_twibooru_refuses_only_what_no_calendar_has(text: str) -> None:
    with pytest.raises(DateError):
        parse_loose(text)


def test_a_month_back_from_a_long_month_ends_with_the_shorter_one() -> None:
    now = datetime(2026, 3, 31, tzinfo=UTC)
    assert write(int(resolve(Instant(0, 1, relative=True), now))) == "2026-02-28"


@pytest.mark.parametrize("dialect", ["philomena", "twibooru"])
def test_an_error_can_be_made_without_a_place(dialect: Dialect) -> None:
    error = QueryError("not under these rules", start=3, hint="try less")
    assert (error.start, error.end, error.server_message) == (3, 3, "")
    assert parse("a", dialect) == parse("a")

"""Corners of the language that a second reading of the servers' sources turned up."""

import pytest

from bot.posts.model import Post
from bot.query import Dialect, Query, QueryError, Reader, parse, parse_filter
from bot.query.tree import And, Fuzzy, Instant, Not, Or, Range, Span, Special, Term, Wild


def tag(name: str) -> Term:
    return Term("tags", name)


@pytest.mark.parametrize("field", ["score", "uploader_id"])
def test_whole_numbers_and_ids_are_brought_to_32_bits(field: str) -> None:
    """Reference: boards, 2.4; the server reads ids with the same function."""
    assert parse(f"{field}:2147483648") == parse(f"{field}:2147483647")
    assert parse(f"{field}:{'9' * 10_000}") == parse(f"{field}:2147483647")


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        ("2147483647~5", 2_147_483_642, 2_147_483_647),
        ("-99999999999~2", -2_147_483_648, -2_147_483_646),
        ("1~99999999999", -2_147_483_648, 2_147_483_647),
    ],
)
def test_both_ends_of_a_number_and_how_far_off_it_may_be_are_32_bits(
    value: str, low: int, high: int
) -> None:
    """Reference: boards, 2.4."""
    assert parse(f"score:{value}") == Query(Range("score", low, high))


@pytest.mark.parametrize(
    ("address", "valid"),
    [
        ("255.0.10.1", True), ("1.2.3.4/32", True), ("::1", True), ("2001:db8::/0", True),
        ("::ffff:1.2.3.4/128", True), ("256.1.1.1", False), ("1.2.3", False), ("1.2.3.4.5", False),
        ("01.2.3.4", False), ("1.2.3.4/33", False), ("abc", False), ("1::2::3", False),
        ("::1/129", False), ("12345::1", False), ("fe80::1%eth0", False), (":", False),
    ],
)  # fmt: skip
def test_an_address_is_one(address: str, valid: bool) -> None:
    reader = Reader(user=True, moderator=True)
    if valid:
        assert parse(f"ip:{address}", reader=reader) == Query(Special("ip", address))
    else:
        with pytest.raises(QueryError):
            parse(f"ip:{address}", reader=reader)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("(a) b^+2.50", "junk at end of expression: b2.5"),
        ("(a) b^-0", "junk at end of expression: b0"),
        ("(a) b^007", "junk at end of expression: b7"),
    ],
)
def test_weights_are_told_as_the_server_prints_them(text: str, message: str) -> None:
    """The rest of the text is printed token by token (reference: boards, 2.8)."""
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert caught.value.server_message == message


def test_mistakes_show_what_was_written() -> None:
    with pytest.raises(QueryError, match=r"“\^2”"):
        parse("^2")
    with pytest.raises(QueryError) as caught:
        parse('"a"~1')
    assert "inside the quotes" in caught.value.hint


@pytest.mark.parametrize("text", ["foo filter_id:5", '"filter_id:5"', "a\nx filter_id:12"])
def test_a_filter_that_only_looks_like_naming_a_filter_hides_everything(text: str) -> None:
    """The server looks for the numbers before it reads the text (reference: boards, 3)."""
    assert not parse_filter((), text).readable


@pytest.mark.parametrize("name", ["&& a", "|| a", "a &&", "a ||", "oc :x", "oc : x_y"])
def test_tags_like_operators_are_written_so_that_they_are_read_back(name: str) -> None:
    """Spaces around `&&` and `||` make operators of them (reference: boards, 2.1)."""
    leaf = tag(name.replace("_", " "))
    query = Query(And((tag("x"), Not(leaf), tag("y")))) | Query(leaf) | Query(tag("z"))
    assert parse(query.text("philomena")) == query


def test_equal_patterns_and_numbers_are_equal_however_they_are_said() -> None:
    assert parse("a\\**b") == parse("a*b")
    assert Query(Wild("tags", "a\\***")) == Query(Wild("tags", "a\\**"))
    assert Query(Wild("tags", "a\\**")) != Query(Wild("tags", "a*"))
    assert parse("aspect_ratio:1.0") == parse("aspect_ratio:1")


@pytest.mark.parametrize(
    ("text", "leaf"),
    [
        ("a~1~2", Fuzzy("tags", "a", 2)),
        ("a^2^3", tag("a")),
        ("a^2~1^3", Fuzzy("tags", "a", 1)),
        ("score:5~1.5 ^2", Range("score", 3.5, 6.5)),
        ("\u0391\u03a3", tag("\u03b1\u03c3")),
        ("created_at.gte:2015-04-31", Span("created_at", low=Instant(1_430_438_400))),
        ("created_at.gte:2015-04-01 24:00:00", Span("created_at", low=Instant(1_427_932_800))),
    ],
)
def test_twibooru_takes_every_weight_and_date_that_its_gem_takes(text: str, leaf: Term) -> None:
    """Fuzziness counts anywhere, and the last one counts (reference: boards, 2.9)."""
    assert parse(text, "twibooru") == Query(leaf)


@pytest.mark.parametrize(
    "text",
    ["score.eq:5~2", "score:10o5", "score:\x1c5", "created_at:2015-04-01 Z", "created_at:2015-32"],
)
def test_twibooru_refuses_what_its_gem_fails_on(text: str) -> None:
    with pytest.raises(QueryError):
        parse(text, "twibooru")


@pytest.mark.parametrize("tag_name", [":(", "a (b", "_("])
def test_a_lonely_bracket_in_a_tag_is_written_so_that_twibooru_reads_it_back(tag_name: str) -> None:
    """There a bracket in a term is closed by the group's own (reference: boards, 2.9)."""
    query = Query(And((tag("x"), Or((tag("y"), tag(tag_name))), tag("z")))) | Query(tag(tag_name))
    assert parse(query.text("twibooru"), "twibooru") == query


@pytest.mark.parametrize("dialect", ["philomena", "twibooru"])
@pytest.mark.parametrize("date", ["0000", "0000-01-01+08:00", "9999-12-30", "1000 years ago"])
def test_dates_of_any_year_can_be_explained(date: str, dialect: Dialect) -> None:
    """The servers know years that Python does not (reference: boards, 2.7)."""
    post = Post(
        site="derpibooru", id=1, page_url="https://derpibooru.org/images/1", media_hosts=frozenset()
    )
    assert parse(f"created_at:{date}", dialect).explain(post).text


def test_twibooru_reads_a_year_as_ruby_reads_a_number() -> None:
    """Reference: boards, 2.9; the gem, run on these."""
    assert parse("created_at:2_015", "twibooru") == parse("created_at:2015", "twibooru")
    first = Span("created_at", Instant(573_863_184_000), Instant(573_894_720_000), high_open=True)
    assert parse("created_at:20155", "twibooru") == Query(first)

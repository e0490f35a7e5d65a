"""The language as the servers read it: small samples of each rule (reference: boards, 2)."""

import pytest

from bot.query import Dialect, Query, QueryError, Reader, parse
from bot.query.tree import (
    EVERYTHING,
    NOTHING,
    And,
    Flag,
    Fuzzy,
    Node,
    Not,
    Or,
    Phrase,
    Range,
    Special,
    Term,
    Wild,
)


def tag(name: str) -> Term:
    return Term("tags", name)


A, B, C = tag("a"), tag("b"), tag("c")
MEMBER = Reader(user=True)
MODERATOR = Reader(user=True, moderator=True)

PHILOMENA: list[tuple[str, Node]] = [
    ("", NOTHING),
    (" \n", NOTHING),
    ("a", A),
    ("a, b || c", Or((And((A, B)), C))),
    ("a AND b OR c", Or((And((A, B)), C))),
    ("a && (b || c)", And((A, Or((B, C))))),
    ("a||b", tag("a||b")),
    ("a ||b", tag("a ||b")),
    ("NOT a, !b, -c", And((Not(A), Not(B), Not(C)))),
    ("NOT(a)", tag("not(a)")),
    ("-(-a)", Not(Not(A))),
    ("sci-twi", tag("sci-twi")),
    ("rose (flower)", tag("rose (flower)")),
    ("(rose (flower) || a), b", And((Or((tag("rose (flower)"), A)), B))),
    ('"a, b"', tag("a, b")),
    ('"a', tag('"a')),
    ('a "b', tag('a "b')),
    ("a\\, b", tag("a, b")),
    ("a\\ AND b", tag("a and b")),
    ("a\\", tag("a\\")),
    ("a^2, b ^1.5", And((A, B))),
    ("-(a || b)^0", Not(Or((A, B)))),
    ("^_^", tag("^ ^")),
    ("*", EVERYTHING),
    ("**", EVERYTHING),
    ("a*", Wild("tags", "a*")),
    ('"a*"', Wild("tags", "a*")),
    ("\\*a*", Wild("tags", "*a*")),
    ("a\\\\*b*", Wild("tags", "a\\*b*")),
    ("a\\*", tag("a*")),
    ("a~1", Fuzzy("tags", "a", 1)),
    ("a~0.9", Fuzzy("tags", "a", 0)),
    ("a~300", Fuzzy("tags", "a", 2)),
    ("a\\~1", tag("a~1")),
    ("a~1 , b", And((tag("a~1"), B))),
    ("a*~1", Wild("tags", "a*")),
    ("score:5", Range("score", 5, 5)),
    ("score.eq:+5", Range("score", 5, 5)),
    ('"score.gt:5"', Range("score", low=5, low_open=True)),
    ("score\\:5", tag("score:5")),
    ("Score:5", tag("score:5")),
    ("score :5", tag("score :5")),
    ("score.ne:5", tag("score.ne:5")),
    ("score:5~2", Range("score", 3, 7)),
    ("score.lte:-3000000000", Range("score", high=-2_147_483_648)),
    ("aspect_ratio.lt:1.5", Range("aspect_ratio", high=1.5, high_open=True)),
    ("aspect_ratio:1~0.5", Range("aspect_ratio", 0.5, 1.5)),
    ("uploader_id:7", Range("uploader_id", 7, 7)),
    ("animated:true", Flag("animated", value=True)),
    ("uploader: Foo Bar ", Term("uploader", "foo bar")),
    ("file_name:Foo*", Wild("file_name", "Foo*")),
    ("uploader:*", EVERYTHING),
    ("description:*", EVERYTHING),
    ("description:Foo~1", Phrase("description", "foo")),
    ("description:Foo*", Wild("description", "foo*")),
    ("gallery_id:+7", Special("gallery_id", "7")),
    ("filter_id:7", Special("filter_id", "7")),
    ("deleted:true", tag("deleted:true")),
    ("ΟΔΟΣ*, uploader:ΟΔΟΣ", And((Wild("tags", "οδοσ*"), Term("uploader", "οδοσ")))),
]

TWIBOORU: list[tuple[str, Node]] = [
    ("", NOTHING),
    ("-", NOTHING),
    ("a, b || c", Or((And((A, B)), C))),
    ("a || b, c", Or((A, And((B, C))))),
    ("a ||b", Or((A, B))),
    ("a||b", tag("a||b")),
    ("x ANDROID", And((tag("x"), tag("roid")))),
    ("!!a", A),
    ("!!!a", Not(A)),
    ("NOT(a)", Not(A)),
    ("-(a || b), c", And((Not(Or((A, B))), C))),
    ("-(-a)", Not(A)),
    (":(", tag(":(")),
    ("a (b) c", tag("a (b) c")),
    ("a -b", tag("a -b")),
    ('"a, b", c', And((tag("a, b"), C))),
    ('"a*"', tag("a*")),
    ("a*", Wild("tags", "a*")),
    ("\\(*", Wild("tags", "(*")),
    ("*", EVERYTHING),
    ("a\\*", tag("a*")),
    ('"a"~1', Fuzzy("tags", "a", 1)),
    ("a~1^2", Fuzzy("tags", "a", 1)),
    ("a^-2~1.5", Fuzzy("tags", "a", 1)),
    ("a^2", A),
    ("a~1b", Fuzzy("tags", "ab", 1)),
    ("SCORE.GT:0x10", Range("score", low=16, low_open=True)),
    ("score:010", Range("score", 8, 8)),
    ("score: 5", Range("score", 5, 5)),
    ("score:5~2", Range("score", 3, 7)),
    ("score.gte:5~2", Range("score", low=5)),
    ("wilson_score.lte:.5", Range("wilson_score", high=0.5)),
    ("uploader:Foo", Term("uploader", "foo")),
    ("uploader.gt:Foo", tag("uploader.gt:foo")),
    ("uploader:*", EVERYTHING),
    ("Artist:K_A", tag("artist:k_a")),
    ("description:Foo Bar", Phrase("description", "foo bar")),
    ("description:foo~1", Phrase("description", "foo")),
    ("description:foo*", Wild("description", "foo*")),
    ("gallery_id: 7", Special("gallery_id", "7")),
    ("animated:true", tag("animated:true")),
]


@pytest.mark.parametrize(("text", "tree"), PHILOMENA)
def test_philomena_reads(text: str, tree: Node) -> None:
    assert parse(text) == Query(tree), parse(text).tree


@pytest.mark.parametrize(("text", "tree"), TWIBOORU)
def test_twibooru_reads(text: str, tree: Node) -> None:
    assert parse(text, "twibooru") == Query(tree), parse(text, "twibooru").tree


MISTAKES: list[tuple[str, str, tuple[int, int], str]] = [
    ("a, (b", "line 1, position 4: this bracket is never closed", (3, 4), "Imbalanced parenthe"),
    ("a,\nb)", "line 2, position 2: this bracket was never opened", (4, 5), "junk at end of ex"),
    (")", "line 1, position 1: this bracket was never opened", (0, 1), "Imbalanced parentheses."),
    ("()", "line 1, position 2: these brackets hold nothing", (1, 2), "Imbalanced parentheses."),
    ("(a, )", "line 1, position 5: a term is missing before “)”", (4, 5), "Imbalanced parenthes"),
    ("a, , b", "line 1, position 4: a term is missing before “,”", (3, 4), "Expected a term."),
    ("a,", "line 1, position 3: a term is missing at the end", (2, 2), "Expected a term."),
    ("--a", "line 1, position 2: only one NOT may stand before a term", (1, 2), "Expected a term."),
    ("(a) b", "line 1, position 5: nothing joins “b” to what stands before it", (4, 5), "junk at"),
    ("((a) b)", "line 1, position 6: nothing joins “b” to what stands before it", (5, 6), "Imbal"),
    ("a^-1", "line 1, position 2: a weight cannot be negative", (1, 4), "Boost value must be non"),
    ("score:x", "line 1, position 1: the field score wants a whole number", (0, 7), "expected a s"),
    ("score:5.5", "line 1, position 1: the field score wants a whole number", (0, 9), "expected a"),
    ("score.gt:5~2", "line 1, position 1: the field score has both .gt and ~", (0, 12), "multipl"),
    ("aspect_ratio:.5", "line 1, position 1: the field aspect_ratio wants a number", (0, 15), "ex"),
    ("uploader_id:-5", "line 1, position 1: the field uploader_id wants a number", (0, 14), "expe"),
    ("a, uploader.gt:b", "line 1, position 4: the field uploader has no order, so it takes no .gt",
     (3, 16), "range specified for uploader"),
    ("mime_type.lt:b", "line 1, position 1: the field mime_type has no order, so it takes no .lt",
     (0, 14), "range specified for mime_type"),
    ("animated:truely", "line 1, position 1: the field animated wants true or false", (0, 15),
     "expected a boolean, like `true' or `false', starting at: ly"),
    ("created_at:soon", "line 1, position 1: the field created_at wants a date", (0, 15), "expect"),
    ("gallery_id:-1", "line 1, position 1: a gallery is named by its number", (0, 13), "Invalid g"),
    ("filter_id:x", "line 1, position 1: there is no filter x to be seen", (0, 11), "Invalid filt"),
    ("my:faves", "line 1, position 1: only a member of the site who is logged in can ask for my:",
     (0, 8), "You must be logged in to use `my' queries."),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message", "span", "server"), MISTAKES)
def test_a_mistake_is_told_with_its_place_and_a_way_out(
    text: str, message: str, span: tuple[int, int], server: str
) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert str(caught.value) == message
    assert (caught.value.start, caught.value.end) == span
    assert caught.value.hint
    assert caught.value.server_message.startswith(server)


@pytest.mark.parametrize(
    ("text", "server"),
    [
        ("(a", "Imbalanced parentheses."),
        ("a)", "Imbalanced parentheses."),
        ("a (b, c)", "Imbalanced parentheses."),
        ("a, ", "Missing operand."),
        ("|| a", "Missing operand."),
        ("(a) b", "Missing operator."),
        ("score:potato", 'Values of "score" field must be decimal integers; "potato" is invalid.'),
        ("score:08", 'Values of "score" field must be decimal integers; "08" is invalid.'),
        ("aspect_ratio:wide", 'Values of "aspect_ratio" field must be decimals.'),
        ("aspect_ratio:", 'Values of "aspect_ratio" field must be decimals.'),
        ("created_at:", 'Field "created_at" missing date/time value.'),
        ("created_at:a-b", 'Value "a-b" is not recognized as a valid ISO 8601 date/time.'),
        ("my:faves", "You must be logged in to use `my' queries."),
        ("gallery_id:x", "Invalid gallery `x'."),
    ],
)
def test_twibooru_answers_a_mistake(text: str, server: str) -> None:
    with pytest.raises(QueryError, match="position") as caught:
        parse(text, "twibooru")
    assert caught.value.server_message == server


@pytest.mark.parametrize(
    ("text", "reader", "tree"),
    [
        ("my:faves", MEMBER, Special("my", "faves")),
        ("my:uploads", MEMBER, Special("my", "uploads")),
        ("deleted:true", MODERATOR, Flag("deleted", value=True)),
        ("ip:127.0.0.0/8", MODERATOR, Special("ip", "127.0.0.0/8")),
        ("upvoted_by_id:3", MODERATOR, Range("upvoted_by_id", 3, 3)),
        ("deletion_reason:Spam", MODERATOR, Phrase("deletion_reason", "spam")),
        ("filter_id:3", Reader(filters=frozenset({3})), Special("filter_id", "3")),
    ],
)
def test_members_and_moderators_have_more_fields(text: str, reader: Reader, tree: Node) -> None:
    assert parse(text, reader=reader) == Query(tree)
    assert parse(parse(text, reader=reader).text("philomena"), reader=reader) == Query(tree)


@pytest.mark.parametrize(
    ("text", "reader", "server"),
    [
        ("my:everything", MEMBER, "Unknown `my' value."),
        ("my.gt:faves", MEMBER, "range specified for my"),
        ("my:watched", Reader(user=True, inside="watchlist"), "Recursive watchlists are not"),
        ("filter_id:3", Reader(inside="filter"), "Filter queries inside filters are not allowed."),
        ("filter_id:4", Reader(filters=frozenset({3})), "Invalid filter `4`."),
        ("filter_id: 3", Reader(), "Invalid filter `3`."),
        ("ip:nowhere", MODERATOR, "expected a valid IPv4 or IPv6 address and optional CIDR pref"),
        ("ip.gt:127.0.0.1", MODERATOR, "range specified for ip"),
    ],
)
def test_what_a_reader_may_not_ask(text: str, reader: Reader, server: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text, reader=reader)
    assert caught.value.server_message.startswith(server)


@pytest.mark.parametrize(
    ("text", "dialect", "canonical"),
    [
        ("Safe && NOT (solo||x || rarity)", "philomena", "safe, -(solo||x || rarity)"),
        ("a, (b, c) || d", "philomena", "(a, (b, c)) || d"),
        ("twilight_sparkle  (x)", "philomena", "twilight sparkle (x)"),
        ('"a, b"', "philomena", '"a, b"'),
        ("score\\:5", "philomena", "score\\:5"),
        ("\\-a", "philomena", "\\-a"),
        ("a\\*", "philomena", "a\\*"),
        ("-*", "philomena", "-*"),
        ("", "philomena", ""),
        ("-(-a)", "philomena", "a"),
        ("(score:5~2, uploader:Foo)", "twibooru", "score:5~2, uploader:foo"),
        ("created_at.lt:2015", "twibooru", "created_at.lt:2015-01-01"),
        ("created_at:2015-04", "twibooru", "created_at:2015-04"),
        ("created_at:2015-04-01 03:02", "philomena", "created_at:2015-04-01T03:02Z"),
        ("created_at.gte:2015-04-01 03:02", "philomena", "created_at.gte:2015-04-01T03:02:00Z"),
    ],
)
def test_canonical_text_is_plain_and_the_same_in_both_dialects(
    text: str, dialect: Dialect, canonical: str
) -> None:
    query = parse(text, dialect)
    assert str(query) == canonical
    assert parse(canonical, "philomena") == parse(canonical, "twibooru") == query


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("created_at.gte:3 days ago", "created_at.gte:3 days ago"),
        ("created_at:3 days ago", "created_at:3 days ago"),
        ("created_at.lte:1 year ago", "created_at.lte:1 year ago"),
        ("created_at.gt:2015", "created_at.gt:2015-12-31T23:59:59Z"),
        ("animated:false", "animated:false"),
        ("artist:a_b*", "artist:a_b*"),
        ("a\\, b*", '"a, b*"'),
        ("* , a", '"* ", a'),
        (":\\(", '":("'),
        ("aspect_ratio:0.9~0.05", "(aspect_ratio.gte:0.85, aspect_ratio.lte:0.9500000000000001)"),
    ],
)
def test_what_only_one_dialect_can_say_is_written_for_that_one(text: str, canonical: str) -> None:
    assert parse(text).text("philomena") == canonical
    assert parse(canonical) == parse(text)


@pytest.mark.parametrize("text", ["created_at.gte:3 days ago", "animated:true", "a\\, b*"])
def test_what_cannot_be_said_in_both_dialects_is_refused(text: str) -> None:
    with pytest.raises(QueryError, match="cannot be said"):
        str(parse(text))


def test_what_cannot_be_said_in_one_dialect_is_refused_there() -> None:
    with pytest.raises(QueryError, match="this site's language"):
        parse("animated:true").text("twibooru")
    with pytest.raises(QueryError, match="this site's language"):
        parse("created_at:2 months ago", "twibooru").text("philomena")
    assert parse("created_at.gte:2 months ago", "twibooru").text("twibooru").endswith("s ago")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("a, b", "b, a, a"),
        ("-(a || b)", "-a, -b"),
        ("a || (a, b)", "a"),
        ("a, (a || b)", "a"),
        ("a, (b, c)", "(a, b), c"),
        ("a^2", "a"),
        ("score.gt:5", "score.gte:6"),
        ("score.lt:5", "score.lte:4"),
        ("score:5~2", "score.gte:3, score.lte:7"),
        ("a~0", "a"),
        ("a, *", "a"),
        ("a, -*", ""),
        ("a || uploader:*", "*"),
    ],
)
def test_identical_wishes_are_found(text: str, same: str) -> None:
    assert parse(text) == parse(same)
    assert hash(parse(text)) == hash(parse(same))
    assert repr(parse(text)) == repr(parse(same))


def test_different_wishes_are_not_mixed_up() -> None:
    texts = ["a", "-a", "a*", "a~1", "a, b", "a || b", "uploader:a", "score.gt:5", "score.gte:5",
             "-(a, b)", "*", "", "score.gt:2147483647", "score.gte:2147483647"]  # fmt: skip
    assert len({parse(text) for text in texts}) == len(texts)
    assert parse("a") != "a"

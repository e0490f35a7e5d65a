"""What a person asks for is sent as it was meant, behind the policy (reference: safety, 3.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from bot.posts.model import Post
from bot.posts.rating import Rating
from bot.query import Dialect, Query, QueryError, parse
from bot.query.tree import TAGS, And, Not, Term
from bot.safety import SAFE, Policy, by_id, canonical
from bot.safety.canonical import is_bound
from bot.safety.limits import MAX_DEPTH, MAX_LENGTH, MAX_TERMS, MAX_WILDCARDS
from tests.examples import examples
from tests.safety.unsafe import DIALECTS, NOW, SAFE_POST

POLICY = (
    "safe, -suggestive, -questionable, -explicit, -semi-grimdark, -grimdark, -grotesque, "
    "-gore, -foalcon, -lolicon, -shotacon"
)

#: (what a person writes, what is sent behind the policy); alike for both dialects.
BENIGN = [
    ("pony", "(pony)"),
    ("Twilight Sparkle, solo", "(twilight sparkle), (solo)"),
    ("twilight sparkle,solo", "(twilight sparkle), (solo)"),
    ("a OR b", "(a || b)"),
    ("a || b", "(a || b)"),
    ("a AND b", "(a), (b)"),
    ("a && b", "(a), (b)"),
    ("a OR b, c", "(a || (b, c))"),
    ("(a OR b), c", "(a || b), (c)"),
    ("-a", "(-a)"),
    ("!a", "(-a)"),
    ("NOT a", "(-a)"),
    ("a, -b, -(c || d)", "(a), (-b), (-c), (-d)"),
    ("-(a, b)", "(-a || -b)"),
    ("((((a))))", "(a)"),
    ("a, A, a ", "(a)"),
    ("explicit", "(explicit)"),
    ("-safe", "(-safe)"),
    ("safe, pony", "(pony)"),
    ("pony, -explicit, -gore", "(pony)"),
    ("a, (-explicit || b)", "(a)"),
    ("-explicit || a", ""),
    ("*", ""),
    ("-*", "(-*)"),
    ("a, -*", "(-*)"),
    ("twi*", "(twi*)"),
    ("*light spark?e", "(*light spark?e)"),
    ("rose (flower)", "(rose (flower))"),
    ("a, rose (flower) || b", "((a, rose (flower)) || b)"),
    ("sci-twi", "(sci-twi)"),
    ("artist:k-anon", "(artist:k-anon)"),
    ("oc:a:b", "(oc:a:b)"),
    ("soarin'", "(soarin')"),
    ("princess twilight 2.0", "(princess twilight 2.0)"),
    ("\u5c0f\u9a6c", "(\u5c0f\u9a6c)"),
    ("poke\u0301mon", "(pok\u00e9mon)"),
    ("\U0001f984", "(\U0001f984)"),
    ("score.gt:100", "(score.gte:101)"),
    ("score.gte:100, score.lte:200", "(score.gte:100), (score.lte:200)"),
    ("faves:5", "(faves:5)"),
    ("width.gte:1920 || height.gte:1080", "(width.gte:1920 || height.gte:1080)"),
    ("aspect_ratio.gt:1.5", "(aspect_ratio.gt:1.5)"),
    ("created_at:2024-05", "(created_at.gte:2024-05-01), (created_at.lt:2024-06-01)"),
    ("created_at.gte:2024", "(created_at.gte:2024-01-01)"),
    ("created_at.lt:2024-05-06", "(created_at.lt:2024-05-06)"),
    ("uploader:somebody", "(uploader:somebody)"),
    ("-uploader:somebody", "(-uploader:somebody)"),
    ("faved_by:somebody", "(faved_by:somebody)"),
    ("gallery_id:7", "(gallery_id:7)"),
    ("source_url:*deviantart*", "(source_url:*deviantart*)"),
    ("uploader:*, a", "(a)"),
    ("description:pony", "(description:pony)"),
    ("comment_count.gte:5, tag_count.gte:20", "(comment_count.gte:5), (tag_count.gte:20)"),
]
#: What only one dialect can say; the other one sees one term in the same place.
OWN: list[tuple[Dialect, str, str]] = [
    ("philomena", "created_at.gte:3 days ago", "(created_at.gte:3 days ago)"),
    ("twibooru", "created_at.gte:3 days ago", "(created_at.gte:3 days ago)"),
    ("philomena", "-(-a)", "(a)"),
    ("twibooru", "-(-a)", "(-a)"),  # Sic: its gem takes two in a row for one.
    ("philomena", "created_at.gt:2015", "(created_at.gt:2015-12-31T23:59:59Z)"),
    ("twibooru", "created_at.gt:2015", "(created_at.gte:2016-01-01)"),
    ("philomena", "animated:true", "(animated:true)"),
    ("philomena", "pixels.gte:1000000", "(pixels.gte:1000000)"),
    ("philomena", "source_count.gt:0 || duration.gt:1", "(source_count.gte:1 || duration.gt:1)"),
    ("philomena", "mime_type:image/png", "(mime_type:image/png)"),
    ("philomena", "a_b", "(a b)"),
    ("twibooru", "a_b", "(a_b)"),
    ("twibooru", "a ANDb", "(a), (b)"),
    ("twibooru", "Score.GTE:5", "(score.gte:5)"),
    ("twibooru", "!!a", "(a)"),
]


def behind(policy: str, rest: str) -> str:
    return f"{policy}, {rest}" if rest else policy


@pytest.mark.parametrize(("text", "sent"), BENIGN)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_benign_query_is_sent_behind_the_policy(text: str, sent: str, dialect: Dialect) -> None:
    assert canonical(text, SAFE, dialect) == behind(POLICY, sent)
    # Unless the dialects lay out dates differently, they read it alike.
    assert parse(behind(POLICY, sent)) == parse(behind(POLICY, sent), "twibooru")


@pytest.mark.parametrize(("dialect", "text", "sent"), OWN)
def test_what_one_dialect_alone_can_say_is_sent_there(
    dialect: Dialect, text: str, sent: str
) -> None:
    assert canonical(text, SAFE, dialect) == behind(POLICY, sent)


@pytest.mark.parametrize("text", ["", " ", "    "])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_empty_query_is_the_policy_alone(text: str, dialect: Dialect) -> None:
    assert canonical(text, SAFE, dialect) == POLICY


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_post_by_id_is_asked_for_under_the_policy(dialect: Dialect) -> None:
    """Reference: safety, 3.4."""
    assert by_id(1024, SAFE, dialect) == f"id:1024, {POLICY}"
    assert by_id(9_999_999_999, SAFE, dialect) == f"id:9999999999, {POLICY}"
    found = parse(by_id(SAFE_POST.id, SAFE, dialect), dialect)
    assert found.matches(SAFE_POST)
    assert not found.matches(structs.replace(SAFE_POST, id=1))
    assert not found.matches(structs.replace(SAFE_POST, tags=("safe", "explicit")))


@pytest.mark.parametrize("post_id", [0, -1, 10_000_000_000])
def test_an_impossible_id_is_refused(post_id: int) -> None:
    with pytest.raises(QueryError):
        by_id(post_id, SAFE, "philomena")


def test_an_unknown_dialect_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="dialect"):
        canonical("a", SAFE, "sql")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dialect"):
        by_id(1, SAFE, "sql")  # type: ignore[arg-type]


def test_a_wider_policy_still_sends_what_nothing_lifts() -> None:
    """Rules D2 and D3."""
    adult = Policy(ratings=frozenset(Rating))
    assert canonical("a", adult, "philomena") == (
        "-gore, -grimdark, -grotesque, -foalcon, -lolicon, -shotacon, -(cub, -safe), (a)"
    )
    everything = Policy(ratings=frozenset(Rating), graphic=True)
    assert canonical("", everything, "philomena") == (
        "-foalcon, -lolicon, -shotacon, -(cub, -safe), "
        "-(grimdark, torture), -(animal abuse, grimdark), -(gore, grotesque)"
    )
    adult_only = Policy(ratings=frozenset({Rating.EXPLICIT}))
    assert canonical("", adult_only, "philomena").startswith("-safe, -suggestive, ")


def refusal(text: str, dialect: Dialect = "philomena") -> QueryError:
    with pytest.raises(QueryError) as refused:
        canonical(text, SAFE, dialect)
    return refused.value


@pytest.mark.parametrize(
    ("text", "start", "end", "said"),
    [
        ("pony, my:faves", 6, 14, "position 7"),
        ("pony, -filter_id:3", 7, 16, "filter_id"),
        ('pony, "a"', 6, 7, '"'),
        ("poke\u0301mon, a^2", 11, 12, "^"),
        ("pony~1", 4, 5, "~"),
        ("a\\b", 1, 2, "\\"),
        ("pony\u202e", 4, 5, "U+202E"),
        ("pony, Score:5", 6, 13, "Score:5"),
        ("(a || b", 0, 1, "never closed"),
        ("a*, b*, c*", 9, 10, "2 wildcards"),
        ("(" * 9 + "a" + ")" * 9, 8, 9, "8"),
        ("x" * 600, 500, 600, "500"),
        ("x" * 6_000, None, 6_000, "500"),
        ("\u0301" * 6_000, None, 6_000, "500"),
        (", ".join("abcdefghijklmnopqrstuvwxyzabcdefgh"), 0, 100, "32"),
        ("a, Deleted:True", 3, 10, "deleted: cannot be asked for"),
        ("undeleted, deleted:t*", 11, 18, "deleted: cannot be asked for"),
        ("aspect_ratio:" + "9" * 400, 0, 413, "alike"),
    ],
)
def test_a_refusal_names_its_place_and_what_is_wrong(
    text: str, start: int | None, end: int, said: str
) -> None:
    error = refusal(text)
    assert start is None or error.start == start
    assert error.end == end
    assert said in error.message
    assert error.hint


def test_a_date_that_the_other_dialect_cannot_read_is_refused() -> None:
    error = refusal("created_at.lt:1 fortnight ago", "twibooru")
    assert (error.start, error.end) == (0, 29)


def test_the_bounds_are_of_the_persons_own_part() -> None:
    """Under a strict policy nobody has less room than under a wide one."""
    wide = Policy(ratings=frozenset(Rating), graphic=True)
    for policy in (SAFE, wide):
        alone = canonical("", policy, "philomena")
        terms = ", ".join(f"t{n}" for n in range(MAX_TERMS))
        sent = canonical(terms, policy, "philomena")
        assert len(parse(sent).normal.parts) == len(parse(alone).normal.parts) + MAX_TERMS
        with pytest.raises(QueryError, match="32 terms"):
            canonical(f"{terms}, extra", policy, "philomena")
        longest = "x" * MAX_LENGTH
        sent = canonical(longest, policy, "twibooru")
        assert sent == f"{alone}, ({longest})"
        assert canonical(sent, policy, "twibooru") == sent
        with pytest.raises(QueryError, match="500 characters"):
            canonical("x" * (MAX_LENGTH + 1), policy, "twibooru")
        deep = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH
        assert canonical(deep, policy, "philomena") == f"{alone}, (a)"
    # A date makes two terms of one, and longer ones.
    with pytest.raises(QueryError, match="written out"):
        canonical(", ".join(f"created_at:{2000 + n}" for n in range(16)), SAFE, "philomena")
    with pytest.raises(QueryError, match="32 terms"):
        canonical(", ".join(f"created_at:{2000 + n}" for n in range(17)), SAFE, "philomena")


def test_brackets_that_are_written_out_count_too() -> None:
    text = "a || b, (" * 7 + "c" + ")" * 7
    with pytest.raises(QueryError, match="deeper"):
        canonical(text, SAFE, "philomena")


def test_a_query_that_was_sent_can_be_read_again_at_every_bound() -> None:
    """Stored queries and pagers' links are canonicalised again."""
    for text in (
        ", ".join(f"t{n}" for n in range(MAX_TERMS)),
        "x" * (MAX_LENGTH - 2),
        "a || (b, (c || (d, (e || (f, (g || (h, i)))))))",
    ):
        sent = canonical(text, SAFE, "philomena")
        assert canonical(sent, SAFE, "philomena") == sent
    wide = Policy(ratings=frozenset(Rating))
    sent = canonical("a || b", SAFE, "philomena")
    # What a stricter policy sent stays as strict as it was under a wider one.
    assert "safe" in parse(canonical(sent, wide, "philomena")).undecidable | {"safe"}
    assert not parse(canonical(sent, wide, "philomena")).matches(
        structs.replace(SAFE_POST, tags=("explicit", "a"))
    )


BENIGN_PIECES = st.sampled_from(
    [
        "pony", "solo", "a", "b", "-c", "-(a || b)", "(a, b)", "(a || -b)", "x*", "score.gte:400",
        "faves.lt:5", "rose (flower)", "artist:painter", "created_at.gte:2024", "created_at:2026",
        "created_at.gte:3 days ago", "NOT b", "!pony", "uploader:somebody", "safe", "-explicit",
    ]
)  # fmt: skip
JOINTS = st.sampled_from([", ", " OR ", " || ", " AND "])


@st.composite
def benign_queries(draw: st.DrawFn) -> str:
    text = draw(BENIGN_PIECES)
    for _ in range(draw(st.integers(0, 4))):
        text += draw(JOINTS) + draw(BENIGN_PIECES)
    return text


def variants() -> list[Post]:
    """Return safe posts with some of the tags that benign queries ask for."""
    tags = [(), ("pony",), ("a",), ("b", "c"), ("a", "b", "xy"), ("solo", "rose (flower)")]
    return [structs.replace(SAFE_POST, tags=("safe", *each)) for each in tags] + [
        structs.replace(SAFE_POST, score=0, faves=0, uploader=None, created_at=None)
    ]


@settings(max_examples=examples(150))
@given(benign_queries(), st.sampled_from(DIALECTS))
def test_what_is_sent_finds_the_safe_posts_that_were_asked_for(text: str, dialect: Dialect) -> None:
    if text.count("*") > MAX_WILDCARDS:
        assert "wildcard" in refusal(text, dialect).message
        return
    sent = canonical(text, SAFE, dialect)
    assert canonical(sent, SAFE, dialect) == sent
    asked, got = parse(text, dialect), parse(sent, dialect)
    for post in variants():
        assert got.evaluate(post, now=NOW) is asked.evaluate(post, now=NOW), (text, sent)


A_AND_B = And((Term(TAGS, "safe"), Not(Term(TAGS, "explicit")), Term(TAGS, "b")))


@pytest.mark.parametrize(
    ("sent", "bound"),
    [
        ("safe, -explicit, b", True),
        ("safe, -explicit, (b)", True),
        ("safe, (-explicit), b", True),
        ("safe, -explicit, b || c", False),
        ("safe, -explicit, b) || (c", False),
        ("safe || -explicit, b", False),
        ("safe, explicit, b", False),
        ("-safe, -explicit, b", False),
        ("-explicit, safe, b", False),
        ("safe, -explicit", False),
        ("safe, -explicit, b, c", False),
        ("safe, -explicit, c", False),
        ("safe, -explicit, -b", False),
        ("safe, -explicit, (b || c)", False),
        ("safe, -explicit, my:faves", False),
        ("safe, -explicit, filter_id:1", False),
        ('safe, -explicit, "b"', False),
        ("safe, -explicit, b^2", False),
        ("safe, -(explicit, x), b", False),
        ("safe, -explicit, e\u0301", False),
        ("safe, -explicit ||x, b", False),
        ("safe", False),
        ("", False),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_is_sent_is_read_back_before_it_is_believed(
    sent: str, bound: bool, dialect: Dialect
) -> None:
    assert is_bound(sent, A_AND_B, 2, dialect) is bound


def test_the_text_of_a_policy_is_the_same_tree_everywhere() -> None:
    for policy in (SAFE, Policy(ratings=frozenset(Rating)), Policy(ratings=frozenset())):
        text = canonical("", policy, "philomena")
        assert isinstance(parse(text), Query)
        assert parse(text) == parse(text, "twibooru")

"""No query gets round the policy, in either dialect (reference: safety, 3.2)."""

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.posts.rating import Rating
from bot.posts.tags import NAMESPACES
from bot.query.errors import QueryError
from bot.safety import SAFE, Policy, by_id, canonical, plain_tags
from bot.safety.canonical import MAX_LENGTH, MAX_TERMS, Dialect

CASES = Path(__file__).parents[3] / "shared" / "data" / "query_cases.json"
DIALECTS: tuple[Dialect, ...] = ("philomena", "twibooru")

POLICY = (
    "safe, -suggestive, -questionable, -explicit, -semi-grimdark, -grimdark, -grotesque, "
    "-gore, -foalcon, -lolicon, -shotacon"
)
#: All that may ever be sent under SAFE: the policy, then bracketed names without any sign that
#: either dialect reads as an operator, a field or a bracket.
SENT = re.compile(r"(?:id:[1-9][0-9]*, )?" + re.escape(POLICY) + r"(?:, \((?:[^\W_]|[ :'._-])+\))*")
KEYWORD = re.compile("AND|OR|NOT")

ATTACKS = [
    # Brackets that close the wrapper.
    "a) || explicit || (b",
    "a), explicit, (b",
    ")",
    "(",
    "a (b)",
    "(explicit)",
    "\uff08explicit\uff09",
    # Operators of either dialect.
    "a || explicit",
    "a ||explicit",
    "a||explicit",
    "a && b",
    "| explicit",
    "!safe",
    "!!safe",
    "a, !safe",
    "-safe",
    "--safe",
    "a, -safe",
    "a,-safe",
    " -safe",
    "_-safe",
    "-explicit",
    "explicit^100",
    "explicit~1",
    "safe~5",
    # Quotes, escapes, wildcards.
    '"explicit"',
    '"a',
    "a\\",
    "a\\, explicit",
    "\\) || explicit || \\(",
    '\\"',
    "*",
    "expl?cit",
    "expl*",
    "\u201cexplicit\u201d",
    # Fields.
    "my:faves",
    "my:watched",
    "MY:watched",
    "filter_id:1",
    "filter id:1",
    "score.gt:100",
    "Score.GT:100",
    "id:1",
    "id.gte:0",
    "faved_by:someone",
    "uploader:someone",
    "uploader_id:1",
    "gallery_id:1",
    "source_url:x",
    "description:explicit",
    "created_at.gt:2020",
    "ip:127.0.0.1",
    "deleted:true",
    "hidden_by:x",
    "tags:explicit",
    "namespaced_tags.name:explicit",
    "tags.name: explicit",
    "score :5",
    " : x",
    ":x",
    "x:",
    "artist:",
    "oc :",
    "rating:explicit",
    "ship:x",
    # Characters that are not what they seem.
    "a\nexplicit",
    "a\r\n|| explicit",
    "a\t|| b",
    "a\x00b",
    "a\u202eb",
    "a\u200bb",
    "a\u2028b",
    "a\u3000OR\u3000b",
    "a\uff0cb",
    "a\uff5c\uff5cb",
    "\ufeffa",
    "\u2212safe",
    "\u2013safe",
    "my\uff1afaves",
    "a;b",
    "a=b",
    "a&filter_id=1",
    "a#b",
    "a/b",
    "a%0Ab",
    "a+b",
    "a@b",
    "{a}",
    "[a]",
    "<a>",
    "a`b",
    "a$b",
    "\ud800",
    "\U0001f434",
    "\u0301a",
    "\u0130",
    # Names that are no names.
    ":",
    "-",
    "...",
    "'",
    "a, ___",
    "- -",
]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("text", ATTACKS)
def test_an_attack_is_refused_with_its_place_and_a_hint(text: str, dialect: Dialect) -> None:
    with pytest.raises(QueryError) as refused:
        canonical(text, SAFE, dialect)
    error = refused.value
    assert error.message
    assert error.hint
    assert 0 <= error.start < error.end <= len(text)
    with pytest.raises(QueryError):
        plain_tags(text)


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("pony", "(pony)"),
        ("Twilight Sparkle, solo", "(twilight sparkle), (solo)"),
        ("twilight_sparkle", "(twilight sparkle)"),
        ("a OR explicit", "(a or explicit)"),
        ("a AND b", "(a and b)"),
        ("NOT safe", "(not safe)"),
        ("x ANDROID", "(x android)"),
        ("a - b", "(a - b)"),
        ("sci-twi", "(sci-twi)"),
        ("artist:k-anon", "(artist:k-anon)"),
        ("Artist: Foo_Bar", "(artist:foo_bar)"),
        ("art pack:x", "(art pack:x)"),
        ("oc:a:b", "(oc:a:b)"),
        ("artist:score.gt:5", "(artist:score.gt:5)"),
        ("soarin'", "(soarin')"),
        ("soarin\u2019", "(soarin')"),
        ("princess twilight 2.0", "(princess twilight 2.0)"),
        ("\u5c0f\u9a6c", "(\u5c0f\u9a6c)"),
        ("pok\u00e9mon", "(pok\u00e9mon)"),
        ("poke\u0301mon", "(pok\u00e9mon)"),
        ("a,, b ,", "(a), (b)"),
        ("a, A, a ", "(a)"),
        ("explicit", "(explicit)"),
        ("  a   b  ", "(a b)"),
        (".hack", "(.hack)"),
        ("'til dawn", "('til dawn)"),
    ],
)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_plain_tags_are_sent_behind_the_policy(text: str, sent: str, dialect: Dialect) -> None:
    assert canonical(text, SAFE, dialect) == f"{POLICY}, {sent}"
    assert plain_tags(text) == tuple(name[1:-1] for name in sent.split(", "))


@pytest.mark.parametrize("text", ["", " ", ",", " , ,, "])
@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_empty_query_is_the_policy_alone(text: str, dialect: Dialect) -> None:
    assert canonical(text, SAFE, dialect) == POLICY
    assert plain_tags(text) == ()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_post_by_id_is_asked_for_under_the_policy(dialect: Dialect) -> None:
    """Reference: safety, 3.4."""
    assert by_id(1024, SAFE, dialect) == f"id:1024, {POLICY}"
    assert by_id(9_999_999_999, SAFE, dialect) == f"id:9999999999, {POLICY}"


@pytest.mark.parametrize("post_id", [0, -1, 10_000_000_000])
def test_an_impossible_id_is_refused(post_id: int) -> None:
    with pytest.raises(QueryError):
        by_id(post_id, SAFE, "philomena")


def test_an_unknown_dialect_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="dialect"):
        canonical("a", SAFE, "sql")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="dialect"):
        by_id(1, SAFE, "sql")  # type: ignore[arg-type]


def test_the_query_has_at_most_32_terms() -> None:
    room = MAX_TERMS - POLICY.count(",") - 1
    fits = ",".join(f"t{n}" for n in range(room))
    assert canonical(fits, SAFE, "philomena").count(",") == MAX_TERMS - 1
    with pytest.raises(QueryError) as refused:
        canonical(f"{fits}, extra", SAFE, "philomena")
    assert (refused.value.start, refused.value.end) == (len(fits) + 2, len(fits) + 7)
    with pytest.raises(QueryError) as refused:
        canonical(f"t0,{fits}, extra", SAFE, "philomena")
    assert refused.value.end == len(fits) + 10
    with pytest.raises(QueryError):
        plain_tags(",".join(f"t{n}" for n in range(MAX_TERMS + 1)))
    assert len(plain_tags(",".join(f"t{n}" for n in range(MAX_TERMS)))) == MAX_TERMS


def test_the_query_has_at_most_500_characters() -> None:
    room = MAX_LENGTH - len(POLICY) - len(", ()")
    assert len(canonical("x" * room, SAFE, "twibooru")) == MAX_LENGTH
    with pytest.raises(QueryError):
        canonical("x" * (room + 1), SAFE, "twibooru")
    assert plain_tags("x" * MAX_LENGTH) == ("x" * MAX_LENGTH,)
    with pytest.raises(QueryError):
        plain_tags("x" * (MAX_LENGTH + 1))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("pony, a*b", 7, 8),
        ("pony,  my:faves ", 7, 15),
        ("-a", 0, 2),
        ("a, poke\u0301mon!", 3, 12),
    ],
)
def test_an_error_points_at_its_place(text: str, start: int, end: int) -> None:
    with pytest.raises(QueryError) as refused:
        canonical(text, SAFE, "philomena")
    assert (refused.value.start, refused.value.end) == (start, end)


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


def refusal(text: str, dialect: Dialect) -> QueryError | None:
    try:
        canonical(text, SAFE, dialect)
    except QueryError as error:
        return error
    return None


def assert_bound(text: str, dialect: Dialect) -> bool:
    """Check that `text` is refused or bound by the policy; tell whether it was accepted."""
    error = refusal(text, dialect)
    if error is not None:
        assert error.message
        assert 0 <= error.start <= error.end <= len(text)
        return False
    sent = canonical(text, SAFE, dialect)
    assert SENT.fullmatch(sent)
    assert not KEYWORD.search(sent)
    assert len(sent) <= MAX_LENGTH
    for name in re.findall(r"\(([^()]*)\)", sent):
        assert re.match(r"[^\s-]", name)
        assert ":" not in name or name.split(":")[0] in NAMESPACES
    return True


PIECES = st.sampled_from(
    [
        "safe",
        "explicit",
        "a",
        " OR ",
        " AND ",
        "NOT ",
        "||",
        "&&",
        "|",
        "(",
        ")",
        "-",
        "!",
        ",",
        '"',
        "\\",
        "^2",
        "~1",
        "*",
        "?",
        "my:",
        "score.gt:",
        "artist:",
        "oc:",
        "_",
        " ",
        "\n",
        ".",
        "'",
        "\u200b",
        "\u202e",
        "\u0301",
        "\uff0c",
        "\u212a",
        "\u01c5",
        "\u1e9e",
        "\ufb01",
    ]
)


@given(st.lists(PIECES, max_size=12).map("".join), st.sampled_from(DIALECTS))
def test_no_mixture_of_signs_gets_out_of_its_brackets(text: str, dialect: Dialect) -> None:
    assert_bound(text, dialect)


@given(st.text(max_size=60), st.sampled_from(DIALECTS))
def test_no_text_gets_out_of_its_brackets(text: str, dialect: Dialect) -> None:
    assert_bound(text, dialect)


@given(st.lists(st.text(st.sampled_from("abz09 '.-"), min_size=1, max_size=8), max_size=6))
def test_a_canonical_query_names_only_what_was_asked(names: list[str]) -> None:
    try:
        tags = plain_tags(",".join(names))
    except QueryError:
        return
    assert set(tags) <= {" ".join(name.split()) for name in names}


@pytest.mark.skipif(not CASES.exists(), reason="the reference data is not beside us")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_reference_query_is_refused_or_bound(dialect: Dialect) -> None:
    inputs = [
        case["input"]
        for case in json.loads(CASES.read_text())["cases"]
        if isinstance(case.get("input"), str)
    ]
    accepted = [text for text in inputs if assert_bound(text, dialect)]
    assert len(accepted) > 100
    assert "twilight sparkle,starlight glimmer" in accepted

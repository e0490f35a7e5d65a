"""Nothing but plain tags is sent to a site that knows nothing else (reference: safety, 3.2)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.query import QueryError
from bot.safety import plain_tags
from bot.safety.limits import MAX_LENGTH, MAX_TERMS

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


@pytest.mark.parametrize("text", ATTACKS)
def test_what_is_no_plain_tag_is_refused_with_its_place_and_a_hint(text: str) -> None:
    with pytest.raises(QueryError) as refused:
        plain_tags(text)
    error = refused.value
    assert error.message
    assert error.hint
    assert 0 <= error.start < error.end <= len(text)


@pytest.mark.parametrize(
    ("text", "tags"),
    [
        ("pony", ("pony",)),
        (
            "Twilight Sparkle, solo",
            (
                "twilight sparkle",
                "solo",
            ),
        ),
        ("twilight_sparkle", ("twilight sparkle",)),
        ("a OR explicit", ("a or explicit",)),
        ("a AND b", ("a and b",)),
        ("NOT safe", ("not safe",)),
        ("x ANDROID", ("x android",)),
        ("a - b", ("a - b",)),
        ("sci-twi", ("sci-twi",)),
        ("artist:k-anon", ("artist:k-anon",)),
        ("Artist: Foo_Bar", ("artist:foo_bar",)),
        ("art pack:x", ("art pack:x",)),
        ("oc:a:b", ("oc:a:b",)),
        ("artist:score.gt:5", ("artist:score.gt:5",)),
        ("soarin'", ("soarin'",)),
        ("soarin\u2019", ("soarin'",)),
        ("princess twilight 2.0", ("princess twilight 2.0",)),
        ("\u5c0f\u9a6c", ("\u5c0f\u9a6c",)),
        ("pok\u00e9mon", ("pok\u00e9mon",)),
        ("poke\u0301mon", ("pok\u00e9mon",)),
        (
            "a,, b ,",
            (
                "a",
                "b",
            ),
        ),
        ("a, A, a ", ("a",)),
        ("explicit", ("explicit",)),
        ("  a   b  ", ("a b",)),
        (".hack", (".hack",)),
        ("'til dawn", ("'til dawn",)),
        ("", ()),
        (" ", ()),
        (" , ,, ", ()),
    ],
)
def test_plain_tags_are_taken_one_by_one(text: str, tags: tuple[str, ...]) -> None:
    assert plain_tags(text) == tags


def test_there_are_at_most_32_of_them_and_500_characters() -> None:
    many = [f"t{n}" for n in range(MAX_TERMS)]
    assert len(plain_tags(",".join([*many, "t0"]))) == MAX_TERMS
    with pytest.raises(QueryError) as refused:
        plain_tags(", ".join([*many, "extra"]))
    assert refused.value.end == len(", ".join([*many, "extra"]))
    assert plain_tags("x" * MAX_LENGTH) == ("x" * MAX_LENGTH,)
    with pytest.raises(QueryError):
        plain_tags("x" * (MAX_LENGTH + 1))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("pony, a*b", 7, 8), ("pony,  my:faves ", 7, 15), ("-a", 0, 2), ("a, poke\u0301mon!", 3, 12)],
)
def test_an_error_points_at_its_place(text: str, start: int, end: int) -> None:
    with pytest.raises(QueryError) as refused:
        plain_tags(text)
    assert (refused.value.start, refused.value.end) == (start, end)


@given(st.lists(st.text(st.sampled_from("abz09 '.-"), min_size=1, max_size=8), max_size=6))
def test_only_what_was_asked_for_is_named(names: list[str]) -> None:
    try:
        tags = plain_tags(",".join(names))
    except QueryError:
        return
    assert set(tags) <= {" ".join(name.split()) for name in names}

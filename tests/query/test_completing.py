"""The tag at the end of a text that somebody types, and the text with a whole one there."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.posts.tags import clean_tag_name
from bot.query import Dialect, QueryError, parse
from bot.query.completing import (
    Typed,
    completed_list,
    completed_query,
    typed_in_list,
    typed_in_query,
)
from bot.query.tree import TAGS, Term, leaves

DIALECTS: tuple[Dialect, ...] = ("philomena", "twibooru")
dialects = st.sampled_from(DIALECTS)
names = st.text(
    st.sampled_from("abcz 09-!'_:.,()\"\\*?~^&|@é小") | st.characters(exclude_categories=["Cs"]),
    min_size=1,
    max_size=20,
).map(clean_tag_name)
pieces = st.lists(
    st.sampled_from(
        ["safe", "rose (flower)", "rose (", "(", ")", ",", " ", '"', "\\", "-", "!", "NOT ",
         " AND ", " OR ", " || ", "score", ":", ".gte:", "5", "^2", "~1", "*", "?", "twi", "\ud800"]
    ),
    max_size=12,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("text", "before", "name"),
    [
        ("twi", "", "twi"),
        ("Twilight  Spa", "", "twilight  spa"),
        ("safe, twi", "safe, ", "twi"),
        ("safe || twi", "safe || ", "twi"),
        ("safe AND twi", "safe AND ", "twi"),
        ("(safe, -twi", "(safe, -", "twi"),
        ("NOT twi", "NOT ", "twi"),
        ("artist:som", "", "artist:som"),
        ("safe, rose (flo", "safe, ", "rose (flo"),
        ("(safe, rose (flower)", "(safe, ", "rose (flower)"),
        ('safe, "a, b', "safe, ", "a, b"),
        ('"a, b", "twi', '"a, b", ', "twi"),
        ('6", twi', '6", ', "twi"),
    ],
)
def test_the_tag_that_is_typed_is_found_as_the_board_reads_it(
    text: str, before: str, name: str, dialect: Dialect
) -> None:
    typed = typed_in_query(text, dialect)

    assert typed is not None
    assert (typed.before, clean_tag_name(typed.name)) == (before, clean_tag_name(name))


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    "text",
    ["", "safe,", "safe, ", "safe || ", "(", "(safe)", "score.gte:", "score.gte:5", "uploader:som",
     "twi*", "created_at:20", "gallery_id:"],
)  # fmt: skip
def test_nothing_is_completed_but_tags(text: str, dialect: Dialect) -> None:
    assert typed_in_query(text, dialect) is None


@given(pieces, dialects)
def test_any_text_can_be_typed(text: str, dialect: Dialect) -> None:
    typed = typed_in_query(text, dialect)

    assert typed is None or text.startswith(typed.before)


@given(names, dialects, st.sampled_from(["", "safe, ", "(safe || -", "NOT ", '"a, b" || ((']))
def test_the_completed_query_is_read_with_the_tag_in_it(
    name: str, dialect: Dialect, before: str
) -> None:
    text = completed_query(Typed(before, "x"), name, dialect)

    # Some names cannot be said in every place; plain ones can.
    assert text is not None or not name or not set(name) <= set("abcz 09é小")
    if text is not None:
        assert text.startswith(before)
        closed = text + ")" * (before.count("(") - before.count(")"))
        assert Term(TAGS, name) in leaves(parse(closed, dialect).tree)
        assert typed_in_query(text, dialect) == Typed(before, name)


@given(pieces, names, dialects)
def test_what_stands_before_is_left_alone(text: str, name: str, dialect: Dialect) -> None:
    typed = typed_in_query(text, dialect)
    if typed is None:
        return

    whole = completed_query(typed, name, dialect)

    if whole is not None:
        assert whole.startswith(typed.before)
        with suppress(QueryError):
            assert Term(TAGS, name) in leaves(parse(whole, dialect).tree)


@pytest.mark.parametrize(
    ("name", "philomena", "twibooru"),
    [
        ("rose (flower)", "safe, rose (flower)", "safe, rose (flower)"),
        ("a, b", 'safe, "a, b"', 'safe, "a, b"'),
        ("-foo", "safe, \\-foo", "safe, \\-foo"),
        ("foo~1", "safe, foo\\~1", None),
    ],
)
def test_a_tag_is_written_as_each_language_needs_it(
    name: str, philomena: str | None, twibooru: str | None
) -> None:
    typed = Typed("safe, ", "x")

    assert completed_query(typed, name, "philomena") == philomena
    assert completed_query(typed, name, "twibooru") == twibooru


def test_a_list_is_completed_at_its_last_comma() -> None:
    typed = typed_in_list("gore, Spi")

    assert typed == Typed("gore, ", "spi")
    assert completed_list(typed, "spiders") == "gore, spiders"
    assert completed_list(typed, "a, b") is None

"""The pattern of a name: what is refused, and that whatever is not stays one term of one field."""

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.demo.sites.philomena_tags import TAGS
from bot.query import QueryError, parse
from bot.query.errors import place
from bot.query.tree import And, Leaf, Not, Or
from bot.safety.patterns import checked_pattern
from bot.sites.philomena_terms import exact, like


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        ("pega", "*pega*"),
        ("  star light ", "*star light*"),
        ("star*light", "star*light"),
        ("pegasu?", "pegasu?"),
        ("artist:*", "artist:*"),
        ("my:faves, explicit", "*my:faves, explicit*"),
    ],
)
def test_a_part_of_a_name_is_looked_for_anywhere_and_wildcards_where_they_stand(
    typed: str, pattern: str
) -> None:
    assert checked_pattern(typed) == pattern


@pytest.mark.parametrize(
    ("typed", "position", "reason"),
    [
        ("*", 1, "2 letters or digits at least"),
        ("a*", 1, "2 letters or digits at least"),
        ("a*b*c*d", 6, "more than 2 wildcards"),
        ('pony" || x', 5, 'the sign " cannot be used'),
        ("pony~2", 5, "the sign ~ cannot be used"),
        ("po\u202eny", 3, "nobody sees"),
        ("x" * 101, 101, "longer than"),
    ],
)
def test_a_wrong_pattern_is_pointed_at(typed: str, position: int, reason: str) -> None:
    """Reference: safety, 3.2."""
    with pytest.raises(QueryError, match=reason) as caught:
        checked_pattern(typed)
    assert place(typed, caught.value.start) == (1, position)


SIGNS = st.text(st.sampled_from('ab,|&()-!^~*?:." \\ORANDT\n'), max_size=20)


@given(st.one_of(SIGNS, st.text(max_size=20)))
@example("a, b || c")
@example("my:galleries")
@example("(a")
@example("a) || (b")
def test_a_text_of_a_person_is_one_term_whatever_stands_in_it(text: str) -> None:
    """Reference: safety, 3.2: no text gets out of its field."""
    queries = [exact("name", f"a{text}")]
    with suppress(QueryError):
        queries.append(like("name", checked_pattern(text)))
    for query in queries:
        tree = parse(query, "philomena", reader=TAGS.reader).tree
        assert not isinstance(tree, And | Or | Not)
        assert isinstance(tree, Leaf)
        assert tree.field == "name"

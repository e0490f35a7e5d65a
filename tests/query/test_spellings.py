"""Which wildcards a tag satisfies: as matching each of them by itself, whatever comes and goes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.query import wildcards
from bot.query.packed import unpack
from bot.query.spellings import Spellings
from bot.query.tree import TAGS, Fuzzy, Term, Wild

# NUL stands for a tag's edges within; a noncharacter is a letter as any other.
_LETTERS = "ab\\é🦄\0\uffff"
_names = st.text(_LETTERS, max_size=6)
_patterns = st.text(_LETTERS + "*?", min_size=1, max_size=6)


def satisfied(spellings: Spellings, name: str) -> set[int]:
    return set(unpack([spellings[name]]))


@given(st.lists(st.tuples(_patterns, st.booleans()), max_size=12), st.lists(_names, max_size=6))
def test_a_tag_satisfies_what_it_matches(
    patterns: list[tuple[str, bool]], names: list[str]
) -> None:
    spellings = Spellings()
    stays = {}
    for number, (pattern, leaves) in enumerate(patterns):
        spellings.enter(Wild(TAGS, pattern), number)
        # Asked in between, so that what was kept then must not be told later.
        for name in names:
            satisfied(spellings, name)
        if leaves:
            spellings.leave(Wild(TAGS, pattern), number)
        else:
            stays[number] = pattern
    for name in names:
        matched = {key for key, pattern in stays.items() if wildcards.matches(pattern, name)}
        assert satisfied(spellings, name) == matched


def test_a_tag_satisfies_its_own_name_and_near_ones_too() -> None:
    spellings = Spellings()
    spellings.enter(Term(TAGS, "pony"), 1)
    spellings.enter(Fuzzy(TAGS, "pnoy", 1), 2)
    spellings.enter(Wild(TAGS, "*on*"), 3)
    assert satisfied(spellings, "pony") == {1, 2, 3}
    assert satisfied(spellings, "ponk") == {3}
    spellings.leave(Fuzzy(TAGS, "pnoy", 1), 2)
    assert satisfied(spellings, "pony") == {1, 3}
    spellings.leave(Wild(TAGS, "*on*"), 3)
    spellings.leave(Term(TAGS, "pony"), 1)
    assert satisfied(spellings, "pony") == set()


def test_a_piece_that_stands_twice_in_a_tag_counts_once() -> None:
    spellings = Spellings()
    spellings.enter(Wild(TAGS, "*an*"), 1)
    assert list(unpack([spellings["banana"]])) == [1]


@pytest.mark.parametrize("pattern", ["{}*", "*{}", "*{}*", "{}?", "{}*{}"])
def test_a_very_long_wildcard_is_matched_to_its_last_letter(pattern: str) -> None:
    spellings = Spellings()
    wanted = pattern.format(*(["x" + "long " * 2_000 + "y"] * 2))
    spellings.enter(Wild(TAGS, wanted), 1)
    fitting = wanted.replace("*", "a").replace("?", "b")
    assert satisfied(spellings, fitting) == {1}
    for at in (5_000, -2):
        assert satisfied(spellings, f"{fitting[:at]}!{fitting[at:]}") == set()
    # Each letter takes memory there, so a few stand for all.
    assert spellings._pieces._automaton.get_stats()["nodes_count"] < 50

"""Lists of lines in answers: nothing is left out without saying so."""

from hypothesis import given
from hypothesis import strategies as st

from bot.posts.text import utf16_len
from bot.ui.embeds import FIELD_VALUE
from bot.ui.lines import FIELD, fitting

LINES = st.lists(st.text("ab🦄", min_size=1, max_size=400), max_size=30)


@given(LINES)
def test_a_list_fits_in_a_field_and_counts_what_does_not(lines: list[str]) -> None:
    *shown, last = fitting(lines, FIELD).split("\n")
    assert utf16_len("\n".join([*shown, last])) <= FIELD_VALUE
    if last.startswith("and "):
        assert [line for line in shown if line] == lines[: len(lines) - int(last.split()[1])]
    else:
        assert [*shown, last] == (lines or [""])

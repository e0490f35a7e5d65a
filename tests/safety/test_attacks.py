"""No query gets round the policy, in either dialect (reference: safety, 3.2)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.query import Dialect, QueryError
from bot.safety import SAFE, Policy, canonical
from tests.examples import examples
from tests.safety.attacks import REFUSED, REFUSED_OR_BOUND
from tests.safety.fuzz import assert_helpful, check, run
from tests.safety.unsafe import ADULT, DIALECTS, GRAPHIC

POLICIES = {"safe": SAFE, "adult": ADULT, "graphic": GRAPHIC}


def test_there_are_as_many_attacks_as_were_asked_for() -> None:
    assert len({*REFUSED, *REFUSED_OR_BOUND}) >= 250


@pytest.mark.parametrize("text", REFUSED)
def test_an_attack_is_refused_with_its_place_and_what_to_do(text: str) -> None:
    for dialect in DIALECTS:
        for policy in POLICIES.values():
            try:
                sent = canonical(text, policy, dialect)
            except QueryError as error:
                assert_helpful(error, text)
                continue
            # The other site's servers forgive a few of these; bound they are all the same.
            assert dialect == "twibooru", sent
            assert check(text, policy, dialect)


@pytest.mark.parametrize("text", REFUSED_OR_BOUND)
@pytest.mark.parametrize("policy", POLICIES)
def test_an_attack_finds_nothing_unsafe(text: str, policy: str) -> None:
    for dialect in DIALECTS:
        check(text, POLICIES[policy], dialect)


@pytest.mark.parametrize("text", REFUSED[:12] + REFUSED_OR_BOUND[:30])
def test_an_attack_between_ordinary_words_finds_nothing_unsafe(text: str) -> None:
    for dialect in DIALECTS:
        for around in ("a, {}", "{}, a", "(a || {})", "-({})", "a || {}", "({}) || b", "-{}"):
            check(around.format(text), SAFE, dialect)


@pytest.mark.mass
def test_no_unsafe_post_is_found_by_random_queries() -> None:
    """The full count is `python -m tests.safety.fuzz --count 50000`."""
    run(500, seed=20_261_122)


@settings(max_examples=examples(150))
@given(st.text(max_size=60), st.sampled_from(DIALECTS))
def test_no_text_at_all_gets_out_of_its_brackets(text: str, dialect: Dialect) -> None:
    check(text, SAFE, dialect)


@settings(max_examples=examples(150))
@given(
    st.lists(st.sampled_from('ab(),-|!:*"\\^~ \n\u200b\u0301\uff08'), max_size=24).map("".join),
    st.sampled_from(DIALECTS),
    st.sampled_from(sorted(POLICIES)),
)
def test_no_row_of_signs_gets_out_of_its_brackets(text: str, dialect: Dialect, name: str) -> None:
    policy: Policy = POLICIES[name]
    check(text, policy, dialect)

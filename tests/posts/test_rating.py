"""A rating in disguise counts as that rating (reference: safety, 3.5)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.posts.rating import Rating, fold, ratings
from bot.posts.tags import RATINGS

DISGUISES = [
    ("explicit", "EXPLICIT"),
    ("explicit", "Explicit"),
    ("explicit", "expli\u200bcit"),
    ("explicit", "\ufeffexplicit"),
    ("explicit", "explicit\u202e"),
    ("explicit", "expli\u00adcit"),
    ("explicit", "ex plicit"),
    ("explicit", "explicit "),
    ("explicit", " explicit"),
    ("explicit", "explicit\n"),
    ("explicit", "explicit\x00"),
    ("explicit", "explicit_"),
    ("explicit", "\uff45\uff58\uff50\uff4c\uff49\uff43\uff49\uff54"),
    (
        "explicit",
        "\U0001d41e\U0001d431\U0001d429\U0001d425\U0001d422\U0001d41c\U0001d422\U0001d42d",
    ),
    ("explicit", "\u24d4\u24e7\u24df\u24db\u24d8\u24d2\u24d8\u24e3"),
    ("explicit", "\u0435xplicit"),
    ("explicit", "e\u0445\u0440licit"),
    ("explicit", "\u0415\u0425\u0420LICIT"),
    ("explicit", "expl\u0131cit"),
    ("explicit", "expl\u0130cit"),
    ("explicit", "expIicit"),
    ("explicit", "exp1icit"),
    ("explicit", "\u00e9xplicit"),
    ("explicit", "e\u0301xplicit"),
    ("explicit", "e\u034fxplicit"),
    ("explicit", "explicit\ufe0f"),
    ("explicit", "\u3164explicit"),
    ("explicit", "e\U000e0065xplicit"),
    ("explicit", "\u1d07\u0445\u1d18\u029f\u026a\u1d04\u026a\u1d1b"),
    ("semi-grimdark", "semi_grimdark"),
    ("semi-grimdark", "semi grimdark"),
    ("semi-grimdark", "semigrimdark"),
    ("semi-grimdark", "semi\u2013grimdark"),
    ("semi-grimdark", "semi\u2011grimdark"),
    ("semi-grimdark", "Semi\uff0dGrimdark"),
    ("semi-grimdark", "semi\u2212grimdark"),
    ("explicit", "#explicit"),
    ("explicit", "explicit."),
    ("explicit", "\u2605 explicit \u2605"),
    ("explicit", "\u04bd\u00d7plicit"),
    ("grotesque", "gr\u00f8tesque"),
    ("grimdark", "grim-dark"),
    ("grimdark", "gr\u0456md\u0430rk"),
    ("grotesque", "gr\u043ftesque".replace("\u043f", "\u043e")),
    ("grotesque", "grotes\u051bue"),
    ("questionable", "question\u200d_able"),
    ("suggestive", "s\u03c5ggestive"),
    ("safe", "\u0455afe"),
]


@pytest.mark.parametrize(("name", "tag"), DISGUISES)
def test_a_disguised_rating_is_seen(name: str, tag: str) -> None:
    assert ratings(["pony", tag]) == {Rating(name)}


@pytest.mark.parametrize("name", RATINGS)
def test_each_rating_is_itself(name: str) -> None:
    assert ratings([name]) == {Rating(name)}


@pytest.mark.parametrize(
    "tag", ["explicit source", "not safe", "grim", "safety", "dark", "semi", "", "artist:explicit"]
)
def test_a_tag_that_only_contains_a_rating_is_none(tag: str) -> None:
    assert ratings([tag]) == frozenset()


def test_a_rating_is_seen_behind_any_number_of_invisible_characters() -> None:
    assert ratings(["expl" + "\u200b" * 5000 + "icit"]) == {Rating.EXPLICIT}


INVISIBLE = st.text(
    st.sampled_from("\u200b\u200d\u2060\ufeff\u00ad\u202e\u2066\U000e0001-_ \u034f\ufe0f"),
    max_size=3,
)


@given(st.sampled_from(RATINGS), st.data())
def test_no_sprinkling_of_invisible_characters_hides_a_rating(
    name: str, data: st.DataObject
) -> None:
    tag = "".join(data.draw(INVISIBLE) + letter for letter in name) + data.draw(INVISIBLE)
    if data.draw(st.booleans()):
        tag = tag.upper()
    assert ratings([tag]) == {Rating(name)}


@given(st.text(max_size=30))
def test_folding_forgets_what_nfkc_and_case_forget(tag: str) -> None:
    assert fold(unicodedata.normalize("NFKC", tag)) == fold(tag)
    assert fold(tag.casefold()) == fold(tag)
    assert fold(tag + "\u200b") == fold(tag)

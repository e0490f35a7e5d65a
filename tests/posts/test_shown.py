"""The tags in a text are fit for everybody (reference: safety, 3.7)."""

import pytest

from bot.posts.rating import fold
from bot.posts.shown import fit_text, shown_tags


def test_ratings_people_and_repeats_are_left_out() -> None:
    tags = ["safe", "artist:a", "editor:b", "commissioner:c", "pony", "Pony ", "oc:littlepip", ""]
    assert shown_tags(tags) == ("pony", "oc:littlepip")


@pytest.mark.parametrize(
    "tag",
    [
        "explicit",
        "ex\u200bplicit",
        "implied sex",
        "sexy",
        "suggestive source",
        "foalcon",
        "bedroom eyes nudity",
        "gore",
        "implied death",
        "p\u043ern",
        "x" * 51,
        "spoiler:s09e26",
        "hidden one",
    ],
)
def test_an_unfit_tag_is_not_shown(tag: str) -> None:
    assert shown_tags([tag, "pony"], denied={fold("hidden-one")}) == ("pony",)


@pytest.mark.parametrize(
    "tag",
    ["essex", "therapy", "button mash", "butterfly", "cockatrice", "stripes", "cute", "sci-twi"],
)
def test_a_harmless_tag_is_shown(tag: str) -> None:
    assert shown_tags([tag]) == (tag,)


def test_the_list_is_short() -> None:
    assert len(shown_tags([f"tag {n}" for n in range(100)], limit=4)) == 4


@pytest.mark.parametrize(
    "text",
    [
        "comic:sex party",
        "futa",
        "futanari",
        "diapered filly",
        "r34",
        "a Rule 34 classic",
        "some \uff53\uff45\uff58 here",
        "the p\u043ern one",
        "s\u200bex",
        *(f"s{unseen}ex" for unseen in "\ufdd0\uffff\u2065\ufff0\U000e0080\U000e0fff"),
    ],
)
def test_an_unfit_word_makes_a_text_unfit(text: str) -> None:
    assert not fit_text(text)
    assert shown_tags([text]) == ()


def test_f46_an_endless_text_is_not_read_and_so_not_fit() -> None:
    assert fit_text("pony " * 4_000)
    assert not fit_text("pony " * 4_001)


@pytest.mark.parametrize("text", ["", "A pony with wings and no horn.", "scattered peeking oracle"])
def test_a_harmless_text_is_fit(text: str) -> None:
    assert fit_text(text)

"""Which pages PonyAggregate imports from, and which it does not (seed S0)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.catalogue import DERPIBOORU
from bot.posts.importable import Importable, read_importable

VIDEO = "rVf3bWmPqk2xS9tYcD7uGh"
KNOWN = {
    "7": ("Derpibooru", "7"),
    " 3901234 ": ("Derpibooru", "3901234"),
    "https://derpibooru.org/images/7": ("Derpibooru", "7"),
    "http://www.derpibooru.org/7?q=cute#comments": ("Derpibooru", "7"),
    "<https://derpibooru.org/images/7>": ("Derpibooru", "7"),
    VIDEO: ("Pony.Tube", VIDEO),
    "9c9de5e8-0a1e-484a-b099-e80766180a6d": ("Pony.Tube", "9c9de5e8-0a1e-484a-b099-e80766180a6d"),
    f"https://pony.tube/w/{VIDEO}": ("Pony.Tube", VIDEO),
    f"<http://www.PONY.tube/w/{VIDEO}/?start=3s>": ("Pony.Tube", VIDEO),
}


@pytest.mark.parametrize("text", KNOWN)
def test_a_page_or_an_id_is_known_for_what_it_is_of(text: str) -> None:
    found = read_importable(text)
    assert found is not None
    assert (found.origin, found.id) == KNOWN[text]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "07",
        "12345678901",
        "pony",
        "https://derpibooru.org/",
        "https://derpibooru.org/galleries/7",
        "https://derpibooru.org.example/images/7",
        "https://ponybooru.org/images/7",
        "https://pony.tube/",
        "https://pony.tube/w/",
        f"https://pony.tube/w/p/{VIDEO}",
        f"https://pony.tube/w/{VIDEO}%2f..",
        f"https://pony.tube@example.org/w/{VIDEO}",
        f"https://pony.tube.example/w/{VIDEO}",
        f"javascript:https://pony.tube/w/{VIDEO}",
        f"{VIDEO} {VIDEO}",
    ],
)
def test_nothing_else_is_taken_for_one(text: str) -> None:
    assert read_importable(text) is None


def test_hosts_that_the_operator_gave_derpibooru_count() -> None:
    own = structs.replace(DERPIBOORU, domain="derpi.example")
    assert read_importable("https://derpi.example/images/7", (own,)) == Importable(
        "Derpibooru", "7"
    )
    assert read_importable("https://derpi.example/images/7") is None


@given(st.text() | st.from_regex(r"https?://(pony\.tube|derpibooru\.org)/.{0,40}"))
def test_what_is_found_can_be_written_anywhere(text: str) -> None:
    found = read_importable(text)
    assert found is None or re.fullmatch("[A-Za-z0-9_-]+", found.id)

"""Names and slugs of tags are the boards' own (reference: boards, 1.7 and 1.8)."""

import json
import re
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bot.posts.tags import (
    NAMESPACES,
    RATINGS,
    clean_tag_name,
    decode_slug,
    encode_slug,
    split_namespace,
)
from tests.reference_data import CASES, needs_cases


def cases(kind: str) -> list[dict[str, Any]]:
    found = [case for case in json.loads(CASES.read_text())["cases"] if case["kind"] == kind]
    assert found
    return found


@needs_cases
def test_every_reference_name_is_cleaned_as_the_site_does() -> None:
    wrong = [
        (case["id"], case["input"], clean_tag_name(case["input"]))
        for case in cases("tag-normalize")
        if clean_tag_name(case["input"]) != case["expect"]
    ]
    assert wrong == []


@needs_cases
def test_every_reference_name_has_the_sites_slug() -> None:
    computed = [case for case in cases("tag-slug") if not case.get("legacy_percent_encoded")]
    wrong = [case["id"] for case in computed if encode_slug(case["input"]) != case["expect"]]
    assert wrong == []


@needs_cases
def test_every_reference_slug_decodes_old_percent_encoded_ones_included() -> None:
    slugs = [(case["expect"], case["input"]) for case in cases("tag-slug")]
    slugs += [(case["input"], case["expect"]) for case in cases("tag-slug-decode")]
    assert [pair for pair in slugs if decode_slug(pair[0]) != pair[1]] == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Twilight_Sparkle", "twilight sparkle"),
        ("  SAFE\t", "safe"),
        ("a\n\u3000b", "a b"),
        ("artist : Some_One", "artist:some_one"),
        ("art pack :  x_y", "art pack:x y"),
        ("Oc:Littlepip", "oc:littlepip"),
        ("made up: x", "made up: x"),
        ("rarity\u2019s", "rarity's"),
        ("\u201cedit\u201d", '"edit"'),
        ("", ""),
        (" _ ", ""),
        ("X" * 300, "x" * 300),
    ],
)
def test_a_name_is_cleaned(text: str, name: str) -> None:
    assert clean_tag_name(text) == name


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("artist:a-b.c/d", "artist-colon-a-dash-b-dot-c-fwslash-d"),
        ("c++", "c-plus--plus-"),
        ("back\\slash", "back-bwslash-slash"),
        ("rainbow dash", "rainbow+dash"),
        ("-dash-", "-dash-dash-dash-"),
    ],
)
def test_a_slug_is_made_and_read_back(name: str, slug: str) -> None:
    assert encode_slug(name) == slug
    assert decode_slug(slug) == name


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("artist:a:b", ("artist", "a:b")),
        ("oc:", ("oc", "")),
        ("ship:x", (None, "ship:x")),
        ("artist", (None, "artist")),
        ("art pack:x", ("art pack", "x")),
    ],
)
def test_only_known_namespaces_are_split_off(name: str, parts: tuple[str | None, str]) -> None:
    assert split_namespace(name) == parts


def test_ratings_and_namespaces_are_those_of_the_boards() -> None:
    assert len(RATINGS) == 7
    assert len(NAMESPACES) == 17


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = clean_tag_name(text)
    assert clean_tag_name(once) == once


NASTY = st.text(alphabet=st.sampled_from("abdhsoltcnfwpu-:./\\+ _%2Fe0\u00e9\u99ac"), max_size=30)


@given(st.one_of(NASTY, st.text(max_size=40)))
def test_a_slug_decodes_to_the_name_it_was_made_of(text: str) -> None:
    name = clean_tag_name(text)
    assume(not re.search("%[0-9a-f]{2}", name))
    assert decode_slug(encode_slug(name)) == name

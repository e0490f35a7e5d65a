"""A policy is known by what it says, and the default says the least (rules D1 to D3)."""

import msgspec
import pytest
from msgspec import structs

from bot.posts.rating import Rating, fold
from bot.safety import SAFE, Policy


def test_the_default_is_the_strictest() -> None:
    assert Policy() == SAFE
    assert SAFE.ratings == {Rating.SAFE}
    assert not SAFE.graphic


def test_equal_policies_have_one_fingerprint() -> None:
    one = Policy(hidden_tags=frozenset({"a", "b", "c"}), ratings=frozenset(Rating))
    two = Policy(hidden_tags=frozenset(["c", "b", "a"]), ratings=frozenset(reversed(Rating)))
    assert one.fingerprint == two.fingerprint
    assert msgspec.json.decode(msgspec.json.encode(one), type=Policy).fingerprint == one.fingerprint


def test_every_field_changes_the_fingerprint() -> None:
    changed = [
        Policy(ratings=frozenset({Rating.SAFE, Rating.SUGGESTIVE})),
        Policy(ratings=frozenset()),
        Policy(graphic=True),
        Policy(hidden_tags=frozenset({"a"})),
        Policy(hidden_tags=frozenset({"a", "b"})),
        Policy(hidden_tags=frozenset({"a,b"})),
        Policy(spoilered_tags=frozenset({"a"})),
    ]
    prints = {policy.fingerprint for policy in [SAFE, *changed]}
    assert len(prints) == len(changed) + 1
    assert len(structs.fields(Policy)) == 4


def test_a_policy_does_not_change() -> None:
    with pytest.raises(AttributeError):
        SAFE.graphic = True  # type: ignore[misc]


def test_what_is_denied_is_known_in_every_disguise() -> None:
    policy = Policy(hidden_tags=frozenset({"Clown_Pony"}))
    assert {fold("clown pony"), fold("foalcon"), fold("gore")} <= policy.denied
    assert fold("gore") not in Policy(graphic=True).denied
    assert fold("foalcon") in Policy(graphic=True).denied

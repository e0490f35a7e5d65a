"""A policy is known by what it says, and the default says the least (rules D1 to D3)."""

import subprocess
import sys
from pathlib import Path

import pytest
from msgspec import structs

from bot.posts.rating import Rating, fold
from bot.query import parse
from bot.safety import SAFE, Action, Place, Policy, Rule

ROOT = Path(__file__).parents[2]


def test_the_default_is_the_strictest() -> None:
    assert Policy() == SAFE
    assert SAFE.ratings == {Rating.SAFE}
    assert not SAFE.graphic


def test_equal_policies_have_one_fingerprint() -> None:
    one = Policy(hidden_tags=frozenset({"a", "b", "c"}), ratings=frozenset(Rating))
    two = Policy(hidden_tags=frozenset(["c", "b", "a"]), ratings=frozenset(reversed(Rating)))
    assert one.fingerprint == two.fingerprint
    same = [Policy(hidden_queries=(parse(text),)) for text in ("a, b", "(b), a, a")]
    assert same[0].fingerprint == same[1].fingerprint


def test_a_fingerprint_is_the_same_in_every_process() -> None:
    program = (
        "from bot.query import parse; from bot.safety import Policy;"
        "print(Policy(hidden_queries=(parse('a, -b || created_at.gte:3 days ago'),),"
        "hidden_tags=frozenset({'x', 'y', 'z'})).fingerprint)"
    )
    here = {
        subprocess.run(
            [sys.executable, "-c", program], check=True, capture_output=True, text=True, cwd=ROOT,
            env={"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert len(here) == 1
    assert len(here.pop().strip()) == 16


def test_every_field_changes_the_fingerprint() -> None:
    changed = [
        Policy(ratings=frozenset({Rating.SAFE, Rating.SUGGESTIVE})),
        Policy(ratings=frozenset()),
        Policy(graphic=True),
        Policy(hidden_tags=frozenset({"a"})),
        Policy(hidden_tags=frozenset({"a", "b"})),
        Policy(hidden_tags=frozenset({"a,b"})),
        Policy(spoilered_tags=frozenset({"a"})),
        Policy(hidden_queries=(parse("a"),)),
        Policy(hidden_queries=(parse("a, b"),)),
        Policy(spoilered_queries=(parse("a"),)),
        Policy(rules=(Rule(action=Action.HIDE, expression="a"),)),
        Policy(rules=(Rule(action=Action.SPOILER, expression="a"),)),
        Policy(rules=(Rule(action=Action.HIDE, expression="a", place=Place.CHANNEL),)),
        Policy(rules=(Rule(action=Action.HIDE, expression="a", site="twibooru"),)),
        Policy(rules=(Rule(action=Action.HIDE, expression="a", query=parse("a")),)),
        Policy(rules=(Rule(action=Action.HIDE, tag_ids=frozenset({1})),)),
        Policy(rules=(Rule(action=Action.HIDE, expression="a", filter_name="b"),)),
        Policy(rules=(Rule(action=Action.HIDE, expression="a", except_sites=frozenset({"b"})),)),
        Policy(denied_posts=frozenset({("derpibooru", 1)})),
        Policy(denied_artists=frozenset({"artist:a"})),
        Policy(sites_off=frozenset({"derpibooru"})),
        Policy(panic=True),
    ]
    prints = {policy.fingerprint for policy in [SAFE, *changed]}
    assert len(prints) == len(changed) + 1
    assert len(structs.fields(Policy)) == 11


def test_a_policy_does_not_change() -> None:
    with pytest.raises(AttributeError):
        SAFE.graphic = True  # type: ignore[misc]


def test_what_is_denied_is_known_in_every_disguise() -> None:
    policy = Policy(hidden_tags=frozenset({"Clown_Pony"}))
    assert {fold("clown pony"), fold("foalcon"), fold("gore")} <= policy.denied
    named = Policy(rules=(Rule(action=Action.HIDE, expression="spider"),))
    assert fold("spider") in named.denied
    spoilered = Policy(spoilered_tags=frozenset({"spider"}), hidden_queries=(parse("wasp"),))
    assert not {fold("spider"), fold("wasp")} & spoilered.denied
    assert fold("gore") not in Policy(graphic=True).denied
    assert fold("foalcon") in Policy(graphic=True).denied

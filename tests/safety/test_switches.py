"""The operator's switches bind every policy (reference: safety, 3.9)."""

import pytest

from bot.posts.model import Location
from bot.safety import (
    Refusal,
    Switches,
    Verdict,
    VerifiedPost,
    Wishes,
    policy_for,
)

from .conftest import MakePost, shows

SWITCHED = [
    (Switches(panic=True), "safety 3.9 panic"),
    (Switches(sites=frozenset({"derpibooru"})), "safety 3.9 site"),
    (Switches(posts=frozenset({("derpibooru", 7)})), "safety 3.9 post"),
    (Switches(artists=frozenset({"artist:painter"})), "safety 3.9 artist"),
    (Switches(artists=frozenset({"Artist: Painter"})), "safety 3.9 artist"),
    (Switches(artists=frozenset({"painter"})), "safety 3.9 artist"),
    (Switches(artists=frozenset({"editor:painter"})), "safety 3.9 artist"),
]

NOT_SWITCHED = [
    Switches(sites=frozenset({"twibooru"})),
    Switches(posts=frozenset({("twibooru", 7), ("derpibooru", 8)})),
    Switches(artists=frozenset({"artist:paint", "artist:painter2", "artist:paint-er"})),
]


@pytest.mark.parametrize(("switches", "rule"), SWITCHED)
def test_the_operators_switches_bind_every_policy(
    make_post: MakePost, switches: Switches, rule: str
) -> None:
    """Reference: safety, 3.9."""
    wide = policy_for("full", Verdict.ADULT, Wishes(adult=True), switches=switches)
    for policy in (policy_for(switches=switches), wide):
        result = shows(make_post, policy, ("artist:painter",))
        assert isinstance(result, Refusal)
        assert result.rule == rule
        assert result.by is None


@pytest.mark.parametrize(
    "changes",
    [
        {"site": "ponyapi", "id": 9, "derpi_id": 7},
        {"site": "twibooru", "id": 9, "locations": (Location("derpibooru", 7, "https://x.y/7"),)},
    ],
)
def test_a_denied_post_is_denied_where_else_it_is_too(
    make_post: MakePost, changes: dict[str, object]
) -> None:
    """Reference: safety, 3.9: everywhere."""
    policy = policy_for(switches=Switches(posts=frozenset({("derpibooru", 7)})))
    result = shows(make_post, policy, ("pony",), **changes)
    assert isinstance(result, Refusal)
    assert result.rule == "safety 3.9 post"
    other = policy_for(switches=Switches(posts=frozenset({("derpibooru", 8)})))
    assert isinstance(shows(make_post, other, ("pony",), **changes), VerifiedPost)


@pytest.mark.parametrize("switches", NOT_SWITCHED)
def test_a_switch_switches_nothing_else(make_post: MakePost, switches: Switches) -> None:
    result = shows(make_post, policy_for(switches=switches), ("artist:painter",))
    assert isinstance(result, VerifiedPost)


@pytest.mark.parametrize("role", ["artist", "editor", "photographer", "colorist"])
def test_an_artist_who_opted_out_is_shown_in_no_role(make_post: MakePost, role: str) -> None:
    policy = policy_for(switches=Switches(artists=frozenset({"artist:some_body"})))
    for name in (f"{role}:some_body", f"{role}:some body", f"{role.title()}: Some_Body"):
        result = shows(make_post, policy, (name,))
        assert isinstance(result, Refusal)
        assert result.rule == "safety 3.9 artist"

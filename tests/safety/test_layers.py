"""Each layer holds by itself, with the others switched off (reference: safety, 3)."""

import pytest
from msgspec import structs

from bot.posts.rating import Rating
from bot.query import parse
from bot.safety import (
    SAFE,
    ChannelFacts,
    ChannelKind,
    Policy,
    Profile,
    Refusal,
    Verdict,
    VerifiedPost,
    Wishes,
    by_id,
    canonical,
    policy_for,
    verdict,
    verify,
)
from tests.safety.unsafe import ADULT, DIALECTS, GRAPHIC, NOW, SAFE_POST, UNSAFE

POLICIES = {"safe": SAFE, "adult": ADULT, "graphic": GRAPHIC}


@pytest.mark.parametrize("name", POLICIES)
def test_the_verifier_alone_shows_no_unsafe_post(name: str) -> None:
    """As if the site ignored the query, and nobody had asked for anything safe."""
    for post in UNSAFE[POLICIES[name]]:
        assert isinstance(verify(post, POLICIES[name]), Refusal), post.tags[:3]
    assert isinstance(verify(SAFE_POST, POLICIES[name]), Refusal)
    plain = structs.replace(SAFE_POST, tags=("safe", "pony"))
    assert isinstance(verify(plain, POLICIES[name]), VerifiedPost)


@pytest.mark.parametrize("name", POLICIES)
@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_query_alone_finds_no_unsafe_post(name: str, dialect: str) -> None:
    """As if nobody verified what came back; and the safe post is found."""
    policy = POLICIES[name]
    for text in ("", "pony", "explicit || pony", "*", "-safe || pony", "-(-pony)"):
        query = parse(canonical(text, policy, "philomena"), dialect)  # type: ignore[arg-type]
        assert not any(query.matches(post, now=NOW) for post in UNSAFE[policy])
        assert query.matches(SAFE_POST, now=NOW)
    for post in UNSAFE[policy]:
        query = parse(by_id(post.id, policy, "philomena"), dialect)  # type: ignore[arg-type]
        assert not query.matches(post, now=NOW)


def test_the_verdict_alone_keeps_a_plain_channel_safe() -> None:
    """As if deployment, server and channel all wanted everything."""
    everything = Wishes(adult=True, graphic=True)
    plain = ChannelFacts(kind=ChannelKind.TEXT, nsfw=False, guild_available=True)
    policy = policy_for(
        Profile.FULL, verdict(plain, Profile.FULL), everything, everything, graphic=True
    )
    assert policy == SAFE


def test_the_profile_alone_keeps_every_channel_safe() -> None:
    """Rule D7: as if somebody handed in the wrong verdict."""
    everything = Wishes(adult=True, graphic=True)
    policy = policy_for(Profile.SAFE, Verdict.ADULT, everything, everything, graphic=True)
    assert policy == SAFE


def test_the_servers_silence_alone_keeps_it_safe() -> None:
    adult = Wishes(adult=True, graphic=True)
    assert policy_for(Profile.FULL, Verdict.ADULT, Wishes(), adult, graphic=True) == SAFE


def test_the_operators_silence_alone_keeps_violent_art_away() -> None:
    """Rule D2."""
    everything = Wishes(adult=True, graphic=True)
    policy = policy_for(Profile.FULL, Verdict.ADULT, everything, everything)
    assert not policy.graphic
    assert not {Rating.GRIMDARK, Rating.GROTESQUE} & policy.ratings
    bloody = structs.replace(SAFE_POST, tags=("grimdark",))
    assert isinstance(verify(bloody, policy), Refusal)
    # Even a policy that was made by hand and names the ratings.
    assert isinstance(verify(bloody, Policy(ratings=frozenset(Rating))), Refusal)


def test_the_hard_blocks_alone_hold_under_the_widest_policy() -> None:
    """Rule D3."""
    for post in UNSAFE[GRAPHIC]:
        result = verify(post, GRAPHIC)
        assert isinstance(result, Refusal)

"""A policy is what everybody agrees on, and its rules say who hides what (safety, 3; D2, D7)."""

from itertools import product

import pytest

from bot.posts.rating import Rating
from bot.posts.tags import clean_tag_name
from bot.query import parse
from bot.safety import (
    PRESET,
    SAFE,
    Action,
    Place,
    Policy,
    Profile,
    Refusal,
    Verdict,
    VerifiedPost,
    Wishes,
    Written,
    policy_for,
)

from .conftest import MakePost, hidden_by, shows

HIDE, SPOILER, SHOW = Action.HIDE, Action.SPOILER, Action.SHOW
CHANNEL = Place.CHANNEL


def test_nobody_having_said_anything_it_is_the_strictest() -> None:
    assert policy_for() == SAFE
    assert policy_for().fingerprint == SAFE.fingerprint


def test_more_than_safe_needs_everybodys_word() -> None:
    """Rules D2, D4, D7: one who says no, or nothing, is enough."""
    truths = (None, False, True)
    wider = []
    for profile, place, guild, channel, operator, bloody, bloody_here in product(
        Profile, Verdict, truths, truths, (False, True), truths, truths
    ):
        policy = policy_for(
            profile, place, Wishes(adult=guild, graphic=bloody),
            Wishes(adult=channel, graphic=bloody_here), graphic=operator,
        )  # fmt: skip
        adult = (
            profile is Profile.FULL
            and place is Verdict.ADULT
            and guild is True
            and channel is not False
        )
        violent = adult and operator and bloody is True and bloody_here is not False
        assert (policy.ratings > SAFE.ratings) is adult
        assert policy.graphic is violent
        assert ({Rating.GRIMDARK, Rating.GROTESQUE} <= policy.ratings) is violent
        assert Rating.SAFE in policy.ratings
        if not adult:
            assert policy == SAFE
        wider.append(adult)
    assert any(wider)
    assert not all(wider)


@pytest.mark.parametrize(
    ("written", "label"),
    [
        (Written(action=HIDE, expression="spider"), "rule of this server: tag spider"),
        (
            Written(action=HIDE, expression="spider", place=CHANNEL),
            "rule of this channel: tag spider",
        ),
        (
            Written(action=HIDE, expression="spider, -cute", is_query=True),
            "rule of this server: query spider, -cute",
        ),
        (
            Written(action=HIDE, expression="spid*", is_query=True, place=CHANNEL),
            "rule of this channel: query spid*",
        ),
        (Written(action=HIDE, expression="SPIDER"), "rule of this server: tag SPIDER"),
        (
            Written(action=HIDE, expression="spider", site="derpibooru"),
            "rule of this server: tag spider",
        ),
    ],
)
def test_a_hidden_post_names_the_rule_that_hides_it(
    make_post: MakePost, written: Written, label: str
) -> None:
    policy = policy_for(rules=[written])
    assert hidden_by(shows(make_post, policy, ("spider",))) == label
    assert isinstance(shows(make_post, policy, ("wasp",)), VerifiedPost)


@pytest.mark.parametrize(
    ("written", "public"),
    [
        (Written(action=HIDE, expression="spider"), "rule of this server: tag spider"),
        (Written(action=HIDE, expression="vore"), "rule of this server: tag …"),
        (Written(action=HIDE, expression="vore", is_query=True), "rule of this server: query …"),
    ],
)
def test_what_everybody_reads_of_a_rule_has_no_unfit_words(
    make_post: MakePost, written: Written, public: str
) -> None:
    """Reference: safety, 3.7."""
    result = shows(make_post, policy_for(rules=[written]), ("spider", "vore"))
    assert isinstance(result, Refusal)
    assert result.by is not None
    assert result.by.public_label == public


def test_a_rule_for_one_site_is_for_that_site_alone(make_post: MakePost) -> None:
    policy = policy_for(rules=[Written(action=HIDE, expression="spider", site="ponybooru")])
    assert isinstance(shows(make_post, policy, ("spider",)), VerifiedPost)
    assert hidden_by(shows(make_post, policy, ("spider",), site="ponybooru"))


@pytest.mark.parametrize("text", ["faved_by:somebody", "gallery_id:7", "pony, faved_by:x"])
def test_what_cannot_be_decided_is_hidden_or_spoilered(make_post: MakePost, text: str) -> None:
    """Undecided means that it may well be what somebody wanted kept away."""
    hiding = policy_for(rules=[Written(action=HIDE, expression=text, is_query=True)])
    result = shows(make_post, hiding, ("pony",))
    assert isinstance(result, Refusal)
    assert result.rule == "safety 3.5 hidden query"
    spoilering = policy_for(rules=[Written(action=SPOILER, expression=text, is_query=True)])
    spoilered = shows(make_post, spoilering, ("pony",))
    assert isinstance(spoilered, VerifiedPost)
    assert spoilered.spoiler
    # What the rest of it decides is decided.
    other = policy_for(rules=[Written(action=HIDE, expression=f"wasp, {text}", is_query=True)])
    assert isinstance(shows(make_post, other, ("pony",)), VerifiedPost)


def test_a_query_that_can_no_longer_be_read_keeps_everything_away(make_post: MakePost) -> None:
    broken = [Written(action=HIDE, expression="(((", is_query=True)]
    assert hidden_by(shows(make_post, policy_for(rules=broken), ("pony",)))
    spoiler = [Written(action=SPOILER, expression="(((", is_query=True)]
    result = shows(make_post, policy_for(rules=spoiler), ("pony",))
    assert isinstance(result, VerifiedPost)
    assert result.spoiler


def test_a_query_is_read_in_its_own_dialect(make_post: MakePost) -> None:
    text = "pony ANDwasp"
    for dialect, hidden in (("philomena", False), ("twibooru", True)):
        written = Written(action=HIDE, expression=text, is_query=True, dialect=dialect)  # type: ignore[arg-type]
        result = shows(make_post, policy_for(rules=[written]), ("pony", "wasp"))
        assert isinstance(result, Refusal) is hidden


def test_a_channel_shows_what_its_server_hides(make_post: MakePost) -> None:
    server = [
        Written(action=HIDE, expression="spider"),
        Written(action=HIDE, expression="spid*", is_query=True),
        Written(action=SPOILER, expression="wasp"),
    ]
    shown = [
        Written(action=SHOW, expression="spider", place=CHANNEL),
        Written(action=SHOW, expression="wasp", place=CHANNEL),
    ]
    result = shows(make_post, policy_for(rules=server + shown), ("spider",))
    assert "query" in hidden_by(result)
    shown.append(Written(action=SHOW, expression="spid*", is_query=True, place=CHANNEL))
    lifted = shows(make_post, policy_for(rules=shown + server), ("spider", "wasp"))
    assert isinstance(lifted, VerifiedPost)
    assert not lifted.spoiler


def test_a_channel_adds_to_what_its_server_hides_and_the_stricter_counts(
    make_post: MakePost,
) -> None:
    rules = [
        Written(action=SPOILER, expression="spider"),
        Written(action=HIDE, expression="wasp"),
        Written(action=HIDE, expression="spider", place=CHANNEL),
        Written(action=SPOILER, expression="wasp", place=CHANNEL),
    ]
    policy = policy_for(rules=rules)
    assert "channel" in hidden_by(shows(make_post, policy, ("spider",)))
    assert "server" in hidden_by(shows(make_post, policy, ("wasp",)))


@pytest.mark.parametrize(
    ("rule_site", "shown_site", "lifted"),
    [
        ("", "", {"derpibooru", "twibooru"}),
        ("", "twibooru", {"twibooru"}),
        ("twibooru", "twibooru", {"derpibooru", "twibooru"}),
        ("twibooru", "", {"derpibooru", "twibooru"}),
        ("twibooru", "derpibooru", {"derpibooru"}),
    ],
)
def test_showing_lifts_a_rule_where_both_apply(
    make_post: MakePost, rule_site: str, shown_site: str, lifted: set[str]
) -> None:
    policy = policy_for(
        rules=[
            Written(action=HIDE, expression="spider", site=rule_site),
            Written(action=SHOW, expression="spider", site=shown_site, place=CHANNEL),
        ]
    )
    for site in ("derpibooru", "twibooru"):
        result = shows(make_post, policy, ("spider",), site=site)
        assert isinstance(result, VerifiedPost) is (site in lifted)


def test_a_policys_own_queries_count_like_rules(make_post: MakePost) -> None:
    hiding = Policy(hidden_queries=(parse("spider"),))
    assert isinstance(shows(make_post, hiding, ("spider",)), Refusal)
    assert isinstance(shows(make_post, hiding, ("wasp",)), VerifiedPost)
    result = shows(make_post, Policy(spoilered_queries=(parse("spid*"),)), ("spider",))
    assert isinstance(result, VerifiedPost)
    assert result.spoiler


def test_the_preset_names_tags_as_the_boards_do_and_says_why() -> None:
    tags = [entry.tag for entry in PRESET]
    assert len(tags) == len(set(tags)) >= 40
    for entry in PRESET:
        assert clean_tag_name(entry.tag) == entry.tag
        assert entry.reason
    # Ratings are the policy's business, not a list's.
    assert not set(tags) & {rating.value for rating in Rating}


def test_the_preset_hides_what_it_names_and_nothing_ordinary(make_post: MakePost) -> None:
    policy = policy_for(rules=[Written(action=HIDE, expression=entry.tag) for entry in PRESET])
    assert isinstance(shows(make_post, policy, ("vore",)), Refusal)
    ordinary = ("pony", "mare", "twilight sparkle", "smiling", "book", "solo", "female")
    assert isinstance(shows(make_post, policy, ordinary), VerifiedPost)

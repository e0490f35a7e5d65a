"""A policy is what everybody agrees on, and its rules say who hides what (safety, 3; D2, D7)."""

from itertools import product

import pytest
from msgspec import UNSET

from bot.posts.model import Location
from bot.posts.rating import Rating
from bot.posts.tags import clean_tag_name
from bot.query import parse
from bot.safety import (
    PRESET,
    SAFE,
    Action,
    Imported,
    Place,
    Policy,
    Profile,
    Refusal,
    Switches,
    Verdict,
    VerifiedPost,
    Wishes,
    Written,
    policy_for,
    verify,
)

from .conftest import MakePost

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


def shows(
    make_post: MakePost, policy: Policy, tags: tuple[str, ...], **changes: object
) -> VerifiedPost | Refusal:
    return verify(make_post(tags=("safe", *tags), **changes), policy)


def hidden_by(result: VerifiedPost | Refusal) -> str:
    assert isinstance(result, Refusal)
    assert result.by is not None
    return result.by.label


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


def imported(**parts: object) -> Imported:
    return Imported(**{"site": "derpibooru", "name": "Default", **parts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "parts",
    [
        {"hidden_tags": ("wasp", "spider")},
        {"hidden_tag_ids": (7, 8)},
        {"hidden_query": "wasp\r\nspider, -cute"},
        {"hidden_query": "spider || ("},
        {"hidden_query": "filter_id:3"},
        {"hidden_query": "my:hidden"},
        {"hidden_query": "faved_by:x"},
        {"hidden_query": "spider", "place": CHANNEL},
        {"hidden_query": "spider", "site": "", "dialect": "twibooru"},
    ],
)
def test_an_imported_filter_hides_what_it_hides_on_its_site(
    make_post: MakePost, parts: dict[str, object]
) -> None:
    """Reference: boards, 3: one that cannot be read hides everything."""
    policy = policy_for(site_filters=[imported(**parts)])
    label = hidden_by(shows(make_post, policy, ("spider",), tag_ids=(1, 8)))
    place = "channel" if "place" in parts else "server"
    assert label == f"site filter of this {place}: Default"
    if parts.get("site") != "":
        elsewhere = shows(make_post, policy, ("spider",), tag_ids=(1, 8), site="ponybooru")
        assert isinstance(elsewhere, VerifiedPost)


def test_an_imported_filter_lets_the_rest_pass_and_spoilers_what_it_spoilers(
    make_post: MakePost,
) -> None:
    site_filter = imported(
        hidden_tags=("wasp",), hidden_tag_ids=(9,), hidden_query="moth",
        spoilered_tags=("spider",), spoilered_tag_ids=(8,), spoilered_query="beetle",
    )  # fmt: skip
    policy = policy_for(site_filters=[site_filter])
    plain = shows(make_post, policy, ("pony",), tag_ids=(1, 2))
    assert isinstance(plain, VerifiedPost)
    assert not plain.spoiler
    for tags, ids in ((("spider",), (1, 2)), (("beetle",), (1, 2)), (("pony",), (1, 8))):
        result = shows(make_post, policy, tags, tag_ids=ids)
        assert isinstance(result, VerifiedPost)
        assert result.spoiler
    # Numbers of tags that are not told could be any.
    assert hidden_by(shows(make_post, policy, ("pony",), tag_ids=UNSET))
    assert isinstance(shows(make_post, policy_for(site_filters=[imported()]), ("x",)), VerifiedPost)


def test_a_server_and_a_channel_lift_tags_of_an_imported_filter(make_post: MakePost) -> None:
    of_server = imported(hidden_tags=("spider",))
    of_channel = imported(hidden_tags=("spider",), place=CHANNEL)
    for place, site_filter, lifted in (
        (Place.SERVER, of_server, True),
        (CHANNEL, of_server, True),
        (CHANNEL, of_channel, True),
        (Place.SERVER, of_channel, False),
    ):
        shown = Written(action=SHOW, expression="spider", place=place)
        policy = policy_for(rules=[shown], site_filters=[site_filter])
        result = shows(make_post, policy, ("spider",))
        assert isinstance(result, VerifiedPost) is lifted


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

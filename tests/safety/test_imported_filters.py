"""A site's own filter hides and spoilers on its site what it does there (boards, 3; D2)."""

import pytest
from msgspec import UNSET

from bot.safety import (
    Action,
    Imported,
    Place,
    VerifiedPost,
    Written,
    policy_for,
)

from .conftest import MakePost, hidden_by, shows


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
        {"hidden_query": "spider", "place": Place.CHANNEL},
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
    of_channel = imported(hidden_tags=("spider",), place=Place.CHANNEL)
    for place, site_filter, lifted in (
        (Place.SERVER, of_server, True),
        (Place.CHANNEL, of_server, True),
        (Place.CHANNEL, of_channel, True),
        (Place.SERVER, of_channel, False),
    ):
        shown = Written(action=Action.SHOW, expression="spider", place=place)
        policy = policy_for(rules=[shown], site_filters=[site_filter])
        result = shows(make_post, policy, ("spider",))
        assert isinstance(result, VerifiedPost) is lifted

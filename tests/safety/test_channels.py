"""What a place is fit for, from Discord's facts alone (rules D4, D6, D7)."""

from itertools import product
from typing import Any

import pytest

from bot.safety import ChannelFacts, ChannelKind, Profile, Verdict, verdict

K = ChannelKind
SAFE, ADULT = Verdict.SAFE, Verdict.ADULT


def here(kind: ChannelKind, nsfw: bool | None = None, **facts: Any) -> ChannelFacts:
    return ChannelFacts(kind=kind, nsfw=nsfw, **{"guild_available": True, **facts})


def thread(parent: ChannelKind | None, nsfw: bool | None, **facts: Any) -> ChannelFacts:
    return here(K.THREAD, parent_kind=parent, parent_nsfw=nsfw, **facts)


CONTEXTS: list[tuple[str, ChannelFacts, Verdict]] = [
    ("nothing is known", ChannelFacts(), SAFE),
    ("a plain channel", here(K.TEXT, nsfw=False), SAFE),
    ("an age-restricted channel", here(K.TEXT, nsfw=True), ADULT),
    ("a channel whose flag is not known", here(K.TEXT), SAFE),
    ("a flag that is no truth", here(K.TEXT, nsfw=1), SAFE),  # type: ignore[arg-type]
    ("a flag that is a word", here(K.TEXT, nsfw="true"), SAFE),  # type: ignore[arg-type]
    ("a plain voice channel", here(K.VOICE, nsfw=False), SAFE),
    ("an age-restricted voice channel", here(K.VOICE, nsfw=True), ADULT),
    ("an age-restricted stage", here(K.STAGE, nsfw=True), ADULT),
    ("a plain stage", here(K.STAGE, nsfw=False), SAFE),
    ("an age-restricted forum", here(K.FORUM, nsfw=True), ADULT),
    ("a plain forum", here(K.FORUM, nsfw=False), SAFE),
    ("an age-restricted media channel", here(K.MEDIA, nsfw=True), ADULT),
    ("a plain media channel", here(K.MEDIA, nsfw=False), SAFE),
    ("an announcement channel", here(K.ANNOUNCEMENT, nsfw=False), SAFE),
    ("an age-restricted announcement channel, which has followers", here(K.ANNOUNCEMENT, nsfw=True),
     SAFE),
    ("a thread of an announcement channel",
     here(K.ANNOUNCEMENT_THREAD, parent_kind=K.ANNOUNCEMENT, parent_nsfw=True), SAFE),
    ("a thread that says it is announced", here(K.ANNOUNCEMENT_THREAD, nsfw=True,
     parent_kind=K.TEXT, parent_nsfw=True), SAFE),
    ("a thread under an announcement channel", thread(K.ANNOUNCEMENT, nsfw=True), SAFE),
    ("a thread of a plain channel", thread(K.TEXT, nsfw=False), SAFE),
    ("a thread of an age-restricted channel", thread(K.TEXT, nsfw=True), ADULT),
    ("a post of an age-restricted forum", thread(K.FORUM, nsfw=True), ADULT),
    ("a post of a plain forum", thread(K.FORUM, nsfw=False), SAFE),
    ("a post of an age-restricted media channel", thread(K.MEDIA, nsfw=True), ADULT),
    ("a thread whose parent is not cached", thread(None, nsfw=None), SAFE),
    ("a thread whose parent is not cached but was restricted", thread(None, nsfw=True), SAFE),
    ("a thread whose parent's flag is not known", thread(K.TEXT, nsfw=None), SAFE),
    ("a thread that claims a flag of its own", here(K.THREAD, nsfw=True), SAFE),
    ("a thread that contradicts its plain parent",
     here(K.THREAD, nsfw=True, parent_kind=K.TEXT, parent_nsfw=False), SAFE),
    ("a thread under a voice channel", thread(K.VOICE, nsfw=True), SAFE),
    ("a thread under a thread", thread(K.THREAD, nsfw=True), SAFE),
    ("a thread under something unknown", thread(K.UNKNOWN, nsfw=True), SAFE),
    ("a DM", here(K.DM), SAFE),
    ("a DM with a flag", here(K.DM, nsfw=True), SAFE),
    ("a group DM", here(K.GROUP_DM, nsfw=True), SAFE),
    ("a kind that is not known", here(K.UNKNOWN, nsfw=True), SAFE),
    ("an app that a user installed, in an age-restricted channel",
     here(K.TEXT, nsfw=True, user_install=True), SAFE),
    ("an app that a user installed, in a DM", here(K.DM, nsfw=True, user_install=True), SAFE),
    ("a server during an outage", here(K.TEXT, nsfw=True, guild_available=False), SAFE),
    ("a thread during an outage", thread(K.TEXT, nsfw=True, guild_available=False), SAFE),
]  # fmt: skip


@pytest.mark.parametrize(("facts", "wanted"), [row[1:] for row in CONTEXTS],
                         ids=[row[0] for row in CONTEXTS])  # fmt: skip
def test_a_place_is_fit_for_what_every_fact_says(facts: ChannelFacts, wanted: Verdict) -> None:
    """Rules D4 and D6."""
    assert verdict(facts, Profile.FULL) is wanted
    assert verdict(facts, "full") is wanted


@pytest.mark.parametrize("facts", [row[1] for row in CONTEXTS], ids=[row[0] for row in CONTEXTS])
def test_under_the_safe_profile_every_place_is_safe(facts: ChannelFacts) -> None:
    """Rule D7; it is the default, and so is whatever is no profile at all."""
    assert verdict(facts) is SAFE
    assert verdict(facts, Profile.SAFE) is SAFE
    assert verdict(facts, "Full") is SAFE


def test_no_combination_of_facts_is_adult_but_the_few_that_are_meant() -> None:
    flags = (None, False, True)
    adult = set()
    for kind, nsfw, parent, parent_nsfw, up, installed in product(
        K, flags, (None, *K), flags, (False, True), (False, True)
    ):
        facts = ChannelFacts(
            kind=kind, nsfw=nsfw, parent_kind=parent, parent_nsfw=parent_nsfw,
            guild_available=up, user_install=installed,
        )  # fmt: skip
        if verdict(facts, Profile.FULL) is ADULT:
            assert up
            assert not installed
            assert parent_nsfw if kind is K.THREAD else nsfw
            adult.add((kind, parent if kind is K.THREAD else None))
    own = {K.TEXT, K.VOICE, K.STAGE, K.FORUM, K.MEDIA}
    assert adult == {(kind, None) for kind in own} | {
        (K.THREAD, parent) for parent in (K.TEXT, K.FORUM, K.MEDIA)
    }

"""The last tag of a query is completed while it is typed."""

from typing import Any

import pytest
from simcord import MemberActor

from bot.demo.sites import Mode
from bot.ui.completion import unmarked
from tests.discord_stage import WORLD, Stage
from tests.e2e.managing import let, manager, member, offer


async def values(stage: Stage, command: str, option: str, typed: str, **others: Any) -> list[str]:
    found = await stage.you.autocomplete(stage.channel, command, option, typed, **others)
    return [one["value"] for one in found]


@pytest.mark.parametrize("site", ["derpibooru", "ponybooru", "twibooru"])
async def test_the_last_tag_is_completed_with_its_number_of_posts(stage: Stage, site: str) -> None:
    found = await stage.you.autocomplete(
        stage.channel, f"{site} search", "query", "(mare || -pinkie p"
    )

    (one,) = [one for one in found if one["value"] == "(mare || -pinkie pie"]
    images = WORLD.tags[site].by_name["pinkie pie"].images
    assert one["name"] == f"(mare || -pinkie pie ⟨{images:,}⟩"
    assert unmarked(one["name"] + ", solo") == "(mare || -pinkie pie, solo"


@pytest.mark.parametrize("site", ["derpibooru", "twibooru"])
async def test_an_alias_leads_to_the_tag_itself(stage: Stage, site: str) -> None:
    found = await stage.you.autocomplete(stage.channel, f"{site} random", "query", "kawa")

    (one,) = found
    assert one["value"] == "cute"
    assert "← kawaii" in one["name"]


async def test_safe_ponies_are_completed_from_the_list_of_all_their_tags(stage: Stage) -> None:
    assert "safe, pinkie pie" in await values(stage, "pony random", "tags", "safe, pinkie p")
    assert "pinkie pie" in await values(stage, "pony tag", "name", "pinkie p")
    assert stage.requests("ponyapi") == ["/api/v1/tags"]


async def test_what_is_not_for_everybody_is_not_suggested(stage: Stage) -> None:
    for typed in ("expl", "foalc", "suggest", "grimd"):
        assert await values(stage, "derpibooru search", "query", typed) == []
    assert await values(stage, "derpibooru tag", "name", "quest") == []


async def test_a_choice_that_was_typed_behind_is_understood(stage: Stage) -> None:
    (one, *_others) = await stage.you.autocomplete(
        stage.channel, "derpibooru search", "query", "pinkie p"
    )
    answer = await stage.ask("derpibooru search", query=one["name"] + ", pony")

    assert answer.picture is not None
    assert {"pinkie pie", "pony"} <= set(WORLD.media[answer.picture][0].tags)


async def test_a_site_that_fails_leaves_the_list_empty(stage: Stage) -> None:
    stage.sites.set_mode("derpibooru", Mode(kind="403_html"))

    assert await values(stage, "derpibooru search", "query", "pinkie") == []


async def test_managers_alone_are_answered_in_managers_commands(stage: Stage) -> None:
    boss = manager(stage)
    await offer(stage, "feed")
    await offer(stage, "filter")
    other = member(stage, "helper")
    await let(boss, stage.channel, "feed add", site="twibooru", channel=stage.channel, query="mare")
    asked: list[tuple[str, str, dict[str, Any], str]] = [
        ("feed add", "query", {"site": "twibooru"}, "safe, pinkie p"),
        ("feed edit", "query", {"feed": "1"}, "safe, pinkie p"),
        ("pony schedule add", "tags", {}, "safe, pinkie p"),
        ("pony schedule add", "tags", {"site": "derpibooru"}, "safe, pinkie p"),
        ("filter hide", "tags", {}, "safe, pinkie p"),
        ("filter spoiler", "query", {"site": "twibooru"}, "safe, pinkie p"),
    ]
    for command, option, others, typed in asked:

        async def offered(actor: MemberActor) -> list[str]:
            found = await actor.autocomplete(stage.channel, command, option, typed, **others)  # noqa: B023
            return [one["value"] for one in found]

        assert "safe, pinkie pie" in await offered(boss), command
        assert await offered(other) == [], command
    assert await boss.autocomplete(stage.channel, "feed edit", "query", "pinkie", feed="99") == []

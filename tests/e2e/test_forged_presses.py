"""Buttons and selects of somebody else's making: each is judged at the press (safety, 5).

A `custom_id` says what to do and to what; nothing in it says that the presser may.
"""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.catalogue import CATALOGUE
from bot.quotas import Rate
from bot.safety import Action
from bot.store import Filter, Guild, Subject
from bot.ui.search import Search, search_link
from tests.discord_loopback import GUILD_ID, JSON, USER_ID
from tests.e2e.test_mature import EXPLICIT, pictures, words
from tests.loopback_stage import LoopbackStage, loopback_stage

SOMEBODY = 999
#: What no presser is shown or told anything of, in whatever place.
NOTHING_THERE = [
    "m1:reveal:ponyaggregate:1",
    "m1:reveal:nosuchsite:1",
    "m1:reveal:ponyapi:9999999999999999",
    "m1:reveal:derpibooru:0",
    "m1:reveal:derpibooru:9999999999999999",
    f"m1:reveal:derpibooru:{EXPLICIT.id}",
    f"m1:reveal:derpibooru:{EXPLICIT.id}:m",
    f"m1:next:nosuchsite:{USER_ID}:1",
    f"m1:next:ponyaggregate:{USER_ID}:1",
    f"m1:another:ponyapi:{USER_ID}:1",
    f"m1:jump:twibooru:{USER_ID}:1",
    f"m1:any:derpibooru:{USER_ID}:999999999:m",
    "m1:next:derpibooru:00000000000000000000:0",
]
#: What only managers, or who may manage messages, or somebody else may do.
NOT_YOURS = [
    ("m1:mute:derpibooru:1", ()),
    ("m1:mute:nosuchsite:1", ()),
    ("m1:mute-what", ("artist:forged",)),
    ("m1:resume:1", ()),
    ("m1:resume:999999999999999999", ()),
    (f"m1:forget:{SOMEBODY}", ()),
    (f"m1:remove:derpibooru:{SOMEBODY}:1", ()),
    ("m1:pa-delete:1", ()),
    ("m1:report:nosuchsite:1", ()),
    ("m1:report:derpibooru:1:77", ()),
    ("m1:report-which:123:77", ("all",)),
    ("m1:report-which:123:77", ("999",)),
]


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[LoopbackStage]:
    """A bot of the profile `full` in a plain channel of a server that opted in."""
    async with loopback_stage(
        tmp_path, profile="full", user_rate=Rate(1000, 1.0), guild_rate=Rate(1000, 1.0)
    ) as stage:
        async with stage.app.store.write() as tx:
            await tx.guilds.put(Guild(id=GUILD_ID, adult=True))
            await tx.filters.put(
                [
                    Filter(
                        guild_id=GUILD_ID, kind=Action.HIDE, subject=Subject.TAG,
                        expression="mud", created_by=SOMEBODY,
                    )
                ]
            )  # fmt: skip
        yield stage


def message(custom_id: str, values: tuple[str, ...] = ()) -> JSON:
    part: JSON = {"type": 2, "style": 1, "label": "x", "custom_id": custom_id}
    if values:
        options = [{"label": value, "value": value} for value in values]
        part = {"type": 3, "custom_id": custom_id, "options": options}
    return {"components": [{"type": 1, "components": [part]}]}


async def press(
    stage: LoopbackStage, custom_id: str, values: tuple[str, ...] = (), **more: object
) -> list[JSON]:
    pressed = message(custom_id, values) | more
    return await stage.answers(await stage.discord.press(pressed, custom_id, *values))


async def test_what_is_not_there_or_not_fit_is_not_shown(
    stage: LoopbackStage, caplog: pytest.LogCaptureFixture
) -> None:
    """Rules D4 and D5; reference: safety, 3.6 and 5."""
    for custom_id in NOTHING_THERE:
        found = await press(stage, custom_id)
        assert pictures(found) == [], custom_id
        assert words(found), custom_id
    assert [line for line in caplog.records if line.levelno >= logging.ERROR] == []


async def test_a_search_in_a_forged_link_is_bound_like_any_other(stage: LoopbackStage) -> None:
    """Reference: safety, 3.2: what the message says was searched for is text like any other."""
    site = CATALOGUE["derpibooru"]
    shown = 0
    for text in ("explicit", "-safe", "safe || explicit", "a) || explicit || (b", "my:faves", '"'):
        search = Search("derpibooru", text, "")
        link = search_link(search, site, {"q": text})
        for verb in ("next", "any", "another", "prev"):
            for mark in ("", ":m"):
                found = await press(
                    stage,
                    f"m1:{verb}:derpibooru:{USER_ID}:1{mark}",
                    embeds=[{"type": "rich", "author": {"name": "x", "url": link}}],
                )
                for tags in pictures(found):
                    shown += 1
                    assert "safe" in tags
    assert shown
    for path in stage.requests("derpibooru"):
        assert "del=" not in path


async def test_a_member_does_nothing_that_is_for_managers_or_for_others(
    stage: LoopbackStage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.discord.permissions = "0"
    for custom_id, values in NOT_YOURS:
        found = await press(stage, custom_id, values)
        assert pictures(found) == []
        assert words(found), custom_id
    async with stage.app.store.read() as tx:
        (rule,) = await tx.filters.of_guild(GUILD_ID)
        assert (rule.expression, rule.created_by) == ("mud", SOMEBODY)
        assert await tx.audit.recent(GUILD_ID, limit=9) == ()
    assert "DELETE" not in {asked.method for asked in stage.discord.asked}
    assert [line for line in caplog.records if line.levelno >= logging.ERROR] == []

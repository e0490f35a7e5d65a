"""The age-restricted commands: there in one kind of deployment, and more than safe in one place."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.sites import Mode
from bot.safety import Action
from bot.store import Channel, Filter, Guild, Subject
from tests.discord_limits import tree_problems, walk
from tests.discord_loopback import CHANNEL_ID, GUILD_ID, JSON, USER_ID
from tests.discord_stage import WORLD
from tests.loopback_stage import LoopbackStage, loopback_stage

EXPLICIT = WORLD.odd("derpibooru", "explicit")
BLOCKED = WORLD.odd("derpibooru", "hard block")
GRAPHIC = WORLD.odd("derpibooru", "grimdark")
SEARCH = {"site": "derpibooru", "query": "explicit"}


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[LoopbackStage]:
    """A bot of the profile `full`, in an age-restricted channel of a server that opted in."""
    async with loopback_stage(tmp_path, profile="full") as stage:
        await stage.discord.change_channel(nsfw=True)
        await opt_in(stage, adult=True)
        yield stage


async def opt_in(stage: LoopbackStage, *, adult: bool, channel: bool | None = None) -> None:
    async with stage.app.store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD_ID, adult=adult))
        await tx.channels.put(Channel(id=CHANNEL_ID, guild_id=GUILD_ID, adult=channel))
    stage.app.policies.forget(GUILD_ID)


def pictures(bodies: list[JSON]) -> list[set[str]]:
    """Return the tags of every picture that was sent."""
    urls = [
        embed["image"]["url"]
        for body in bodies
        for embed in body.get("embeds") or []
        if "image" in embed
    ]
    urls += [
        item["media"]["url"]
        for body in bodies
        for part in walk(body.get("components") or [])
        if part["type"] == 12
        for item in part["items"]
    ]
    return [set(WORLD.media[url][0].tags) for url in urls]


def description(bodies: list[JSON]) -> str:
    """Return what the one embed of an answer says."""
    ((embed,),) = [body["embeds"] for body in bodies]
    return str(embed["description"])


def words(bodies: list[JSON]) -> str:
    return "\n".join(body.get("content") or "" for body in bodies)


@pytest.mark.parametrize("profile", ["safe", "full"])
async def test_only_a_full_deployment_has_age_restricted_commands(
    tmp_path: Path, profile: str
) -> None:
    """Rules D5 and D7: as Discord was told them."""
    async with loopback_stage(tmp_path, profile=profile) as stage:
        restricted = {one["name"] for one in stage.discord.commands if one.get("nsfw")}
        inner = [
            part
            for command in stage.discord.commands
            for option in command.get("options") or []
            for part in [option, *(option.get("options") or [])]
        ]
        assert restricted == ({"mature"} if profile == "full" else set())
        assert not any("nsfw" in part for part in inner)
        names = {one["name"] for one in stage.discord.commands}
        assert ("mature" in names) is (profile == "full")
        (server,) = (one for one in stage.discord.commands if one["name"] == "server")
        offered = {option["name"] for option in server["options"]}
        assert ("ratings" in offered) is (profile == "full")
        assert tree_problems(stage.discord.commands) == []


async def test_where_all_agree_more_than_safe_is_shown(stage: LoopbackStage) -> None:
    """Rule D4; credit is there all the same (rule L1)."""
    for command, options in (
        ("mature search", SEARCH),
        ("mature random", SEARCH),
        ("mature post", {"site": "derpibooru", "id": EXPLICIT.id}),
    ):
        found = await stage.ask(command, **options)
        (tags,) = pictures(found)
        assert "explicit" in tags
        assert "Artist" in found[0]["embeds"][0]["description"]
        assert words(found) == ""


async def test_what_is_never_shown_is_not_shown_here_either(stage: LoopbackStage) -> None:
    """Rules D2 and D3."""
    for post in (BLOCKED, GRAPHIC):
        found = await stage.ask("mature post", site="derpibooru", id=post.id)
        assert pictures(found) == []


async def test_without_everybodys_consent_the_same_commands_are_safe(stage: LoopbackStage) -> None:
    """Rules D4 and D6: and they say why."""

    async def is_safe() -> None:
        found = await stage.ask("mature search", **SEARCH)
        assert pictures(found) == []
        assert "/server ratings" in words(found)
        assert "-explicit" in stage.sites.requests["derpibooru"][-1].query["q"]

    await stage.discord.change_channel(nsfw=False)
    await is_safe()
    safe = await stage.ask("mature search", site="derpibooru", query="mare")
    (tags,) = pictures(safe)
    assert "safe" in tags
    await stage.discord.change_channel(nsfw=True, type=5)
    await is_safe()
    await stage.discord.change_channel(type=0)
    assert pictures(await stage.ask("mature search", **SEARCH))
    await opt_in(stage, adult=False)
    await is_safe()
    await opt_in(stage, adult=True, channel=False)
    await is_safe()


async def test_ordinary_commands_stay_safe_there(stage: LoopbackStage) -> None:
    """Rule D5."""
    found = await stage.ask("derpibooru search", query="explicit")
    assert pictures(found) == []
    post = await stage.ask("derpibooru post", id=EXPLICIT.id)
    assert pictures(post) == []


async def test_the_servers_filters_hold_there_too(stage: LoopbackStage) -> None:
    async with stage.app.store.write() as tx:
        rule = Filter(
            guild_id=GUILD_ID, kind=Action.HIDE, subject=Subject.TAG, expression="explicit"
        )
        await tx.filters.put([rule])
    stage.app.policies.forget(GUILD_ID)
    assert pictures(await stage.ask("mature search", **SEARCH)) == []


async def test_buttons_are_judged_by_what_holds_when_they_are_pressed(stage: LoopbackStage) -> None:
    """Rules D4 and D5, fault F25."""
    options: dict[str, Any] = {"site": "derpibooru", "query": "explicit || mare"}
    paged, *_rest = await stage.ask("mature search", **options)
    drawn, *_rest = await stage.ask("mature random", **options)
    for message, label in ((paged, "▶"), (paged, "Any"), (drawn, "Another")):
        assert pictures(await stage.press(message, label))
    await stage.discord.change_channel(nsfw=False)
    shown = []
    for message, label in ((paged, "▶"), (paged, "Any"), (drawn, "Another")):
        for _press in range(3):
            shown += pictures(await stage.press(message, label))
    assert shown
    assert all("safe" in tags for tags in shown)


async def test_an_answer_that_is_overtaken_by_a_change_is_not_given(stage: LoopbackStage) -> None:
    """Reference: safety, 3.6: the flag goes while the site is still being asked."""
    stage.sites.set_mode("derpibooru", Mode(kind="slow", seconds=0.5))
    token = await stage.begin("mature post", site="derpibooru", id=EXPLICIT.id)
    await stage.discord.change_channel(nsfw=False)
    found = await stage.answers(token)
    assert pictures(found) == []
    assert "just changed" in words(found)


async def test_reveal_is_judged_when_it_is_pressed(stage: LoopbackStage) -> None:
    async with stage.app.store.write() as tx:
        rule = Filter(
            guild_id=GUILD_ID, kind=Action.SPOILER, subject=Subject.TAG, expression="explicit"
        )
        await tx.filters.put([rule])
    stage.app.policies.forget(GUILD_ID)
    first, *_rest = await stage.ask("mature search", **SEARCH)
    assert pictures([first]) == []
    (tags,) = pictures(await stage.press(first, "Reveal"))
    assert "explicit" in tags
    stage.sites.set_mode("derpibooru", Mode(kind="slow", seconds=0.5))
    reveal = next(
        part["custom_id"]
        for row in first["components"]
        for part in row["components"]
        if part.get("label") == "Reveal"
    )
    token = await stage.discord.press(first, reveal)
    await stage.discord.change_channel(nsfw=False)
    overtaken = await stage.answers(token)
    assert pictures(overtaken) == []
    assert "just changed" in words(overtaken)
    assert pictures(await stage.press(first, "Reveal")) == []


async def test_a_server_opts_in_by_a_command_that_is_noted(stage: LoopbackStage) -> None:
    await opt_in(stage, adult=False)
    shown = await stage.ask("server ratings")
    assert "Art for adults: not allowed" in description(shown)
    assert "only in age-restricted channels" in description(shown)
    allowed = await stage.ask("server ratings", adult=True)
    assert "Art for adults: allowed" in description(allowed)
    assert pictures(await stage.ask("mature search", **SEARCH))
    async with stage.app.store.read() as tx:
        (entry,) = await tx.audit.recent(GUILD_ID)
    assert (entry.action, entry.actor_id, entry.before, entry.after) == (
        "server.ratings", USER_ID, {"adult": False}, {"adult": True},
    )  # fmt: skip
    await stage.ask("server ratings", adult=False)
    assert pictures(await stage.ask("mature search", **SEARCH)) == []


async def test_a_channel_can_take_back_what_its_server_allows(stage: LoopbackStage) -> None:
    own = {"channel": CHANNEL_ID}
    back = await stage.ask("server ratings", adult=False, **own)
    assert "Art for adults: not allowed" in description(back)
    assert pictures(await stage.ask("mature search", **SEARCH)) == []
    await stage.ask("server ratings", adult=True, **own)
    assert pictures(await stage.ask("mature search", **SEARCH))
    await stage.discord.change_channel(nsfw=False)
    assert "no such channel" in description(await stage.ask("server ratings", **own))
    await stage.ask("server ratings", adult=False)
    refused = await stage.ask("server ratings", adult=True, **own)
    assert "only take back" in words(refused)


async def test_violent_art_is_refused_where_the_operator_does_not_allow_it(
    stage: LoopbackStage,
) -> None:
    """Rule D2."""
    assert "does not allow violent art" in words(await stage.ask("server ratings", graphic=True))
    async with stage.app.store.read() as tx:
        assert not (await tx.guilds.get(GUILD_ID)).graphic


async def test_violent_art_is_shown_where_operator_and_server_allow_it(tmp_path: Path) -> None:
    """Rule D2."""
    async with loopback_stage(tmp_path, profile="full", graphic=True) as stage:
        await stage.discord.change_channel(nsfw=True)
        options = {"site": "derpibooru", "id": GRAPHIC.id}
        await stage.ask("server ratings", adult=True)
        assert pictures(await stage.ask("mature post", **options)) == []
        await stage.ask("server ratings", graphic=True)
        (tags,) = pictures(await stage.ask("mature post", **options))
        assert "grimdark" in tags


async def test_nobody_but_managers_can_opt_in(stage: LoopbackStage) -> None:
    """Reference: safety, 5."""
    await opt_in(stage, adult=False)
    stage.discord.permissions = "0"
    assert "Manage Server" in words(await stage.ask("server ratings", adult=True))
    async with stage.app.store.read() as tx:
        assert not (await tx.guilds.get(GUILD_ID)).adult


async def test_tags_are_suggested_by_the_verdict_of_the_place(stage: LoopbackStage) -> None:
    assert await suggested(stage, "mare, expl") == ["mare, explicit"]
    assert await suggested(stage, "foalc") == []
    await opt_in(stage, adult=False)
    assert await suggested(stage, "mare, expl") == []


async def suggested(stage: LoopbackStage, typed: str) -> list[str]:
    """Return what is offered for a query on Derpibooru."""
    token = await stage.discord.complete("mature search", "query", typed, site="derpibooru")
    return [one["value"] for one in stage.discord.callbacks[token]["data"]["choices"]]

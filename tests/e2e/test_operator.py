"""`/operator`: its owners' switches work at once, everywhere, and for nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import msgspec
import pytest
from simcord import SetupError

from bot.demo.sites import Mode
from bot.registration import OPERATOR_COMMANDS
from tests.discord_loopback import GUILD_ID, USER_ID
from tests.discord_stage import WORLD, Answer, Stage, set_stage
from tests.loopback_stage import loopback_stage

COMMANDS: dict[str, dict[str, Any]] = {
    "operator status": {},
    "operator panic": {},
    "operator resume": {},
    "operator site off": {"site": "derpibooru"},
    "operator site on": {"site": "derpibooru"},
    "operator post deny": {"site": "derpibooru", "id": 7},
    "operator post allow": {"site": "derpibooru", "id": 7},
    "operator artist opt-out": {"name": "somebody"},
    "operator artist opt-in": {"name": "somebody"},
}


async def restart(stage: Stage, *, guild_id: int | None, owner: int | None) -> None:
    """Start the bot anew, with `/operator` in that server and with that owner."""
    settings = stage.app.settings
    stage.app.settings = msgspec.structs.replace(settings, operator_guild=guild_id)
    client = stage.app.new_client()
    if owner is not None:
        client.owner_ids = {owner}
    await stage.env.restart_bot(client)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage where you own the application, and whose server is the operator's."""
    async with set_stage(tmp_path) as stage:
        staff = stage.env.guild.create_role(
            "staff", permissions=discord.Permissions(administrator=True)
        )
        stage.you = stage.env.guild.add_member(stage.env.create_user("owner"), roles=[staff])
        stage.other = stage.env.guild.add_member(stage.env.create_user("admin"), roles=[staff])
        await restart(stage, guild_id=stage.env.guild.id, owner=stage.you.id)
        yield stage


def ordinary(site: str) -> int:
    """Return the number of an ordinary post of a site with an artist."""
    return next(
        post.id
        for post in WORLD.posts(site).values()
        if post.safe and not post.awkward and any(tag.startswith("artist:") for tag in post.tags)
    )


def team(user_id: int, role: str) -> dict[str, Any]:
    """Return a team with that one member, as Discord describes it."""
    user = {"id": str(user_id), "username": "filly", "discriminator": "0", "avatar": None}
    one = {"user": user, "team_id": "5", "membership_state": 2, "role": role}
    return {"id": "5", "name": "team", "icon": None, "owner_user_id": "6", "members": [one]}


def artist(site: str, number: int) -> str:
    """Return the first artist tag of a post."""
    tags = WORLD.posts(site)[number].tags
    return next(tag for tag in tags if tag.startswith("artist:"))


@pytest.mark.parametrize("command", COMMANDS)
async def test_nobody_but_the_owners_can_use_it(stage: Stage, command: str) -> None:
    stage.errors_expected = True
    answer = Answer(await stage.other.slash(stage.channel, command, **COMMANDS[command]))

    assert answer.private
    assert "may not use" in answer.text
    async with stage.app.store.read() as tx:
        switches = await tx.denials.switches()
    assert (switches.panic, switches.sites, switches.posts, switches.artists) == (None, {}, {}, {})


async def test_a_bot_whose_owner_is_not_known_yet_asks_discord(stage: Stage) -> None:
    """Here the application's owner is the bot's own user, so nobody who asks is it."""
    stage.errors_expected = True
    await restart(stage, guild_id=stage.env.guild.id, owner=None)

    assert "may not use" in (await stage.ask("operator panic")).text


@pytest.mark.parametrize("kind", ["owner", "admin", "developer", "read_only", "nobody"])
async def test_discord_says_who_the_owners_are(tmp_path: Path, kind: str) -> None:
    """One person, or those of a team who may change the application."""
    async with loopback_stage(tmp_path, operator_guild=GUILD_ID) as stage:
        stage.discord.owner = USER_ID if kind == "owner" else USER_ID + 1
        if kind not in {"owner", "nobody"}:
            stage.discord.team = team(USER_ID, kind)
        (answer,) = await stage.ask("operator panic")
        async with stage.app.store.read() as tx:
            panic = (await tx.denials.switches()).panic
    allowed = kind in {"owner", "admin", "developer"}
    assert (panic is not None) is allowed
    assert ("All pictures are stopped" in answer["content"]) is allowed


async def test_other_servers_do_not_have_it(stage: Stage) -> None:
    there = stage.env.create_guild("elsewhere")
    channel = there.create_text_channel("art")
    member = there.add_member(stage.you.user)

    with pytest.raises(SetupError):
        await member.slash(channel, "operator panic")


async def test_it_is_registered_once_and_taken_from_a_former_server(stage: Stage) -> None:
    def registered() -> list[tuple[str, int]]:
        return [
            (path.split("/")[4], len(body))
            for _method, path, body in stage.bodies()
            if "/guilds/" in path and path.endswith("/commands")
        ]

    first = str(stage.env.guild.id)
    assert registered() == [(first, 2)]
    await restart(stage, guild_id=stage.env.guild.id, owner=stage.you.id)
    assert registered() == [(first, 2)]
    other = stage.env.create_guild("new home")
    await restart(stage, guild_id=other.id, owner=stage.you.id)
    assert registered() == [(first, 2), (first, 0), (str(other.id), 2)]
    await restart(stage, guild_id=None, owner=stage.you.id)
    assert registered()[3:] == [(str(other.id), 0)]


async def test_a_server_without_the_bot_is_no_reason_not_to_start(stage: Stage) -> None:
    there = 123456789012345678
    stage.env.inject_error(
        "PUT", f"/applications/*/guilds/{there}/commands", status=403, code=50001
    )
    await restart(stage, guild_id=there, owner=stage.you.id)

    assert (await stage.ask("pony random")).picture is not None
    async with stage.app.store.read() as tx:
        known = await tx.meta.get(OPERATOR_COMMANDS)
    assert known is not None
    assert known.startswith(str(stage.env.guild.id))


async def test_panic_stops_every_picture_at_once_and_resume_lets_them_flow(stage: Stage) -> None:
    """Reference: safety, 3.9; pagers, pools and single posts alike."""
    pager = await stage.ask("derpibooru search", query="mare")
    pool = await stage.ask("twibooru random", query="mare")
    panic = await stage.ask("operator panic", reason="a bad day")
    assert panic.private

    for answer in (
        await stage.press(pager, "▶"),
        await stage.press(pool, "Another"),
        await stage.ask("derpibooru post", id=ordinary("derpibooru")),
        await stage.ask("ponybooru featured"),
        await stage.ask("pony random"),
    ):
        assert answer.private
        assert answer.message.embeds == []
    assert "a bad day" in (await stage.ask("operator status")).text

    await stage.ask("operator resume")
    assert (await stage.press(pager, "▶")).picture is not None
    assert "were not stopped" in (await stage.ask("operator resume")).text


async def test_panic_outlives_a_restart(stage: Stage) -> None:
    await stage.ask("operator panic")
    await restart(stage, guild_id=stage.env.guild.id, owner=stage.you.id)
    stage.app.policies.forget_switches()

    assert (await stage.ask("pony random")).private


async def test_a_site_is_switched_off_and_on_while_others_go_on(stage: Stage) -> None:
    pager = await stage.ask("derpibooru search", query="mare")
    await stage.ask("operator site off", site="derpibooru")
    assert (await stage.press(pager, "▶")).private
    assert (await stage.ask("derpibooru featured")).private
    assert (await stage.ask("twibooru featured")).picture is not None
    await stage.ask("operator site off", site="ponyapi")
    assert "switched this site off" in (await stage.ask("pony tag", name="cute")).text
    assert stage.requests("ponyapi") == []

    await stage.ask("operator site on", site="derpibooru")
    assert (await stage.press(pager, "▶")).picture is not None
    assert "not switched off" in (await stage.ask("operator site on", site="derpibooru")).text


async def test_a_denied_post_is_shown_nowhere_until_it_is_allowed(stage: Stage) -> None:
    number = ordinary("derpibooru")
    await stage.ask("operator post deny", site="derpibooru", id=number)
    refused = await stage.ask("derpibooru post", id=number)
    assert refused.private
    assert refused.message.embeds == []

    await stage.ask("operator post allow", site="derpibooru", id=number)
    assert (await stage.ask("derpibooru post", id=number)).picture is not None
    again = await stage.ask("operator post allow", site="derpibooru", id=number)
    assert "was not denied" in again.text


async def test_an_artist_who_opted_out_is_shown_on_no_site(stage: Stage) -> None:
    number = ordinary("derpibooru")
    tag = artist("derpibooru", number)
    done = await stage.ask("operator artist opt-out", name=tag.removeprefix("artist:"))
    assert done.private
    for site in ("derpibooru", "ponybooru", "twibooru"):
        for post in WORLD.posts(site).values():
            if tag in post.tags:
                answer = await stage.ask(f"{site} post", id=post.id)
                assert answer.private
                assert answer.message.embeds == []

    await stage.ask("operator artist opt-in", name=tag)
    assert (await stage.ask("derpibooru post", id=number)).picture is not None
    assert "had not opted out" in (await stage.ask("operator artist opt-in", name=tag)).text


async def test_an_opt_out_holds_although_no_site_answers_and_says_so(stage: Stage) -> None:
    for site in ("derpibooru", "ponybooru", "twibooru"):
        stage.sites.set_mode(site, Mode(kind="down_500_empty"))
    done = await stage.ask("operator artist opt-out", name="photographer: Some One")

    assert "artist:some one" in done.text.replace("\\", "")
    assert "Derpibooru" in done.text
    async with stage.app.store.read() as tx:
        assert list((await tx.denials.switches()).artists) == ["artist:some one"]


async def test_the_status_tells_sites_switches_and_store(stage: Stage) -> None:
    await stage.ask("operator site off", site="twibooru", reason="asked *us* to")
    await stage.ask("operator post deny", site="derpibooru", id=7)
    await stage.ask("operator artist opt-out", name="Some_One")
    status = await stage.ask("operator status")

    assert status.private
    for text in (
        "Ponybooru**: up",
        "Twibooru** since",
        "Derpibooru 7",
        stage.app.store.database_id,
        "site filters**: last done",
        "0 feeds and schedules, 0 paused",
    ):
        assert text in status.text
    assert "asked \\*us\\* to" in status.text

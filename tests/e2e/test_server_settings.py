"""`/server`: settings, their file, and the list of changes; for managers alone."""

import json
from typing import Any

import pytest
from simcord import MemberActor, SetupError

from bot.guild_file import LARGEST
from bot.store import Guild
from tests.discord_stage import Answer, Stage
from tests.e2e.managing import let, manager, member, offer


@pytest.fixture
def boss(stage: Stage) -> MemberActor:
    return manager(stage)


async def guild(stage: Stage) -> Guild:
    async with stage.app.store.read() as tx:
        return await tx.guilds.get(stage.env.guild.id)


async def exported(stage: Stage, boss: MemberActor) -> dict[str, Any]:
    answer = await let(boss, stage.channel, "server export")
    assert answer.private
    (file,) = answer.message.attachments
    found: dict[str, Any] = json.loads(await file.read())
    return found


async def imported(stage: Stage, boss: MemberActor, content: object, **options: Any) -> Answer:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return await let(boss, stage.channel, "server import", file=("s.json", body), **options)


async def test_what_is_set_up_is_kept_told_and_noted(stage: Stage, boss: MemberActor) -> None:
    role = stage.env.guild.create_role("helpers")
    notices = stage.env.guild.create_text_channel("notices")
    answer = await let(
        boss, stage.channel, "server setup",
        time_zone="Europe/Vienna", manager_role=role, notices=notices, language="en",
    )  # fmt: skip

    assert answer.private
    assert "Europe/Vienna" in answer.text
    kept = await guild(stage)
    assert (kept.time_zone, kept.manager_role_id, kept.notice_channel_id) == (
        "Europe/Vienna", role.id, notices.id,
    )  # fmt: skip
    audit = await let(boss, stage.channel, "server audit")
    assert audit.private
    assert "server.setup" in audit.text
    assert f"<@{boss.id}>" in audit.text
    await let(boss, stage.channel, "server setup", manager_role=stage.env.guild.default_role)
    assert (await guild(stage)).manager_role_id is None


async def test_a_time_zone_that_does_not_exist_is_refused(stage: Stage, boss: MemberActor) -> None:
    answer = await let(boss, stage.channel, "server setup", time_zone="Equestria/Ponyville")

    assert "no such time zone" in answer.text
    assert (await guild(stage)).time_zone == "UTC"


async def test_a_forum_is_no_place_for_notices(stage: Stage, boss: MemberActor) -> None:
    forum = stage.env.guild.create_forum_channel("talk")
    answer = await let(boss, stage.channel, "server setup", notices=forum)

    assert "forum takes no messages" in answer.text
    assert (await guild(stage)).notice_channel_id is None


async def test_time_zones_are_completed(stage: Stage, boss: MemberActor) -> None:
    found = await boss.autocomplete(stage.channel, "server setup", "time_zone", "pe/vien")

    assert [one["value"] for one in found] == ["Europe/Vienna"]


async def test_an_exported_server_is_imported_as_it_was(stage: Stage, boss: MemberActor) -> None:
    quiet = stage.env.guild.create_text_channel("quiet")
    await let(boss, stage.channel, "server setup", time_zone="Europe/Vienna")
    await let(boss, stage.channel, "filter hide", tags="unicorn", query="score.lt:5")
    await let(boss, stage.channel, "filter spoiler", tags="pegasus", channel=quiet)
    await let(boss, stage.channel, "filter site-filter", site="derpibooru", id=179_331)
    file = await exported(stage, boss)
    same = await imported(stage, boss, file)
    assert "changes nothing" in same.text

    await let(boss, stage.channel, "filter unhide", tags="unicorn")
    await let(boss, stage.channel, "filter preset")
    await let(boss, stage.channel, "server setup", time_zone="Asia/Tokyo")
    between = await exported(stage, boss)
    dry = await imported(stage, boss, file)
    assert "nothing has changed yet" in dry.text
    assert "time zone" in dry.text
    assert await exported(stage, boss) == between
    done = await imported(stage, boss, file, apply=True)
    assert "Done" in done.text
    again = await exported(stage, boss)
    for part in ("filters", "site_filters"):
        assert sorted(map(str, again.pop(part))) == sorted(map(str, file.pop(part)))
    assert again == file
    assert (await stage.ask("derpibooru search", query="unicorn")).private


async def test_what_another_server_has_is_left_out(stage: Stage, boss: MemberActor) -> None:
    file = await exported(stage, boss)
    file["manager_role_id"] = 123456789012345678
    file["filters"] = [
        {"kind": "hide", "subject": "tag", "expression": "mare", "channel_id": 5},
        {"kind": "hide", "subject": "tag", "expression": "Mare"},
    ]
    answer = await imported(stage, boss, file, apply=True)

    assert "Left out" in answer.text
    assert "2" in answer.text
    kept = await exported(stage, boss)
    assert [one["expression"] for one in kept["filters"]] == ["mare"]


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"{}" * 9, b"\xff\xfe", b"[" * 100_000, b" " * (LARGEST + 1),
        {"format": "another"}, {"time_zone": "Mars/Crater"}, {"language": "tlh"},
        {"unknown": 1}, {"filters": [{"kind": "burn", "subject": "tag", "expression": "x"}]},
        {"filters": [{"kind": "hide", "subject": "query", "expression": "a, (b"}]},
        {"filters": [{"kind": "hide", "subject": "tag", "expression": "   "}]},
        {"filters": [{"kind": "hide", "subject": "tag", "expression": "x", "site": "e621"}]},
        {"site_filters": [{"site": "twibooru", "filter_id": 3}]},
        {"filters": [{"kind": "hide", "subject": "tag", "expression": str(n)}
                     for n in range(501)]},
    ],
)  # fmt: skip
async def test_a_file_that_is_none_of_ours_is_refused_with_its_reason(
    stage: Stage, boss: MemberActor, content: object
) -> None:
    answer = await imported(stage, boss, content, apply=True)

    assert answer.private
    assert len(answer.text) > 15
    async with stage.app.store.read() as tx:
        assert await tx.filters.of_guild(stage.env.guild.id) == ()


async def test_nobody_else_can_use_the_commands(stage: Stage) -> None:
    """Reference: safety, 5."""
    with pytest.raises(SetupError):
        await stage.ask("server export")
    await offer(stage, "server")
    other = member(stage, "helper")
    commands: dict[str, dict[str, Any]] = {
        "server setup": {"time_zone": "Europe/Vienna"}, "server export": {}, "server audit": {},
        "server import": {"file": ("s.json", b'{"time_zone": "Europe/Vienna"}'), "apply": True},
    }  # fmt: skip
    for command, options in commands.items():
        answer = await let(other, stage.channel, command, **options)
        assert answer.private
        assert "Manage Server" in answer.text
    assert await other.autocomplete(stage.channel, "server setup", "time_zone", "vien") == []
    assert (await guild(stage)).time_zone == "UTC"


async def test_what_nobody_could_be_told_of_is_not_changed(stage: Stage, boss: MemberActor) -> None:
    """Fault F10: the interaction has run out, so nobody would hear what became of it."""
    await let(boss, stage.channel, "feed add", site="derpibooru", channel=stage.channel)
    commands: dict[str, dict[str, Any]] = {
        "server setup": {"time_zone": "Europe/Vienna"},
        "feed pause": {"feed": "1"},
        "feed remove": {"feed": "1"},
    }
    for command, options in commands.items():
        stage.env.inject_error("POST", "/interactions/*/callback", status=404, code=10062)
        await boss.slash(stage.channel, command, **options)
        stage.env.backend.faults.clear()
    assert (await guild(stage)).time_zone == "UTC"
    async with stage.app.store.read() as tx:
        (feed,) = await tx.subscriptions.of_guild(stage.env.guild.id)
    assert feed.runs
    assert "paused" in (await let(boss, stage.channel, "feed pause", feed="1")).text

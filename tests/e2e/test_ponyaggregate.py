"""`/ponyaggregate`: the way into the browser for everybody, and the operator's account work."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import discord
import msgspec
import pytest
from discord import app_commands
from structlog.testing import capture_logs

from bot.client import MailmareBot
from bot.demo.simcord_stage import SimulatedAttachments
from bot.demo.sites import Mode
from bot.demo.sites.keys import PONYAGGREGATE_KEY, TURNSTILE_TOKEN
from bot.demo.world import World
from bot.demo.world_archive import KEEPER, VIDEOS
from tests.discord_limits import tree_problems, walk
from tests.discord_stage import Stage, set_stage
from tests.e2e.managing import let

SITE = "ponyaggregate"
#: What each option of the operator's commands can be given.
VALUES: dict[str, Any] = {
    "rating": "Safe", "type": "Artwork", "file": ("pony.png", b"pony"), "page": "7", "users": "x",
    "submission": "1", "submissions": "1", "list": "1", "name": "x", "description": "x",
}  # fmt: skip
NEW = {"name": "Mare", "description": "A mare.", "rating": "Safe", "type": "Artwork"}


async def own(stage: Stage) -> None:
    """Start the bot anew in the operator's server, where you own it and another is an admin."""
    staff = stage.env.guild.create_role(
        "staff", permissions=discord.Permissions(administrator=True)
    )
    stage.you = stage.env.guild.add_member(stage.env.create_user("owner"), roles=[staff])
    stage.other = stage.env.guild.add_member(stage.env.create_user("admin"), roles=[staff])
    settings = stage.app.settings
    stage.app.settings = msgspec.structs.replace(settings, operator_guild=stage.env.guild.id)
    client = stage.app.new_client()
    client.attachments = SimulatedAttachments()
    client.owner_ids = {stage.you.id}
    await stage.env.restart_bot(client)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage where you own the application, with a key and an archive that can change."""
    async with set_stage(tmp_path, world=World(), keys={SITE: PONYAGGREGATE_KEY}) as stage:
        await own(stage)
        yield stage


def operators_own(stage: Stage) -> dict[str, dict[str, Any]]:
    """Return each of the operator's commands for the site, with the options it must have."""
    client = stage.env.bot
    assert isinstance(client, MailmareBot)
    group = client.tree.get_command(SITE, guild=discord.Object(stage.env.guild.id))
    assert isinstance(group, app_commands.Group)
    assert tree_problems([group.to_dict(client.tree)]) == []
    return {
        command.qualified_name: {
            one.display_name: VALUES[one.display_name] for one in command.parameters if one.required
        }
        for command in group.walk_commands()
        if isinstance(command, app_commands.Command)
    }


async def test_everybody_is_shown_the_way_into_the_browser_and_nothing_is_asked(
    tmp_path: Path,
) -> None:
    """Rule L15."""
    async with set_stage(tmp_path) as stage:
        video = next(iter(VIDEOS))
        for page, entered in {
            "https://derpibooru.org/images/7": "What it asks for is its number, `7`",
            f"https://pony.tube/w/{video}": f"What it asks for is its id, `{video}`",
        }.items():
            answer = await stage.ask("ponyaggregate import", page=page)
            assert answer.private
            assert entered in answer.text
            (button,) = (part for part in walk(answer.message.components) if part["type"] == 2)
            assert (button["style"], button["url"]) == (5, "https://ponyaggregate.com/")
        refused = await stage.ask("ponyaggregate import", page="https://twibooru.org/7")
        assert refused.private
        assert "Derpibooru and Pony.Tube" in refused.text
        async with stage.app.store.write() as tx:
            await tx.denials.site_off(SITE, by=1, reason="")
        stage.app.policies.forget_switches()
        assert "switched off" in (await stage.ask("ponyaggregate import", page="7")).text
        await own(stage)
        switched_off = await stage.ask("ponyaggregate account")
        assert "`/operator site on`" in switched_off.text
        await stage.ask("operator site on", site=SITE)
        without_key = await stage.ask("ponyaggregate account")
        assert "no key" in without_key.text
        assert "`MAILMARE_PONYAGGREGATE_KEY` and restart me" in without_key.text
        assert without_key.private
        assert stage.requests(SITE) == stage.requests("derpibooru") == []


async def test_nobody_but_the_owners_works_with_the_key(stage: Stage) -> None:
    """Rules D9 and L8; each command by itself."""
    stage.errors_expected = True
    for command, options in operators_own(stage).items():
        answer = await let(stage.other, stage.channel, command, **options)
        assert answer.private
        assert "may not use" in answer.text, command
    assert stage.requests(SITE) == []


async def test_a_file_becomes_a_submission_that_is_changed_and_deleted(stage: Stage) -> None:
    archive = stage.sites.world.archive
    assert "mailmare, 7" in (await stage.ask("ponyaggregate account")).text
    with capture_logs() as logs:
        attached = await stage.ask("ponyaggregate attach", file=("pony.png", bytes(200_000)))
        (file,) = archive.attachments.values()
        assert attached.private
        assert f"`{file.uuid}`" in attached.text
        assert (file.received, file.mime, file.finalized) == (200_000, "image/png", True)
        assert any("Uploading pony" in (body.get("content") or "") for body in stage.messages())

        made = await stage.ask(
            "ponyaggregate submission new",
            **NEW,
            attachments=file.uuid,
            tags="pony, cute,",
            source="https://example.org/7",
            creator="painter",
            date="2026-11-22",
            thumbnail=("small.png", b"small"),
            turnstile=TURNSTILE_TOKEN,
        )
        key = max(archive.submissions)
        assert made.private
        assert f"`{key}` is made. <https://ponyaggregate.com/submissions/{key}>" in made.text
        fields = archive.submissions[key].fields
        assert (fields["attachments"], fields["tags"]) == ([file.uuid], ["pony", "cute"])
        assert (fields["originalDate"], fields["thumbnailMime"]) == (1795305600, "image/png")

        which = {"submission": str(key)}
        changed = await stage.ask(
            "ponyaggregate submission revise",
            **which,
            rating="Mature",
            remove_attachments=file.uuid,
        )
        assert "is changed" in changed.text
        assert (fields["rating"], fields["attachments"], fields["name"]) == ("Mature", [], "Mare")
        assert "something" in (await stage.ask("ponyaggregate submission revise", **which)).text

        asked = await stage.ask("ponyaggregate submission delete", **which)
        assert key in archive.submissions
        deleted = await stage.press(asked, "Delete for good")
        assert deleted.private
        assert "is deleted" in deleted.text
        assert key not in archive.submissions
    deeds = [line for line in logs if "operator's account" in line["event"]]
    assert [line["command"] for line in deeds] == [
        "ponyaggregate attach", "ponyaggregate submission new", "ponyaggregate submission revise",
        None,
    ]  # fmt: skip
    assert TURNSTILE_TOKEN not in str(logs)


@pytest.mark.parametrize("fails", [False, True])
async def test_f10_an_upload_that_outlasts_its_answer_tells_its_end_where_it_still_can(
    stage: Stage, fails: bool
) -> None:
    """First privately as it was asked, then where it was asked, and the log in any case."""
    said = "is on PonyAggregate: give `"
    if fails:
        stage.sites.set_mode(SITE, Mode(kind="500"))
        said = "look before you try again"
    stage.env.inject_error(
        "PATCH", "/webhooks/*/messages/@original", status=401, code=50027, times=None
    )
    rooms = (stage.you.user.dm_channel, stage.channel)
    told = []
    for closed in (None, *rooms):
        if closed is not None:
            stage.env.inject_error(
                "POST", f"/channels/{closed.id}/messages", status=403, code=50007, times=None
            )
        with capture_logs() as logs:
            await stage.you.slash(stage.channel, "ponyaggregate attach", file=("pony.png", b"pony"))
        told += [line["text"] for line in logs if line["event"] == "an end could be told nowhere"]
    written, spoken = (
        [body for method, path, body in stage.bodies() if path == f"/channels/{room.id}/messages"]
        for room in rooms
    )
    assert written[0]["content"].startswith("`/ponyaggregate attach`: ")
    assert said in written[0]["content"]
    assert spoken[0]["content"] == f"{stage.you.mention} {written[1]['content']}"
    assert spoken[0]["allowed_mentions"]["users"] == [stage.you.id]
    assert (len(written), len(spoken), len(told)) == (3, 2, 1)
    assert said in told[0]


async def test_l1_an_import_is_shown_and_becomes_a_submission_where_that_is_wanted(
    stage: Stage,
) -> None:
    archive = stage.sites.world.archive
    before = set(archive.submissions)
    post = next(
        post
        for post in stage.sites.world.posts("derpibooru").values()
        if any(tag.startswith("artist:") for tag in post.tags) and post.uploader and not post.hidden
    )
    artist = next(tag for tag in post.tags if tag.startswith("artist:")).removeprefix("artist:")
    page = f"https://derpibooru.org/images/{post.id}"
    shown = await stage.ask("ponyaggregate submission import", page=page)
    assert shown.private
    assert artist in shown.text.replace("\\", "")
    assert set(archive.submissions) == before

    made = await stage.ask(
        "ponyaggregate submission import", page=f"https://pony.tube/w/{next(iter(VIDEOS))}",
        submit=True,
    )  # fmt: skip
    (key,) = set(archive.submissions) - before
    assert f"`{key}` is made" in made.text
    assert made.embed.fields


async def test_l15_what_wants_a_person_says_so_and_what_was_done_before_stays_told(
    stage: Stage,
) -> None:
    stage.sites.ponyaggregate.demands_turnstile = True
    refused = await stage.ask("ponyaggregate submission new", **NEW)
    assert refused.private
    assert "in a browser" in refused.text
    assert "`turnstile`" in refused.text

    half = await stage.ask(
        "ponyaggregate submission import", page=next(iter(VIDEOS)), submit=True,
        turnstile=TURNSTILE_TOKEN,
    )  # fmt: skip
    (file,) = stage.sites.world.archive.attachments.values()
    assert "in a browser" in half.text
    assert file.uuid in half.text
    assert half.private


async def test_lists_are_made_changed_filled_and_shared(stage: Stage) -> None:
    archive = stage.sites.world.archive
    first, second = sorted(archive.submissions)[:2]
    made = await stage.ask(
        "ponyaggregate list new", name="Mares", rating="Safe", collaborators="hoofnote"
    )
    key = max(archive.lists)
    kept = archive.lists[key]
    assert made.private
    assert f"List `{key}` is made" in made.text
    assert kept.fields["public"] is False
    which = {"list": str(key)}
    changes: dict[str, dict[str, Any]] = {
        "list edit": {"name": "More mares", "public": True},
        "list add": {"submissions": f"{first}, {second}"},
        "list remove": {"submissions": str(first)},
        "collaborators add": {"users": "tealtrotter, cozy-archivist"},
        "collaborators remove": {"users": "hoofnote"},
    }
    for command, options in changes.items():
        answer = await stage.ask(f"ponyaggregate {command}", **which, **options)
        assert answer.private
        assert f"List `{key}` is changed" in answer.text, command
    assert (kept.fields["name"], kept.fields["public"]) == ("More mares", True)
    assert (kept.submissions, kept.collaborators) == ([second], ["tealtrotter", "cozy-archivist"])
    assert "something" in (await stage.ask("ponyaggregate list edit", **which)).text


async def test_each_failure_says_what_to_do(stage: Stage) -> None:
    archive = stage.sites.world.archive
    theirs = next(one.id for one in archive.submissions.values() if one.owner != KEEPER)
    revise: dict[str, Any] = {"submission": str(theirs), "name": "Mine"}
    assert "somebody else" in (await stage.ask("ponyaggregate submission revise", **revise)).text
    odd: dict[str, dict[str, Any]] = {
        "submission delete": {"submission": "../1"},
        "submission import": {"page": "https://example.org"},
        "submission new": {**NEW, "date": "yesterday"},
        "list add": {"list": "1", "submissions": ","},
    }
    for command, options in odd.items():
        assert (await stage.ask(f"ponyaggregate {command}", **options)).private
    text: dict[str, Any] = {**NEW, "thumbnail": ("notes.txt", b"notes")}
    assert "thumbnail" in (await stage.ask("ponyaggregate submission new", **text)).text

    stage.sites.set_mode(SITE, Mode(kind="500"))
    with capture_logs() as logs:
        unknown = await stage.ask("ponyaggregate list new", name="Mares", rating="Safe")
    assert [line["command"] for line in logs if line.get("unconfirmed")] == [
        "ponyaggregate list new"
    ]
    assert "look before you try again" in unknown.text
    assert "<https://ponyaggregate.com/>" in unknown.text


async def test_l8_a_key_that_is_refused_is_told_and_not_used_again(tmp_path: Path) -> None:
    async with set_stage(tmp_path, keys={SITE: "a-wrong-key"}) as stage:
        await own(stage)
        for _again in range(2):
            answer = await stage.ask("ponyaggregate account")
            assert answer.private
            assert "`MAILMARE_PONYAGGREGATE_KEY` and restart me" in answer.text
        assert len(stage.requests(SITE)) == 1

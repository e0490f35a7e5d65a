"""The buttons of announcements: reporting one post or one of several, and muting."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import discord
import pytest
from simcord import ChannelHandle, MemberActor
from sqlalchemy import insert

from bot.feeds.destination import Outgoing
from bot.safety import SAFE, VerifiedPost, verify
from bot.store import Announcement, Guild, Status
from bot.store.feed_tables import announcements
from bot.ui.announcement import render
from tests.discord_stage import Answer, Stage

FIRST = 1


async def announced(
    stage: Stage, count: int, *, spoiler: bool = False, more: int = 0
) -> list[Announcement]:
    """Have the bot announce posts in one message, as delivery does and notes it."""
    world = stage.sites.world.posts("derpibooru").values()
    ids = [post.id for post in world if post.safe and not post.awkward and not post.animated]
    found = await stage.app.sites.boards["derpibooru"].search(
        " || ".join(f"id:{post_id}" for post_id in ids[:count]) or "id:1"
    )
    posts = [verify(post, SAFE) for post in found.posts[:count]]
    verified = tuple(one for one in posts if isinstance(one, VerifiedPost))
    assert len(verified) == count
    rendered = render(
        Outgoing(
            guild_id=stage.env.guild.id,
            channel_id=stage.channel.id,
            marker=FIRST,
            nonce="n",
            posts=verified,
            spoiler=spoiler,
            more=more,
        )
    )
    channel = stage.app.client.get_partial_messageable(stage.channel.id)
    parts: dict[str, Any] = {"view": rendered.view}
    if rendered.form != "gallery":
        parts |= {"content": rendered.content, "embeds": list(rendered.embeds)}
    message = await channel.send(**parts)
    now = stage.app.clock.now()
    async with stage.app.store.write() as tx:
        await tx.guilds.put(Guild(id=stage.env.guild.id))
        for number, one in enumerate(verified):
            values = {
                "guild_id": stage.env.guild.id, "channel_id": stage.channel.id,
                "site": "derpibooru", "post_id": one.post.id, "subscription_id": 1,
                "matched": "[1]", "digest": count > 1, "more": 0, "status": Status.SENT,
                "rule": "", "reason": "", "first_seen_at": now, "created_at": now, "due_at": now,
                "attempts": 1, "lead_id": FIRST if count > 1 else None, "sent_at": now,
                "message_id": message.id, "message_channel_id": stage.channel.id,
                "form": rendered.form, "shown": "", "rechecks": 0,
                "recheck_at": now + timedelta(minutes=10), "id": FIRST + number,
            }  # fmt: skip
            await tx.connection.execute(insert(announcements).values(values))
        return list(await tx.rechecks.of_message(stage.env.guild.id, message.id, FIRST))


async def rows_now(stage: Stage, rows: Sequence[Announcement]) -> list[Announcement]:
    async with stage.app.store.read() as tx:
        found = [await tx.announcements.get(row.id) for row in rows]
    return [row for row in found if row is not None]


def staff(stage: Stage) -> MemberActor:
    role = stage.env.guild.create_role(
        "staff", permissions=discord.Permissions(manage_messages=True)
    )
    return stage.env.guild.add_member(stage.env.create_user("staff"), roles=[role])


async def notices(stage: Stage) -> ChannelHandle:
    """Let the server have a channel for notices."""
    channel = stage.env.guild.create_text_channel("notices")
    async with stage.app.store.write() as tx:
        await tx.guilds.put(Guild(id=stage.env.guild.id, notice_channel_id=channel.id))
    stage.app.policies.forget(stage.env.guild.id)
    return channel


async def test_removing_an_announcement_is_noted_in_the_outbox(stage: Stage) -> None:
    """So that after-care does not find it missing; also after a restart."""
    rows = await announced(stage, 1)
    await stage.env.restart_bot(stage.app.new_client())
    (message,) = stage.channel.history()
    await staff(stage).click(message, label="Report")

    assert stage.channel.history() == []
    (row,) = await rows_now(stage, rows)
    assert (row.status, row.recheck_at) == (Status.REMOVED, None)
    assert row.rule == "safety 3.9 report"


@pytest.mark.parametrize("spoiler", [False, True])
async def test_of_several_posts_one_is_chosen_and_taken_out(stage: Stage, *, spoiler: bool) -> None:
    rows = await announced(stage, 3, spoiler=spoiler)
    await stage.env.restart_bot(stage.app.new_client())
    (message,) = stage.channel.history()
    actor = staff(stage)
    asked = Answer(await actor.click(message, label="Report"))
    assert asked.private
    (select,) = [part for row in asked.message.components for part in row["components"]]
    assert len(select["options"]) == 4
    told = Answer(await actor.select(asked.message, [str(rows[1].id)]))

    assert told.private
    assert "leaves the message" in told.text
    now = await rows_now(stage, rows)
    assert [row.status for row in now] == [Status.SENT, Status.REMOVED, Status.SENT]
    # After-care takes it out of the message; until then it is due.
    assert now[1].recheck_at is not None
    assert now[1].recheck_at <= stage.app.clock.now()


async def test_the_whole_message_goes_at_once(stage: Stage) -> None:
    rows = await announced(stage, 2)
    (message,) = stage.channel.history()
    actor = staff(stage)
    asked = Answer(await actor.click(message, label="Report"))
    told = Answer(await actor.select(asked.message, ["all"]))

    assert stage.channel.history() == []
    assert "Removed" in told.text
    assert {row.status for row in await rows_now(stage, rows)} == {Status.REMOVED}


async def test_a_members_report_of_one_of_several_says_which(stage: Stage) -> None:
    rows = await announced(stage, 2)
    channel = await notices(stage)
    (message,) = stage.channel.history()
    for row in rows:
        asked = Answer(await stage.other.click(message, label="Report"))
        told = Answer(await stage.other.select(asked.message, [str(row.id)]))
        assert "have been told" in told.text

    # What each of them is about, and where.
    assert len(channel.history()) == 2
    for row, notice in zip(rows, channel.history(), strict=True):
        assert f"/images/{row.post_id}" in notice.content
        assert message.jump_url in notice.content
    assert len(stage.channel.history()) == 1
    assert [row.status for row in await rows_now(stage, rows)] == [Status.SENT] * 2


async def test_word_of_how_many_more_there_are_can_be_removed_too(stage: Stage) -> None:
    await announced(stage, 0, more=40)
    (message,) = stage.channel.history()
    actor = staff(stage)
    asked = Answer(await actor.click(message, label="Report"))
    await actor.select(asked.message, ["all"])

    assert stage.channel.history() == []


async def test_whoever_manages_the_server_hides_an_artist_or_tag_there(stage: Stage) -> None:
    (row,) = await announced(stage, 1)
    (message,) = stage.channel.history()
    stranger = Answer(await stage.other.click(message, label="Mute…"))
    assert stranger.private
    assert "Manage Server" in stranger.text

    role = stage.env.guild.create_role(
        "manager", permissions=discord.Permissions(manage_guild=True)
    )
    manager = stage.env.guild.add_member(stage.env.create_user("manager"), roles=[role])
    asked = Answer(await manager.click(message, label="Mute…"))
    (select,) = [part for line in asked.message.components for part in line["components"]]
    values = [option["value"] for option in select["options"]]
    assert values[0].startswith("artist:")
    assert "safe" not in values
    told = Answer(await manager.select(asked.message, values[:2]))

    assert told.private
    assert "Hidden from now on" in told.text
    async with stage.app.store.read() as tx:
        rules = await tx.filters.of_guild(row.guild_id)
    assert [(rule.expression, rule.channel_id) for rule in rules] == [
        (value, stage.channel.id) for value in values[:2]
    ]

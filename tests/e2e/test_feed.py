"""`/feed` and `/pony schedule`: set up by managers alone, checked first, told privately."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import discord
import pytest
from simcord import MemberActor

from bot.demo.sites.modes import Mode
from bot.store import Announcement, Pause, Subscription
from tests.discord_stage import Answer, Stage, set_stage
from tests.e2e.managing import let, manager, member, offer


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with set_stage(tmp_path, feeds=2) as stage:
        yield stage


@pytest.fixture
def boss(stage: Stage) -> MemberActor:
    return manager(stage)


async def kept(stage: Stage) -> tuple[Subscription, ...]:
    async with stage.app.store.read() as tx:
        return await tx.subscriptions.of_guild(stage.env.guild.id)


async def add(stage: Stage, boss: MemberActor, **options: Any) -> Answer:
    usual = {"site": "derpibooru", "channel": stage.channel, "query": "mare"}
    return await let(boss, stage.channel, "feed add", **(usual | options))


async def outbox(stage: Stage) -> tuple[Announcement, ...]:
    async with stage.app.store.read() as tx:
        return await tx.history.recent(stage.env.guild.id, limit=100)


def first(answer: Answer) -> str:
    """Return what the answer's own message says, apart from its follow-ups."""
    assert answer.result.response is not None
    return answer.result.response.content or ""


async def test_a_feed_is_added_with_what_is_to_be_expected_and_a_preview_then_explained_and_tried(
    stage: Stage, boss: MemberActor
) -> None:
    # What it begins with waits for another day, so that nothing is sent meanwhile.
    weekday = (datetime.now(UTC).weekday() + 3) % 7
    answer = await add(
        stage, boss, query="mare, score.gte:1", backfill=2, rhythm="weekly", weekday=weekday
    )
    assert answer.private
    assert "Number 1" in first(answer)
    assert "in the last week" in first(answer)
    assert "`score`" in first(answer)
    assert "begins with 2" in first(answer)
    assert "what it will look like" in answer.text
    assert "Artist" in answer.text
    (one,) = await kept(stage)
    assert (one.query, one.created_by) == ("mare, score.gte:1", boss.id)
    async with stage.app.store.read() as tx:
        assert await tx.history.owed(one.guild_id) == {one.id: 2}

    posts = stage.sites.world.posts("derpibooru").values()
    plain = [one for one in posts if one.safe and not one.awkward and "mare" in one.tags]
    unsafe = next(one for one in posts if "explicit" in one.tags)
    told = await let(boss, stage.channel, "feed explain", feed="1", post=plain[0].id)
    assert told.private
    assert "✓ mare" in told.text
    assert "before this feed began" in told.text
    assert "may be shown" in told.text
    assert "Nothing of it was ever owed" in told.text
    told = await let(boss, stage.channel, "feed explain", feed="1", post=unsafe.id)
    assert "rating" in told.text
    assert "it has:" not in told.text

    before = await outbox(stage)
    preview = await let(boss, stage.channel, "feed test", feed="1")
    assert preview.private
    assert stage.channel.history() == []
    sent = await let(boss, stage.channel, "feed test", feed="1", public=True)
    assert sent.private
    (message,) = stage.channel.history()
    tried, *rest = await outbox(stage)
    assert tuple(rest) == before
    assert (tried.message_id, tried.recheck_at is None) == (message.id, False)
    assert str(message.id) in sent.text
    # Its site does not know it any more; we do.
    owed = before[0].post_id
    stage.sites.set_mode("derpibooru", Mode(kind="500"))
    told = await let(boss, stage.channel, "feed explain", feed="1", post=owed)
    assert f"Derpibooru {owed}: waits for its feed's" in told.text
    stage.sites.set_mode("derpibooru")
    assert "to end" in (await let(boss, stage.channel, "feed history")).text
    assert "In all 1" in (await let(boss, stage.channel, "feed stats", days=7)).text


async def test_what_cannot_be_is_refused_and_nobody_else_changes_or_learns_anything(
    stage: Stage, boss: MemberActor
) -> None:
    """Reference: safety, D1, D4 and 5."""
    shut = stage.env.guild.create_text_channel(
        "shut",
        overwrites={stage.env.guild.default_role: discord.PermissionOverwrite(send_messages=False)},
    )
    refused: tuple[tuple[dict[str, Any], str], ...] = (
        ({"query": "mare, (cute"}, "^"),
        ({"query": "explicit"}, "safe for everybody"),
        ({"channel": shut}, "Send Messages"),
        ({"quiet_hours": "noon"}, "22:00-07:00"),
        ({"at": "25:00", "rhythm": "daily"}, "18:30"),
        ({"at": "18:30"}, "`rhythm`"),
        ({"weekday": 3, "rhythm": "daily"}, "weekly"),
        ({"template": "{nonsense}"}, "no placeholder"),
        ({"publish": True}, "announcement channel"),
        ({"query": "mare, my:faves"}, "my"),
    )
    for options, reason in refused:
        answer = await add(stage, boss, **options)
        assert answer.private
        assert reason in answer.text, options
    assert await kept(stage) == ()
    await add(stage, boss)
    assert "same one already" in (await add(stage, boss)).text
    await add(stage, boss, query="cute")
    assert "at most 2" in (await add(stage, boss, query="pony")).text
    await offer(stage, "feed")
    other = member(stage, "helper")
    commands: dict[str, dict[str, Any]] = {
        "feed add": {"site": "derpibooru", "channel": stage.channel}, "feed list": {},
        "feed show": {"feed": "1"}, "feed edit": {"feed": "1", "cap": 1},
        "feed pause": {"feed": "1"}, "feed resume": {"feed": "1"}, "feed remove": {"feed": "1"},
        "feed test": {"feed": "1"}, "feed explain": {"feed": "1", "post": 1},
        "feed history": {}, "feed stats": {}, "pony schedule list": {},
        "pony schedule add": {"channel": stage.channel, "rhythm": "daily"},
    }  # fmt: skip
    for command, options in commands.items():
        answer = await let(other, stage.channel, command, **options)
        assert answer.private
        assert "Manage Server" in answer.text, command
    assert await other.autocomplete(stage.channel, "feed show", "feed", "") == []
    (offered,) = await boss.autocomplete(stage.channel, "feed show", "feed", "MAR")
    assert offered["value"] == "1"
    assert "mare" in offered["name"]


async def test_a_preview_obeys_the_channel_that_it_is_asked_in(
    stage: Stage, boss: MemberActor
) -> None:
    """Rule D5; what was done is told all the same."""
    quiet = stage.env.guild.create_text_channel("quiet")
    await let(boss, stage.channel, "filter hide", tags="mare", channel=stage.channel)
    answer = await add(stage, boss, channel=quiet)
    assert "Number 1 is set up" in first(answer)
    assert "may be shown to you here" in answer.text
    assert "what it will look like" not in answer.text
    tried = await let(boss, stage.channel, "feed test", feed="1")
    assert "may be shown to you here" in tried.text
    assert "Artist" not in tried.text
    assert "Artist" in (await let(boss, quiet, "feed test", feed="1")).text


async def test_a_feed_is_shown_edited_paused_resumed_and_removed(
    stage: Stage, boss: MemberActor
) -> None:
    await add(stage, boss)
    role = stage.env.guild.create_role("fans")

    async def say(command: str, **options: Any) -> str:
        answer = await let(boss, stage.channel, f"feed {command}", **options)
        assert answer.private
        return answer.text

    assert "nothing told yet" in await say("list")
    text = await say(
        "edit", feed="mare", rhythm="weekly", at="18:30", weekday=4, quiet_hours="22:00-07:00",
        cap=3, role=role, template="By {artists}\\nin {site}", spoiler=True, min_score=5,
    )  # fmt: skip
    assert "weekly at 18:30 on Friday" in text
    assert "Quiet hours: 22:00 to 07:00" in text
    (one,) = await kept(stage)
    assert one.template == "By {artists}\nin {site}"
    assert one.next_at is not None
    assert "Least score: none any more" in await say("edit", feed="1", clear="min_score")
    assert "no placeholder" in await say("edit", feed="1", template="{nonsense}")
    assert "announcement channel" in await say("edit", feed="1", publish=True)
    assert "something to change" in await say("edit", feed="1")
    assert "posts of a forum" in await say("edit", feed="1", forum_tags="new")
    news = stage.env.guild.create_news_channel("news")
    assert "Published" in await say("edit", feed="1", channel=news, publish=True)
    forum = stage.env.guild.create_forum_channel("forum")
    refused = await say("edit", feed="1", channel=forum, publish=False, forum_tags="new")
    assert "no tag “new”" in refused
    await say("edit", feed="1", channel=forum, publish=False)
    assert [one.channel_id for one in await kept(stage)] == [forum.id]
    tags = [discord.ForumTag(name=name) for name in ("New", "Old")]
    await (await _forum(stage, forum.id)).edit(available_tags=tags)
    assert "Tags of the forum: 1" in await say("edit", feed="1", forum_tags="new")
    tag = next(one for one in (await _forum(stage, forum.id)).available_tags if one.name == "New")
    assert [one.forum_tags for one in await kept(stage)] == [(tag.id,)]
    _require_tag(stage, forum.id, True)
    assert "wants a tag" in await say("edit", feed="1", clear="forum_tags")
    assert "of New, Old" in await say("add", site="twibooru", channel=forum)
    options = {"forum_tags": "old", "cap": 2, "template": "By {artists}"}
    await say("add", site="twibooru", channel=forum, **options)
    (_first, second) = await kept(stage)
    assert (len(second.forum_tags), second.cap, second.template) == (1, 2, "By {artists}")
    await say("remove", feed=str(second.id))
    _require_tag(stage, forum.id, False)
    await say("edit", feed="1", clear="forum_tags")
    assert "everything" in await say("edit", feed="1", clear="query")
    await say("edit", feed="1", channel=stage.channel)
    shown = await say("show", feed="1")
    assert f"<@&{role.id}>" in shown
    assert "By {artists}" in shown
    assert "paused" in await say("pause", feed="1")
    assert "`/feed resume` lets it run again" in await say("edit", feed="1", cap=4)
    assert "somebody paused it" in await say("list")
    assert "runs again" in await say("resume", feed="1")
    assert "not paused" in await say("resume", feed="1")
    await _resumes_by_its_button(stage, boss)
    assert "no such feed" in await say("remove", feed="99")
    assert "removed" in await say("remove", feed="1")
    assert await kept(stage) == ()
    audit = await let(boss, stage.channel, "server audit")
    for action in ("add", "edit", "pause", "resume", "remove"):
        assert f"feed.{action}" in audit.text


async def _forum(stage: Stage, channel_id: int) -> discord.ForumChannel:
    found = await stage.app.client.fetch_channel(channel_id)
    assert isinstance(found, discord.ForumChannel)
    return found


def _require_tag(stage: Stage, channel_id: int, wants: bool) -> None:
    """Set a flag in what the library knows, which the simulated Discord has not."""
    known: Any = stage.app.client.get_channel(channel_id)
    known._flags = discord.flags.ChannelFlags(require_tag=wants).value


async def _resumes_by_its_button(stage: Stage, boss: MemberActor) -> None:
    """Fault F21: by managers alone."""
    async with stage.app.store.write() as tx:
        await tx.subscriptions.pause(1, Pause.NO_ACCESS)
    client: Any = stage.app.client
    guild_id, channel_id = stage.env.guild.id, stage.channel.id
    assert await client.feeds.messenger.notify(guild_id, [channel_id], "Paused.", resume=1)
    (notice,) = stage.channel.history()
    refused = Answer(await stage.other.click(notice, label="Resume"))
    assert "Manage Server" in refused.text
    assert not (await kept(stage))[0].runs
    told = Answer(await boss.click(notice, label="Resume"))
    assert told.private
    assert "runs again" in told.text
    assert (await kept(stage))[0].runs


async def test_a_schedule_is_added_listed_edited_and_removed(
    stage: Stage, boss: MemberActor
) -> None:
    """Rule D11."""
    quiet = stage.env.guild.create_text_channel("quiet")

    async def say(command: str, **options: Any) -> str:
        answer = await let(boss, stage.channel, f"pony schedule {command}", **options)
        assert answer.private
        return first(answer) or answer.text

    added = await say("add", channel=quiet, rhythm="daily", tags="mare", at="18:30")
    assert "daily at 18:30" in added
    assert "those of UTC" in added
    added = await say("add", channel=quiet, rhythm="weekly", site="twibooru")
    assert "weekly" in added
    assert "lies an hour: where it meets number 1" in added
    listed = await say("list")
    assert "`mare`" in listed
    assert "Twibooru" in listed
    before = (await kept(stage))[0].next_at
    await let(boss, stage.channel, "server setup", time_zone="Asia/Tokyo")
    assert (await kept(stage))[0].next_at != before
    await _imported(stage, boss, {"time_zone": "UTC"}, apply=True)
    assert (await kept(stage))[0].next_at == before
    assert "hourly" in await say("edit", schedule="1", rhythm="hourly")
    assert "removed" in await say("remove", schedule="2")
    assert [one.rhythm for one in await kept(stage)] == ["hourly"]


async def test_feeds_go_into_the_servers_file_and_come_back_new(
    stage: Stage, boss: MemberActor
) -> None:
    await add(stage, boss)
    answer = await let(boss, stage.channel, "server export")
    body = json.loads(await _only_file(answer))
    assert body["feeds"] == [
        {"channel_id": stage.channel.id, "site": "derpibooru", "query": "mare"}
    ]
    (before,) = await kept(stage)
    body["feeds"].append({"channel_id": stage.channel.id, "site": "twibooru", "query": "cute"})
    body["feeds"].append({"channel_id": 5, "site": "twibooru", "query": "cute"})
    dry = await _imported(stage, boss, body)
    assert "1 more, 0 fewer" in dry.text
    assert "Left out" in dry.text
    assert await kept(stage) == (before,)
    await _imported(stage, boss, body, apply=True)
    same, new = await kept(stage)
    assert same == before
    assert (new.query, new.created_by) == ("cute", boss.id)
    body["feeds"] = [{"channel_id": stage.channel.id, "site": "twibooru", "query": "explicit"}]
    refused = await _imported(stage, boss, body, apply=True)
    assert "safe for everybody" in refused.text
    assert len(await kept(stage)) == 2


async def _only_file(answer: Answer) -> bytes:
    (file,) = answer.message.attachments
    return await file.read()


async def _imported(
    stage: Stage, boss: MemberActor, body: dict[str, Any], **options: Any
) -> Answer:
    file = ("settings.json", json.dumps(body).encode())
    return await let(boss, stage.channel, "server import", file=file, **options)

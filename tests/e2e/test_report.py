"""The report button: it removes at once, or tells those who can."""

from pathlib import Path

import discord
import pytest
from simcord import ChannelHandle, MemberActor

from bot.policies import Policies
from bot.quotas import Rate
from bot.store import Guild, StoreError
from tests.discord_stage import Stage, set_stage


async def notices(stage: Stage, channel: ChannelHandle | None, role_id: int | None = None) -> None:
    """Let the server have that channel for notices, and that role of managers."""
    async with stage.app.store.write() as tx:
        await tx.guilds.put(
            Guild(
                id=stage.env.guild.id,
                notice_channel_id=channel.id if channel else None,
                manager_role_id=role_id,
            )
        )
    stage.app.policies.forget(stage.env.guild.id)


def member_who_may(stage: Stage, **permissions: bool) -> MemberActor:
    role = stage.env.guild.create_role("staff", permissions=discord.Permissions(**permissions))
    return stage.env.guild.add_member(stage.env.create_user("staff"), roles=[role])


@pytest.mark.parametrize("command", ["derpibooru search", "derpibooru random", "pony random"])
async def test_every_post_can_be_reported(stage: Stage, command: str) -> None:
    assert "Report" in (await stage.ask(command, **_options(command))).labels


def _options(command: str) -> dict[str, str]:
    return {"query": "mare"} if command.startswith("derpi") else {}


async def test_who_may_manage_messages_removes_it_at_once(stage: Stage) -> None:
    """Reference: safety, 3.9; also after a restart."""
    answer = await stage.ask("derpibooru search", query="mare")
    staff = member_who_may(stage, manage_messages=True)
    await stage.env.restart_bot(stage.app.new_client())
    told = await stage.press(answer, "Report", member=staff)

    assert stage.channel.history() == []
    (followup,) = told.result.followups
    assert followup.ephemeral
    assert "Removed" in followup.content


async def test_a_members_report_is_told_in_the_channel_for_notices(stage: Stage) -> None:
    channel = stage.env.guild.create_text_channel("notices")
    await notices(stage, channel)
    answer = await stage.ask("derpibooru search", query="mare")
    told = await stage.press(answer, "Report", member=stage.other)

    assert told.private
    assert "have been told" in told.text
    (notice,) = channel.history()
    assert answer.message.message.jump_url in notice.content
    assert answer.embed.url is not None
    assert answer.embed.url in notice.content
    assert "Derpibooru" in notice.content
    assert str(stage.other.id) not in notice.content
    assert notice.embeds == []
    assert len(stage.channel.history()) == 1


async def test_a_second_report_of_the_same_message_is_not_told_again(stage: Stage) -> None:
    channel = stage.env.guild.create_text_channel("notices")
    await notices(stage, channel)
    answer = await stage.ask("derpibooru search", query="mare")
    await stage.press(answer, "Report", member=stage.other)
    again = await stage.press(answer, "Report")

    assert again.private
    assert "already" in again.text
    assert len(channel.history()) == 1


async def test_without_a_channel_for_notices_the_member_learns_whom_to_tell(stage: Stage) -> None:
    role = stage.env.guild.create_role("managers")
    await notices(stage, None, role.id)
    answer = await stage.ask("derpibooru search", query="mare")
    told = await stage.press(answer, "Report", member=stage.other)

    assert told.private
    assert f"<@&{role.id}>" in told.text
    assert f"<@{stage.env.guild.owner.id}>" in told.text


async def test_a_channel_that_the_bot_cannot_write_in_is_as_good_as_none(stage: Stage) -> None:
    channel = stage.env.guild.create_text_channel("notices")
    await notices(stage, channel)
    stage.env.inject_error("POST", f"/channels/{channel.id}/messages", status=403, code=50013)
    answer = await stage.ask("derpibooru search", query="mare")
    told = await stage.press(answer, "Report", member=stage.other)

    assert "Please tell" in told.text
    assert channel.history() == []
    again = await stage.press(answer, "Report")
    assert "have been told" in again.text
    assert len(channel.history()) == 1


async def test_a_channel_that_is_gone_is_as_good_as_none(stage: Stage) -> None:
    async with stage.app.store.write() as tx:
        await tx.guilds.put(Guild(id=stage.env.guild.id, notice_channel_id=12345))
    stage.app.policies.forget(stage.env.guild.id)
    answer = await stage.ask("derpibooru search", query="mare")
    told = await stage.press(answer, "Report", member=stage.other)

    assert "Please tell" in told.text


async def test_a_voice_channels_own_chat_may_be_the_one_for_notices(stage: Stage) -> None:
    channel = stage.env.guild.create_voice_channel("lounge")
    await notices(stage, channel)
    answer = await stage.ask("derpibooru search", query="mare")

    assert "have been told" in (await stage.press(answer, "Report", member=stage.other)).text
    assert len(channel.history()) == 1


class Unreadable(Policies):
    """Policies of which a server's settings cannot be read."""

    async def guild(self, guild_id: int) -> Guild:
        raise StoreError(self._store.path)


async def test_a_report_of_which_nobody_could_be_told_is_no_report_yet(stage: Stage) -> None:
    channel = stage.env.guild.create_text_channel("notices")
    await notices(stage, channel)
    answer = await stage.ask("derpibooru search", query="mare")
    stage.app.client.policies = Unreadable(stage.app.store)
    told = await stage.press(answer, "Report", member=stage.other)
    assert "try again later" in told.text

    stage.app.client.policies = stage.app.policies
    again = await stage.press(answer, "Report", member=stage.other)
    assert "have been told" in again.text
    assert len(channel.history()) == 1


async def test_reports_of_one_member_have_a_limit(tmp_path: Path) -> None:
    async with set_stage(tmp_path, report_rate=Rate(1, 600)) as stage:
        channel = stage.env.guild.create_text_channel("notices")
        await notices(stage, channel)
        first = await stage.ask("derpibooru search", query="mare")
        second = await stage.ask("derpibooru search", query="mare")
        await stage.press(first, "Report", member=stage.other)
        told = await stage.press(second, "Report", member=stage.other)

        assert told.private
        assert "try again <t:" in told.text
        assert len(channel.history()) == 1


async def test_in_direct_messages_a_report_removes_it(stage: Stage) -> None:
    user = stage.you.user
    shown = await user.slash("pony random")
    assert shown.response is not None
    removed = await user.click(shown.response, label="Report")

    assert removed.response is None

"""`/privacy` and `/forget-me` (rule D10)."""

from bot.safety import Action
from bot.store import GRACE, Filter, Subject
from tests.discord_stage import Answer, Stage


async def leave_traces(stage: Stage, user_id: int) -> None:
    guild_id = stage.env.guild.id
    async with stage.app.store.write() as tx:
        rule = Filter(
            guild_id=guild_id, kind=Action.HIDE, subject=Subject.TAG, expression="rain",
            created_by=user_id,
        )  # fmt: skip
        await tx.filters.put([rule])
        await tx.audit.add(guild_id, "filter.hide", actor_id=user_id, subject="rain")


async def test_the_privacy_text_tells_what_is_kept_and_for_how_long(stage: Stage) -> None:
    for answer in (await stage.ask("privacy"), Answer(await stage.you.user.slash("privacy"))):
        assert answer.private
        for text in (str(GRACE.days), "number", "log", "copies", "/forget-me"):
            assert text in answer.text


async def test_forget_me_deletes_nothing_before_it_is_confirmed(stage: Stage) -> None:
    await leave_traces(stage, stage.you.id)
    asked = await stage.ask("forget-me")

    assert asked.private
    assert "cannot be undone" in asked.text
    assert asked.labels == ["Forget me"]
    async with stage.app.store.read() as tx:
        (entry,) = await tx.audit.recent(stage.env.guild.id)
    assert entry.actor_id == stage.you.id


async def test_forget_me_deletes_the_members_number_and_keeps_the_servers_rules(
    stage: Stage,
) -> None:
    await leave_traces(stage, stage.you.id)
    await leave_traces(stage, stage.other.id)
    asked = await stage.ask("forget-me")
    await stage.env.restart_bot(stage.app.new_client())
    done = await stage.press(asked, "Forget me")

    assert "Done" in done.text
    assert done.labels == []
    async with stage.app.store.read() as tx:
        entries = await tx.audit.recent(stage.env.guild.id)
        (rule,) = await tx.filters.of_guild(stage.env.guild.id)
    assert [entry.actor_id for entry in entries] == [stage.other.id, None]
    assert rule.created_by == stage.other.id
    assert rule.expression == "rain"


async def test_forget_me_works_in_direct_messages_and_says_when_there_was_nothing(
    stage: Stage,
) -> None:
    user = stage.you.user
    asked = await user.slash("forget-me")
    assert asked.response is not None
    done = Answer(await user.click(asked.response, label="Forget me"))

    assert "nowhere" in done.text

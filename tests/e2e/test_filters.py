"""`/filter`: what a server hides is hidden everywhere, told, and changed by managers alone."""

from typing import Any

import pytest
from simcord import MemberActor, SetupError

from bot.demo.sites import Mode
from bot.store import Guild
from tests.discord_stage import WORLD, Answer, Stage
from tests.e2e.managing import let, manager, member, offer


@pytest.fixture
def boss(stage: Stage) -> MemberActor:
    return manager(stage)


def shown(answer: Answer) -> set[str]:
    """Return the tags of the post whose picture the answer's public message shows."""
    message = answer.result.response
    assert message is not None
    return set(WORLD.media[message.embeds[0].image.url or ""][0].tags)


async def test_a_hidden_tag_is_hidden_in_every_command_and_counted(
    stage: Stage, boss: MemberActor
) -> None:
    answer = await let(boss, stage.channel, "filter hide", tags="unicorn")
    assert answer.private
    assert "`unicorn`" in answer.text

    # The pool of 50 has more than a few unicorns: before it is empty one was passed over.
    for _draw in range(40):
        answer = await stage.ask("derpibooru random", query="mare")
        assert "unicorn" not in shown(answer)
        if answer.result.followups:
            assert answer.private
            assert "tag unicorn" in answer.text
            break
    else:
        pytest.fail("nothing was counted as hidden")
    found = await stage.ask("derpibooru search", query="unicorn")
    assert found.private
    assert "hidden here" in found.text
    post = next(
        one for one in WORLD.posts("derpibooru").values()
        if one.safe and not one.awkward and "unicorn" in one.tags
    )  # fmt: skip
    refused = await stage.ask("derpibooru post", id=post.id)
    assert refused.private
    assert "hides" in refused.text


async def test_a_pager_obeys_a_filter_that_came_after_it(stage: Stage, boss: MemberActor) -> None:
    """Reference: safety, 3.6."""
    first = await stage.ask("derpibooru search", query="mare")
    await let(boss, stage.channel, "filter hide", tags="unicorn, pegasus, alicorn")
    for _press in range(5):
        first = await stage.press(first, "▶")
        assert not shown(first) & {"unicorn", "pegasus", "alicorn"}


async def test_a_pool_filled_under_one_policy_obeys_that_of_another_channel(
    stage: Stage, boss: MemberActor
) -> None:
    quiet = stage.env.guild.create_text_channel("quiet")
    await let(boss, stage.channel, "filter hide", tags="unicorn", channel=quiet)
    seen: set[str] = set()
    # The pool is shuffled: drawn from until the other channel has had its unicorn.
    while "unicorn" not in seen:
        seen |= shown(await stage.ask("derpibooru random", query="mare"))
    asked = len(stage.requests("derpibooru"))
    for _draw in range(8):
        assert "unicorn" not in shown(
            await let(stage.you, quiet, "derpibooru random", query="mare")
        )
    assert len(stage.requests("derpibooru")) == asked


async def test_another_name_of_a_tag_is_resolved(stage: Stage, boss: MemberActor) -> None:
    answer = await let(boss, stage.channel, "filter hide", tags="Pegasi")

    assert "`pegasus`" in answer.text
    assert "another name" in answer.text
    assert "pegasus" in (await let(boss, stage.channel, "filter show")).text


async def test_a_tag_that_a_site_cannot_look_up_is_taken_as_written(
    stage: Stage, boss: MemberActor
) -> None:
    stage.sites.set_mode("derpibooru", Mode(kind="500"))
    answer = await let(boss, stage.channel, "filter hide", tags="unicorn")

    assert "`unicorn`" in answer.text
    assert "could not look" in answer.text


async def test_a_query_hides_what_it_finds(stage: Stage, boss: MemberActor) -> None:
    await let(boss, stage.channel, "filter hide", query="unicorn || score.lt:100000, pegasus")
    for _draw in range(6):
        tags = shown(await stage.ask("derpibooru random", query="mare"))
        assert not tags & {"unicorn", "pegasus"}


@pytest.mark.parametrize("query", ["a, (b", "faved_by:somebody", "my:faves"])
async def test_a_query_that_no_filter_can_go_by_is_refused_with_its_reason(
    stage: Stage, boss: MemberActor, query: str
) -> None:
    answer = await let(boss, stage.channel, "filter hide", query=query)

    assert answer.private
    assert len(answer.text) > 20
    assert "Nothing is filtered" in (await let(boss, stage.channel, "filter show")).text


async def test_a_channel_can_lift_what_the_server_hides(stage: Stage, boss: MemberActor) -> None:
    await let(boss, stage.channel, "filter hide", tags="mare")
    quiet = stage.env.guild.create_text_channel("quiet")
    answer = await let(boss, stage.channel, "filter unhide", tags="mare", channel=quiet)

    assert "all the same" in answer.text
    assert shown(await let(stage.you, quiet, "derpibooru random", query="mare"))
    assert (await stage.ask("derpibooru random", query="mare")).private
    answer = await let(boss, stage.channel, "filter unhide", tags="mare")
    assert "No longer" in answer.text
    assert shown(await stage.ask("derpibooru random", query="mare"))
    answer = await let(boss, stage.channel, "filter unhide", tags="mare")
    assert "no such rule" in answer.text


async def test_a_spoilered_tag_makes_a_gallery_and_can_be_taken_back(
    stage: Stage, boss: MemberActor
) -> None:
    """Reference: safety, 3.5."""
    post = next(one for one in WORLD.posts("derpibooru").values() if one.safe and not one.awkward)
    await let(boss, stage.channel, "filter spoiler", tags="mare")
    answer = await stage.ask("derpibooru post", id=post.id)
    assert [spoiler for _url, spoiler in answer.gallery] == [True]
    await let(boss, stage.channel, "filter unspoiler", tags="mare")
    answer = await stage.ask("derpibooru post", id=post.id)
    assert answer.picture is not None


async def test_the_default_list_is_applied_once_and_shown(stage: Stage, boss: MemberActor) -> None:
    first = await let(boss, stage.channel, "filter preset")
    again = await let(boss, stage.channel, "filter preset")
    listed = await let(boss, stage.channel, "filter show")

    assert "default list" in first.text
    assert "before" in again.text
    assert "`gore`" in listed.text


async def test_a_public_site_filter_is_used_and_dropped(stage: Stage, boss: MemberActor) -> None:
    """Reference: boards, 3. The filter hides `solo, -cute` among others."""
    options = {"site": "derpibooru", "id": 179_331}
    answer = await let(boss, stage.channel, "filter site-filter", **options)
    assert "179331" not in answer.text
    assert "own" in answer.text
    for _draw in range(6):
        tags = shown(await stage.ask("derpibooru random", query="mare"))
        assert not ("solo" in tags and "cute" not in tags)
    assert "179331" in (await let(boss, stage.channel, "filter show")).text
    answer = await let(boss, stage.channel, "filter site-filter", remove=True, **options)
    assert "no longer" in answer.text
    answer = await let(boss, stage.channel, "filter site-filter", remove=True, **options)
    assert "not used" in answer.text


@pytest.mark.parametrize("number", [200_001, 1_234_567])
async def test_a_filter_that_is_not_public_is_refused(
    stage: Stage, boss: MemberActor, number: int
) -> None:
    answer = await let(boss, stage.channel, "filter site-filter", site="derpibooru", id=number)
    assert answer.private
    assert "Nothing is filtered" in (await let(boss, stage.channel, "filter show")).text


async def test_the_test_names_every_rule_that_concerns_a_post(
    stage: Stage, boss: MemberActor
) -> None:
    post = next(
        one for one in WORLD.posts("derpibooru").values()
        if one.safe and not one.awkward and "unicorn" in one.tags
    )  # fmt: skip
    await let(boss, stage.channel, "filter hide", tags="unicorn")
    await let(boss, stage.channel, "filter spoiler", query="mare, horn")
    answer = await let(boss, stage.channel, "filter test", site="derpibooru", id=post.id)

    assert answer.private
    assert "not shown" in answer.text
    assert "hidden by the rule of this server: tag unicorn" in answer.text.replace("\\", "")
    assert "mare, horn" in answer.text


async def test_nobody_else_can_use_the_commands(stage: Stage, boss: MemberActor) -> None:
    """Reference: safety, 5: hidden from others, and refused when an admin offers them."""
    with pytest.raises(SetupError):
        await stage.ask("filter preset")
    role = stage.env.guild.create_role("helpers")
    helper = member(stage, "helper", role)
    await offer(stage, "filter")
    commands: dict[str, dict[str, Any]] = {
        "filter show": {}, "filter preset": {}, "filter hide": {"tags": "mare"},
        "filter unhide": {"tags": "mare"}, "filter spoiler": {"tags": "mare"},
        "filter unspoiler": {"tags": "mare"},
        "filter site-filter": {"site": "derpibooru", "id": 179_331},
        "filter test": {"site": "derpibooru", "id": 1},
    }  # fmt: skip
    for command, options in commands.items():
        answer = await let(helper, stage.channel, command, **options)
        assert answer.private
        assert "Manage Server" in answer.text
    async with stage.app.store.read() as tx:
        assert await tx.filters.of_guild(stage.env.guild.id) == ()


async def test_the_managers_role_may_change_filters(stage: Stage) -> None:
    role = stage.env.guild.create_role("helpers")
    helper = member(stage, "helper", role)
    await offer(stage, "filter")
    async with stage.app.store.write() as tx:
        await tx.guilds.put(Guild(id=stage.env.guild.id, manager_role_id=role.id))
    stage.app.policies.forget(stage.env.guild.id)
    answer = await let(helper, stage.channel, "filter hide", tags="unicorn")

    assert "`unicorn`" in answer.text
    async with stage.app.store.read() as tx:
        (entry,) = await tx.audit.recent(stage.env.guild.id)
    assert (entry.action, entry.actor_id, entry.after) == ("filter.hide", helper.id, ["unicorn"])


async def test_evil_answers_show_nothing_whatever_the_filters_say(
    stage: Stage, boss: MemberActor
) -> None:
    """Rule D7: what a channel lifts never lifts more than the server's own rules."""
    await let(boss, stage.channel, "filter unhide", tags="explicit, foalcon, gore")
    for site in ("derpibooru", "ponybooru", "twibooru"):
        stage.sites.set_mode(site, Mode(kind="evil"))
        for command in ("search", "random"):
            answer = await stage.ask(f"{site} {command}", query="mare")
            assert answer.private
            assert answer.message.embeds == []

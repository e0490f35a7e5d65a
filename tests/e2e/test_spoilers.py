"""Posts that a server wants behind a spoiler: as a gallery, or as an embed without its picture."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.safety import Action
from bot.store import Filter, Subject
from tests.discord_stage import WORLD, Answer, Stage, set_stage

#: A tag that many posts of every site have.
TAG = "mare"


async def set_rule(stage: Stage, kind: Action, tag: str = TAG) -> None:
    guild_id = stage.env.guild.id
    async with stage.app.store.write() as tx:
        rule = Filter(guild_id=guild_id, kind=kind, subject=Subject.TAG, expression=tag)
        await tx.filters.put([rule])
    stage.app.policies.forget(guild_id)


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """A stage whose server has that tag behind a spoiler; no spoilered picture is in an embed."""
    async with set_stage(tmp_path) as stage:
        await set_rule(stage, Action.SPOILER)
        yield stage
        for body in stage.messages():
            for embed in body.get("embeds") or []:
                url = (embed.get("image") or {}).get("url")
                assert url is None or TAG not in WORLD.media[url][0].tags


def spoilered(site: str) -> int:
    """Return the number of an ordinary post of a site that has the tag."""
    return next(
        post.id
        for post in WORLD.posts(site).values()
        if post.safe and not post.awkward and TAG in post.tags
    )


def hidden_picture(answer: Answer) -> str:
    """Return the one picture of a gallery message, which a spoiler hides."""
    ((url, hidden),) = answer.gallery
    assert hidden
    assert answer.message.flags.components_v2
    assert answer.message.embeds == []
    return url


@pytest.mark.parametrize("site", ["derpibooru", "ponybooru", "twibooru"])
async def test_a_single_post_is_a_gallery_behind_a_spoiler(stage: Stage, site: str) -> None:
    """Reference: safety, 3.5; rules L1 to L4."""
    number = spoilered(site)
    answer = await stage.ask(f"{site} post", id=number)

    post = WORLD.media[hidden_picture(answer)][0]
    assert (post.site, post.id) == (site, number)
    assert not answer.private
    assert "Artist" in answer.text
    assert "Source: " in answer.text
    assert answer.labels == ["Open page", "Report", "Remove"]


async def test_a_pony_by_its_number_is_a_gallery_behind_a_spoiler(stage: Stage) -> None:
    hidden_picture(await stage.ask("pony get", id=spoilered("ponyapi")))


async def test_in_a_pager_the_picture_is_left_out_and_revealed_privately(stage: Stage) -> None:
    first = await stage.ask("derpibooru search", query=TAG)
    assert first.picture is None
    assert "Artist" in first.text
    assert "Reveal" in first.labels

    second = await stage.press(first, "▶")
    assert second.message.id == first.message.id
    revealed = await stage.press(second, "Reveal")
    assert revealed.private
    post = WORLD.media[hidden_picture(revealed)][0]
    assert f"Post {post.id}" in (second.embed.title or "")


async def test_anybody_may_reveal_and_sees_it_alone_also_after_a_restart(stage: Stage) -> None:
    first = await stage.ask("derpibooru random", query=TAG)
    await stage.env.restart_bot(stage.app.new_client())
    revealed = await stage.press(first, "Reveal", member=stage.other)

    assert revealed.private
    hidden_picture(revealed)


async def test_a_post_hidden_since_then_is_not_revealed(stage: Stage) -> None:
    """Reference: safety, 3.6: verified again at each press."""
    first = await stage.ask("derpibooru search", query=TAG)
    await set_rule(stage, Action.HIDE)
    refused = await stage.press(first, "Reveal")

    assert refused.private
    assert refused.gallery == []
    assert refused.picture is None


async def test_who_asked_can_remove_a_gallery_also_after_a_restart(stage: Stage) -> None:
    answer = await stage.ask("derpibooru post", id=spoilered("derpibooru"))
    await stage.env.restart_bot(stage.app.new_client())
    refused = await stage.press(answer, "Remove", member=stage.other)
    assert refused.private
    await stage.press(answer, "Remove")

    assert stage.channel.history() == []


async def test_a_gallery_that_discord_refuses_is_replaced_by_its_credit(stage: Stage) -> None:
    """Fault F41."""
    stage.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=400, code=50035)
    answer = await stage.ask("derpibooru post", id=spoilered("derpibooru"))

    assert "Artist" in answer.text
    assert answer.gallery == []

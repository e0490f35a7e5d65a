"""What members of a Philomena board made and wrote, through the commands: privately (safety, 3.10).

What is in the answers, and what is kept out of them, is told in `tests/ui`.
"""

from typing import Any

import pytest

from bot.catalogue import CATALOGUE
from bot.demo.world_media import view_url
from tests.discord_stage import WORLD, Stage

COMMANDS: dict[str, dict[str, Any]] = {
    "galleries": {"title": "mean", "user": "TealTrotter"},
    "profile": {"user": "Cozy Archivist"},
    "filters": {},
    "forum list": {},
    "forum topics": {"forum": "dis"},
    "forum topic": {"topic": "dis/time-wasting-thread"},
    "forum post": {"post": "2700003"},
}
TAGS = {"tag": {"name": "pegasus"}, "tags": {"pattern": "pega"}}


@pytest.mark.parametrize("board", ["derpibooru", "ponybooru"])
async def test_what_people_made_and_wrote_is_answered_privately_without_pictures(
    stage: Stage, board: str
) -> None:
    comment = next(
        thread[0]
        for number, thread in WORLD.comments[board].items()
        if thread and (post := WORLD.posts(board)[number]).safe and not post.awkward
    )
    numbers = {"comment": {"id": comment.id}, "filter": {"id": 200_002}}
    for command, options in {**COMMANDS, **numbers}.items():
        answer = await stage.ask(f"{board} {command}", **options)

        assert answer.private, command
        assert answer.picture is None
        assert answer.embed.author.name == CATALOGUE[board].title
        assert len(answer.text) > 30


async def test_what_cannot_be_answered_is_said_privately(stage: Stage) -> None:
    for command, options, told in (
        ("profile", {"user": "Nobody Here"}, "cannot tell their number"),
        ("forum topic", {"topic": "dis/swept-under-the-rug"}, "has nothing like that"),
        ("forum topics", {"forum": ".."}, "not an address"),
        ("filter", {"id": 200_003}, "has nothing like that"),
        ("galleries", {"title": 'a" || b'}, "line 1, position 2: the sign"),
        ("tags", {"pattern": "a*b*c*d"}, "more than 2 wildcards"),
        ("gallery", {"id": 7}, "Derpibooru has no such gallery"),
        ("comment", {"id": 999_999_999}, "has nothing like that"),
        ("reverse", {}, "Attach the picture"),
        ("reverse", {"address": "https://evil.example/a.png"}, "no address of anybody else's"),
    ):
        answer = await stage.ask(f"derpibooru {command}", **options)

        assert answer.private, command
        assert told in answer.text
        assert answer.message.embeds == []


async def test_a_gallery_is_paged_through_like_a_search(stage: Stage) -> None:
    gallery = WORLD.galleries["derpibooru"][0]
    answer = await stage.ask("derpibooru gallery", id=gallery.id)
    assert not answer.private
    pictures = [answer.picture]
    for _press in range(2):
        answer = await stage.press(answer, "▶")
        pictures.append(answer.picture)

    places = [gallery.image_ids.index(WORLD.media[url or ""][0].id) for url in pictures]
    assert places == sorted(set(places))
    assert stage.sites.requests["derpibooru"][-1].query["sf"] == f"gallery_id:{gallery.id}"


async def test_the_board_that_is_asked_finds_its_picture(stage: Stage) -> None:
    post = next(one for one in WORLD.posts("ponybooru").values() if one.safe and not one.awkward)
    answer = await stage.ask("ponybooru reverse", address=f"<{view_url(post)}>")

    assert not answer.private
    assert WORLD.media[answer.picture or ""][0].id == post.id
    assert stage.requests("derpibooru") == []


@pytest.mark.parametrize("board", ["derpibooru", "ponybooru", "twibooru"])
async def test_tags_are_looked_for_by_a_part_of_their_name(stage: Stage, board: str) -> None:
    answer = await stage.ask(f"{board} tags", pattern="peg?s*")

    assert answer.private
    assert "**pegasus** · " in answer.text
    assert "**pegasi** → pegasus" in answer.text
    unfit = await stage.ask(f"{board} tags", pattern="explicit")
    assert unfit.text.splitlines()[2] == "Nothing on this page may be shown here."


async def test_a_site_that_the_operator_switched_off_is_asked_for_nothing(stage: Stage) -> None:
    """Reference: safety, 3.9."""
    async with stage.app.store.write() as tx:
        await tx.denials.site_off("derpibooru", by=1)
    stage.app.client.policies.forget_switches()
    for command, options in {**COMMANDS, **TAGS}.items():
        answer = await stage.ask(f"derpibooru {command}", **options)

        assert answer.private
        assert "switched this site off" in answer.text
    assert stage.requests("derpibooru") == []

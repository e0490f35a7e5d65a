"""A site in trouble: one clear private answer, and never a stack."""

import re

import pytest

from bot.catalogue import CATALOGUE
from bot.demo.sites import Mode
from bot.demo.world import WorldPost
from tests.discord_stage import WORLD, Answer, Stage

COMMANDS = {
    "pony random": ("ponyapi", {}),
    "derpibooru search": ("derpibooru", {"query": "mare"}),
    "ponybooru featured": ("ponybooru", {}),
    "twibooru random": ("twibooru", {"query": "mare"}),
    "derpibooru tag": ("derpibooru", {"name": "pegasus"}),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", ["403_html", "truncated", "html200", "deep", "redirect"])
async def test_a_broken_answer_is_told_privately(stage: Stage, command: str, kind: str) -> None:
    """Faults F16 to F19."""
    site, options = COMMANDS[command]
    stage.sites.set_mode(site, Mode(kind=kind))  # type: ignore[arg-type]
    answer = await stage.ask(command, **options)

    assert answer.private
    assert answer.message.embeds == []
    assert "Traceback" not in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("command", ["derpibooru search", "ponybooru featured"])
@pytest.mark.parametrize(("kind", "rest"), [("down_501", 5), ("down_500_empty", 900)])
async def test_a_site_that_asks_for_rest_is_told_with_its_end(
    stage: Stage, command: str, kind: str, rest: float
) -> None:
    """Rule L9, faults F12 and F13: the end as a timestamp of Discord's and as text."""
    site, options = COMMANDS[command]
    stage.sites.set_mode(site, Mode(kind=kind))  # type: ignore[arg-type]
    answer = await stage.ask(command, **options)
    again = await stage.ask(command, **options)

    for told in (answer, again):
        assert told.private
        assert re.search(r"<t:\d+:R>", told.text)
        assert re.search(r"\d\d:\d\d:\d\d UTC", told.text)
    # The end of a short rest is waited for; before it nothing is asked.
    first, *later = stage.sites.requests[site]
    assert all(request.at - first.at >= rest for request in later)


@pytest.mark.parametrize("command", COMMANDS)
async def test_too_many_requests_are_told_with_the_end(stage: Stage, command: str) -> None:
    """Fault F14."""
    site, options = COMMANDS[command]
    stage.sites.set_mode(site, Mode(kind="429", retry_after="120"))
    answer = await stage.ask(command, **options)

    assert answer.private
    assert re.search(r"<t:\d+:R>", answer.text)


async def test_a_press_while_the_site_rests_leaves_the_message_as_it_is(stage: Stage) -> None:
    answer = await stage.ask("derpibooru search", query="mare")
    picture = answer.picture
    await stage.env.restart_bot(stage.app.new_client())
    stage.sites.set_mode("derpibooru", Mode(kind="down_500_empty"))
    pressed = await stage.press(answer, "▶")

    assert pressed.private
    assert re.search(r"<t:\d+:R>", pressed.text)
    assert answer.picture == picture


async def test_about_says_which_site_rests_and_until_when(stage: Stage) -> None:
    stage.sites.set_mode("derpibooru", Mode(kind="down_500_empty"))
    await stage.ask("derpibooru search", query="mare")
    answer = await stage.ask("about")

    assert "Ponybooru**: not asked yet" in answer.text
    assert re.search(r"Derpibooru\*\*: resting, back <t:\d+:R>", answer.text)


async def test_a_slow_site_is_answered_for_in_the_end(stage: Stage) -> None:
    """Fault F10: the acknowledgement does not wait for the site."""
    stage.sites.set_mode("derpibooru", Mode(kind="slow", seconds=1.5))
    answer = await stage.ask("derpibooru search", query="mare")

    assert answer.picture is not None
    callbacks = [body for _m, path, body in stage.bodies() if path.endswith("/callback")]
    assert [body["type"] for body in callbacks] == [5]


async def refused(stage: Stage, board: str, post: WorldPost) -> Answer:
    """Ask for a post whose embed Discord refuses."""
    stage.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=400, code=50035)
    answer = await stage.ask(f"{board} post", id=post.id)
    assert answer.message.embeds == []
    return answer


@pytest.mark.parametrize("board", ["derpibooru", "ponybooru", "twibooru"])
async def test_a_picture_that_discord_refuses_is_replaced_by_its_whole_credit(
    stage: Stage, board: str
) -> None:
    """Fault F41; rules L1 to L4; reference: safety, 4."""
    post = WORLD.odd(board, "http source")
    artist = next(tag for tag in post.tags if tag.startswith("artist:")).partition(":")[2]
    answer = await refused(stage, board, post)

    lines = answer.text.replace("\\", "").splitlines()
    secure = post.sources[0].replace("http:", "https:")
    assert lines[0] == f"Artist: **{artist}**"
    assert lines[1] == f"Source: <{secure}> (`{post.sources[0]}`)"
    own = " · Twibooru <https://twibooru.org/>" if board == "twibooru" else ""
    assert lines[2] == f"Page: <{CATALOGUE[board].page_url(post.id)}>{own}"
    assert answer.labels == ["Open page", "Report", "Remove"]


@pytest.mark.parametrize("label", ["nine sources", "twelve artists", "very long source"])
async def test_what_discord_refused_loses_no_artist_and_no_source(stage: Stage, label: str) -> None:
    """Rules L1 and L2."""
    post = WORLD.odd("derpibooru", label)
    answer = await refused(stage, "derpibooru", post)

    text = answer.text.replace("\\", "")
    for tag in post.tags:
        if tag.startswith("artist:"):
            assert f"**{tag.removeprefix('artist:')}**" in text
    assert post.sources[0][:80] in text
    others = len(post.sources) - 1
    assert (f"(+{others} on the page)" in text) == bool(others)


async def test_a_pony_that_discord_refused_keeps_its_link_to_derpibooru(stage: Stage) -> None:
    """Rule L4; a press of Remove still works without the embed."""
    post = next(post for post in WORLD.posts("ponyapi").values() if post.derpi_id and post.safe)
    stage.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=400, code=50035)
    answer = await stage.ask("pony get", id=post.id)

    assert f"also on Derpibooru: <https://derpibooru.org/images/{post.derpi_id}>" in answer.text
    removed = await stage.press(answer, "Remove")
    assert removed.result.response is None

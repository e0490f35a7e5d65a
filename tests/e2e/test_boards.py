"""`/derpibooru`, `/ponybooru`, `/twibooru`: every command of a board."""

from collections.abc import Iterator

import pytest

from bot.catalogue import CATALOGUE
from bot.demo.world import WorldPost
from tests.discord_stage import WORLD, Answer, Stage

BOARDS = ("derpibooru", "ponybooru", "twibooru")
#: Shapes of credit that the world has on every board, by the words that the answer must have.
CREDITS = {
    "two artists": "Artists:",
    "every role": "Editor",
    "twelve artists": "Artists:",
    "no artist tag at all": "No artist is given",
    "artist needed": "not known yet",
    "anonymous artist": "anonymous",
    "null source": "no source given",
    "nine sources": "Source:",
}


def plain(site: str) -> Iterator[WorldPost]:
    """Yield the ordinary posts of a site."""
    return (post for post in WORLD.posts(site).values() if post.safe and not post.awkward)


def shown(answer: Answer) -> WorldPost:
    """Return the post whose picture an answer shows."""
    assert answer.picture is not None, answer.text
    return WORLD.media[answer.picture][0]


@pytest.mark.parametrize("board", BOARDS)
async def test_search_shows_the_first_result_with_its_pager(stage: Stage, board: str) -> None:
    answer = await stage.ask(f"{board} search", query="mare, cute")

    post = shown(answer)
    assert {"mare", "cute", "safe"} <= set(post.tags)
    assert not answer.private
    assert answer.labels == ["◀", "▶", "Go to…", "Any", "Open page", "Report", "Remove"]
    assert "result 1 of" in answer.text
    assert answer.embed.url == CATALOGUE[board].page_url(post.id)
    assert CATALOGUE[board].title in answer.text


@pytest.mark.parametrize("board", BOARDS)
async def test_search_takes_a_sort(stage: Stage, board: str) -> None:
    answer = await stage.ask(f"{board} search", query="mare", sort="score")

    request = stage.sites.requests[board][-1]
    assert request.query["sf"] == "score"
    following = await stage.press(answer, "▶")
    assert shown(following).score <= shown(answer).score


@pytest.mark.parametrize("board", BOARDS)
async def test_another_random_picture_costs_no_request(stage: Stage, board: str) -> None:
    answer = await stage.ask(f"{board} random", query="mare")
    asked = len(stage.requests(board))
    pictures = {answer.picture}
    for _press in range(5):
        answer = await stage.press(answer, "Another")
        pictures.add(answer.picture)

    assert len(pictures) == 6
    assert len(stage.requests(board)) == asked == 1


@pytest.mark.parametrize("board", BOARDS)
async def test_random_without_a_query_shows_any_safe_picture(stage: Stage, board: str) -> None:
    assert shown(await stage.ask(f"{board} random")).safe


@pytest.mark.parametrize("board", BOARDS)
async def test_a_post_is_shown_by_its_number(stage: Stage, board: str) -> None:
    post = next(plain(board))
    answer = await stage.ask(f"{board} post", id=post.id)

    assert shown(answer).id == post.id
    assert answer.labels == ["Open page", "Report", "Remove"]
    assert answer.embed.image.url in WORLD.media


@pytest.mark.parametrize("board", BOARDS)
async def test_the_featured_post_is_shown(stage: Stage, board: str) -> None:
    assert shown(await stage.ask(f"{board} featured")).id == WORLD.featured(board).id


@pytest.mark.parametrize("board", BOARDS)
async def test_a_tag_is_explained_privately(stage: Stage, board: str) -> None:
    answer = await stage.ask(f"{board} tag", name="pegasus")

    assert answer.private
    assert answer.embed.title == "pegasus"
    assert "have this tag" in answer.text


async def test_an_alias_leads_to_its_tag(stage: Stage) -> None:
    answer = await stage.ask("derpibooru tag", name="pegasi")

    assert answer.embed.title == "pegasus"
    assert "pegasi" in answer.text


@pytest.mark.parametrize("board", BOARDS)
async def test_comments_are_private(stage: Stage, board: str) -> None:
    """Reference: safety, 3.10."""
    post = next(post for post in plain(board) if WORLD.comments[board].get(post.id))
    answer = await stage.ask(f"{board} comments", id=post.id)

    assert answer.private
    assert answer.embed.title == f"Comments on post {post.id}"
    assert answer.picture is None
    assert len(answer.embed.description or "") > 20


@pytest.mark.parametrize("board", BOARDS)
async def test_every_shape_of_credit_is_told(stage: Stage, board: str) -> None:
    """Rules L1 and L2."""
    shapes = [post for post in WORLD.posts(board).values() if post.awkward in CREDITS]
    assert shapes
    for post in shapes:
        answer = await stage.ask(f"{board} post", id=post.id)

        assert CREDITS[post.awkward] in answer.text
        for tag in post.tags:
            if tag.startswith("artist:"):
                assert tag.removeprefix("artist:").split(" ")[0] in answer.text.replace("\\", "")
        assert post.uploader is None or f"**{post.uploader}**" not in answer.text


async def test_a_video_of_twibooru_shows_a_listed_still_or_is_refused(stage: Stage) -> None:
    """Reference: boards, 4: no address is made up."""
    for label, ending in (("webm", "jpeg"), ("webm with sound", "webp"), ("mp4", "webp")):
        answer = await stage.ask("twibooru post", id=WORLD.odd("twibooru", label).id)
        assert (answer.picture or "").endswith(f".{ending}")
    answer = await stage.ask("twibooru post", id=WORLD.odd("twibooru", "mp4 without a still").id)

    assert answer.private
    assert "still" in answer.text


async def test_comments_say_which_page_they_are(stage: Stage) -> None:
    best = max(WORLD.comments["derpibooru"].items(), key=lambda item: len(item[1]))[0]
    answer = await stage.ask("derpibooru comments", id=best)
    assert "page 1 of 3" in (answer.embed.footer.text or "")
    answer = await stage.ask("derpibooru comments", id=best, page=9)
    assert "no page 9" in answer.text


async def test_twibooru_gets_a_link_to_itself(stage: Stage) -> None:
    """Rule L4."""
    answer = await stage.ask("twibooru featured")

    assert "[Twibooru](https://twibooru.org/)" in answer.text


async def test_pictures_have_an_alternative_text(stage: Stage) -> None:
    await stage.ask("derpibooru featured")

    (embed,) = [embed for body in stage.messages() for embed in body.get("embeds") or []]
    assert embed["image"]["description"].startswith("Picture by")


async def test_awkward_posts_are_shown_with_credit_or_refused_privately(stage: Stage) -> None:
    """Whatever a body holds, its answer keeps Discord's limits: the stage checks each."""
    for board in BOARDS:
        for post in WORLD.posts(board).values():
            if post.awkward:
                answer = await stage.ask(f"{board} post", id=post.id)
                assert answer.private != bool(answer.message.embeds), post.awkward

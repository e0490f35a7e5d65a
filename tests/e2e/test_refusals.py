"""What is not shown, and how that is said: privately, with the reason."""

import pytest

from bot.demo.sites import Mode
from tests.discord_stage import WORLD, Stage

BOARDS = ("derpibooru", "ponybooru", "twibooru")
UNFIT = (
    "explicit", "questionable", "suggestive", "grimdark", "grotesque", "safe and explicit",
    "no rating", "hard block", "hard block with safe", "look-alike: Safe",
    "look-alike: fullwidth", "look-alike: zero width", "deleted", "merged",
    "not yet thumbnailed",
)  # fmt: skip


@pytest.mark.parametrize("board", BOARDS)
async def test_an_unfit_post_is_refused_privately(stage: Stage, board: str) -> None:
    """Rules D1 to D3 and L12; reference: safety, 3.5."""
    unfit = [post for post in WORLD.posts(board).values() if post.awkward in UNFIT]
    assert len(unfit) > 10
    for post in unfit:
        answer = await stage.ask(f"{board} post", id=post.id)

        assert answer.private, post.awkward
        assert answer.message.embeds == []
        assert len(answer.text) > 20


@pytest.mark.parametrize("board", BOARDS)
async def test_comments_under_an_unfit_post_are_not_shown(stage: Stage, board: str) -> None:
    """Reference: safety, 3.10."""
    answer = await stage.ask(f"{board} comments", id=WORLD.odd(board, "explicit").id)

    assert answer.private
    assert answer.message.embeds == []
    assert not any("comments" in path for path in stage.requests(board))


@pytest.mark.parametrize("command", ["search", "random"])
@pytest.mark.parametrize(
    "query", ["cute, (mare", "a) || explicit || (b", "filter_id:1", "score.gt:x", "my:faves", 'x"y']
)
async def test_a_query_that_cannot_be_asked_is_pointed_at(
    stage: Stage, command: str, query: str
) -> None:
    """Reference: safety, 3.2."""
    answer = await stage.ask(f"derpibooru {command}", query=query)

    assert answer.private
    assert answer.text.startswith("line 1, position ")
    assert "^" in answer.text
    assert stage.requests("derpibooru") == []


async def test_a_bad_tag_of_the_safe_pony_api_is_pointed_at(stage: Stage) -> None:
    answer = await stage.ask("pony random", tags="cute, -mare")

    assert answer.private
    assert "^" in answer.text
    assert stage.requests("ponyapi") == []


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("command", ["search", "random"])
async def test_nothing_found_is_said_privately(stage: Stage, board: str, command: str) -> None:
    answer = await stage.ask(f"{board} {command}", query="a tag that nothing has")

    assert answer.private
    assert "Nothing was found" in answer.text


@pytest.mark.parametrize("board", BOARDS)
async def test_asking_for_unsafe_tags_finds_nothing(stage: Stage, board: str) -> None:
    """Rule D1."""
    answer = await stage.ask(f"{board} search", query="explicit")

    assert answer.private
    assert answer.message.embeds == []


@pytest.mark.parametrize("board", BOARDS)
async def test_an_unknown_tag_and_an_unknown_post_are_told_privately(
    stage: Stage, board: str
) -> None:
    for answer in (
        await stage.ask(f"{board} tag", name="a tag that nothing has"),
        await stage.ask(f"{board} post", id=9_999_999),
        await stage.ask(f"{board} comments", id=9_999_999),
    ):
        assert answer.private
        assert answer.message.embeds == []


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("command", ["search", "random", "featured"])
async def test_a_site_that_answers_with_unsafe_posts_gets_none_of_them_shown(
    stage: Stage, board: str, command: str
) -> None:
    """Rule D7: whatever a site sends, the verifier decides; the stage checks every picture."""
    stage.sites.set_mode(board, Mode(kind="evil"))
    options = {} if command == "featured" else {"query": "mare"}
    answer = await stage.ask(f"{board} {command}", **options)

    assert answer.private
    assert answer.picture is None


async def test_a_pony_api_that_answers_with_unsafe_posts_gets_none_shown(stage: Stage) -> None:
    """Rule D7."""
    stage.sites.set_mode("ponyapi", Mode(kind="evil"))
    answer = await stage.ask("pony random")

    assert answer.private
    assert answer.message.embeds == []

"""Why a post is not shown, said for each reason that there is (reference: safety, 3.4)."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import Mode, SimulatedSites
from bot.demo.world import World
from bot.safety import SAFE, Policy
from bot.sites import SiteError, Sites, Transport
from bot.ui.answers import NotShownError
from bot.ui.finder import Finder

WORLD = World()
BOARDS = ("derpibooru", "ponybooru", "twibooru")
PHILOMENA = ("derpibooru", "ponybooru")


@pytest.fixture
async def sites() -> AsyncIterator[SimulatedSites]:
    async with SimulatedSites(WORLD) as sites:
        yield sites


@pytest.fixture
async def finder(sites: SimulatedSites) -> AsyncIterator[Finder]:
    transport = Transport(SYSTEM_CLOCK, allow_loopback_http=True, jitter=lambda: 0.0)
    async with Sites(sites.catalogue, transport) as clients:
        yield Finder(clients, SYSTEM_CLOCK)


async def reason(finder: Finder, board: str, post_id: int, policy: Policy = SAFE) -> str:
    with pytest.raises((NotShownError, SiteError)) as caught:
        await finder.post(board, post_id, policy)
    assert isinstance(caught.value, NotShownError | SiteError)
    return caught.value.message


@pytest.mark.parametrize("board", BOARDS)
async def test_every_refusal_says_its_reason_and_names_no_tag(finder: Finder, board: str) -> None:
    expected = {
        "explicit": "rating does not fit this channel",
        "grimdark": "Violent art is not shown here",
        "hard block": "never shown anywhere",
        "safe and explicit": "rating does not fit this channel",
        "deleted": "deleted from the site",
    }
    for awkward, words in expected.items():
        post = WORLD.odd(board, awkward)
        told = await reason(finder, board, post.id)
        assert words in told, awkward
        assert not [tag for tag in post.tags if tag in told.lower()]


@pytest.mark.parametrize("board", BOARDS)
async def test_a_merged_post_names_the_one_that_it_went_into(finder: Finder, board: str) -> None:
    post = WORLD.odd(board, "merged")

    assert f"merged into post {post.duplicate_of}." in await reason(finder, board, post.id)


async def test_a_post_that_is_not_there_is_told_without_other_guesses(finder: Finder) -> None:
    assert await reason(finder, "derpibooru", 9_999_999) == "Derpibooru has no post 9999999."


@pytest.mark.parametrize("board", PHILOMENA)
async def test_a_rule_of_the_server_is_told_in_its_own_words(finder: Finder, board: str) -> None:
    post = WORLD.odd(board, "explicit")
    strict = Policy(denied_posts=frozenset({(board, post.id)}))

    assert "operator took this post out" in await reason(finder, board, post.id, strict)


@pytest.mark.parametrize("board", PHILOMENA)
async def test_what_only_the_board_keeps_back_is_never_shown_all_the_same(
    finder: Finder, board: str
) -> None:
    """A body by id passes by the board's filter and its approval: it verifies, and stays here."""
    post = next(post for post in WORLD.posts(board).values() if not post.awkward and post.safe)
    WORLD.change(board, replace(post, approved=False))
    try:
        told = await reason(finder, board, post.id)
        with pytest.raises(NotShownError) as caught:
            await finder.unverified(board, post.id, SAFE)
    finally:
        WORLD.change(board, post)

    assert "keeps this post back itself" in told
    assert caught.value.message == told


@pytest.mark.parametrize("board", PHILOMENA)
async def test_what_rules_make_of_a_post_that_the_board_keeps_back_can_still_be_said(
    finder: Finder, board: str
) -> None:
    post = WORLD.odd(board, "explicit")

    assert (await finder.unverified(board, post.id, SAFE)).id == post.id


async def test_a_board_that_ignores_every_query_gets_nothing_shown(
    finder: Finder, sites: SimulatedSites
) -> None:
    """Rule D7."""
    sites.set_mode("derpibooru", Mode(kind="evil"))
    post = next(post for post in WORLD.posts("derpibooru").values() if post.safe)

    assert "keeps this post back itself" in await reason(finder, "derpibooru", post.id)


async def test_a_board_that_fails_to_give_its_reason_leaves_the_general_one(
    finder: Finder, sites: SimulatedSites
) -> None:
    sites.set_mode("derpibooru", Mode(kind="500", path="/api/v1/json/images"))
    told = await reason(finder, "derpibooru", WORLD.odd("derpibooru", "explicit").id)

    assert "it does not exist, is hidden, or is rated other" in told

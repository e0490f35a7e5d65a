"""Reverse search: which addresses boards are given, which boards, and what is made of answers."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from typing import Any

import discord
import pytest
from msgspec import structs

from bot.catalogue import CATALOGUE
from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import Mode, SimulatedSites
from bot.demo.world import World, WorldPost
from bot.demo.world_media import all_urls
from bot.safety import SAFE
from bot.sites import SiteError, Sites, Transport
from bot.ui.answers import NotShownError
from bot.ui.finder import Finder
from bot.ui.lookalike import find_picture, picture_for, picture_given

CDN = "https://cdn.discordapp.com/attachments/1/2/a.png?ex=6&is=6&hm=abc&"
DERPICDN = "https://derpicdn.net/img/view/2012/1/2/3.png"


@pytest.fixture
async def sites() -> AsyncIterator[SimulatedSites]:
    async with SimulatedSites(World()) as sites:
        yield sites


@pytest.fixture
async def finder(sites: SimulatedSites) -> AsyncIterator[Finder]:
    transport = Transport(SYSTEM_CLOCK, allow_loopback_http=True)
    async with Sites(sites.catalogue, transport) as clients:
        yield Finder(clients, SYSTEM_CLOCK)


def first(posts: Iterable[WorldPost], *tags: str) -> WorldPost:
    """Return an ordinary post that has all the tags."""
    return next(post for post in posts if not post.awkward and set(tags) <= set(post.tags))


def searches(sites: SimulatedSites, board: str) -> list[str]:
    """Return the distance of each reverse search that a board was asked for."""
    asked = [one for one in sites.requests[board] if one.path.endswith("/search/reverse")]
    return [one.query["distance"] for one in asked]


@pytest.mark.parametrize(
    ("addresses", "taken"),
    [
        ([CDN], CDN),
        (["https://media.discordapp.net/attachments/1/2/a.png"], None),
        ([DERPICDN], None),
        (["https://pones.theponyapi.com/file/ponies/9/full"], None),
        (["https://evil.example/a.png", CDN], CDN),
    ],
)
def test_discords_own_addresses_and_the_sites_are_passed_on(
    addresses: list[str], taken: str | None
) -> None:
    assert picture_for(addresses, CATALOGUE.values()) == (taken or addresses[0])


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/a.png",
        "https://cdn.discordapp.com.evil.example/a.png",
        "https://cdn.discordapp.com@evil.example/a.png",
        "https://user@cdn.discordapp.com/a.png",
        "https://cdn.discordapp.com:8443/a.png",
        "http://cdn.discordapp.com/a.png",
        "https://images-ext-1.discordapp.net/external/a/https/evil.example/a.png",
        "https://127.0.0.1/a.png",
        "https://localhost/a.png",
        "attachment://a.png",
    ],
)
def test_no_address_of_anybody_elses_is_passed_on(address: str) -> None:
    """Reference: safety, 4 and 5."""
    with pytest.raises(NotShownError, match="on Discord, or that are on Derpibooru, Ponybooru"):
        picture_for([address], CATALOGUE.values())


def attached(content_type: str) -> discord.Attachment:
    data: Any = {
        "id": "1", "filename": "a", "size": 1, "url": CDN, "proxy_url": CDN,
        "content_type": content_type,
    }  # fmt: skip
    client = discord.Client(intents=discord.Intents.none())
    return discord.Attachment(data=data, state=client._connection)


async def test_what_is_attached_comes_before_an_address() -> None:
    """Reference: safety, 5: a Discord attachment is preferred."""
    sites = tuple(CATALOGUE.values())
    assert picture_given(attached("image/png"), DERPICDN, sites) == CDN
    assert picture_given(None, f" <{DERPICDN}>", sites) == DERPICDN
    for image, address, reason in (
        (attached("text/plain"), DERPICDN, "is no picture"),
        (None, None, "Attach the picture"),
        (None, "https://evil.example/a.png", "no address of anybody else's"),
    ):
        with pytest.raises(NotShownError, match=reason):
            picture_given(image, address, sites)


def test_a_message_without_a_picture_is_told_so() -> None:
    with pytest.raises(NotShownError, match="no picture"):
        picture_for([], CATALOGUE.values())


async def test_another_board_is_asked_only_where_the_first_found_nothing(
    finder: Finder, sites: SimulatedSites
) -> None:
    post = first(sites.world.posts("derpibooru").values(), "safe")
    found = await find_picture(finder, next(iter(all_urls(post))), SAFE)
    assert (found.post.post.id, found.note) == (post.id, "the same picture")
    assert searches(sites, "derpibooru") == ["0.25"]
    assert searches(sites, "ponybooru") == []

    with pytest.raises(NotShownError, match="found on Derpibooru, Ponybooru"):
        await find_picture(finder, CDN, SAFE)
    assert searches(sites, "derpibooru") == ["0.25", "0.25", "0.5"]
    assert searches(sites, "ponybooru") == ["0.25", "0.5"]


@pytest.mark.parametrize("change", [{"tags": ("explicit", "mare")}, {"approved": False}])
async def test_a_picture_that_may_not_be_shown_is_not_replaced_by_a_similar_one(
    finder: Finder, sites: SimulatedSites, change: dict[str, Any]
) -> None:
    """Reference: safety, 3.4: reverse search ignores filters and brings what is not approved."""
    post = first(sites.world.posts("derpibooru").values(), "safe")
    sites.world.change("derpibooru", replace(post, **change))
    with pytest.raises(NotShownError, match="may be shown"):
        await find_picture(finder, next(iter(all_urls(post))), SAFE)
    assert searches(sites, "derpibooru") == searches(sites, "ponybooru") == ["0.25"]


async def test_answers_of_a_board_that_brings_what_it_likes_are_never_let_out(
    finder: Finder, sites: SimulatedSites
) -> None:
    """Rule D7."""
    for board in ("derpibooru", "ponybooru"):
        sites.set_mode(board, Mode(kind="evil"))
    with pytest.raises(NotShownError, match="may be shown"):
        await find_picture(finder, CDN, SAFE)


async def test_a_board_that_fails_does_not_keep_the_others_from_answering(
    finder: Finder, sites: SimulatedSites
) -> None:
    post = first(sites.world.posts("ponybooru").values(), "safe")
    sites.set_mode("derpibooru", Mode(kind="500"))
    found = await find_picture(finder, next(iter(all_urls(post))), SAFE)
    assert found.post.post.key == f"ponybooru:{post.id}"
    with pytest.raises(NotShownError, match=r"found on Ponybooru\.\n.*Derpibooru"):
        await find_picture(finder, CDN, SAFE)
    sites.set_mode("ponybooru", Mode(kind="500"))
    with pytest.raises(SiteError):
        await find_picture(finder, CDN, SAFE)


async def test_nobody_is_asked_where_the_operator_said_no(
    finder: Finder, sites: SimulatedSites
) -> None:
    """Reference: safety, 3.9."""
    stopped = structs.replace(SAFE, panic=True)
    off = structs.replace(SAFE, sites_off=frozenset({"derpibooru", "ponybooru"}))
    for policy, reason in ((stopped, "stopped all pictures"), (off, "switched off")):
        with pytest.raises(NotShownError, match=reason):
            await find_picture(finder, CDN, policy)
    assert not any(sites.requests.values())

"""oEmbed answers: the boards' own spellings, and how long they hold (rule L5; boards, 1.6, 4a)."""

from typing import Any

import pytest
from msgspec import UNSET

from bot.catalogue import Limit
from bot.sites import CATALOGUE, BadResponse, PhilomenaBoard, Transport
from bot.sites.asking import Asker
from bot.sites.oembed import OEmbeds, read_oembed
from bot.sites.philomena_routes import OEMBED
from tests.clock import MovableClock
from tests.sites.bodies import capture
from tests.sites.conftest import Server, at, body

FACTS: dict[str, Any] = {
    "version": "1.0",
    "type": "photo",
    "title": "#101 - safe",
    "author_name": "",
    "author_url": "",
    "provider_name": "Derpibooru",
    "provider_url": "https://derpibooru.org",
    "cache_age": 7200,
    "derpibooru_id": 101,
    "derpibooru_score": 3,
    "derpibooru_comments": 2,
    "derpibooru_tags": ["safe"],
}


@pytest.mark.parametrize("name", ["derpibooru", "ponybooru", "twibooru"])
def test_facts_stand_under_the_sites_own_name(name: str) -> None:
    own = {key.replace("derpibooru_", f"{name}_"): value for key, value in FACTS.items()}
    facts = read_oembed(own, CATALOGUE[name])
    assert (facts.post_id, facts.score, facts.comments, facts.tags) == (101, 3, 2, ("safe",))
    assert (facts.url, facts.width) == (UNSET, UNSET)


def test_facts_under_no_name_or_another_sites_are_not_believed() -> None:
    facts = read_oembed({**FACTS, "score": 9, "post_id": 9}, CATALOGUE["ponybooru"])
    assert (facts.post_id, facts.score) == (UNSET, UNSET)


@pytest.mark.parametrize("wrong", [[], None, {**FACTS, "derpibooru_tags": [1]}])
def test_f18_what_is_no_oembed_is_refused(wrong: object) -> None:
    with pytest.raises(BadResponse, match="oembed"):
        read_oembed(wrong, CATALOGUE["derpibooru"])


def test_the_shape_of_the_servers_own_tests_decodes() -> None:
    facts = read_oembed(capture("philomena-source-shapes/oembed.json"), CATALOGUE["derpibooru"])
    assert (facts.post_id, facts.author_name, facts.cache_age) == (101, "labra", 7200)
    assert facts.thumbnail_url == "https://derpibooru.org/img/2026/7/10/101/full.png"
    assert facts.tags == ("artist:labra", "safe")


async def test_l5_an_answer_holds_for_its_cache_age(
    server: Server, transport: Transport, clock: MovableClock
) -> None:
    board = PhilomenaBoard(at(server), transport)
    server.says(200, body(**FACTS))
    url = "https://derpibooru.org/images/101"
    first = await board.oembed(url)
    clock.advance(7199)
    assert await board.oembed(url) is first
    assert server.count == 1
    await board.oembed("https://derpicdn.net/img/view/2026/7/10/101.png")
    clock.advance(2)
    await board.oembed(url)
    assert server.count == 3


async def test_only_so_many_answers_are_kept(server: Server, transport: Transport) -> None:
    site = at(server, "derpibooru", Limit("/", 1000, 1.0))
    oembeds = OEmbeds(site, Asker(site, transport), most=2)
    server.says(200, body(**FACTS))
    for number in (1, 2, 3, 2, 3, 1):
        await oembeds.ask(OEMBED, {"url": f"https://derpibooru.org/images/{number}"})
    assert server.count == 4

"""Every route of a Philomena board, against the simulated ones (seeds S1, S3; boards, 1)."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from msgspec import UNSET

from bot.demo.sites import SimulatedSites
from bot.demo.world_people import OPERATOR
from bot.posts.model import Intensities
from bot.sites import (
    BadQuery,
    BadRequest,
    BadResponse,
    KeyRefused,
    NotFound,
    PhilomenaBoard,
    Sites,
    Sort,
    Transport,
)
from bot.sites.philomena_routes import ROUTES
from bot.sites.routes import Route
from tests.sites.conftest import Server, at, body
from tests.sites.simulated import LINK, TAGS, asked, clients, file, shown, talked_about, world

TOPIC = "sfw-artists-group-chat"


async def _forum_post(board: PhilomenaBoard) -> Any:
    return await board.forum_post((await board.topic_posts("art", TOPIC)).items[0].id)


async def _topic_post(board: PhilomenaBoard) -> Any:
    first = (await board.topic_posts("art", TOPIC)).items[0]
    return await board.topic_post("art", TOPIC, first.id)


async def _tags_by_ids(board: PhilomenaBoard) -> Any:
    return await board.tags_by_ids([(await board.tag("safe")).id])


CALLS: dict[str, Callable[[PhilomenaBoard], Awaitable[Any]]] = {
    "comment": lambda board: board.comment(talked_about(board.site.name)[1].id),
    "image": lambda board: board.image(shown(board.site.name).id),
    "featured": lambda board: board.featured(),
    "tag_by_slug": lambda board: board.tag_by_slug("safe"),
    "forum_post": _forum_post,
    "profile": lambda board: board.profile(OPERATOR.id),
    "filter": lambda board: board.filter(board.site.site_filter or 0),
    "system_filters": lambda board: board.system_filters(),
    "user_filters": lambda board: board.user_filters(),
    "oembed": lambda board: board.oembed(
        f"https://{board.site.domain}/images/{shown(board.site.name).id}"
    ),
    "search_comments": lambda board: board.search_comments("*"),
    "search_galleries": lambda board: board.search_galleries("*"),
    "search_posts": lambda board: board.search_posts("*"),
    "search": lambda board: board.search("safe"),
    "search_tags": lambda board: board.search_tags("*"),
    "search_filters": lambda board: board.search_filters("*"),
    "reverse": lambda board: board.reverse(file(shown(board.site.name))),
    "forums": lambda board: board.forums(),
    "forum": lambda board: board.forum("art"),
    "topics": lambda board: board.topics("art"),
    "topic": lambda board: board.topic("art", TOPIC),
    "topic_posts": lambda board: board.topic_posts("art", TOPIC),
    "topic_post": _topic_post,
    "complete_tags": lambda board: board.complete_tags("twi"),
    "tags_by_ids": _tags_by_ids,
}


@pytest.mark.parametrize("name", ["derpibooru", "ponybooru"])
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.reads], ids=lambda route: route.name
)
async def test_every_route_that_reads_is_asked_for_as_documented(
    sites: tuple[Sites, SimulatedSites], route: Route, name: str
) -> None:
    board = sites[0].boards[name]
    assert isinstance(board, PhilomenaBoard)
    assert await CALLS[route.call](board)
    assert asked(sites[1].requests[name], route)


async def test_filters_are_the_sites_the_owners_or_found(derpibooru: PhilomenaBoard) -> None:
    everything = await derpibooru.filter(56027)
    assert (everything.name, everything.system, everything.hidden_tag_ids) == (
        "Everything",
        True,
        (),
    )
    assert everything.page_url == "https://derpibooru.org/filters/56027"
    system = await derpibooru.system_filters(per_page=2)
    assert everything in (await derpibooru.system_filters()).items
    assert (len(system.items), system.is_last) == (2, False)
    own = await derpibooru.user_filters()
    assert {one.user_id for one in own.items} == {OPERATOR.id}
    found = await derpibooru.search_filters("name:everything")
    assert everything in found.items
    with pytest.raises(NotFound):
        await derpibooru.filter(1)


async def test_the_owners_filters_need_a_key() -> None:
    """Fault F15."""
    async with clients(key=None) as (sites, simulated):
        board = sites.boards["derpibooru"]
        assert isinstance(board, PhilomenaBoard)
        with pytest.raises(BadRequest, match="key"):
            await board.user_filters()
        assert simulated.requests["derpibooru"] == []
    async with clients(key="wrong") as (sites, _simulated):
        board = sites.boards["derpibooru"]
        assert isinstance(board, PhilomenaBoard)
        with pytest.raises(KeyRefused):
            await board.user_filters()


async def test_a_key_goes_only_where_the_route_takes_one(
    sites: tuple[Sites, SimulatedSites], derpibooru: PhilomenaBoard
) -> None:
    """Seeds S1, S3, Allowed Query Parameters; what they leave out: boards, 1.1."""
    for call in CALLS.values():
        await call(derpibooru)
    keyed = {route.call for route in ROUTES if "key" in route.takes and route.reads}
    assert keyed == {
        "image", "featured", "filter", "user_filters", "search_comments", "search_galleries",
        "search_posts", "search", "search_filters", "reverse",
    }  # fmt: skip
    for route in ROUTES:
        if route.reads:
            assert asked(sites[1].requests["derpibooru"], route), route.title
    with_key = [one.path for one in sites[1].requests["derpibooru"] if "key" in one.query]
    assert len(with_key) == len(keyed)


async def test_an_image_by_id_is_whatever_it_shows(derpibooru: PhilomenaBoard) -> None:
    post = shown()
    image = await derpibooru.image(post.id, filter_id=100073)
    assert (image.id, image.tags) == (post.id, post.tags)
    assert isinstance(image.intensities, Intensities)
    hidden = next(one for one in world().posts("derpibooru").values() if one.duplicate_of)
    merged = await derpibooru.image(hidden.id)
    assert (merged.hidden_from_users, merged.duplicate_of) == (True, hidden.duplicate_of)
    with pytest.raises(NotFound):
        await derpibooru.image(9)


async def test_galleries_are_found_and_their_images_sorted_by_them(sites: Any) -> None:
    """Both spellings of the creator; reference: boards, 1.1 and 1.6."""
    for name in ("derpibooru", "ponybooru"):
        board = sites[0].boards[name]
        known = {one.id: one for one in world().galleries[name]}
        found = await board.search_galleries("*")
        assert {one.id for one in found.items} == set(known)
        for gallery in found.items:
            owner = known[gallery.id].owner
            assert gallery.creator_id == (owner.id if owner else None)
            assert gallery.page_url.endswith(f"/galleries/{gallery.id}")
        gallery = found.items[0]
        order = Sort("gallery", f"gallery_id:{gallery.id}", "desc", "As in the gallery")
        inside = await board.search(f"gallery_id:{gallery.id}", sort=order)
        assert {post.id for post in inside.posts} <= set(known[gallery.id].image_ids)
        assert inside.posts


async def test_tags_are_completed_and_named_by_number(derpibooru: PhilomenaBoard) -> None:
    found = await derpibooru.complete_tags("twi", limit=2)
    assert 1 <= len(found) <= 2
    assert all(isinstance(one.images, int) for one in found)
    table = world().tags["derpibooru"]
    alias = next(tag for tag in table.by_name.values() if tag.aliased_tag and tag.name.isascii())
    suggested = await derpibooru.complete_tags(alias.name)
    assert (alias.name, alias.aliased_tag) in [(one.alias, one.canonical) for one in suggested]
    safe = await derpibooru.tag_by_slug("safe")
    named = await derpibooru.tags_by_ids([safe.id, 999_999_999])
    assert [(one.id, one.name, one.images) for one in named] == [(safe.id, "safe", safe.images)]
    listed = await derpibooru.search_tags("category:rating")
    assert safe in listed.items


async def test_a_tag_tells_what_its_artist_does_not_want(derpibooru: PhilomenaBoard) -> None:
    with_wishes = next(tag for tag in world().tags["derpibooru"].by_name.values() if tag.dnp)
    tag = await derpibooru.tag_by_slug(with_wishes.slug)
    assert [one.dnp_type for one in tag.dnp_entries] == list(with_wishes.dnp)
    assert isinstance(tag.dnp_entries[0].created_at, datetime)


async def test_reverse_search_takes_an_address_or_a_file(derpibooru: PhilomenaBoard) -> None:
    post = shown()
    by_url = await derpibooru.reverse(file(post), distance=0.0, limit=5)
    assert post.id in [one.id for one in by_url.posts]
    content = world().picture(file(post))[1]
    by_file = await derpibooru.reverse(file=content, limit=50)
    assert post.id in [one.id for one in by_file.posts]
    assert (await derpibooru.reverse(file=b"no picture")).posts == ()


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("reverse", {}),
        ("reverse", {"url": LINK, "file": b"x"}),
        ("reverse", {"url": "http://example.com/a.png"}),
        ("reverse", {"url": LINK, "distance": 1.1}),
        ("reverse", {"url": LINK, "distance": float("nan")}),
        ("reverse", {"url": LINK, "limit": 51}),
        ("reverse", {"file": b""}),
        pytest.param("reverse", {"file": b"x" * (5 * 1024 * 1024 + 1)}, id="big file"),
        ("oembed", {"url": "https://example.com/1"}),
        ("oembed", {"url": "http://derpibooru.org/images/1"}),
        ("oembed", {"url": "https://["}),
        ("complete_tags", {"term": "tw"}),
        ("complete_tags", {"term": "twi", "limit": 11}),
        ("tags_by_ids", {"ids": []}),
        ("tags_by_ids", {"ids": range(1, 52)}),
        ("tags_by_ids", {"ids": [0]}),
        ("topics", {"short_name": "art", "per_page": 51}),
        ("forum", {"short_name": ".."}),
        ("forum", {"short_name": ""}),
        pytest.param("forum", {"short_name": "\ud800"}, id="surrogate"),
        ("forum_post", {"post_id": 0}),
        ("image", {"image_id": 1, "filter_id": -1}),
        ("search_tags", {"q": "*", "page": 0}),
        ("search_comments", {"q": " "}),
        ("upload", {"url": "no", "tags": TAGS}),
        ("upload", {"url": LINK, "tags": ""}),
    ],
)
async def test_what_no_route_takes_is_refused_before_any_request(
    sites: tuple[Sites, SimulatedSites],
    derpibooru: PhilomenaBoard,
    call: str,
    arguments: dict[str, Any],
) -> None:
    with pytest.raises(BadRequest):
        await getattr(derpibooru, call)(**arguments)
    assert sites[1].requests["derpibooru"] == []


async def test_an_object_of_another_shape_is_named(server: Server, transport: Transport) -> None:
    """Fault F18."""
    server.says(200, body(forum={"short_name": 1}, forums={}))
    board = PhilomenaBoard(at(server), transport)
    for call, field in ((board.forum("art"), "forum.short_name"), (board.forums(), "forums.")):
        with pytest.raises(BadResponse) as caught:
            await call
        assert caught.value.field.startswith(field)


async def test_a_bad_query_is_the_boards_own_word_in_every_search(
    derpibooru: PhilomenaBoard,
) -> None:
    for search in (
        derpibooru.search,
        derpibooru.search_comments,
        derpibooru.search_posts,
        derpibooru.search_tags,
    ):
        with pytest.raises(BadQuery) as caught:
            await search(")")
        assert isinstance(caught.value.told, dict)


async def test_what_ponybooru_does_not_say_is_unknown(sites: tuple[Sites, SimulatedSites]) -> None:
    """Reference: boards, 4a."""
    board = sites[0].boards["ponybooru"]
    post = (await board.search("safe")).posts[0]
    assert (post.animated, post.size, post.duration) == (UNSET, UNSET, UNSET)

"""Every route of a Philomena board, against the simulated ones (seeds S1, S3; boards, 1)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Any

import pytest
from msgspec import UNSET

from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import BANNED_KEY
from bot.demo.world import World
from bot.demo.world_people import MEMBERS, OPERATOR
from bot.demo.world_post import WorldPost
from bot.posts.model import Intensities, Post
from bot.sites import (
    BadQuery,
    BadRequest,
    BadResponse,
    KeyRefused,
    NotFound,
    PhilomenaBoard,
    Refused,
    Sites,
    Sort,
    Transport,
    UploadRefused,
)
from bot.sites.philomena_routes import ROUTES
from bot.sites.routes import Route
from tests.sites.conftest import Server, at, body
from tests.sites.simulated import asked, clients, world

TAGS = "safe, artist:somebody, pony, mare"
LINK = "https://example.com/files/new.png"


@pytest.fixture
async def sites() -> AsyncIterator[tuple[Sites, SimulatedSites]]:
    async with clients() as found:
        yield found


@pytest.fixture
def board(sites: tuple[Sites, SimulatedSites]) -> PhilomenaBoard:
    found = sites[0].boards["derpibooru"]
    assert isinstance(found, PhilomenaBoard)
    return found


def shown(site: str = "derpibooru") -> WorldPost:
    """Return a post that anybody may find."""
    return next(
        post
        for post in world().posts(site).values()
        if not post.hidden and post.approved and post.thumbnails_generated
    )


def talked_about(site: str = "derpibooru") -> tuple[int, Any]:
    """Return a shown post and its first comment."""
    posts = world().posts(site)
    return next(
        (number, thread[0])
        for number, thread in world().comments[site].items()
        if thread and number in posts and not posts[number].hidden and not thread[0].hidden
    )


TOPIC = "sfw-artists-group-chat"


def file(post: WorldPost) -> str:
    """Return the address of a post's file."""
    return next(url for url, (one, *_rest) in world().media.items() if one is post)


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


async def test_forums_topics_and_posts_lead_to_each_other(board: PhilomenaBoard) -> None:
    forums = await board.forums()
    assert [forum.short_name for forum in forums.items] == ["art", "dis", "meta"]
    forum = await board.forum("art")
    assert forum == forums.items[0]
    assert forum.page_url == "https://derpibooru.org/forums/art"
    assert isinstance(forum.description, str)
    topics = await board.topics("art", per_page=1)
    topic = await board.topic("art", topics.items[0].slug)
    assert (topics.total, topics.is_last) == (forum.topic_count, forum.topic_count == 1)
    assert topic == topics.items[0]
    assert topic.page_url == f"https://derpibooru.org/forums/art/topics/{topic.slug}"
    assert isinstance(topic.last_replied_to_at, datetime)
    posts = await board.topic_posts("art", topic.slug, per_page=5)
    post = await board.topic_post("art", topic.slug, posts.items[0].id)
    assert post == posts.items[0]
    assert post.page_url.endswith(
        f"/forums/art/topics/{topic.slug}?post_id={post.id}#post_{post.id}"
    )
    same = await board.forum_post(post.id)
    assert (same.body, same.page_url) == (post.body, "")
    found = await board.search_posts(f"id:{post.id}")
    assert (found.total, found.items[0].id) == (1, post.id)
    with pytest.raises(NotFound):
        await board.forum("nowhere")
    with pytest.raises(NotFound):
        await board.topic("art", "nothing")
    assert (await board.topics("nowhere")).items == ()


async def test_a_comment_is_read_alone_and_found_by_search(board: PhilomenaBoard) -> None:
    number, written = talked_about()
    comment = await board.comment(written.id)
    assert (comment.body, comment.author, comment.image_id) == (
        written.body,
        written.author,
        number,
    )
    assert comment.page_url == f"https://derpibooru.org/images/{number}#comment_{written.id}"
    # Pictures of people are no addresses of ours where they are `data:` URIs (safety, 3.10).
    assert comment.avatar is None
    found = await board.search_comments(f"id:{written.id}")
    assert found.comments == (comment,)
    assert comment in (await board.comments(number)).comments
    with pytest.raises(NotFound):
        await board.comment(1)


async def test_a_comment_under_a_hidden_image_is_refused_and_the_key_kept(
    sites: tuple[Sites, SimulatedSites], board: PhilomenaBoard
) -> None:
    """The route takes no key (seeds S1, S3), so its empty 403 says nothing of one (F15)."""
    hidden = next(
        thread[0]
        for number, thread in world().comments["derpibooru"].items()
        if thread and world().posts("derpibooru")[number].hidden
    )
    with pytest.raises(Refused) as refused:
        await board.comment(hidden.id)
    assert not isinstance(refused.value, KeyRefused)
    assert (await board.user_filters()).items
    assert all(one.reason == "" for one in sites[0].status())


async def test_a_profile_has_links_and_awards(board: PhilomenaBoard) -> None:
    for number, member in MEMBERS.items():
        if member.deactivated:
            with pytest.raises(NotFound):
                await board.profile(number)
            continue
        user = await board.profile(number)
        assert (user.id, user.name) == (number, member.name)
        assert user.page_url.startswith("https://derpibooru.org/profiles/")
        assert (len(user.links), len(user.awards)) == (len(member.links), len(member.awards))
        assert all(isinstance(award.awarded_on, datetime) for award in user.awards)


async def test_filters_are_the_sites_the_owners_or_found(board: PhilomenaBoard) -> None:
    everything = await board.filter(56027)
    assert (everything.name, everything.system, everything.hidden_tag_ids) == (
        "Everything",
        True,
        (),
    )
    assert everything.page_url == "https://derpibooru.org/filters/56027"
    system = await board.system_filters(per_page=2)
    assert everything in (await board.system_filters()).items
    assert (len(system.items), system.is_last) == (2, False)
    own = await board.user_filters()
    assert {one.user_id for one in own.items} == {OPERATOR.id}
    found = await board.search_filters("name:everything")
    assert everything in found.items
    with pytest.raises(NotFound):
        await board.filter(1)


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
    sites: tuple[Sites, SimulatedSites], board: PhilomenaBoard
) -> None:
    """Seeds S1, S3, Allowed Query Parameters; what they leave out: boards, 1.1."""
    for call in CALLS.values():
        await call(board)
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


async def test_an_image_by_id_is_whatever_it_shows(board: PhilomenaBoard) -> None:
    post = shown()
    image = await board.image(post.id, filter_id=100073)
    assert (image.id, image.tags) == (post.id, post.tags)
    assert isinstance(image.intensities, Intensities)
    hidden = next(one for one in world().posts("derpibooru").values() if one.duplicate_of)
    merged = await board.image(hidden.id)
    assert (merged.hidden_from_users, merged.duplicate_of) == (True, hidden.duplicate_of)
    with pytest.raises(NotFound):
        await board.image(9)


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


async def test_tags_are_completed_and_named_by_number(board: PhilomenaBoard) -> None:
    found = await board.complete_tags("twi", limit=2)
    assert 1 <= len(found) <= 2
    assert all(isinstance(one.images, int) for one in found)
    table = world().tags["derpibooru"]
    alias = next(tag for tag in table.by_name.values() if tag.aliased_tag and tag.name.isascii())
    suggested = await board.complete_tags(alias.name)
    assert (alias.name, alias.aliased_tag) in [(one.alias, one.canonical) for one in suggested]
    safe = await board.tag_by_slug("safe")
    named = await board.tags_by_ids([safe.id, 999_999_999])
    assert [(one.id, one.name, one.images) for one in named] == [(safe.id, "safe", safe.images)]
    listed = await board.search_tags("category:rating")
    assert safe in listed.items


async def test_a_tag_tells_what_its_artist_does_not_want(board: PhilomenaBoard) -> None:
    with_wishes = next(tag for tag in world().tags["derpibooru"].by_name.values() if tag.dnp)
    tag = await board.tag_by_slug(with_wishes.slug)
    assert [one.dnp_type for one in tag.dnp_entries] == list(with_wishes.dnp)
    assert isinstance(tag.dnp_entries[0].created_at, datetime)


async def test_reverse_search_takes_an_address_or_a_file(board: PhilomenaBoard) -> None:
    post = shown()
    by_url = await board.reverse(file(post), distance=0.0, limit=5)
    assert post.id in [one.id for one in by_url.posts]
    content = world().picture(file(post))[1]
    by_file = await board.reverse(file=content, limit=50)
    assert post.id in [one.id for one in by_file.posts]
    assert (await board.reverse(file=b"no picture")).posts == ()


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
    board: PhilomenaBoard,
    call: str,
    arguments: dict[str, Any],
) -> None:
    with pytest.raises(BadRequest):
        await getattr(board, call)(**arguments)
    assert sites[1].requests["derpibooru"] == []


async def test_an_upload_is_json_with_the_link_and_the_key() -> None:
    """Rule L16: nothing leaves the machine; seeds S1, S3, Posting Images."""
    async with clients(World()) as (sites, simulated):
        board = sites.boards["derpibooru"]
        assert isinstance(board, PhilomenaBoard)
        post = await board.upload(LINK, tags=TAGS, source_url="https://a.example/1")
        assert isinstance(post, Post)
        assert set(post.tags) == {"safe", "artist:somebody", "pony", "mare"}
        assert (post.sources, post.thumbnails_generated) == (("https://a.example/1",), False)
        request = simulated.requests["derpibooru"][-1]
        assert (request.method, set(request.query)) == ("POST", {"key"})
        assert request.headers["Content-Type"] == "application/json"
        assert (await board.image(post.id)).id == post.id
        with pytest.raises(UploadRefused) as caught:
            await board.upload("https://example.com/files/other.png", tags="pony")
        assert len(caught.value.errors.tag_input) == 2
        assert caught.value.errors.image == ()
        assert len(simulated.requests["derpibooru"]) == 3


async def test_an_upload_that_is_refused_without_reasons_is_a_bad_query(
    server: Server, transport: Transport
) -> None:
    server.says(400, body(error="Bad Request"))
    with pytest.raises(BadQuery) as caught:
        await PhilomenaBoard(at(server), transport, key="k").upload(LINK, tags=TAGS)
    assert not isinstance(caught.value, UploadRefused)


async def test_an_upload_without_a_readable_answer_was_still_taken(
    server: Server, transport: Transport
) -> None:
    server.says(200, "taken")
    board = PhilomenaBoard(at(server), transport, key="k")
    assert await board.upload(LINK, tags=TAGS) is None


async def test_an_object_of_another_shape_is_named(server: Server, transport: Transport) -> None:
    """Fault F18."""
    server.says(200, body(forum={"short_name": 1}, forums={}))
    board = PhilomenaBoard(at(server), transport)
    for call, field in ((board.forum("art"), "forum.short_name"), (board.forums(), "forums.")):
        with pytest.raises(BadResponse) as caught:
            await call
        assert caught.value.field.startswith(field)


async def test_an_upload_needs_a_key_that_may_upload() -> None:
    async with clients(key=None) as (sites, simulated):
        with pytest.raises(BadRequest, match="key"):
            await sites.boards["derpibooru"].upload(LINK, tags=TAGS)  # type: ignore[attr-defined]
        assert simulated.requests["derpibooru"] == []
    for key in ("unknown", BANNED_KEY):
        async with clients(key=key) as (sites, simulated):
            with pytest.raises(KeyRefused):
                await sites.boards["derpibooru"].upload(LINK, tags=TAGS)  # type: ignore[attr-defined]
            assert len(simulated.requests["derpibooru"]) == 1


async def test_a_bad_query_is_the_boards_own_word_in_every_search(board: PhilomenaBoard) -> None:
    for search in (board.search, board.search_comments, board.search_posts, board.search_tags):
        with pytest.raises(BadQuery) as caught:
            await search(")")
        assert isinstance(caught.value.told, dict)


async def test_what_ponybooru_does_not_say_is_unknown(sites: tuple[Sites, SimulatedSites]) -> None:
    """Reference: boards, 4a."""
    board = sites[0].boards["ponybooru"]
    post = (await board.search("safe")).posts[0]
    assert (post.animated, post.size, post.duration) == (UNSET, UNSET, UNSET)

"""The sample world: the same each time, mostly lovely, with every awkward body in it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest

from bot.catalogue import CATALOGUE
from bot.demo.page import welcome_text
from bot.demo.world import World
from bot.demo.world_media import BOXES, absolute, fitted, representations, view_url
from bot.demo.world_oddities import BOARDS, ODDITIES, oddities_of


def test_two_worlds_of_one_seed_are_the_same() -> None:
    one, other = World(3), World(3)
    for site in CATALOGUE:
        assert dict(one.posts(site)) == dict(other.posts(site))
    assert one.comments == other.comments


def test_another_seed_is_another_world() -> None:
    assert World(3).posts("derpibooru") != World(4).posts("derpibooru")


@pytest.mark.parametrize(
    ("site", "count"),
    [("derpibooru", 240), ("ponybooru", 120), ("twibooru", 120), ("ponyapi", 100)],
)
def test_each_site_has_its_posts_and_most_are_plain_and_safe(
    world: World, site: str, count: int
) -> None:
    posts = world.posts(site).values()
    assert len(posts) == count
    assert sum(post.safe and not post.awkward for post in posts) > count / 2


@pytest.mark.parametrize("site", sorted(BOARDS))
def test_every_oddity_of_a_board_is_in_its_world(world: World, site: str) -> None:
    labels = {post.awkward for post in world.posts(site).values()}
    assert {oddity.label for oddity in oddities_of(site)} <= labels


def test_every_oddity_is_on_some_board(world: World) -> None:
    labels = {post.awkward for site in BOARDS for post in world.posts(site).values()}
    assert {oddity.label for oddity in ODDITIES} <= labels


def test_the_newest_posts_are_plain(world: World) -> None:
    for site in BOARDS:
        newest = list(world.posts(site).values())[-12:]
        assert all(post.safe and not post.awkward for post in newest)


def test_art_on_several_boards_has_one_hash_and_says_where_it_is(world: World) -> None:
    twins = [post for post in world.posts("twibooru").values() if post.locations]
    assert len(twins) >= 30
    for post in twins:
        ((site, number),) = post.locations
        other = world.posts(site)[number]
        assert (post.sha512_hash, post.seed, post.tags) == (
            other.sha512_hash,
            other.seed,
            other.tags,
        )
    assert all(
        post.derpi_id in world.posts("derpibooru")
        for post in world.posts("ponyapi").values()
        if post.derpi_id is not None
    )


def test_only_plain_art_is_shared_between_boards(world: World) -> None:
    for post in world.posts("twibooru").values():
        for site, number in post.locations:
            assert world.posts(site)[number].safe


def test_a_published_post_is_the_newest_and_keeps_the_date_in_its_urls() -> None:
    world = World()
    url = next(iter(representations(world._future["derpibooru"][0]).values()))
    at = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)
    post = world.publish("derpibooru", at)
    assert post.first_seen_at == at
    assert world.posts("derpibooru")[post.id] == post
    assert url in world.media


def test_the_future_does_not_end() -> None:
    world = World()
    ids = [world.publish("ponybooru").id for _ in range(40)]
    assert ids == sorted(set(ids))
    last = world.posts("ponybooru")[ids[-1]]
    assert all(absolute(last, url) in world.media for url in representations(last).values())
    assert all(name in world.tags["ponybooru"].by_name for name in last.tags)


def test_every_media_url_is_https_on_a_host_of_the_catalogue(world: World) -> None:
    for url, (post, _, _) in world.media.items():
        parts = urlsplit(url)
        assert parts.scheme == "https"
        assert parts.hostname in CATALOGUE[post.site].media_hosts


def test_representations_are_as_the_sites_spell_them(world: World) -> None:
    """Reference: boards, 1.5."""
    gif, webm = world.odd("derpibooru", "gif"), world.odd("derpibooru", "webm")
    svg, small = world.odd("derpibooru", "svg"), world.odd("derpibooru", "small picture")
    assert {"webm", "mp4"} <= representations(gif).keys()
    assert not {"webm", "mp4"} & representations(webm).keys()
    assert all(url.endswith(".webm") for url in representations(webm).values())
    assert all(url.endswith(".png") for url in representations(svg).values())
    assert representations(small)["medium"].endswith("/full.png")
    assert representations(small)["thumb_tiny"].endswith("/thumb_tiny.png")
    assert "/view/" in representations(small)["full"]
    assert "__safe_" in view_url(small)
    relative = world.odd("ponybooru", "relative URLs")
    assert representations(relative)["full"].startswith("/img/view/")
    twi = next(iter(world.posts("twibooru").values()))
    assert view_url(twi).endswith(f"/{twi.id}/full.{twi.format}")


def test_pictures_fit_their_boxes(world: World) -> None:
    for post in world.posts("derpibooru").values():
        for name, box in BOXES.items():
            width, height = fitted(post, name)
            assert 1 <= width <= box[0]
            assert 1 <= height <= box[1]


def test_all_sources_are_on_reserved_names(world: World) -> None:
    """A link in the demo must not lead to somebody's real page."""
    for site in CATALOGUE:
        for post in world.posts(site).values():
            if post.awkward:
                continue
            for source in post.sources:
                assert (urlsplit(source).hostname or "").endswith(
                    ("example.com", "example.net", "example.org")
                )


def test_tags_know_their_aliases_and_implications(world: World) -> None:
    table = world.tags["derpibooru"]
    assert table.canonical("mailmare") == "derpy hooves"
    assert "mailmare" in table.names_of("derpy hooves")
    assert table.by_name["alicorn"].implied == ("horn", "wings")
    assert "alicorn" in table.by_name["wings"].implied_by
    assert table.by_name["artist:dot.dash"].slug == "artist-colon-dot-dot-dash"
    assert table.by_name["artist:c++pony"].slug == "artist-colon-c-plus--plus-pony"
    assert "%" in table.by_name["artist:мятный чай"].slug
    assert len(table.by_id) == len(table.by_name) == len(table.by_slug)


def test_a_changed_post_is_what_the_sites_tell_from_then_on() -> None:
    world = World()
    post = world.publish("derpibooru")
    later = type(post)(
        **{name: getattr(post, name) for name in post.__dataclass_fields__ if name != "updated_at"},
        updated_at=post.updated_at + timedelta(hours=1),
    )
    world.change("derpibooru", later)
    assert world.posts("derpibooru")[post.id].updated_at == later.updated_at


def test_no_id_is_one_that_the_real_site_has(world: World) -> None:
    """A link of the demo leads to nobody's picture; searches take ids of 32 bits at most."""
    for site in ("derpibooru", "ponybooru", "twibooru"):
        assert all(2_000_000_000 < number < 2**31 for number in world.posts(site))
    assert all(9 * 10**15 < number < 2**53 for number in world.posts("ponyapi"))
    assert all(
        number in world.posts("derpibooru")
        for post in world.everywhere()
        for number in (post.derpi_id, *(there for _site, there in post.locations))
        if number is not None
    )


def test_twibooru_lists_the_stills_of_a_video_or_none(world: World) -> None:
    """Reference: boards, 4."""
    endings = {
        label: {
            url.rpartition(".")[2] for url in representations(world.odd("twibooru", label)).values()
        }
        for label in ("webm", "webm with sound", "mp4", "mp4 without a still")
    }
    assert endings == {
        "webm": {"webm", "jpeg"},
        "webm with sound": {"webm", "webp"},
        "mp4": {"mp4", "webp"},
        "mp4 without a still": {"mp4"},
    }


def test_a_webp_still_is_a_webp(world: World) -> None:
    url = representations(world.odd("twibooru", "mp4"))["thumb"]
    mime, data = world.picture(url)
    assert mime == "image/webp"
    assert data[8:12] == b"WEBP"


def test_the_welcome_says_where_the_links_lead() -> None:
    assert "links lead to the real sites, where these ponies are not" in welcome_text()

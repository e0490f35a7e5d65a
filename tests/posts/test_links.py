"""Which post an address is of: the sites' own shapes, and everything that only looks like them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from bot.catalogue import CATALOGUE
from bot.demo.world import World
from bot.demo.world_media import all_urls
from bot.posts.links import Linked, post_of_link

#: Addresses by the post that they are of (reference: boards, 1.1, 1.5, 4, 4b; seeds S1 to S4).
KNOWN = {
    "https://derpibooru.org/123": ("derpibooru", 123),
    "https://derpibooru.org/images/123": ("derpibooru", 123),
    "https://derpibooru.org/images/123/": ("derpibooru", 123),
    "https://www.derpibooru.org/images/123": ("derpibooru", 123),
    "http://derpibooru.org/images/123": ("derpibooru", 123),
    "HTTPS://DerpiBooru.ORG/images/123": ("derpibooru", 123),
    "https://derpibooru.org:443/123": ("derpibooru", 123),
    "http://derpibooru.org:80/123": ("derpibooru", 123),
    "https://derpibooru.org./123": ("derpibooru", 123),
    "  https://derpibooru.org/123  ": ("derpibooru", 123),
    "<https://derpibooru.org/123>": ("derpibooru", 123),
    "https://derpibooru.org/images/123?q=safe%2C+cute&sf=score": ("derpibooru", 123),
    "https://derpibooru.org/images/123?id=456": ("derpibooru", 123),
    "https://derpibooru.org/images/123#comment_456": ("derpibooru", 123),
    "https://derpibooru.org/9999999999": ("derpibooru", 9_999_999_999),
    "https://derpicdn.net/img/view/2012/1/2/123.jpg": ("derpibooru", 123),
    "https://derpicdn.net/img/view/2012/1/2/123__safe_artist-colon-x_pony.png": (
        "derpibooru", 123,
    ),
    "https://derpicdn.net/img/view/2012/1/2/123__safe_soarin%27.png": ("derpibooru", 123),
    "https://derpicdn.net/img/download/2012/1/2/123__safe.png": ("derpibooru", 123),
    "https://derpicdn.net/img/2012/1/2/123/full.png": ("derpibooru", 123),
    "https://derpicdn.net/img/2012/11/22/123/thumb_small.gif?1": ("derpibooru", 123),
    "https://derpicdn.net/img/2012/11/22/123/large.webm": ("derpibooru", 123),
    "https://derpibooru.org/img/2012/1/2/123/large.png": ("derpibooru", 123),
    "https://ponybooru.org/images/7": ("ponybooru", 7),
    "https://ponybooru.org/7": ("ponybooru", 7),
    "https://cdn.ponybooru.org/img/view/2020/1/2/7__safe.png": ("ponybooru", 7),
    "https://cdn.ponybooru.org/img/2020/1/2/7/tall.png": ("ponybooru", 7),
    "https://twibooru.org/55": ("twibooru", 55),
    "https://twibooru.org/posts/55": ("twibooru", 55),
    "https://cdn.twibooru.org/img/2020/7/6/55/full.png": ("twibooru", 55),
    "https://cdn.twibooru.org/img/2020/7/6/55/thumb.webp": ("twibooru", 55),
    "https://theponyapi.com/api/v1/pony/id/5067491655024640": ("ponyapi", 5067491655024640),
    "https://www.theponyapi.com/api/v1/pony/id/9": ("ponyapi", 9),
    "https://pones.theponyapi.com/file/ponies/5067491655024640/thumb_tiny": (
        "ponyapi", 5067491655024640,
    ),
    "https://theponyapi.com/api/v1/pony/id/9007199254740991": ("ponyapi", 2**53 - 1),
    "https://ponyaggregate.com/submissions/31": ("ponyaggregate", 31),
}  # fmt: skip

#: What is of no post, or of none that these sites have.
UNKNOWN = [
    "",
    "123",
    "derpibooru.org/123",
    "https://",
    "https://derpibooru.org",
    "https://derpibooru.org/",
    "https://derpibooru.org/images",
    "https://derpibooru.org/images/",
    # Userinfo, ports and other schemes.
    "https://derpibooru.org@evil.example/123",
    "https://derpibooru.org:x@evil.example/123",
    "https://me@derpibooru.org/123",
    "https://me:secret@derpibooru.org/123",
    "https://derpibooru.org%40evil.example/123",
    "https://derpibooru.org:8443/123",
    "http://derpibooru.org:443/123",
    "ftp://derpibooru.org/123",
    "javascript://derpibooru.org/123",
    "//derpibooru.org/123",
    # Other hosts.
    "https://derpibooru.org.evil.example/123",
    "https://evilderpibooru.org/123",
    "https://derpibooru.orgx/123",
    "https://derpibooru-org.example/123",
    "https://sub.derpibooru.org/123",
    "https://evil.example/derpibooru.org/123",
    "https://evil.example/?https://derpibooru.org/123",
    "https://evil.example#https://derpibooru.org/123",
    "https://evil.example\\@derpibooru.org/123",
    "https://derpibooru.org\\@evil.example/123",
    "https://127.0.0.1/123",
    "https://[::1]/123",
    "https://d\u0435rpibooru.org/123",
    "https://derpib\u03bf\u03bfru.org/123",
    "https://xn--drpibooru-qfg.org/123",
    "https://derpibooru.org\u2044images/123",
    "https://derpibooru\u200b.example/123",
    # Paths that servers or browsers read in several ways.
    "https://derpibooru.org/images%2F123",
    "https://derpibooru.org/images%5C123",
    "https://derpibooru.org/images\\123",
    "https://derpibooru.org//images/123",
    "https://derpibooru.org/images//123",
    "https://derpibooru.org/images/../123",
    "https://derpibooru.org/images/123/..",
    "https://derpibooru.org/images/%31%32%33",
    "https://derpibooru.org/images/123;456",
    "https://derpibooru.org/images/123%00",
    "https://derpibooru.org/images/12\n3",
    "https://derpibooru.org/ima\nges/123",
    "https://derpibooru.org/Images/123",
    "https://derpicdn.net/img/view/2012/1/2/123__..%2f..%2f..%2f9.png",
    "https://derpicdn.net/img/view/2012/1/2/123__a/9.png",
    # Numbers that no post has.
    "https://derpibooru.org/0",
    "https://derpibooru.org/-123",
    "https://derpibooru.org/+123",
    "https://derpibooru.org/0123",
    "https://derpibooru.org/0x7b",
    "https://derpibooru.org/1e3",
    "https://derpibooru.org/123.0",
    "https://derpibooru.org/10000000000",
    "https://derpibooru.org/" + "9" * 400,
    "https://derpibooru.org/\uff11\uff12\uff13",
    "https://derpibooru.org/\u0661\u0662\u0663",
    "https://theponyapi.com/api/v1/pony/id/9007199254740992",
    "https://theponyapi.com/api/v1/pony/id/9999999999999999",
    # Other things of the sites.
    "https://derpibooru.org/search?q=/images/123",
    "https://derpibooru.org/?url=https://derpibooru.org/123",
    "https://derpibooru.org/#/images/123",
    "https://derpibooru.org/images/new",
    "https://derpibooru.org/tags/123",
    "https://derpibooru.org/images/123/comments/4",
    "https://derpibooru.org/posts/123",
    "https://derpicdn.net/123",
    "https://derpicdn.net/images/123",
    "https://derpicdn.net/avatars/2012/1/2/123.png",
    "https://twibooru.org/images/55",
    "https://theponyapi.com/api/v1/pony/random?id=9",
    "https://theponyapi.com/api/v1/pony/id/9/../10",
    "https://pones.theponyapi.com/api/v1/pony/id/9",
    "https://ponyaggregate.com/lists/31",
    "https://ponyaggregate.com/api/submissions/31/delete",
]


@pytest.mark.parametrize(("url", "post"), KNOWN.items())
def test_a_link_of_a_site_is_known_by_its_post(url: str, post: tuple[str, int]) -> None:
    assert post_of_link(url) == Linked(*post)


@pytest.mark.parametrize("url", UNKNOWN)
def test_anything_else_is_no_post(url: str) -> None:
    """Reference: safety, 4 and 5."""
    assert post_of_link(url) is None


def test_every_page_and_file_of_the_sample_world_leads_to_its_post() -> None:
    for site in ("derpibooru", "ponybooru", "twibooru", "ponyapi"):
        for post in World().posts(site).values():
            urls = all_urls(post) if post.media_type == "image" else {}
            for url in (CATALOGUE[site].page_url(post.id), *urls):
                assert post_of_link(url) == Linked(site, post.id), url


def test_a_board_is_added_by_a_row_of_the_catalogue() -> None:
    row = structs.replace(
        CATALOGUE["derpibooru"],
        name="furbooru",
        domain="furbooru.org",
        media_hosts=frozenset({"furrycdn.org"}),
    )
    for url in ("https://furbooru.org/5", "https://furrycdn.org/img/2020/1/2/5/full.png"):
        assert post_of_link(url) is None
        assert post_of_link(url, [row]) == Linked("furbooru", 5)


@given(st.text(max_size=60), st.sampled_from(sorted(KNOWN)), st.integers(0, 60))
def test_whatever_is_put_into_a_link_it_is_read_or_refused(junk: str, url: str, place: int) -> None:
    linked = post_of_link(url[:place] + junk + url[place:])
    assert linked is None or (linked.site in CATALOGUE and 0 < linked.id < 2**53)


@given(st.from_regex(r"[a-z0-9-]{1,20}(\.[a-z]{2,8}){1,2}", fullmatch=True))
def test_no_other_host_is_taken_for_a_site(host: str) -> None:
    own = {site.domain for site in CATALOGUE.values()}
    own |= {f"www.{domain}" for domain in own}
    if host not in own:
        assert post_of_link(f"https://{host}/images/123") is None

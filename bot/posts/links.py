"""Which post an address is of: its page, or a file of its picture. Nothing is asked for it."""

import re
from collections.abc import Iterable
from functools import lru_cache

from msgspec import Struct

from bot.catalogue import CATALOGUE, Family, Site
from bot.posts.urls import host_of, path_of, upgrade

_BOARD_ID = "(?P<id>[1-9][0-9]{0,9})"
#: How each family numbers its posts (reference: safety, 5).
_IDS: dict[Family, str] = {
    "philomena": _BOARD_ID,
    "twibooru": _BOARD_ID,
    "ponyapi": "(?P<id>[1-9][0-9]{0,15})",
    "ponyaggregate": _BOARD_ID,
}
_MOST = 2**53 - 1
#: Paths of a post's page beside the catalogue's own (reference: boards, 1.1; seed S4, oEmbed).
_PAGES: dict[Family, tuple[str, ...]] = {
    "philomena": ("/{id}", "/images/{id}"),
    "twibooru": ("/{id}", "/posts/{id}"),
    "ponyapi": (),
    "ponyaggregate": (),
}
_DAY = "[0-9]{4}/[0-9]{1,2}/[0-9]{1,2}"
_ENDING = r"\.[A-Za-z0-9]{2,5}"
_BOARD_FILES = (
    # The name behind the number is made of tags, and old ones have escapes of their own.
    rf"/img/(?:view|download)/{_DAY}/{{id}}(?:__[^/]*)?{_ENDING}",
    rf"/img/{_DAY}/{{id}}/[a-z_]+{_ENDING}",
)
#: Paths of a post's files, as patterns (reference: boards, 1.5 and 4; seed S2, Types).
_FILES: dict[Family, tuple[str, ...]] = {
    "philomena": _BOARD_FILES,
    "twibooru": _BOARD_FILES,
    "ponyapi": ("/file/ponies/{id}/[a-z_]+",),
    "ponyaggregate": (),
}
#: Encoded slashes and backslashes: servers disagree on what they part.
_HIDDEN_SLASH = re.compile("%(?:2f|5c)", re.IGNORECASE)


class Linked(Struct, frozen=True):
    """The post that an address is of."""

    site: str
    """The catalogue's name of the site."""
    id: int


def post_of_link(url: str, sites: Iterable[Site] = tuple(CATALOGUE.values())) -> Linked | None:
    """Return the post whose page or file is at `url` on one of `sites`, or `None`.

    The address passes the URL gate first, so that what is compared is what a browser would ask;
    `<` and `>` round it, which keep Discord from showing a preview, are left out, and http is as
    good as https. Hosts are compared whole: a site's canonical domain, with or without `www.`,
    and its media hosts. What stands behind the path changes nothing.
    """
    gated = upgrade(url.strip().removeprefix("<").removesuffix(">"))
    if gated is None:
        return None
    host, path = host_of(gated), path_of(gated)
    if _HIDDEN_SLASH.search(path):
        return None
    for site in sites:
        number = _number(site, host, path)
        if number is not None:
            return Linked(site.name, number) if number <= _MOST else None
    return None


def _number(site: Site, host: str, path: str) -> int | None:
    own = {site.domain, f"www.{site.domain}"}
    shapes: list[re.Pattern[str]] = []
    if host in own:
        shapes += _pages(site.family, site.page_path)
    if host in own or host in site.media_hosts:
        shapes += _files(site.family)
    found = next(filter(None, (shape.fullmatch(path) for shape in shapes)), None)
    return None if found is None else int(found["id"])


@lru_cache
def _pages(family: Family, page_path: str) -> tuple[re.Pattern[str], ...]:
    """Return the patterns of a site's pages, the catalogue's own path among them."""
    paths = dict.fromkeys((page_path, *_PAGES[family]))
    return tuple(
        re.compile(_IDS[family].join(map(re.escape, path.split("{id}"))) + "/?") for path in paths
    )


@lru_cache
def _files(family: Family) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(path.replace("{id}", _IDS[family])) for path in _FILES[family])

"""oEmbed, as the boards give it: a post's facts for showing it elsewhere (seeds S1, S3, S4)."""

from collections import OrderedDict
from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import urlsplit

from msgspec import UNSET

from bot.catalogue import Site
from bot.posts.model import Maybe
from bot.texts import _

from . import decode
from .asking import Asker
from .decode import Id, Int
from .errors import BadRequest
from .record import Record, read
from .routes import Route

#: Facts that stand under the site's own name, such as `derpibooru_score` (boards, 4a).
_OWN = {"id": "post_id", "score": "score", "comments": "comments", "tags": "tags"}
#: However long a board says, it is asked again after a day.
_LONGEST = 86_400.0


class OEmbed(Record, frozen=True, kw_only=True):
    """One oEmbed answer (seeds S1, S3, Oembed Responses; seed S4, oEmbed; boards, 1.6)."""

    addresses: ClassVar[tuple[str, ...]] = ("thumbnail_url", "url")

    version: Maybe[str | None] = UNSET
    """Always `1.0`."""
    type: Maybe[str | None] = UNSET
    """Always `photo`."""
    title: Maybe[str | None] = UNSET
    """The post's number and tags."""
    author_name: Maybe[str | None] = UNSET
    """The artists, with commas between; empty where none is known."""
    author_url: Maybe[str | None] = UNSET
    """The first source, as the site has it: often not a valid address, or empty."""
    provider_name: Maybe[str | None] = UNSET
    provider_url: Maybe[str | None] = UNSET
    """The board; on Twibooru the post's page."""
    cache_age: Maybe[Int | None] = UNSET
    """Seconds for which the answer holds (rule L5)."""
    thumbnail_url: Maybe[str | None] = UNSET
    """A smaller form of the picture."""
    thumbnail_width: Maybe[Int | None] = UNSET
    """Pixels."""
    thumbnail_height: Maybe[Int | None] = UNSET
    """Pixels."""
    url: Maybe[str | None] = UNSET
    """The picture itself."""
    width: Maybe[Int | None] = UNSET
    """Pixels."""
    height: Maybe[Int | None] = UNSET
    """Pixels."""
    post_id: Maybe[Id | None] = UNSET
    """Sent under the site's name, as the next three are, such as `derpibooru_id`."""
    score: Maybe[Int | None] = UNSET
    comments: Maybe[Int | None] = UNSET
    """How many there are."""
    tags: Maybe[tuple[str, ...] | None] = UNSET
    """Names; Twibooru gives none."""


def read_oembed(body: object, site: Site) -> OEmbed:
    """Return an oEmbed answer whose own keys carry the site's name; raise `BadResponse`."""
    if not isinstance(body, dict):
        raise decode.bad_response(site, "oembed")
    own = {f"{site.key_prefix}_{key}": name for key, name in _OWN.items()}
    named = {own.get(key, key): value for key, value in body.items() if key not in own.values()}
    return read(named, OEmbed, site, "oembed")


def check_address(site: Site, url: str) -> str:
    """Return the address of a post or of its media on this site; refuse any other."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        host = ""
    ours = {site.domain, f"www.{site.domain}", *site.media_hosts}
    if host in ours and url.startswith("https://") and url.isascii() and url.isprintable():
        return url
    raise BadRequest(site.name, _("That is not an address of {site}.").format(site=site.title))


class OEmbeds:
    """Asks for oEmbed answers, and uses one again for as long as its `cache_age` says (L5).

    At most `most` are kept; the oldest goes first.
    """

    def __init__(self, site: Site, ask: Asker, *, most: int = 256) -> None:
        self._site = site
        self._most = most
        self._ask = ask
        self._kept: OrderedDict[str, tuple[float, OEmbed]] = OrderedDict()

    async def ask(self, route: Route, params: Mapping[str, str | int | None]) -> OEmbed:
        """Return the answer to `params`, of which `url` is an address of this site."""
        check_address(self._site, str(params["url"]))
        name = repr(sorted(params.items()))
        until, kept = self._kept.get(name, (0.0, None))
        if kept is not None and until > self._ask.clock.monotonic():
            return kept
        answer = read_oembed(await self._ask.ask(route, params), self._site)
        self._kept.pop(name, None)
        until = self._ask.clock.monotonic() + min(_LONGEST, float(answer.cache_age or 0))
        self._kept[name] = (until, answer)
        if len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return answer

"""What a person searched for, and the link in which a message remembers it.

Buttons must work after a restart and there is no table: who asked and which result is in a
button's `custom_id`, the words are in the embed's link. The link's query is the canonical one,
so whoever follows it sees what the bot saw; the person's own words are in the fragment, which
browsers keep to themselves.
"""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode, urlsplit

from msgspec import Struct

from bot.catalogue import Site
from bot.query.errors import QueryError
from bot.texts import _

#: The order in which boards shuffle, and the Safe Pony API's own `no_stem` beside it.
RANDOM = "random"
EXACT = "exact"
#: The order that somebody gave to a gallery, whose number follows behind a colon.
GALLERY = "gallery"
#: No url field of an embed may be longer (reference: safety, 4).
LINK_LIMIT = 2048


class Search(Struct, frozen=True):
    """Words for one site and the order asked for, as given: not yet made safe."""

    site: str
    text: str = ""
    sort: str = ""
    """A sort's name; empty is the site's own order."""


def search_link(search: Search, site: Site, parameters: Mapping[str, str]) -> str:
    """Return the https address of the site's own search that also carries `search`.

    `parameters` are the site's own for the canonical query. Raises QueryError where the address
    would be longer than Discord takes.
    """
    path = "/api/v1/pony/random" if site.family == "ponyapi" else "/search"
    own = urlencode({"q": search.text, "sort": search.sort})
    link = f"https://{site.domain}{path}?{urlencode(parameters)}#{own}"
    if len(link) > LINK_LIMIT:
        raise QueryError(
            _("This search is too long to keep in a message."),
            end=len(search.text),
            hint=_("Use fewer or shorter tags."),
        )
    return link


def read_link(link: str | None, site: Site) -> Search | None:
    """Return the search that `link` carries, or None if it is no search link of `site`.

    Whoever can edit a message is the bot alone, but nothing here is trusted: the words are made
    safe again before they are used.
    """
    if not link:
        return None
    try:
        parts = urlsplit(link)
    except ValueError:
        return None
    if parts.scheme != "https" or parts.netloc != site.domain:
        return None
    own = parse_qs(parts.fragment, keep_blank_values=True)
    if "q" not in own:
        return None
    return Search(site.name, own["q"][0], own.get("sort", [""])[0])

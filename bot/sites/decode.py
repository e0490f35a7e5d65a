"""From a JSON value to typed values: what the decoders of all sites share.

Bodies are tolerated as `reference: boards, 1.5 and 4` describes: a missing key is unknown, null is
null, keys that we do not know are ignored. Anything else that is not as documented raises
`BadResponse` naming the place, and never another exception (faults F17, F18).
"""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Annotated, TypeAlias, TypeVar
from urllib.parse import urljoin, urlsplit

from msgspec import UNSET, Meta, MsgspecError, UnsetType, convert, json

from bot.catalogue import CATALOGUE, Site
from bot.posts.model import Maybe
from bot.texts import _

from .errors import BadRequest, BadResponse

T = TypeVar("T")

#: An integer that every store and every JSON reader keeps exactly.
Int: TypeAlias = Annotated[int, Meta(ge=-(2**53), le=2**53)]
#: The sites' oldest posts have the id 0 (captures: derpibooru/image_0).
Id: TypeAlias = Annotated[int, Meta(ge=0, le=2**53)]
#: How many results there are in all.
Total: TypeAlias = Annotated[int, Meta(ge=0, le=2**53)]

# What nearly every address is, and needs no second look.
_ORDINARY = re.compile(r"https://[a-z0-9.-]+/[!-\[\]-~]*")
# What the standard library would drop or mend in silence, until an address is another one: signs
# that are none, and a host that is not there.
_TWISTED = re.compile(
    r".*[\x00-\x1f\x7f-\x9f\\]| *(?!https?://[^/?#])[a-z][a-z0-9+.-]*:| *//(?:[/?#]|\Z)",
    re.IGNORECASE | re.DOTALL,
)
_MISSING = re.compile(r"missing required field `([^`]+)`")
_PLACE = re.compile(r"at `\$\.?([^`]*)`$")
_KEY_PLACE = re.compile(r"at `key` in `\$\.?([^`]*)`$")


def find_site(site: str | Site) -> Site:
    """Return the catalogue's row for a name; a row is returned as it is.

    Raises `BadRequest` for a name that the catalogue does not have.
    """
    if isinstance(site, Site):
        return site
    try:
        return CATALOGUE[site]
    except KeyError:
        raise BadRequest(
            site, _("There is no site called “{site}” here.").format(site=site)
        ) from None


def bad_response(site: Site, field: str) -> BadResponse:
    """Return the error for a body that is not as documented at `field`."""
    return BadResponse(
        site.name,
        field,
        _("{site} sent something that cannot be read ({field}).").format(
            site=site.title, field=field
        ),
    )


def shape(value: object, kind: type[T], site: Site, place: str) -> T:
    """Return `value`, decoded JSON, as `kind`; raise `BadResponse` naming what is wrong.

    `place` is the name of the object, such as `image`: the error's field begins with it.
    """
    try:
        return convert(value, kind)
    except MsgspecError as error:
        raise bad_response(site, _field(place, str(error))) from None


def plain(body: object, site: Site, place: str) -> object:
    """Return `body` as a site could have sent it: what no JSON text holds is refused.

    For values that did not come through our own reading of bytes. NaN and infinities become
    null, as in JSON; lone surrogates, bottomless nesting and endless numbers are `BadResponse`.
    """
    try:
        return json.decode(json.encode(body))
    except (MsgspecError, ValueError, TypeError, RecursionError):
        raise bad_response(site, _culprit(body, place)) from None


def utc(value: Maybe[datetime | None], site: Site, field: str) -> Maybe[datetime | None]:
    """Return an instant in UTC; a naive one is meant as UTC (boards, 1.5)."""
    if value is UNSET or value is None:
        return value
    if value.tzinfo is None:
        return value.replace(tzinfo=UTC)
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise bad_response(site, field) from None


def absolute(url: str, site: Site, field: str) -> str:
    """Return `url` as https on its host, a relative one on the site's canonical domain."""
    if _ORDINARY.fullmatch(url):
        return url
    if _TWISTED.match(url):
        raise bad_response(site, field)
    try:
        whole = urljoin(f"https://{site.domain}/", url)
        parts = urlsplit(whole)
    except ValueError:
        raise bad_response(site, field) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise bad_response(site, field)
    return parts._replace(scheme="https").geturl()


def link(url: Maybe[str | None], site: Site) -> Maybe[str | None]:
    """Return `absolute(url)` where it is an address at all; anything else is none.

    For pictures of people and badges, which nothing depends on and which can be `data:` URIs.
    """
    if not url:
        return url if url is UNSET else None
    try:
        return absolute(url, site, "")
    except BadResponse:
        return None


def maybe_absolute(url: Maybe[str | None], site: Site, field: str) -> Maybe[str | None]:
    """Return `absolute(url)`; an empty address is none."""
    if url is UNSET:
        return UNSET
    return absolute(url, site, field) if url else None


def representations(
    urls: Maybe[Mapping[str, str | None] | None], site: Site, field: str
) -> dict[str, str]:
    """Return the addresses by size, absolute; sizes without an address are left out."""
    if urls is UNSET or urls is None:
        return {}
    return {size: absolute(url, site, f"{field}.{size}") for size, url in urls.items() if url}


def file_format(value: Maybe[str | None]) -> Maybe[str | None]:
    """Return a file extension in lower case and without a dot."""
    if value is UNSET or value is None:
        return value
    return value.lower().removeprefix(".")


def sources(urls: Maybe[Iterable[str] | None], url: Maybe[str | None]) -> Maybe[tuple[str, ...]]:
    """Return the sources: the list, or the older single value where there is no list (1.5)."""
    found = () if isinstance(urls, UnsetType) or urls is None else tuple(u for u in urls if u)
    if found:
        return found
    if url is UNSET:
        return UNSET if urls is UNSET else ()
    return (url,) if url else ()


def _field(place: str, message: str) -> str:
    path = _KEY_PLACE.search(message) or _PLACE.search(message)
    field = f"{place}.{path[1]}" if path and path[1] else place
    missing = _MISSING.search(message)
    return f"{field}.{missing[1]}" if missing else field


def _culprit(body: object, place: str) -> str:
    if isinstance(body, dict):
        for key, value in body.items():
            try:
                json.decode(json.encode(value))
            except (MsgspecError, ValueError, TypeError, RecursionError):
                return f"{place}.{key}"
    return place

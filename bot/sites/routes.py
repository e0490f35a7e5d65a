"""A documented route of a site as data: its path, what it takes, and who calls it."""

import re
from typing import Literal
from urllib.parse import quote

from msgspec import Struct

from bot.catalogue import Site
from bot.texts import _

from .errors import BadRequest

#: The parts of a path that are filled in, in the three ways that the documents write them.
_PART = re.compile(r":(\w+)|<(\w+)>|\[(\w+)\]")
#: Segments that a server or a library would resolve to another path.
_DOTS = frozenset({"", ".", ".."})


class Route(Struct, frozen=True):
    """One route of one family of sites, as its document lists it."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    """As the document writes it; `:id`, `<id>` and `[id]` are filled in."""
    call: str
    """The method of the family's client that asks for it."""
    takes: frozenset[str] = frozenset()
    """Parameters that may be sent (reference: safety, 3.3). `key` among them: the operator's."""
    reads: bool = True
    """Whether it changes nothing on the site, so that an operator may try it by hand."""
    documented: bool = True
    """Whether the site's own document has it (reference: boards, 1.1 for those it has not)."""

    @property
    def name(self) -> str:
        """Return its name on the command line, such as `search-images`."""
        return self.call.replace("_", "-")

    @property
    def title(self) -> str:
        """Return method and path, such as `GET /api/v1/json/forums`."""
        return f"{self.method} {self.path}"

    def fill(self, site: Site, **parts: str | int) -> str:
        """Return the path with its parts, each percent-encoded once.

        Raises `BadRequest` for a part that would lead to another route.
        """

        def part(found: re.Match[str]) -> str:
            text = str(parts[found[1] or found[2] or found[3]])
            if text in _DOTS or any("\ud800" <= c <= "\udfff" for c in text):
                raise BadRequest(
                    site.name, _("That is not an address of {site}.").format(site=site.title)
                )
            return quote(text, safe="+")

        return _PART.sub(part, self.path)


def route(
    title: str, call: str, takes: str = "", *, reads: bool = True, documented: bool = True
) -> Route:
    """Return the route written as `GET /path`; `takes` lists parameters with spaces between."""
    method, _space, path = title.partition(" ")
    return Route(
        method,  # type: ignore[arg-type]
        path,
        call,
        frozenset(takes.split()),
        reads,
        documented,
    )

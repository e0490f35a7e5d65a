"""The orders in which a board's search can bring its results."""

import re

from bot.catalogue import Site
from bot.texts import _

from .board import Sort
from .errors import BadRequest

#: What results can be sorted by; anything else would silently be the default (boards, 1.2).
_SORT_FIELD = re.compile(
    r"(?:id|updated_at|first_seen_at|aspect_ratio|faves|downvotes|upvotes|width|height|score"
    r"|comment_count|tag_count|wilson_score|pixels|size|duration|hides|_score"
    r"|random(?::[0-9]{1,10})?|gallery_id:[1-9][0-9]{0,9})"
)


def sorts() -> tuple[Sort, ...]:
    """Return the orders of a board's search, the default first (boards, 1.2)."""
    return (
        Sort("newest", "first_seen_at", "desc", _("Newest first")),
        Sort("oldest", "first_seen_at", "asc", _("Oldest first")),
        Sort("score", "score", "desc", _("Highest score")),
        Sort("wilson", "wilson_score", "desc", _("Best liked")),
        Sort("faves", "faves", "desc", _("Most favourites")),
        Sort("comments", "comment_count", "desc", _("Most comments")),
        Sort("updated", "updated_at", "desc", _("Latest change")),
        Sort("random", "random", "desc", _("Random")),
    )


def find_sort(site: Site, sort: str | Sort | None) -> Sort:
    """Return the order meant by `sort`, a name or a value; raise `BadRequest` for others."""
    offered = sorts()
    if sort is None:
        return offered[0]
    for one in (sort,) if isinstance(sort, Sort) else offered:
        named = one is sort or one.name == sort
        if named and _SORT_FIELD.fullmatch(one.field) and one.direction in {"asc", "desc"}:
            return one
    raise BadRequest(site.name, _("{site} cannot be sorted that way.").format(site=site.title))

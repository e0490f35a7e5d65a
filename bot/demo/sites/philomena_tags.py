"""Tag routes of a simulated Philomena board, and its two for browsers (boards, 1.1 and 1.7)."""

from urllib.parse import unquote

from aiohttp import web

from bot.demo.sites import philomena_bodies as bodies
from bot.demo.sites.index import Index, Row, words
from bot.demo.sites.philomena_board import API, Board, not_found
from bot.demo.sites.server import json_response
from bot.demo.world_tags import WorldTag

_SHORTEST_TERM = 3
_SUGGESTIONS = range(1, 11)
_FETCHED = 50


def tag_row(tag: WorldTag) -> Row:
    """Return what searches know about a tag."""
    return {
        "tags": tag.name,
        "id": tag.id,
        "images": tag.images,
        "slug": tag.slug.lower(),
        "name": tag.name,
        "name_in_namespace": tag.name_in_namespace,
        "namespace": tag.namespace,
        "implies": tag.implied,
        "alias_of": tag.aliased_tag,
        "implied_by": tuple(tag.implied_by),
        "aliases": tag.aliases,
        "category": tag.category,
        "aliased": tag.aliased_tag is not None,
        "analyzed_name": words(tag.name),
        "description": words(tag.description),
        "short_description": words(tag.short_description),
    }


TAGS: Index[WorldTag] = Index(
    {
        **dict.fromkeys(("id", "images"), "int"),
        **dict.fromkeys(
            ("slug", "name", "name_in_namespace", "namespace", "implies", "alias_of",
             "implied_by", "aliases", "category"),
            "literal",
        ),
        **dict.fromkeys(("analyzed_name", "description", "short_description"), "text"),
        "aliased": "bool",
    },
    tag_row,
)  # fmt: skip


def most_used(tags: list[WorldTag]) -> list[WorldTag]:
    """Return the tags in the order in which every board lists them."""
    return sorted(tags, key=lambda tag: (-tag.images, tag.id))


class Tags:
    """A tag by its slug, searches, completion, and names of ids."""

    def __init__(self, board: Board) -> None:
        self.board = board

    def routes(self) -> list[web.RouteDef]:
        """Return the routes."""
        return [
            web.get(f"{API}/tags/{{slug:.+}}", self.tag),
            web.get(f"{API}/search/tags", self.search),
            web.get("/autocomplete/tags", self.complete),
            web.get("/fetch/tags", self.fetch),
        ]

    async def tag(self, request: web.Request) -> web.Response:
        """`GET /tags/:slug`: by the stored slug alone, never by name or id."""
        slug = unquote(request.rel_url.raw_path.removeprefix(f"{API}/tags/"))
        found = self.board.tags.by_slug.get(slug)
        return json_response({"tag": bodies.tag(found, self.board.tags)}) if found else not_found()

    async def search(self, request: web.Request) -> web.Response:
        """`GET /search/tags`: most used first, whatever `sf` says."""
        table = self.board.tags
        found = most_used(self.board.find(request, TAGS, list(table.by_name.values())))
        return self.board.page(request, "tags", found, lambda tag: bodies.tag(tag, table))

    async def complete(self, request: web.Request) -> web.Response:
        """`GET /autocomplete/tags`: what a name or an alias can go on to be."""
        term = request.query.get("term", "").lower()
        limit = request.query.get("limit", "10")
        if len(term.encode()) < _SHORTEST_TERM:
            return json_response({"error": "Term is too short"}, 422)
        if not limit.isdecimal() or int(limit) not in _SUGGESTIONS:
            return json_response({"error": "Limit is out of range"}, 422)
        table = self.board.tags
        found = []
        for tag in table.by_name.values():
            target = table.by_name[table.canonical(tag.name)]
            local = tag.name_in_namespace
            if tag.name.startswith(term) or local.startswith(term):
                found.append((tag.name if tag is not target else None, target))
        found.sort(key=lambda pair: (-pair[1].images, pair[1].name, pair[0] or ""))
        return json_response(
            {
                "suggestions": [
                    {"alias": alias, "canonical": tag.name, "images": tag.images}
                    for alias, tag in found[: int(limit)]
                ]
            }
        )

    async def fetch(self, request: web.Request) -> web.Response:
        """`GET /fetch/tags`: up to fifty tags by id; unknown ids are left out."""
        wanted = request.query.getall("ids[]", [])[:_FETCHED]
        table = self.board.tags.by_id
        found = [table[int(text)] for text in wanted if text.isdecimal() and int(text) in table]
        return json_response(
            {
                "tags": [
                    {"id": tag.id, "name": tag.name, "images": tag.images,
                     "spoiler_image_uri": None}
                    for tag in found
                ]
            }
        )  # fmt: skip

"""A simulated Safe Pony API (seed S2; reference: boards, 4b)."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from bot.demo.sites.listing import aspect_ratio
from bot.demo.sites.philomena_bodies import Body
from bot.demo.sites.server import EVIL, SiteServer, json_response
from bot.demo.world_media import MIME, representations
from bot.demo.world_post import WorldPost
from bot.demo.world_tags import WorldTag

API = "/api/v1"
_ID = re.compile(r"\d{1,18}")
_ENDINGS = ("ing", "es", "ed", "s", "e")
_SHORTEST = 3


def stem(name: str) -> str:
    """Return a tag with its last word cut back, as the API's stemmed searches compare them."""
    if name.endswith("ss"):
        return name
    for ending in _ENDINGS:
        if name.endswith(ending) and len(name) - len(ending) >= _SHORTEST:
            return name.removesuffix(ending)
    return name


def pony_body(post: WorldPost) -> Body:
    """Return the object inside `pony`; keys are in camel case."""
    return {
        "id": post.id,
        "derpiId": post.derpi_id,
        "tags": list(post.tags),
        "sourceURL": post.sources[0] if post.sources else None,
        "height": post.height,
        "width": post.width,
        "aspectRatio": aspect_ratio(post),
        "mimeType": MIME[post.format],
        "originalFormat": post.format,
        "representations": representations(post),
    }


def tag_body(found: WorldTag) -> Body:
    """Return the object inside `tag`; stems that are there already are not repeated."""
    stemmed = stem(found.name)
    stems = dict.fromkeys(stem(name) for name in found.aliases)
    stems.pop(stemmed, None)
    return {
        "name": found.name,
        "aliases": list(found.aliases),
        "stemmed": stemmed,
        "stemmed_aliases": list(stems),
    }


class PonyApiServer(SiteServer):
    """The Safe Pony API over the sample world."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._rng = Random(3)  # noqa: S311 (a shuffle, not a secret)

    def routes(self) -> list[web.RouteDef]:
        """Return the site's routes."""
        return [
            web.get(f"{API}/pony/random", self.random),
            web.get(f"{API}/pony/id/{{id}}", self.pony),
            web.get(f"{API}/tags", self.tags),
            web.get(f"{API}/tag/{{name:.+}}", self.tag),
        ]

    def not_found(self) -> web.Response:
        """Return the body of a 404."""
        return web.Response(status=404, text="Not Found", content_type="text/plain")

    def finish(self, request: web.Request, response: web.StreamResponse) -> None:  # noqa: ARG002
        """Put the site's usual headers on an answer."""
        response.headers["cache-control"] = "no-cache"

    @property
    def posts(self) -> Mapping[int, WorldPost]:
        """Return the site's ponies by id."""
        return self.world.posts(self.site.name)

    def _has(self, post: WorldPost, wanted: str, *, stemmed: bool) -> bool:
        table = self.world.tags[self.site.name]
        names = {known for tag in post.tags for known in table.names_of(tag)}
        return wanted in names or (stemmed and stem(wanted) in {stem(name) for name in names})

    async def random(self, request: web.Request) -> web.Response:
        """`GET /pony/random`: any approved pony with all the tags, else 404."""
        tags = [tag.strip().lower() for tag in request.query.get("q", "").split(",")]
        stemmed = "no_stem" not in request.query
        found = [
            post
            for post in self.posts.values()
            if post.approved and all(self._has(post, tag, stemmed=stemmed) for tag in tags if tag)
        ]
        if not found:
            return self.not_found()
        body = pony_body(self._rng.choice(found))
        if request[EVIL]:
            body["tags"] = ["explicit", *(tag for tag in body["tags"] if tag != "safe")]
        return json_response({"pony": body})

    async def pony(self, request: web.Request) -> web.Response:
        """`GET /pony/id/:id`: unapproved ones too, and says so."""
        text = request.match_info["id"]
        post = self.posts.get(int(text)) if _ID.fullmatch(text) else None
        if post is None:
            return self.not_found()
        return json_response({"approved": post.approved, "pony": pony_body(post)})

    async def tags(self, request: web.Request) -> web.Response:  # noqa: ARG002
        """`GET /tags`: the primary names of all tags."""
        table = self.world.tags[self.site.name]
        names = sorted(tag.name for tag in table.by_name.values() if tag.aliased_tag is None)
        return json_response({"tags": names})

    async def tag(self, request: web.Request) -> web.Response:
        """`GET /tag/:name`: aliases are accepted, stemmed names are not."""
        name = unquote(request.rel_url.raw_path.removeprefix(f"{API}/tag/")).lower()
        table = self.world.tags[self.site.name]
        found = table.by_name.get(table.canonical(name))
        if found is None:
            return self.not_found()
        return json_response({"tag": tag_body(found)})

"""Twibooru, API version 3 (seed S4; reference: boards, 4)."""

import re
from collections.abc import Iterable

from msgspec import structs

from bot.catalogue import Site
from bot.posts.model import Post
from bot.posts.tags import clean_tag_name
from bot.query import QueryError
from bot.query.canonical import leaf_text
from bot.query.tree import TAGS, Wild
from bot.texts import _

from . import checks, decode
from . import twibooru_bodies as bodies
from . import twibooru_routes as routes
from .asking import Client
from .board import (
    DEFAULT_PER_PAGE,
    MOST_SUGGESTIONS,
    CommentPage,
    Page,
    PostPage,
    Sort,
    Suggestion,
    Tag,
)
from .errors import BadRequest, NotFound
from .gate import Priority
from .oembed import OEmbed, OEmbeds
from .sorting import sorts
from .tag_bodies import read_tag
from .tag_names import TagNames
from .transport import Transport
from .twibooru_bodies import decode_post

#: Pixels that an oEmbed thumbnail can be asked to fit in.
_MOST_PIXELS = 10_000

__all__ = ["TwibooruBoard", "decode_post"]


class TwibooruBoard(Client):
    """Twibooru. `key` is the operator's own API key; it goes to this board alone.

    A key that the board refuses is dropped and told in `Sites.status`.
    """

    def __init__(self, site: Site, transport: Transport, *, key: str | None = None) -> None:
        super().__init__(site, transport, key=key)
        self._oembeds = OEmbeds(site, self._ask)

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """Return the orders that `search` takes; the first is the default.

        Twibooru documents no list: these are the fields of the software it grew out of.
        """
        return sorts()

    async def search(
        self,
        q: str,
        *,
        sort: str | Sort | None = None,
        page: int = 1,
        per_page: int = DEFAULT_PER_PAGE,
        filter_id: int | None = None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> PostPage:
        """Return a page of the posts that match `q` (GET search/posts; 10 a minute, rule L7).

        `q` must already be safe. `page` counts from 1, `per_page` is 1 to 50. The catalogue's
        filter applies unless `filter_id` names another. Raises `BadQuery` with the board's
        own reason.
        """
        value = await self._ask.search_posts(
            routes.SEARCH_POSTS, q, page, per_page, priority, sort=sort, filter_id=filter_id
        )
        return self._page(value, page, per_page)

    async def post(
        self, post_id: int, *, q: str, priority: Priority = Priority.INTERACTIVE
    ) -> Post:
        """Return one post (GET posts/:id, of which 60 a minute are allowed; searches only 10).

        The body is unfiltered, so `q` decides nothing here: the verifier does (safety, 3.4).
        """
        checks.check_query(self.site, q)
        return await self.post_by_id(post_id, priority=priority)

    async def post_by_id(
        self,
        post_id: int,
        *,
        filter_id: int | None = None,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Post:
        """Return one post (GET posts/:post_id), whatever it shows; hidden ones too."""
        value = await self._ask.ask(
            routes.POST,
            {"filter_id": checks.check_filter(self.site, filter_id)},
            priority=priority,
            post_id=checks.check_id(self.site, post_id),
        )
        post = bodies.read_post(self._ask.shape(value, bodies.One, "post").post, self.site)
        if post.id != post_id:
            raise decode.bad_response(self.site, "post.id")
        return post

    async def featured(self) -> Post:
        """Return the post that the board features (GET posts/featured); no filter applies."""
        value = await self._ask.ask(routes.FEATURED)
        return bodies.read_post(self._ask.shape(value, bodies.One, "featured").post, self.site)

    async def watched(self, *, page: int = 1, per_page: int = 15) -> PostPage:
        """Return a page of what the key's owner watches (GET posts/watched.json).

        The older way, with the envelope that a search has. Raises `BadRequest` without a key,
        `KeyRefused` for one that the board refuses.
        """
        checks.check_page(self.site, page, per_page)
        value = await self._ask.ask_as_owner(routes.WATCHED, {"page": page, "perpage": per_page})
        return self._page(value, page, per_page)

    async def oembed(
        self, url: str, *, maxwidth: int | None = None, maxheight: int | None = None
    ) -> OEmbed:
        """Return the facts of the post at a page's or a file's address (GET oembed.json).

        `maxwidth` and `maxheight`, pixels, bound the picture. The answer is used again for as
        long as its `cache_age` says (rule L5). The XML form is not implemented: it says the same.
        """
        for name, pixels in (("maxwidth", maxwidth), ("maxheight", maxheight)):
            checks.check_range(self.site, name, pixels, 1, _MOST_PIXELS)
        return await self._oembeds.ask(
            routes.OEMBED, {"url": url, "maxwidth": maxwidth, "maxheight": maxheight}
        )

    async def tag(self, name: str) -> Tag:
        """Return a tag by its name, following an alias to the tag itself (GET search/tags)."""
        asked = clean_tag_name(checks.check_query(self.site, name))
        tag = await self._tag_by_name(asked)
        if tag.aliased_tag is not None:
            tag = await self._tag_by_name(tag.aliased_tag)
        return tag if tag.name == asked else structs.replace(tag, asked_as=asked)

    async def comments(self, post_id: int, *, page: int = 1) -> CommentPage:
        """Return a page of the comments under a post, newest first (GET posts/:id/comments).

        The board sends the whole thread at once, so `total` is known and pages are cut here.
        """
        checks.check_id(self.site, post_id)
        checks.check_page(self.site, page, DEFAULT_PER_PAGE)
        value = await self._ask.ask(routes.COMMENTS, post_id=post_id)
        rows = self._ask.page(value, bodies.Comments, "comments").comments
        comments, bad = bodies.read_comments(rows, self.site, post_id)
        start = (page - 1) * DEFAULT_PER_PAGE
        return CommentPage(
            comments=tuple(comments[start : start + DEFAULT_PER_PAGE]),
            total=len(comments),
            page=page,
            per_page=DEFAULT_PER_PAGE,
            skipped=bad,
        )

    async def canonical_names(
        self, names: Iterable[str], *, priority: Priority = Priority.INTERACTIVE
    ) -> dict[str, str]:
        """Return by name what its tag is called, aliases followed; names of no tag are left out.

        Up to 50 are asked for at once (GET search/tags).
        """
        return await TagNames(self, _quoted, priority).canonical(names)

    async def search_tags(
        self,
        q: str,
        *,
        page: int = 1,
        per_page: int = DEFAULT_PER_PAGE,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Page[Tag]:
        """Return a page of the tags that match `q`, most used first (GET search/tags)."""
        value = await self._ask.search(routes.SEARCH_TAGS, q, page, per_page, priority)
        return self._ask.many(
            value,
            "tags",
            lambda row: read_tag(row, self.site, str)[0],
            page=page,
            per_page=per_page,
        )

    async def tags_like(self, pattern: str, *, page: int = 1) -> Page[Tag]:
        """Return a page of the tags whose name is like a pattern that was checked."""
        return await self.search_tags(self._like(clean_tag_name(pattern)), page=page)

    async def complete_tags(
        self,
        term: str,
        *,
        limit: int = MOST_SUGGESTIONS,
        priority: Priority = Priority.INTERACTIVE,
    ) -> tuple[Suggestion, ...]:
        """Return the tags that begin with `term`, most used first (GET search/tags).

        The board has no route for it; `term` and `limit` are bound as on the other boards.
        """
        asked = clean_tag_name(checks.check_beginning(self.site, term, limit))
        # The wildcards of what was typed are none.
        query = self._like(re.sub(r"[\\*?]", r"\\\g<0>", asked) + "*")
        page = await self.search_tags(query, per_page=limit, priority=priority)
        images = {tag.name: tag.images for tag in page.items if tag.aliased_tag is None}
        return tuple(
            Suggestion(canonical=name, images=images.get(name), alias=tag.name)
            if (name := tag.aliased_tag) is not None
            else Suggestion(canonical=tag.name, images=tag.images, alias=None)
            for tag in page.items
        )

    async def _tag_by_name(self, name: str) -> Tag:
        found = (await self.search_tags(_quoted(name))).items
        for tag in found:
            if tag.name == name:
                return tag
        for tag in found:
            if name in tag.aliases:
                return tag
        raise NotFound(
            self.site.name,
            _("{site} has no tag of that name.").format(site=self.site.title),
        )

    def _like(self, pattern: str) -> str:
        """Write the query for the tags whose name is like a pattern; raise `BadRequest`."""
        try:
            return leaf_text(Wild(TAGS, pattern), ("twibooru",))
        except QueryError as error:
            raise BadRequest(self.site.name, error.message) from error

    def _page(self, value: object, page: int, per_page: int) -> PostPage:
        many = self._ask.page(value, bodies.Many, "search")
        posts, bad = self._ask.rows(many.posts, lambda row: bodies.read_post(row, self.site))
        return PostPage(
            posts=tuple(posts), total=many.total, page=page, per_page=per_page, skipped=bad
        )


def _quoted(name: str) -> str:
    # Quotes make wildcards literal in this dialect (boards, 2.9).
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

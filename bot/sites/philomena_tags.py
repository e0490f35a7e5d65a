"""A Philomena board's tags: by name, slug, number, beginning, or search (boards, 1.1, 1.6-1.8)."""

from collections.abc import Iterable, Sequence
from typing import ClassVar

from msgspec import UNSET, structs

from bot.posts.model import Maybe
from bot.posts.tags import clean_tag_name, decode_slug, encode_slug
from bot.texts import _

from . import checks
from . import philomena_routes as routes
from .asking import Client
from .board import DEFAULT_PER_PAGE, MOST_SUGGESTIONS, Page, Suggestion, Tag
from .decode import Id, Int
from .errors import NotFound
from .gate import Priority
from .philomena_terms import exact, like
from .record import Record
from .tag_bodies import OneTag, read_tag
from .tag_names import TagNames

#: Characters whose slug was always the same, so that it can be computed (boards, 1.7).
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_ -./\\:+")
#: Aliases lead to a tag directly; a site that chains or loops them is not followed for ever.
_MOST_ALIASES = 3
_MOST_IDS = 50


class NumberedTag(Record, frozen=True, kw_only=True):
    """A tag by its number, as filters name tags (GET fetch/tags; boards, 1.1)."""

    addresses: ClassVar[tuple[str, ...]] = ("spoiler_image_uri",)

    id: Id
    name: str
    images: Maybe[Int | None] = UNSET
    """How many posts have it."""
    spoiler_image_uri: Maybe[str | None] = UNSET
    """Never shown (safety, 3.10)."""


def name_query(name: str) -> str:
    """Return the query for the tag of that name."""
    return exact("name", name)


class TagCalls(Client):
    """The routes of tags."""

    async def tag(self, name: str) -> Tag:
        """Return a tag by its name, following an alias to the tag itself.

        A name of plain characters is asked for by its slug (GET tags/:slug); others have slugs
        that cannot be computed and are searched for (boards, 1.7). Raises `NotFound`.
        """
        asked = clean_tag_name(checks.check_query(self.site, name))
        if asked and _PLAIN.issuperset(asked):
            tag, target = await self._by_slug(encode_slug(asked))
        else:
            tag, target = await self._by_name(asked)
        for _hop in range(_MOST_ALIASES):
            if target is None:
                break
            tag, target = await self._by_slug(target)
        return tag if tag.name == asked else structs.replace(tag, asked_as=asked)

    async def tag_by_slug(self, slug: str) -> Tag:
        """Return a tag by its slug as the board stores it (GET tags/:tag_id), alias or not.

        Percent-encoded parts of old slugs are given as they are (boards, 1.7).
        """
        return (await self._by_slug(slug))[0]

    async def canonical_names(
        self, names: Iterable[str], *, priority: Priority = Priority.INTERACTIVE
    ) -> dict[str, str]:
        """Return by name what its tag is called, aliases followed; names of no tag are left out.

        Up to 50 are asked for at once (GET search/tags).
        """
        return await TagNames(self, name_query, priority).canonical(names)

    async def search_tags(
        self,
        q: str,
        *,
        page: int = 1,
        per_page: int = DEFAULT_PER_PAGE,
        priority: Priority = Priority.INTERACTIVE,
    ) -> Page[Tag]:
        """Return a page of the tags that match `q`, most used first (GET search/tags).

        Such as `analyzed_name:wing`; fields: boards, 2.5.
        """
        found = await self._search(q, page, per_page, priority)
        return Page(
            items=tuple(tag for tag, _target in found.items),
            total=found.total,
            page=page,
            per_page=per_page,
            skipped=found.skipped,
        )

    async def tags_like(self, pattern: str, *, page: int = 1) -> Page[Tag]:
        """Return a page of the tags whose name is like a pattern that was checked."""
        return await self.search_tags(like("name", clean_tag_name(pattern)), page=page)

    async def complete_tags(
        self,
        term: str,
        *,
        limit: int = MOST_SUGGESTIONS,
        priority: Priority = Priority.INTERACTIVE,
    ) -> tuple[Suggestion, ...]:
        """Return the tags that begin with `term`, most used first (GET autocomplete/tags).

        The cheapest way from an alias to its tag. `term` has at least 3 bytes, `limit` is 1 to
        10: others are refused here, as the board does (boards, 1.1).
        """
        checks.check_beginning(self.site, term, limit)
        value = await self._ask.ask(
            routes.COMPLETE, {"vsn": 2, "term": term, "limit": limit}, priority=priority
        )
        reader = self._ask.reader(Suggestion, "suggestion")
        return self._ask.many(value, "suggestions", reader).items

    async def tags_by_ids(self, ids: Sequence[int]) -> tuple[NumberedTag, ...]:
        """Return the tags of up to 50 numbers, such as a filter's (GET fetch/tags).

        Numbers that no tag has are left out.
        """
        checks.check_range(self.site, "ids", len(ids), 1, _MOST_IDS)
        numbers = [checks.check_id(self.site, number) for number in ids]
        value = await self._ask.ask(routes.FETCH_TAGS, each={"ids[]": numbers})
        return self._ask.many(value, "tags", self._ask.reader(NumberedTag, "tag")).items

    async def _by_slug(self, slug: str) -> tuple[Tag, str | None]:
        # The slug itself is percent-encoded, so that its own `%28` travels as `%2528` (1.7).
        value = await self._ask.ask(routes.TAG, tag_id=slug)
        return read_tag(self._ask.shape(value, OneTag, "tag").tag, self.site, decode_slug)

    async def _by_name(self, name: str) -> tuple[Tag, str | None]:
        found = await self._search(name_query(name), 1, DEFAULT_PER_PAGE)
        for tag, target in found.items:
            if tag.name == name:
                return tag, target
        raise NotFound(
            self.site.name,
            _("{site} has no tag of that name.").format(site=self.site.title),
        )

    async def _search(
        self, q: str, page: int, per_page: int, priority: Priority = Priority.INTERACTIVE
    ) -> Page[tuple[Tag, str | None]]:
        value = await self._ask.search(routes.SEARCH_TAGS, q, page, per_page, priority)
        return self._ask.many(
            value,
            "tags",
            lambda row: read_tag(row, self.site, decode_slug),
            page=page,
            per_page=per_page,
        )

"""A Philomena board's filters: what it hides and spoilers for whom (seeds S1, S3; boards, 3)."""

from typing import ClassVar

from msgspec import UNSET

from bot.posts.model import Maybe

from . import checks
from . import philomena_routes as routes
from .asking import Client
from .board import DEFAULT_PER_PAGE, Page
from .decode import Id, Int
from .record import Record


class Filter(Record, frozen=True, kw_only=True):
    """One filter (seeds S1, S3, Filter Responses)."""

    place: ClassVar[str] = "/filters/{id}"

    id: Id
    name: Maybe[str | None] = UNSET
    description: Maybe[str | None] = UNSET
    user_id: Maybe[Id | None] = UNSET
    """Whose it is; `None` on the site's own."""
    user_count: Maybe[Int | None] = UNSET
    """How many people use it."""
    system: Maybe[bool | None] = UNSET
    """Whether it is the site's own, for everybody; those are not `public` (boards, 1.6)."""
    public: Maybe[bool | None] = UNSET
    """Whether others may use it."""
    spoilered_tag_ids: Maybe[tuple[Id, ...] | None] = UNSET
    """Tags by number; `tags_by_ids` names them. Aliases are resolved (boards, 3)."""
    spoilered_complex: Maybe[str | None] = UNSET
    """A query, each line of which spoilers; null and empty spoiler nothing."""
    hidden_tag_ids: Maybe[tuple[Id, ...] | None] = UNSET
    """As `spoilered_tag_ids`."""
    hidden_complex: Maybe[str | None] = UNSET
    """As `spoilered_complex`; one that cannot be parsed hides everything (boards, 3)."""


class FilterCalls(Client):
    """The routes of filters."""

    async def filter(self, filter_id: int) -> Filter:
        """Return one filter (GET filters/:filter_id).

        `NotFound` says that naming it in a search would silently change nothing (boards, 1.3).
        """
        number = checks.check_id(self.site, filter_id)
        value = await self._ask.ask(routes.FILTER, filter_id=number)
        return self._ask.one(value, Filter, "filter")

    async def system_filters(
        self, *, page: int = 1, per_page: int = DEFAULT_PER_PAGE
    ) -> Page[Filter]:
        """Return a page of the site's own filters (GET filters/system)."""
        checks.check_page(self.site, page, per_page)
        value = await self._ask.ask(routes.SYSTEM_FILTERS, {"page": page, "per_page": per_page})
        return self._filters(value, page, per_page)

    async def user_filters(
        self, *, page: int = 1, per_page: int = DEFAULT_PER_PAGE
    ) -> Page[Filter]:
        """Return a page of the key owner's filters (GET filters/user).

        Raises `BadRequest` without a key, `KeyRefused` for one that the site refuses.
        """
        checks.check_page(self.site, page, per_page)
        value = await self._ask.ask_as_owner(
            routes.USER_FILTERS, {"page": page, "per_page": per_page}
        )
        return self._filters(value, page, per_page)

    async def search_filters(
        self, q: str, *, page: int = 1, per_page: int = DEFAULT_PER_PAGE
    ) -> Page[Filter]:
        """Return a page of the filters that match `q` (GET search/filters; boards, 1.1, 2.5)."""
        value = await self._ask.search(routes.SEARCH_FILTERS, q, page, per_page)
        return self._filters(value, page, per_page)

    def _filters(self, value: object, page: int, per_page: int) -> Page[Filter]:
        reader = self._ask.reader(Filter, "filter")
        return self._ask.many(value, "filters", reader, page=page, per_page=per_page)

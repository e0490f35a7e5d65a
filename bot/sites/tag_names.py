"""What many tags are really called, with few requests: one search asks for several names."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol
from urllib.parse import quote_plus

from bot.catalogue import Site
from bot.posts.tags import clean_tag_name

from .board import MAX_PER_PAGE, Page, Tag
from .decode import bad_response
from .errors import BadQuery
from .gate import Priority

#: Bytes of a query as it travels: far below what any front end refuses as too long an address.
_LONGEST_QUERY = 2_000
#: Aliases lead to a tag directly; a site that chains or loops them is not followed for ever.
_MOST_ALIASES = 3
#: Bytes of a tag's name (boards, 1.8).
_LONGEST_NAME = 255
_OR = " || "


class SearchesTags(Protocol):
    """A client of a board, as far as tags are searched by it."""

    @property
    def site(self) -> Site:
        """The board."""

    async def search_tags(self, q: str, *, per_page: int, priority: Priority) -> Page[Tag]:
        """Return the first page of the tags that match `q`."""


class TagNames:
    """Looks names up on a board, in queries that `term` writes for one name each."""

    def __init__(self, board: SearchesTags, term: Callable[[str], str], priority: Priority) -> None:
        self._board = board
        self._term = term
        self._priority = priority

    async def canonical(self, names: Iterable[str]) -> dict[str, str]:
        """Return by name what its tag is called, aliases followed; names of no tag are left out.

        Raises the `SiteError` of whatever could not be asked or read.
        """
        asked = {name: clean_tag_name(name) for name in names}
        known: dict[str, Tag] = {}
        looked: set[str] = set()
        wanted = set(filter(_is_possible, asked.values()))
        for _hop in range(1 + _MOST_ALIASES):
            for some in self._batches(sorted(wanted)):
                known.update(await self._tags(some))
            looked |= wanted
            leads = (known[name].aliased_tag for name in wanted if name in known)
            wanted = {lead for lead in leads if lead} - looked
            if not wanted:
                break
        return {name: _follow(known, clean) for name, clean in asked.items() if clean in known}

    def _batches(self, names: Sequence[str]) -> Iterator[list[str]]:
        some: list[str] = []
        length = 0
        for name in names:
            more = len(quote_plus(_OR + self._term(name)))
            if some and (len(some) == MAX_PER_PAGE or length + more > _LONGEST_QUERY):
                yield some
                some, length = [], 0
            some.append(name)
            length += more
        if some:
            yield some

    async def _tags(self, names: Sequence[str]) -> dict[str, Tag]:
        """Return the tags of a batch by the names asked for; in halves where that is not clear."""
        try:
            page = await self._board.search_tags(
                _OR.join(map(self._term, names)), per_page=MAX_PER_PAGE, priority=self._priority
            )
        except BadQuery:
            # An answer (rule L6): one of the names is none that a tag of the board can have.
            page = None
        found = {} if page is None else _by_name(page.items, names)
        if page is not None and (len(found) == len(names) or _is_whole(page)):
            return found
        if len(names) > 1:
            half = len(names) // 2
            return await self._tags(names[:half]) | await self._tags(names[half:])
        if page is not None and page.skipped:
            raise bad_response(self._board.site, "tag")
        return found


def _is_possible(name: str) -> bool:
    try:
        return 0 < len(name.encode()) <= _LONGEST_NAME
    except UnicodeEncodeError:
        return False


def _is_whole(page: Page[Tag]) -> bool:
    """Tell whether the page has every tag that was found."""
    short = page.total is None and len(page.items) < MAX_PER_PAGE
    return (page.is_last or short) and not page.skipped


def _by_name(tags: Sequence[Tag], names: Sequence[str]) -> dict[str, Tag]:
    """Return the tags by the names asked for; a tag itself may come where its alias was named."""
    own = {tag.name: tag for tag in tags}
    other = {alias: tag for tag in tags for alias in tag.aliases}
    return {name: own.get(name) or other[name] for name in names if name in own or name in other}


def _follow(known: dict[str, Tag], name: str) -> str:
    called = name
    for _hop in range(1 + _MOST_ALIASES):
        tag = known.get(called)
        if tag is None:
            break
        if tag.aliased_tag is None:
            return tag.name
        called = tag.aliased_tag
    return called

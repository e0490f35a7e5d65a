"""What every board can do, and the values it answers with."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from msgspec import UNSET, Struct

from bot.catalogue import Site
from bot.posts.model import Maybe, Post

from .decode import Id, Int
from .gate import Priority
from .record import Record

T = TypeVar("T")

#: Most results that a board gives on one page (rule L11).
MAX_PER_PAGE = 50
#: What we ask for where nobody said; always sent, as the sites' own defaults differ (rule L11).
DEFAULT_PER_PAGE = 25
#: What a completion needs at least, in bytes, and how many it has at most (boards, 1.1).
SHORTEST_TERM = 3
MOST_SUGGESTIONS = 10


class Sort(Struct, frozen=True):
    """One order of search results that a board offers."""

    name: str
    """Name in commands and in the state of buttons, such as `newest`."""
    field: str
    """The site's `sf`."""
    direction: Literal["asc", "desc"]
    """The site's `sd`."""
    title: str
    """What people read; already in the language of the catalogue of texts."""


class Paged(Struct, frozen=True, kw_only=True):
    """What every page of results says of itself."""

    holds: ClassVar[str] = "items"
    """Name of the field with the page's entries."""

    total: int | None
    """How many there are in all; `None` where the site does not say."""
    page: int = 1
    """Counted from 1."""
    per_page: int = DEFAULT_PER_PAGE
    """How many entries the page was asked to have."""
    skipped: int = 0
    """How many entries of this page could not be decoded and were left out (fault F18)."""

    @property
    def entries(self) -> tuple[Any, ...]:
        """Return the page's entries, whatever they are, in the site's order."""
        entries: tuple[Any, ...] = getattr(self, self.holds)
        return entries

    @property
    def pages(self) -> int | None:
        """Return how many pages there are, or `None` where the site gives no total."""
        return None if self.total is None else -(-self.total // self.per_page)

    @property
    def is_last(self) -> bool:
        """Tell whether no page follows; a short page alone proves nothing (boards, 1.2)."""
        if not self.entries and not self.skipped:
            return True
        return self.total is not None and self.page * self.per_page >= self.total


class Page(Paged, Generic[T], frozen=True, kw_only=True):
    """One page of a list, in the site's order."""

    items: tuple[T, ...]


class PostPage(Paged, frozen=True, kw_only=True):
    """One page of search results, in the site's order."""

    holds: ClassVar[str] = "posts"

    posts: tuple[Post, ...]


class Comment(Record, frozen=True, kw_only=True):
    """What somebody wrote under a post: untrusted and unrated text (reference: safety, 3.10).

    Seeds S1, S3 (Comment Responses); Twibooru's have neither people nor post (boards, 1.6, 4).
    """

    addresses: ClassVar[tuple[str, ...]] = ("avatar",)

    id: Id
    author: str | None = None
    """`None` where the site names nobody (Twibooru never does; boards, 4)."""
    body: str | None = None
    """The site's own markup; `None` on a hidden comment."""
    created_at: Maybe[datetime | None] = UNSET
    image_id: Maybe[Id | None] = UNSET
    """The post that it stands under."""
    user_id: Maybe[Id | None] = UNSET
    """`None` is somebody who is not logged in or does not want to be named."""
    avatar: Maybe[str | None] = UNSET
    """Address of the author's picture; it has no credit and is never shown (safety, 3.10)."""
    updated_at: Maybe[datetime | None] = UNSET
    edited_at: Maybe[datetime | None] = UNSET
    """When it was last edited; `None` if never."""
    edit_reason: Maybe[str | None] = UNSET
    """Why, in the author's words."""
    hidden_from_users: Maybe[bool | None] = UNSET
    """Twibooru's own; Philomena's hidden comments merely lose their text (boards, 1.6, 4)."""


class CommentPage(Paged, frozen=True, kw_only=True):
    """One page of comments, newest first."""

    holds: ClassVar[str] = "comments"

    comments: tuple[Comment, ...]


class DnpEntry(Record, frozen=True, kw_only=True):
    """What an artist does not want done with their work (boards, 1.6; captures)."""

    id: Id
    dnp_type: Maybe[str | None] = UNSET
    """Such as `Artist Upload Only`."""
    conditions: Maybe[str | None] = UNSET
    reason: Maybe[str | None] = UNSET
    created_at: Maybe[datetime | None] = UNSET


class Tag(Struct, frozen=True, kw_only=True):
    """One tag of a board. Relations are tag names on every board (boards, 1.6 and 4)."""

    site: str
    id: int
    name: str
    slug: str
    """As the site stores it, percent-encoded parts included (boards, 1.7)."""
    page_url: str
    images: int
    """How many posts have it."""
    category: str | None = None
    namespace: str | None = None
    name_in_namespace: str | None = None
    short_description: str = ""
    description: str = ""
    aliased_tag: str | None = None
    """Name of the tag that this one is another name for."""
    aliases: tuple[str, ...] = ()
    implied_tags: tuple[str, ...] = ()
    implied_by_tags: tuple[str, ...] = ()
    spoiler_image_uri: str | None = None
    """Address of the picture that stands for spoilered posts; never shown (safety, 3.10)."""
    dnp_entries: tuple[DnpEntry, ...] = ()
    """Wishes of the artist whose tag it is; only Philomena tells them."""
    asked_as: str | None = None
    """The name that was asked for, where it is an alias of this tag."""


class Suggestion(Record, frozen=True, kw_only=True):
    """One completion of what somebody types (boards, 1.1)."""

    canonical: str
    """The tag's name."""
    alias: Maybe[str | None] = UNSET
    """The other name that was typed; `None` where it was the tag's own."""
    images: Maybe[Int | None] = UNSET
    """How many posts have it."""


class Board(Protocol):
    """One board: a site with posts, tags and comments that can be searched.

    Every method raises a `SiteError`: `NotFound` and `BadQuery` are the site's answers,
    `BadRequest` is ours before any request, the others say until when to wait.
    """

    @property
    def site(self) -> Site:
        """Return the board's row of the catalogue."""
        ...

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """Return the orders that `search` takes, the first being the default."""
        ...

    async def search(
        self,
        q: str,
        *,
        sort: str | Sort | None = None,
        page: int = 1,
        per_page: int = DEFAULT_PER_PAGE,
        priority: Priority = Priority.INTERACTIVE,
    ) -> PostPage:
        """Return a page of the posts that match `q`, which the caller has made safe."""
        ...

    async def post(
        self, post_id: int, *, q: str, priority: Priority = Priority.INTERACTIVE
    ) -> Post:
        """Return one post; `q` is its id under a policy, as `bot.safety.by_id` writes it."""
        ...

    async def featured(self) -> Post:
        """Return the post that the site features at present; no filter applies to it."""
        ...

    async def tag(self, name: str) -> Tag:
        """Return a tag by its name; the name of an alias leads to the tag itself."""
        ...

    async def canonical_names(
        self, names: Iterable[str], *, priority: Priority = Priority.INTERACTIVE
    ) -> dict[str, str]:
        """Return by name what its tag is called; names of no tag are left out."""
        ...

    async def tags_like(self, pattern: str, *, page: int = 1) -> Page[Tag]:
        """Return a page of the tags like `pattern` (`bot.safety.patterns`), most used first."""
        ...

    async def complete_tags(
        self,
        term: str,
        *,
        limit: int = MOST_SUGGESTIONS,
        priority: Priority = Priority.INTERACTIVE,
    ) -> tuple[Suggestion, ...]:
        """Return up to `limit` tags that begin with `term`, of at least 3 bytes, or alias it."""
        ...

    async def comments(self, post_id: int, *, page: int = 1) -> CommentPage:
        """Return a page of the comments under a post, newest first."""
        ...

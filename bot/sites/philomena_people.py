"""What people of a Philomena board are and say (seeds S1, S3; reference: boards, 1.6)."""

from datetime import datetime
from typing import ClassVar

from msgspec import UNSET, structs

from bot.catalogue import Site
from bot.posts.model import Maybe

from . import checks
from . import philomena_routes as routes
from .asking import Client
from .board import DEFAULT_PER_PAGE, Comment, CommentPage
from .decode import Id, Int
from .record import Record, read


class Link(Record, frozen=True, kw_only=True):
    """A page elsewhere that a person showed to be theirs (seeds S1, S3, Links Responses)."""

    user_id: Maybe[Id | None] = UNSET
    created_at: Maybe[datetime | None] = UNSET
    state: Maybe[str | None] = UNSET
    """Such as `verified`."""
    tag_id: Maybe[Id | None] = UNSET
    """The artist's tag that goes with it; `None` without one."""


class Award(Record, frozen=True, kw_only=True):
    """A badge that a person was given (seeds S1, S3, Awards Responses)."""

    addresses: ClassVar[tuple[str, ...]] = ("image_url",)

    id: Id
    """The badge's; many people have the same."""
    title: Maybe[str | None] = UNSET
    label: Maybe[str | None] = UNSET
    image_url: Maybe[str | None] = UNSET
    """It has no credit and is never shown (safety, 3.10)."""
    awarded_on: Maybe[datetime | None] = UNSET


class User(Record, frozen=True, kw_only=True):
    """One person's profile (seeds S1, S3, User Responses)."""

    addresses: ClassVar[tuple[str, ...]] = ("avatar_url",)
    place: ClassVar[str] = "/profiles/{slug}"

    id: Id
    name: str
    slug: Maybe[str | None] = UNSET
    """What its page is called by; the API asks by number."""
    role: Maybe[str | None] = UNSET
    """Such as `user`, which staff can also seem to be (boards, 1.6)."""
    description: Maybe[str | None] = UNSET
    """What they wrote about themselves, in the site's own markup: untrusted and unrated."""
    avatar_url: Maybe[str | None] = UNSET
    """It has no credit and is never shown (safety, 3.10)."""
    created_at: Maybe[datetime | None] = UNSET
    comments_count: Maybe[Int | None] = UNSET
    uploads_count: Maybe[Int | None] = UNSET
    posts_count: Maybe[Int | None] = UNSET
    """Posts in forums."""
    topics_count: Maybe[Int | None] = UNSET
    links: tuple[Link, ...] = ()
    awards: tuple[Award, ...] = ()


def read_comment(row: object, site: Site) -> Comment:
    """Return one comment, with its page where it says under which post it stands."""
    return _placed(read(row, Comment, site, "comment"), site)


def _placed(comment: Comment, site: Site, post_id: int | None = None) -> Comment:
    """Return a comment with its page; under the post `post_id` where it names none."""
    under = comment.image_id or post_id
    page_url = f"{site.page_url(under)}#comment_{comment.id}" if under else ""
    return structs.replace(comment, page_url=page_url)


class PeopleCalls(Client):
    """The routes of people and of what they say under images."""

    async def profile(self, user_id: int) -> User:
        """Return a person's profile by number (GET profiles/:user_id).

        Raises `NotFound` also for somebody who left (boards, 1.6).
        """
        number = checks.check_id(self.site, user_id)
        value = await self._ask.ask(routes.PROFILE, user_id=number)
        return self._ask.one(value, User, "user")

    async def comment(self, comment_id: int) -> Comment:
        """Return one comment (GET comments/:comment_id).

        Its body is `None` if it is hidden. Raises `Refused` for one under a hidden image.
        """
        number = checks.check_id(self.site, comment_id)
        value = await self._ask.ask(routes.COMMENT, comment_id=number)
        return _placed(self._ask.one(value, Comment, "comment"), self.site)

    async def search_comments(
        self, q: str, *, page: int = 1, per_page: int = DEFAULT_PER_PAGE
    ) -> CommentPage:
        """Return a page of the comments that match `q`, newest first (GET search/comments).

        Such as `image_id:1000000`; fields: boards, 2.5.
        """
        value = await self._ask.search(routes.SEARCH_COMMENTS, q, page, per_page)
        found = self._ask.many(value, "comments", lambda row: read_comment(row, self.site))
        return CommentPage(
            comments=found.items,
            total=found.total,
            page=page,
            per_page=per_page,
            skipped=found.skipped,
        )

    async def comments(self, post_id: int, *, page: int = 1) -> CommentPage:
        """Return a page of the comments under an image, newest first (GET search/comments)."""
        number = checks.check_id(self.site, post_id)
        found = await self.search_comments(f"image_id:{number}", page=page)
        placed = tuple(_placed(comment, self.site, number) for comment in found.comments)
        return structs.replace(found, comments=placed)

"""Philomena boards, Derpibooru and Ponybooru among them (seeds S1, S3; reference: boards, 1)."""

from bot.catalogue import Site
from bot.posts.model import Post
from bot.texts import _

from . import checks, decode, legacy
from . import philomena_routes as routes
from .board import DEFAULT_PER_PAGE, PostPage, Sort
from .errors import NotFound, SiteError, Withheld
from .gate import Priority
from .philomena_filters import FilterCalls
from .philomena_forums import ForumCalls
from .philomena_images import ImageCalls, read_page
from .philomena_people import PeopleCalls
from .philomena_tags import TagCalls
from .sorting import sorts

__all__ = ["PhilomenaBoard", "decode_post"]


def decode_post(body: object, site: str | Site) -> Post:
    """Return the post that `body`, the object under `image`, describes.

    Archived bodies from before Philomena are read too. `site` is a name of the catalogue or a
    row of it. Raises `BadResponse` whose `field` names the place, such as `image.tags`, for
    anything that no board sends or sent.
    """
    row = decode.find_site(site)
    return legacy.read_image(decode.plain(body, row, "image"), row)


class PhilomenaBoard(ImageCalls, TagCalls, PeopleCalls, ForumCalls, FilterCalls):
    """A Philomena board: any row of the catalogue whose family is `philomena`.

    `key` is the operator's own API key: it goes to this board alone, and answers then carry the
    owner's interactions. A key that the board refuses is dropped and told in `Sites.status`.
    """

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """Return the orders that `search` takes; the first is the default (boards, 1.2)."""
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
        """Return a page of the images that match `q` (GET search/images).

        `q` must already be safe. `page` counts from 1, `per_page` is 1 to 50. The catalogue's
        filter applies unless `filter_id` names another; one that the board does not show
        silently becomes its default (boards, 1.3). Raises `BadQuery` with the board's reason.
        """
        value = await self._ask.search_posts(
            routes.SEARCH_IMAGES, q, page, per_page, priority, sort=sort, filter_id=filter_id
        )
        return read_page(value, self._ask, self.site, page=page, per_page=per_page)

    async def post(
        self, post_id: int, *, q: str, priority: Priority = Priority.INTERACTIVE
    ) -> Post:
        """Return one image, found by a search for `q`, which names its id under a policy.

        The route by id would ignore every filter and show unapproved images (safety, 3.4): it
        is asked once, for the reason alone, where the search does not bring the image. Raises
        `Withheld` with what it said, or `NotFound` where there is no such image or no reason.
        """
        checks.check_id(self.site, post_id)
        page = await self.search(q, per_page=1, priority=priority)
        for post in page.posts:
            if post.id == post_id:
                return post
        if page.skipped:
            raise decode.bad_response(self.site, "image")
        raise await self._missing(post_id, priority)

    async def _missing(self, post_id: int, priority: Priority) -> NotFound:
        """Return the error for an image that a search under a policy did not bring."""
        unknown = _(
            "{site} has no post {id} that may be shown here: it does not exist, is hidden, "
            "or is rated other than this channel allows."
        )
        try:
            image = await self.image(post_id, priority=priority)
        except NotFound:
            text = _("{site} has no post {id}.")
        except SiteError:
            text = unknown
        else:
            text = _("{site} has post {id}, but not among what may be shown here.")
            message = text.format(site=self.site.title, id=post_id)
            return Withheld(self.site.name, message, post=image)
        return NotFound(self.site.name, text.format(site=self.site.title, id=post_id))

"""What can go wrong between us and a site: each a value that says what to do, and until when."""

from datetime import datetime

from bot.posts.model import Post


class SiteError(Exception):
    """A request that brought no usable answer.

    `site` is the catalogue's name; `message` is for people and holds no secret, no URL and no
    stack; `until` is the instant before which asking again is pointless (UTC), if one is known.
    """

    def __init__(self, site: str, message: str, *, until: datetime | None = None) -> None:
        super().__init__(message)
        self.site = site
        self.message = message
        self.until = until


class NotFound(SiteError):
    """The site answered that there is no such thing (404): an answer, not a failure (rule L6)."""


class Withheld(NotFound):
    """The site has the post and does not bring it under the query that was to find it.

    `post` is its body without any filter: good for saying why, never for showing (safety, 3.4).
    """

    def __init__(self, site: str, message: str, *, post: Post) -> None:
        super().__init__(site, message)
        self.post = post


class BadQuery(SiteError):
    """The site refused the query text (400 or 422); `message` quotes its reason (rule L6).

    `told` is what the site said, decoded; `None` where it said nothing that can be read.
    """

    def __init__(self, site: str, message: str, *, told: object = None) -> None:
        super().__init__(site, message)
        self.told = told


class BadRequest(SiteError):
    """A parameter that no site takes, refused here before any request was made."""


class Refused(SiteError):
    """The site refuses us or the key (401, or 403): never evaded (rules L8, L9)."""


class CoolingDown(SiteError):
    """We stay away until `until`, as the site asked or as its failures oblige us (L6, L7, L9).

    `until` is `None` where only a restart ends it (fault F14).
    """


class Busy(SiteError):
    """Our own share of the site's limit is used up, until `until` where known: nothing was sent."""


class Unavailable(SiteError):
    """The site failed, or could not be reached, after the retries that are polite (rule L6)."""


class BadResponse(SiteError):
    """A body that is not what the site's document describes; `field` names the place.

    `field` is a dotted path such as `image.tags`, or what is wrong with the body as a whole.
    """

    def __init__(
        self, site: str, field: str, message: str, *, until: datetime | None = None
    ) -> None:
        super().__init__(site, message, until=until)
        self.field = field


class KeyRefused(Refused):
    """The site refuses the key that the call carried; without it the site may be used (F15)."""


class Unconfirmed(Unavailable):
    """A change was sent and no usable answer came: whether it was made must be looked up.

    Never repeated by us, as that could make it twice.
    """


class NeedsBrowser(Refused):
    """The site wants a person to do this in a browser; `message` says what to do (rule L15)."""

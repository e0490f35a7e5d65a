"""Finding out which post a picture is: the boards' reverse search, each answer verified.

The board itself fetches the picture, and the bot never does: an address goes to a board only
where it is Discord's own or of a site of the catalogue (reference: safety, 5).
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import discord
from msgspec import structs

from bot.catalogue import Site
from bot.posts.model import Post
from bot.posts.urls import gate, host_of
from bot.safety import Policy
from bot.sites import NotFound, PhilomenaBoard, SiteError
from bot.sites.philomena_images import DEFAULT_DISTANCE
from bot.texts import _
from bot.ui.answers import NotShownError, failure_text
from bot.ui.attachments import ATTACHMENT_ORIGINS
from bot.ui.finder import Finder, Found, check_panic
from bot.ui.sieve import Sieve, none_shown

#: How alike is still similar; beyond that nearly everything is.
_SIMILAR = 0.5
#: How many posts a board is asked for, and how many of them are then read one by one.
_LIMIT, _READS = 10, 3
_DISCORD = frozenset(map(host_of, ATTACHMENT_ORIGINS))


def picture_for(addresses: Iterable[str], sites: Iterable[Site]) -> str:
    """Return the first of a message's addresses of pictures that a board may fetch.

    Raises NotShownError where there is none, or only such from elsewhere.
    """
    sites = list(sites)
    hosts = _DISCORD.union(*(site.media_hosts for site in sites))
    there = False
    for url in addresses:
        there = True
        gated = gate(url)
        if gated is not None and host_of(gated) in hosts:
            return gated
    if not there:
        raise NotShownError(_("I see no picture in this message."))
    raise NotShownError(
        _(
            "I look only for pictures that somebody attached on Discord, or that are on {sites}:"
            " no address of anybody else's goes to the boards. Please attach the picture itself."
        ).format(sites=", ".join(site.title for site in sites))
    )


def picture_given(
    image: discord.Attachment | None, address: str | None, sites: Iterable[Site]
) -> str:
    """Return the address of the picture that somebody gave, the attached one before the other.

    Raises NotShownError as `picture_for`, and where none was given.
    """
    if image is not None:
        if not _is_picture(image):
            raise NotShownError(_("What you attached is no picture."))
        return picture_for([image.url], sites)
    if address is None:
        raise NotShownError(_("Attach the picture, or give its address."))
    return picture_for([address.strip().removeprefix("<").removesuffix(">")], sites)


def _is_picture(attachment: discord.Attachment) -> bool:
    return (attachment.content_type or "image/").startswith("image/")


def pictures_of(message: discord.Message | discord.MessageSnapshot) -> Iterator[str]:
    """Yield the addresses of a message's pictures: attached, embedded, in galleries, forwarded."""
    for attachment in message.attachments:
        if _is_picture(attachment):
            yield attachment.url
    for embed in message.embeds:
        for picture in (embed.image, embed.thumbnail):
            if picture.url:
                yield picture.url
    yield from _in_galleries(message.components)
    for snapshot in getattr(message, "message_snapshots", ()):
        yield from pictures_of(snapshot)


def _in_galleries(parts: Sequence[Any]) -> Iterator[str]:
    for part in parts:
        if isinstance(part, discord.MediaGalleryComponent):
            yield from (item.media.url for item in part.items)
        yield from _in_galleries(getattr(part, "children", ()))


async def find_picture(
    finder: Finder, url: str, policy: Policy, *, only: str | None = None
) -> Found:
    """Return the post that the picture at `url` is, or else one that it is similar to.

    `url` must come from `picture_for`. The boards are asked in turn, the first of the catalogue
    first, and a further one only where nothing was found; with `only`, no other than that one.
    Reverse search ignores every filter and may bring what is not approved: what looks fit is read
    again by its number under the policy (reference: safety, 3.4). Raises SiteError where no board
    could be asked, and NotShownError where there is nothing to show.
    """
    check_panic(policy)
    boards = [
        board
        for name, board in finder.sites.boards.items()
        if isinstance(board, PhilomenaBoard)
        and name not in policy.sites_off
        and only in {None, name}
    ]
    if not boards:
        raise NotShownError(_("All boards that can look for a picture are switched off here."))
    failures: dict[str, SiteError] = {}
    alike = (
        (DEFAULT_DISTANCE, _("the same picture")),
        (_SIMILAR, _("a similar picture")),
    )
    for distance, note in alike:
        sieve = Sieve(policy, finder.clock)
        withheld = False
        for board in boards:
            if board.site.name in failures:
                continue
            try:
                page = await board.reverse(url, distance=distance, limit=_LIMIT)
                found = await _first_shown(finder, page.posts, sieve, policy)
            except SiteError as failure:
                failures[board.site.name] = failure
                continue
            if found is not None:
                return structs.replace(found, note=note, hidden=sieve.hidden)
            withheld = withheld or bool(page.posts)
        if withheld:
            # Another picture in the place of the one that may not be shown would mislead.
            raise NotShownError(none_shown(sieve.hidden))
    raise _nothing([board.site for board in boards], failures)


async def _first_shown(
    finder: Finder, posts: Sequence[Post], sieve: Sieve, policy: Policy
) -> Found | None:
    """Return the first of a board's answers, the most alike first, that may be shown."""
    reads = 0
    for post in posts:
        if sieve.pass_(post) is None:
            continue
        if reads == _READS:
            break
        reads += 1
        try:
            return await finder.post(post.site, post.id, policy)
        except (NotFound, NotShownError):
            continue
    return None


def _nothing(sites: Sequence[Site], failures: dict[str, SiteError]) -> SiteError | NotShownError:
    """Return what to say where no board found anything: where, and who could not be asked."""
    asked = [site.title for site in sites if site.name not in failures]
    if not asked:
        return failures[sites[0].name]
    text = _("Nothing like this picture was found on {sites}.").format(sites=", ".join(asked))
    return NotShownError("\n".join([text, *map(failure_text, failures.values())]))

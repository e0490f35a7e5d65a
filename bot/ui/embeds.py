"""A verified post as an embed: the picture never without its credit."""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import discord
from msgspec import UNSET, UnsetType

from bot.catalogue import CATALOGUE
from bot.posts.model import Post
from bot.posts.rating import Rating, ratings
from bot.posts.text import masked_link, plain_text, safe_text, utf16_len
from bot.safety import VerifiedPost
from bot.texts import _, ngettext
from bot.ui.answers import NotShownError
from bot.ui.credit_lines import credit_lines, plain_credit
from bot.ui.room import share_room

T = TypeVar("T")

#: Discord's limits, in UTF-16 units to be strict (reference: safety, 4).
TITLE, DESCRIPTION, FIELD_VALUE, AUTHOR, ALTERNATIVE = 256, 4096, 1024, 256, 1024
#: Of one message: how many embeds, and the characters of all their texts together.
EMBEDS, EMBED_TEXTS = 10, 6000
#: What the small texts are kept to, so that with the credit no embed reaches the 6000 of all.
_FOOTER, _TAGS = 200, 600
_CONTENT = 2000
_TAG = 60

#: From the tamest; the last that a post carries gives its colour.
_COLOURS: dict[Rating, int] = {
    Rating.SAFE: 0x67AF2B,
    Rating.SUGGESTIVE: 0xE0B02E,
    Rating.QUESTIONABLE: 0xD9822B,
    Rating.EXPLICIT: 0xC23030,
    Rating.SEMI_GRIMDARK: 0x6E6E6E,
    Rating.GRIMDARK: 0x4A4A4A,
    Rating.GROTESQUE: 0x3A3A3A,
}
_UNRATED = 0x99AAB5


def post_embed(
    post: VerifiedPost,
    *,
    heading: str = "",
    link: str | None = None,
    position: int | None = None,
    total: int | None = None,
) -> discord.Embed:
    """Return the embed of a verified post: picture, all artists, source, page link, site.

    `heading` is what was searched for and `link` the search's own address; `position` and
    `total` are the place among the results. An embed cannot hide its picture: of a post to be
    spoilered it shows the credit alone, and `bot.ui.gallery` the rest. Raises NotShownError
    where the credit does not fit in one message.
    """
    body = _frame(post, position, total)
    site = body["author"]["name"]
    body["author"]["name"] = plain_text(f"{site} · {heading}" if heading else site, AUTHOR)
    if link is not None:
        body["author"]["url"] = link
    body["fields"] = list(_fields(post))
    return _filled(body, post, DESCRIPTION)


def digest_embeds(posts: Sequence[VerifiedPost]) -> tuple[discord.Embed, ...]:
    """Return the embeds of 1 to 10 verified posts for one message, without numbers and tags.

    Raises NotShownError where not every credit fits in the one message, and ValueError for too
    many posts or none.
    """
    if not 1 <= len(posts) <= EMBEDS:
        raise ValueError("a message has 1 to 10 embeds")
    bodies = [_frame(post) for post in posts]
    extras = [utf16_len(_extra(post)) + 1 for post in posts]
    room = EMBED_TEXTS - sum(map(_frame_units, bodies)) - sum(extras)
    try:
        shares = share_room([post.credit for post in posts], room)
    except ValueError:
        raise too_many_artists() from None
    return tuple(
        _filled(body, post, min(DESCRIPTION, share + extra))
        for body, post, share, extra in zip(bodies, posts, shares, extras, strict=True)
    )


def _frame(
    post: VerifiedPost, position: int | None = None, total: int | None = None
) -> dict[str, Any]:
    return {
        "type": "rich",
        "author": {"name": plain_text(CATALOGUE[post.post.site].title, AUTHOR)},
        "title": _("Post {id}").format(id=post.post.id),
        "url": post.credit.page_url,
        "color": colour(post.post),
        "footer": {"text": plain_text(footer(post.post, position, total), _FOOTER)},
    }


def _frame_units(body: dict[str, Any]) -> int:
    texts = (body["author"]["name"], body["title"], body["footer"]["text"])
    return sum(map(utf16_len, texts))


def _filled(body: dict[str, Any], post: VerifiedPost, room: int) -> discord.Embed:
    """Return the embed with credit and picture, the description in at most `room` units."""
    body["description"] = _description(post, room)
    if not post.spoiler:
        # Only a payload can carry the alternative text: `set_image` has no place for it.
        body["image"] = {"url": post.media.url}
        if alternative := plain_text(post.media.alt, ALTERNATIVE):
            body["image"]["description"] = alternative
    return discord.Embed.from_dict(body)


def plain_post(post: VerifiedPost) -> str:
    """Return a post as text alone, its credit whole: for when Discord refuses the embed.

    Raises NotShownError where the credit does not fit in one message.
    """
    try:
        return plain_credit(post.credit, _CONTENT)
    except ValueError:
        raise too_many_artists() from None


def said(value: T | UnsetType | None) -> T | None:
    """Return a value of a post, or None where the site says none or nothing."""
    return None if value is UNSET or isinstance(value, UnsetType) else value


def _extra(post: VerifiedPost) -> str:
    if post.spoiler:
        return _("The picture is behind a spoiler here: “Reveal” shows it to you alone.")
    return play_link(post)


def _description(post: VerifiedPost, room: int) -> str:
    extra = _extra(post)
    try:
        lines = credit_lines(post.credit, room - utf16_len(extra) - 1)
    except ValueError:
        raise too_many_artists() from None
    return f"{lines}\n{extra}" if extra else lines


def play_link(post: VerifiedPost) -> str:
    """Return a link to the moving original, or nothing where there is none."""
    if post.media.video_url is None:
        return ""
    text = _("Play the video") if post.media.kind == "video" else _("Play the animation")
    return masked_link(text, post.media.video_url)


def too_many_artists() -> NotShownError:
    """Return the failure of a post whose credit does not fit in a message (rule L1)."""
    return NotShownError(
        _("This post names more artists than one message can credit, so it is not shown.")
    )


def _fields(post: VerifiedPost) -> Iterator[dict[str, Any]]:
    if numbers := _numbers(post.post):
        yield {"name": _("Score"), "value": numbers, "inline": True}
    if tags := _tags(post.shown_tags):
        yield {"name": _("Tags"), "value": tags, "inline": True}


def _numbers(post: Post) -> str:
    score, faves, comments = said(post.score), said(post.faves), said(post.comment_count)
    parts = []
    if score is not None:
        parts.append(str(score))
    if faves is not None:
        parts.append(ngettext("{count} favourite", "{count} favourites", faves).format(count=faves))
    if comments is not None:
        parts.append(
            ngettext("{count} comment", "{count} comments", comments).format(count=comments)
        )
    return " · ".join(parts)


def _tags(tags: tuple[str, ...]) -> str:
    shown = ""
    for tag in tags:
        longer = f"{shown}, {safe_text(tag, _TAG)}" if shown else safe_text(tag, _TAG)
        if utf16_len(longer) > _TAGS:
            break
        shown = longer
    return shown


def footer(post: Post, position: int | None = None, total: int | None = None) -> str:
    """Return where a post is from, its rating, and its place among the results."""
    parts = [CATALOGUE[post.site].title]
    if found := sorted(ratings(post.tags), key=list(_COLOURS).index):
        parts.append(", ".join(found))
    if position is not None and total is not None:
        parts.append(_("result {position} of {total}").format(position=position, total=total))
    elif position is not None:
        parts.append(_("result {position}").format(position=position))
    return " · ".join(parts)


def colour(post: Post) -> int:
    """Return the colour that stands for a post's rating."""
    carried = ratings(post.tags)
    colours = [colour for rating, colour in _COLOURS.items() if rating in carried]
    return colours[-1] if colours else _UNRATED

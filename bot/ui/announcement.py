"""Announcements as Discord shows them: one or several posts, each with its whole credit.

A message is of one form: `embed`, `gallery` (where a picture lies behind a spoiler) or `text`
(nothing but credit and links, after Discord refused the others). What was sent as an embed can
become a gallery, never the other way round (reference: safety, 3.5).
"""

from collections.abc import Iterable, Iterator
from typing import Any

import discord
from msgspec import Struct

from bot.feeds.destination import Form, Outgoing
from bot.feeds.template import TemplateError, fill
from bot.posts.text import safe_text, utf16_len
from bot.posts.urls import gate
from bot.safety import VerifiedPost
from bot.texts import _, ngettext
from bot.ui.credit_lines import plain_credit
from bot.ui.embeds import digest_embeds, post_embed, too_many_artists
from bot.ui.gallery import gallery
from bot.ui.gallery_buttons import page_button
from bot.ui.mute import MuteButton
from bot.ui.report import ReportButton
from bot.ui.report_choice import SeveralReportButton

_CONTENT = 2000
#: What the lines round the posts may take, each with its markup.
_MATCHED, _MORE = 200, 500
_NAME, _LINK_TITLE = 80, 80


class Rendered(Struct, frozen=True):
    """The parts of a message, as the library's `send` and `edit` take them by the same names."""

    form: Form
    content: str | None
    """`None` in a gallery message, which has none."""
    embeds: tuple[discord.Embed, ...]
    view: discord.ui.View | discord.ui.LayoutView
    allowed_mentions: discord.AllowedMentions


def render(message: Outgoing, was: Form | None = None) -> Rendered:
    """Return what is sent for a message, or what one that `was` of a form becomes.

    Raises NotShownError where the credit of all its posts does not fit: artists are never cut, a
    digest is split instead (rule L2).
    """
    match _form(message, was):
        case "text":
            return _text(message)
        case "gallery":
            return _gallery(message)
        case _:
            return _embeds(message)


def _form(message: Outgoing, was: Form | None) -> Form:
    if was == "gallery" and message.posts:
        return "gallery"
    if message.minimal or was == "text" or not message.posts:
        return "text"
    hidden = message.spoiler or any(post.spoiler for post in message.posts)
    return "gallery" if hidden else "embed"


def _embeds(message: Outgoing) -> Rendered:
    embeds = (
        (post_embed(message.posts[0]),) if len(message.posts) == 1 else digest_embeds(message.posts)
    )
    content = "\n".join(filter(None, [*_above(message), _more(message)]))
    return Rendered("embed", content or None, embeds, _buttons(message), _mentions(message))


def _gallery(message: Outgoing) -> Rendered:
    view = gallery(
        message.posts,
        _message_buttons(message),
        above="\n".join(_above(message)),
        below=_more(message),
        spoiler=message.spoiler,
    )
    return Rendered("gallery", None, (), view, _mentions(message))


def _text(message: Outgoing) -> Rendered:
    """Return credit and addresses alone; no template, which may be what Discord refused."""
    mention, more = _mention(message), _more(message)
    around = sum(utf16_len(line) + 2 for line in (mention, more) if line)
    content = "\n\n".join(
        filter(None, [mention, *_plain_credits(message.posts, _CONTENT - around), more])
    )
    return Rendered("text", content, (), _buttons(message), _mentions(message))


def _plain_credits(posts: tuple[VerifiedPost, ...], room: int) -> Iterator[str]:
    for left, post in zip(range(len(posts), 0, -1), posts, strict=True):
        try:
            text = plain_credit(post.credit, room // left - 2)
        except ValueError:
            raise too_many_artists() from None
        room -= utf16_len(text) + 2
        yield text


def _above(message: Outgoing) -> Iterator[str]:
    """Yield the lines above the posts."""
    first = [_mention(message), _filled(message)]
    if line := " ".join(filter(None, first)):
        yield line
    # Of one alone everybody knows that it is it.
    if len(message.matched) > 1:
        yield "-# " + _joined(_("Matched:"), (safe_text(n, _NAME) for n in message.matched))


def _mention(message: Outgoing) -> str:
    return "" if message.role_id is None else f"<@&{message.role_id}>"


def _mentions(message: Outgoing) -> discord.AllowedMentions:
    """Allow the one role and nobody else (reference: safety, 4)."""
    if message.role_id is None:
        return discord.AllowedMentions.none()
    return discord.AllowedMentions(
        everyone=False, users=False, roles=[discord.Object(message.role_id)], replied_user=False
    )


def _filled(message: Outgoing) -> str:
    try:
        return fill(message.template, message.posts, message.matched)
    except TemplateError:
        # It was checked when it was set: one that an older version took is left out.
        return ""


def _more(message: Outgoing) -> str:
    """Return how many more there are, and where; empty where there are none."""
    if message.more <= 0:
        return ""
    words = (
        ngettext("…and {count} more:", "…and {count} more:", message.more)
        if message.posts
        else ngettext("{count} more post:", "{count} more posts:", message.more)
    ).format(count=message.more)
    links = [_quiet_link(title, address) for title, address in message.more_links]
    line = _joined(words, filter(None, links), _MORE)
    return line.removesuffix(":")


def _quiet_link(title: str, address: str) -> str:
    """Return a link that shows no preview of what is behind it, empty where it makes none."""
    url = gate(address)
    if url is None:
        return ""
    url = url.replace("(", "%28").replace(")", "%29")
    return f"[{safe_text(title, _LINK_TITLE) or url.removeprefix('https://')}](<{url}>)"


def _joined(words: str, parts: Iterable[str], room: int = _MATCHED) -> str:
    """Return words and as many of the parts as there is room for, none cut."""
    line, shown = words, 0
    for part in parts:
        longer = line + (" · " if shown else " ") + part
        if utf16_len(longer) > room:
            return line + " …"
        line, shown = longer, shown + 1
    return line


def _buttons(message: Outgoing) -> discord.ui.View:
    view = discord.ui.View(timeout=None)
    for button in _message_buttons(message):
        view.add_item(button)
    return view


def _message_buttons(message: Outgoing) -> Iterator[discord.ui.Item[Any]]:
    """Yield the buttons; the report button carries the marker (reference: recipes, Outbox marks).

    They work after a restart, and for as long as the message stands.
    """
    if len(message.posts) == 1:
        post = message.posts[0]
        if (page := page_button(post)) is not None:
            yield page
        yield ReportButton(post.post.site, post.post.id, message.marker)
        yield MuteButton(post.post.site, post.post.id)
    else:
        yield SeveralReportButton(len(message.posts), message.marker)

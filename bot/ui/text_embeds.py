"""What embeds of text alone are made of: whose site it is, lists that fit, what is left out."""

from collections.abc import Callable, Sequence
from datetime import datetime

import discord
from msgspec import UnsetType

from bot.catalogue import Site
from bot.posts.shown import fit_text
from bot.posts.text import masked_link, plain_text, safe_text, utf16_len
from bot.posts.urls import gate
from bot.sites.board import Paged
from bot.texts import _, ngettext
from bot.ui.embeds import AUTHOR, DESCRIPTION, FIELD_VALUE, TITLE, said

#: How much of each entry is shown, the first with which all of a page fit, else the last.
_ENTRY = (600, 400, 250, 150)
#: Room kept for "N more".
_MORE = 200
_NAME = 100
_PERSON = 60
#: How much of what somebody wrote is read, in characters: more than is shown of any.
_READ = 5_000
#: Room of a link beside a text; a longer one, as no board has, is left out.
_LINK = 400


def text_embed(site: Site, title: str, url: str = "") -> discord.Embed:
    """Return an embed with a title, which may be a stranger's, in the colour of a site."""
    embed = discord.Embed(title=safe_text(title, TITLE) or None, url=gate(url), colour=site.colour)
    embed.set_author(name=plain_text(site.title, AUTHOR), url=f"https://{site.domain}/")
    return embed


def add_names(embed: discord.Embed, title: str, names: Sequence[str]) -> None:
    """Add a field with as many names as fit, if there are any."""
    value, _count = joined_names(names, FIELD_VALUE)
    if value:
        embed.add_field(name=title, value=value, inline=False)


def joined_names(names: Sequence[str], room: int) -> tuple[str, int]:
    """Return the names that fit in so many UTF-16 units, made safe, and how many those are."""
    value = ""
    for count, name in enumerate(names):
        shown = safe_text(name, _NAME)
        longer = f"{value}, {shown}" if value else shown
        if utf16_len(longer) > room:
            return value, count
        value = longer
    return value, len(names)


def fit_in(write: Callable[[int], Sequence[str]], url: str, between: str = "\n\n") -> str:
    """Return entries one after the other: shortened, and at last counted, to fit.

    `write` writes all of them, with at most so much of what may be long; `url` is where the rest
    is.
    """
    shown: Sequence[str] = ()
    for limit in _ENTRY:
        shown = write(limit)
        if utf16_len(between.join(shown)) <= DESCRIPTION:
            return between.join(shown)
    kept: list[str] = []
    room = DESCRIPTION - _MORE - utf16_len(url)
    for text in shown:
        room -= utf16_len(text) + len(between)
        if room < 0:
            break
        kept.append(text)
    left = len(shown) - len(kept)
    more = ngettext("{count} more:", "{count} more:", left).format(count=left)
    return between.join([*kept, f"{more} {masked_link(_('open the page'), url)}"])


def list_embed(
    embed: discord.Embed,
    page: Paged,
    write: Callable[[int], Sequence[str]],
    *,
    nothing: str,
    unfit: int = 0,
    between: str = "\n\n",
) -> discord.Embed:
    """Return the embed with a page of entries in it, or why there are none.

    `write` and `between` are as for `fit_in`. `unfit` entries were left out, as they may not be
    shown here (reference: safety, 3.7). `nothing` is what to say where the site has none.
    """
    entries = fit_in(write, embed.url or embed.author.url or "", between)
    embed.description = entries or _why_empty(page, nothing, unfit)
    left = ngettext("{count} may not be shown here", "{count} may not be shown here", unfit)
    add_footer(embed, page_place(page), left.format(count=unfit) if entries and unfit else "")
    return embed


def page_place(page: Paged) -> str:
    """Return which page this is of how many; empty where that is unknown, or there is no such."""
    if not page.pages or page.page > page.pages:
        return ""
    return _("page {page} of {pages}").format(page=page.page, pages=page.pages)


def add_footer(embed: discord.Embed, *parts: str) -> None:
    """Put what of it is not empty at the embed's foot."""
    if text := " · ".join(filter(None, parts)):
        embed.set_footer(text=text)


def _why_empty(page: Paged, nothing: str, unfit: int) -> str:
    if unfit:
        return _("Nothing on this page may be shown here.")
    if page.skipped or page.entries:
        return _("Nothing on this page can be shown.")
    if page.page > 1 and page.pages:
        return _("There is no page {page}: the last one is {pages}.").format(
            page=page.page, pages=page.pages
        )
    return nothing


def writing(
    author: str | UnsetType | None,
    when: datetime | UnsetType | None,
    url: str,
    body: str | UnsetType | None,
    limit: int,
) -> str:
    """Return what somebody wrote, with who, when and where; empty where no text is left."""
    text = safe_text(beginning(body), limit)
    if not text:
        return ""
    line = f"**{person(author)}**"
    if (instant := said(when)) is not None:
        line += f" <t:{int(instant.timestamp())}:R>"
    if url and (link := masked_link(_("open"), url, _LINK)):
        line += f" · {link}"
    return f"{line}\n{text}"


def person(name: str | UnsetType | None) -> str:
    """Return the name of whoever made something, made safe."""
    return for_everybody(name, _PERSON) or _("Somebody")


def for_everybody(text: str | UnsetType | None, limit: int) -> str:
    """Return what a stranger wrote, made safe; empty where it is not fit for everybody."""
    known = beginning(text)
    return safe_text(known, limit) if fit_text(known) else ""


def beginning(text: str | UnsetType | None) -> str:
    """Return so much of what a stranger wrote as is judged and shown of it (fault F46).

    A page of texts of whatever length must not hold up everybody else.
    """
    return (said(text) or "")[:_READ]


def name_or(name: str | UnsetType | None, otherwise: str) -> str:
    """Return a name as it is where it is fit for everybody, and else what is to stand for it."""
    known = said(name) or ""
    return known if known and fit_text(known) else otherwise

"""Answers that are text alone: tags, and what people wrote under a post."""

from collections.abc import Iterable

import discord

from bot.catalogue import CATALOGUE, Site
from bot.posts.shown import fit_text, shown_tags
from bot.posts.tags import split_namespace
from bot.posts.text import masked_link, plain_text, safe_text, utf16_len
from bot.sites.board import Comment, CommentPage, Tag
from bot.sites.ponyapi import PonyTag
from bot.texts import _, ngettext
from bot.ui.embeds import AUTHOR, DESCRIPTION, FIELD_VALUE, TITLE, said
from bot.ui.finder import Found

_NAME = 100
#: How much of each comment is shown, the first with which all of a page fit, else the last.
_COMMENT = (600, 400, 250, 150)
#: Room kept for "N more".
_MORE = 200
_AUTHOR_NAME = 60
_DESCRIPTION = 500
_RELATIONS = 50
#: Namespaces of people's names, which are no words about a picture.
_PEOPLE = frozenset({"artist", "colorist", "commissioner", "editor", "photographer"})


def tag_embed(tag: Tag) -> discord.Embed:
    """Return what a board says about a tag.

    Its long description is left out, and so is every text that is not for everybody, or about a
    tag that is not (reference: safety, 3.7 and 3.10).
    """
    site = CATALOGUE[tag.site]
    person = split_namespace(tag.name)[0] in _PEOPLE
    lines = [
        ngettext("{count} post has this tag.", "{count} posts have this tag.", tag.images).format(
            count=tag.images
        )
    ]
    if tag.asked_as is not None:
        lines.append(
            _("{alias} is another name for it.").format(alias=safe_text(tag.asked_as, _NAME))
        )
    if (person or shown_tags([tag.name])) and fit_text(tag.short_description):
        lines.append(safe_text(tag.short_description, _DESCRIPTION))
    embed = discord.Embed(
        title=plain_text(tag.name, TITLE) or None,
        url=tag.page_url,
        description="\n".join(filter(None, lines)),
        colour=site.colour,
    )
    _head(embed, site)
    if tag.category:
        embed.add_field(name=_("Category"), value=safe_text(tag.category, _NAME) or "-")
    _names(embed, _("Also called"), filter(fit_text, tag.aliases) if person else _fit(tag))
    _names(embed, _("Implies"), shown_tags(tag.implied_tags, limit=_RELATIONS))
    return embed


def _fit(tag: Tag) -> Iterable[str]:
    """Return the other names of a tag that is fit for everybody, as far as they are."""
    return shown_tags(tag.aliases, limit=_RELATIONS) if shown_tags([tag.name]) else ()


def pony_tag_embed(tag: PonyTag, site: Site) -> discord.Embed:
    """Return what the Safe Pony API says about a tag."""
    embed = discord.Embed(title=plain_text(tag.name, TITLE) or None, colour=site.colour)
    _head(embed, site)
    if tag.stemmed:
        embed.description = _("Searched for as {stemmed}.").format(
            stemmed=safe_text(tag.stemmed, _NAME)
        )
    _names(embed, _("Also called"), shown_tags(tag.aliases, limit=_RELATIONS))
    return embed


def comments_embed(found: Found, page: CommentPage) -> discord.Embed:
    """Return what people wrote under a verified post: plain text, without their pictures.

    It is untrusted and unrated, and meant for a private answer (reference: safety, 3.10).
    """
    post = found.post.post
    site = CATALOGUE[post.site]
    embed = discord.Embed(
        title=_("Comments on post {id}").format(id=post.id),
        url=found.post.credit.page_url,
        colour=site.colour,
    )
    _head(embed, site)
    embed.description = _thread(page, found.post.credit.page_url) or _no_comments(page)
    if page.total is not None:
        count = ngettext("{count} comment in all", "{count} comments in all", page.total)
        parts = [count.format(count=page.total)]
        if page.pages and page.page <= page.pages:
            place = _("page {page} of {pages}")
            parts.append(place.format(page=page.page, pages=page.pages))
        embed.set_footer(text=" · ".join(parts))
    return embed


def _thread(page: CommentPage, page_url: str) -> str:
    """Return the comments one after the other: shortened, and at last counted, to fit."""
    shown: list[str] = []
    for limit in _COMMENT:
        shown = [text for comment in page.comments if (text := _comment(comment, limit))]
        if utf16_len("\n\n".join(shown)) <= DESCRIPTION:
            return "\n\n".join(shown)
    kept: list[str] = []
    room = DESCRIPTION - _MORE - utf16_len(page_url)
    for text in shown:
        room -= utf16_len(text) + 2
        if room < 0:
            break
        kept.append(text)
    left = len(shown) - len(kept)
    more = ngettext("{count} more:", "{count} more:", left).format(count=left)
    link = masked_link(_("open the page"), page_url)
    return "\n\n".join([*kept, f"{more} {link}"])


def _no_comments(page: CommentPage) -> str:
    """Say why a page shows no comment."""
    if page.comments or page.skipped:
        return _("The comments on this page are hidden, or have no text that can be shown.")
    if page.page == 1 or page.total == 0:
        return _("Nobody has commented here.")
    if page.pages:
        return _("There is no page {page} of comments: the last one is {pages}.").format(
            page=page.page, pages=page.pages
        )
    return _("There is no page {page} of comments.").format(page=page.page)


def _comment(comment: Comment, limit: int) -> str:
    if comment.body is None:
        return ""
    body = safe_text(comment.body, limit)
    author = safe_text(comment.author or _("Somebody"), _AUTHOR_NAME)
    when = said(comment.created_at)
    line = f"**{author}**" + (f" <t:{int(when.timestamp())}:R>" if when is not None else "")
    if comment.page_url:
        line += " · " + masked_link(_("open"), comment.page_url)
    return f"{line}\n{body}" if body else ""


def _head(embed: discord.Embed, site: Site) -> None:
    embed.set_author(name=plain_text(site.title, AUTHOR), url=f"https://{site.domain}/")


def _names(embed: discord.Embed, title: str, names: Iterable[str]) -> None:
    """Add a field with as many names as fit, if there are any."""
    value = ""
    for name in names:
        shown = safe_text(name, _NAME)
        longer = f"{value}, {shown}" if value else shown
        if utf16_len(longer) > FIELD_VALUE:
            break
        value = longer
    if value:
        embed.add_field(name=title, value=value, inline=False)

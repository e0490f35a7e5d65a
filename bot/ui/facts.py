"""Answers that are text alone: tags, and what people wrote under a post."""

from collections.abc import Iterable

import discord

from bot.posts.shown import shown_tags
from bot.posts.text import masked_link, plain_text, safe_text, utf16_len
from bot.sites.board import Comment, CommentPage, Tag
from bot.sites.catalogue import CATALOGUE, Site
from bot.sites.ponyapi import PonyTag
from bot.texts import _, ngettext
from bot.ui.embeds import AUTHOR, DESCRIPTION, FIELD_VALUE, TITLE, said
from bot.ui.finder import Found

_NAME = 100
_COMMENT = 600
_AUTHOR_NAME = 60
_DESCRIPTION = 500
_RELATIONS = 50


def tag_embed(tag: Tag) -> discord.Embed:
    """Return what a board says about a tag.

    Its long description is left out, and so is every text about a tag that is not for everybody
    (reference: safety, 3.7 and 3.10).
    """
    site = CATALOGUE[tag.site]
    fit = bool(shown_tags([tag.name])) or tag.namespace is not None
    lines = [
        ngettext("{count} post has this tag.", "{count} posts have this tag.", tag.images).format(
            count=tag.images
        )
    ]
    if tag.asked_as is not None:
        lines.append(
            _("{alias} is another name for it.").format(alias=safe_text(tag.asked_as, _NAME))
        )
    if fit and tag.short_description:
        lines.append(safe_text(tag.short_description, _DESCRIPTION))
    embed = discord.Embed(
        title=plain_text(tag.name, TITLE) or None,
        url=tag.page_url,
        description="\n".join(lines),
        colour=site.colour,
    )
    _head(embed, site)
    if tag.category:
        embed.add_field(name=_("Category"), value=safe_text(tag.category, _NAME) or "-")
    _names(embed, _("Also called"), tag.aliases if fit else ())
    _names(embed, _("Implies"), shown_tags(tag.implied_tags, limit=_RELATIONS))
    return embed


def pony_tag_embed(tag: PonyTag, site: Site) -> discord.Embed:
    """Return what the Safe Pony API says about a tag."""
    embed = discord.Embed(title=plain_text(tag.name, TITLE) or None, colour=site.colour)
    _head(embed, site)
    if tag.stemmed:
        embed.description = _("Searched for as {stemmed}.").format(
            stemmed=safe_text(tag.stemmed, _NAME)
        )
    _names(embed, _("Also called"), tag.aliases)
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
    text = ""
    for comment in page.comments:
        shown = _comment(comment)
        if not shown:
            continue
        if utf16_len(text) + utf16_len(shown) + 2 > DESCRIPTION:
            break
        text = f"{text}\n\n{shown}" if text else shown
    embed.description = text or _("Nobody has commented here.")
    if page.total is not None:
        embed.set_footer(
            text=ngettext("{count} comment in all", "{count} comments in all", page.total).format(
                count=page.total
            )
        )
    return embed


def _comment(comment: Comment) -> str:
    if comment.body is None:
        return ""
    body = safe_text(comment.body, _COMMENT)
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

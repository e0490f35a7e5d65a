"""Answers that are text alone: tags, and what people wrote under a post."""

from collections.abc import Sequence

import discord

from bot.catalogue import CATALOGUE, Site
from bot.posts.shown import fit_text, shown_tags
from bot.posts.tags import split_namespace
from bot.posts.text import safe_text
from bot.safety import Policy, may_name
from bot.sites.board import Comment, CommentPage, Page, Tag
from bot.sites.ponyapi import PonyTag
from bot.texts import _, ngettext
from bot.ui.finder import Found
from bot.ui.text_embeds import (
    add_footer,
    add_names,
    fit_in,
    list_embed,
    page_place,
    text_embed,
    writing,
)

_NAME = 100
#: How much of a comment is shown that somebody asked for by its number.
_WHOLE = 3500
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
    embed = text_embed(site, tag.name, tag.page_url)
    embed.description = "\n".join(filter(None, lines))
    if tag.category:
        embed.add_field(name=_("Category"), value=safe_text(tag.category, _NAME) or "-")
    add_names(embed, _("Also called"), _aliases(tag, person=person))
    add_names(embed, _("Implies"), shown_tags(tag.implied_tags, limit=_RELATIONS))
    return embed


def _aliases(tag: Tag, *, person: bool) -> Sequence[str]:
    """Return the other names of a tag that is fit for everybody, as far as they are."""
    if person:
        return tuple(filter(fit_text, tag.aliases))
    return shown_tags(tag.aliases, limit=_RELATIONS) if shown_tags([tag.name]) else ()


def pony_tag_embed(tag: PonyTag, site: Site) -> discord.Embed:
    """Return what the Safe Pony API says about a tag."""
    embed = text_embed(site, tag.name)
    if tag.stemmed:
        embed.description = _("Searched for as {stemmed}.").format(
            stemmed=safe_text(tag.stemmed, _NAME)
        )
    add_names(embed, _("Also called"), shown_tags(tag.aliases, limit=_RELATIONS))
    return embed


def tags_embed(page: Page[Tag], site: Site, policy: Policy) -> discord.Embed:
    """Return the tags that were found, but for those that may not be named (safety, 3.7)."""
    tags = [tag for tag in page.items if may_name(tag.name, policy)]

    def write(limit: int) -> list[str]:
        return [_tag_line(tag, policy, limit) for tag in tags]

    return list_embed(
        text_embed(site, _("Tags"), f"https://{site.domain}/tags"),
        page,
        write,
        nothing=_("{site} has no tags like that.").format(site=site.title),
        unfit=len(page.items) - len(tags),
        between="\n",
    )


def _tag_line(tag: Tag, policy: Policy, limit: int) -> str:
    name = f"**{safe_text(tag.name, limit)}**"
    if tag.aliased_tag is None:
        return f"{name} · {tag.images:,}"
    known = may_name(tag.aliased_tag, policy)
    return f"{name} → {safe_text(tag.aliased_tag, limit)}" if known else name


def comments_embed(found: Found, page: CommentPage) -> discord.Embed:
    """Return what people wrote under a verified post: plain text, without their pictures.

    It is untrusted and unrated, and meant for a private answer (reference: safety, 3.10).
    """
    post = found.post.post
    embed = text_embed(
        CATALOGUE[post.site],
        _("Comments on post {id}").format(id=post.id),
        found.post.credit.page_url,
    )

    def write(limit: int) -> list[str]:
        return [text for comment in page.comments if (text := _comment(comment, limit))]

    embed.description = fit_in(write, found.post.credit.page_url) or _no_comments(page)
    if page.total is not None:
        count = ngettext("{count} comment in all", "{count} comments in all", page.total)
        left = page.skipped + sum(not _comment(comment, _WHOLE) for comment in page.comments)
        unseen = ngettext("{count} not shown", "{count} not shown", left).format(count=left)
        add_footer(embed, count.format(count=page.total), page_place(page), unseen if left else "")
    return embed


def comment_embed(found: Found, comment: Comment) -> discord.Embed:
    """Return one comment under a verified post, as `comments_embed` does."""
    post = found.post.post
    title = _("Comment on post {id}").format(id=post.id)
    embed = text_embed(CATALOGUE[post.site], title, found.post.credit.page_url)
    embed.description = _comment(comment, _WHOLE) or _(
        "This comment is hidden, or has no text that can be shown."
    )
    return embed


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
    return writing(comment.author, comment.created_at, comment.page_url, comment.body, limit)

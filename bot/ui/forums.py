"""A board's forums: which there are, their topics, and what people write in them.

All of it is untrusted and unrated, and no picture stands beside it that could be verified: what
is not for everybody is left out, and the answers are private (reference: safety, 3.7 and 3.10).
"""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import discord
from msgspec import Struct, UnsetType, structs

from bot.catalogue import Site
from bot.posts.shown import fit_text
from bot.posts.text import inline_code, masked_link, safe_text
from bot.posts.urls import host_of, upgrade
from bot.sites import PhilomenaBoard
from bot.sites.board import Page
from bot.sites.philomena_forums import Forum, ForumPost, Topic
from bot.texts import _, ngettext
from bot.ui.answers import NotShownError
from bot.ui.embeds import said
from bot.ui.text_embeds import (
    beginning,
    for_everybody,
    list_embed,
    name_or,
    person,
    text_embed,
    writing,
)

#: How much of a post is shown that somebody asked for alone.
_WHOLE = 3500
_PLACE = 200
_TITLE = 150
_WRITTEN = re.compile(
    r"(?P<forum>[^/\s\x00-\x1f\x7f]{1,100})/(?P<topic>[^/\s\x00-\x1f\x7f]{1,300})"
)
_PATH = re.compile(r"/forums/(?P<forum>[^/]{1,100})/topics/(?P<topic>[^/]{1,300})/?")
_POST = re.compile(r"(?:post_)?(?P<id>[1-9][0-9]{0,9})")


class TopicPlace(Struct, frozen=True):
    """Where a topic is, in the words of the board's addresses, and which post of it is meant."""

    forum: str
    topic: str
    post: int | None = None


def topic_place(text: str, site: Site) -> TopicPlace:
    """Return the topic that somebody means by `forum/topic` or the address of its page.

    The address is only read. Raises NotShownError for anything else.
    """
    place = _of_address(text, site) or _as_written(text.strip())
    if place is None:
        raise NotShownError(
            _(
                "I know no topic by that. Give me the address of its page on {site}, or"
                " `forum/topic` as the list of a forum's topics has it."
            ).format(site=site.title)
        )
    return place


def _as_written(text: str) -> TopicPlace | None:
    found = _WRITTEN.fullmatch(text)
    return TopicPlace(found["forum"], found["topic"]) if found else None


def _of_address(text: str, site: Site) -> TopicPlace | None:
    gated = upgrade(text.strip().removeprefix("<").removesuffix(">"))
    if gated is None or host_of(gated) not in {site.domain, f"www.{site.domain}"}:
        return None
    parts = urlsplit(gated)
    found = _PATH.fullmatch(parts.path)
    place = _as_written(f"{unquote(found['forum'])}/{unquote(found['topic'])}") if found else None
    if place is None:
        return None
    # The page of a post is its topic's, with the post's number behind it in two places.
    named = [*parse_qs(parts.query).get("post_id", ()), parts.fragment]
    posts = [post for name in named if (post := _POST.fullmatch(name))]
    return structs.replace(place, post=int(posts[0]["id"]) if posts else None)


def forums_embed(page: Page[Forum], site: Site) -> discord.Embed:
    """Return the forums of a board, by name."""
    fit = [one for one in page.items if _are_fit(one.name, one.short_name)]

    def write(limit: int) -> list[str]:
        return [_forum_lines(forum, limit) for forum in fit]

    return list_embed(
        text_embed(site, _("Forums"), f"https://{site.domain}/forums"),
        page,
        write,
        nothing=_("{site} has no forums.").format(site=site.title),
        unfit=len(page.items) - len(fit),
    )


def _forum_lines(forum: Forum, limit: int) -> str:
    parts = [
        inline_code(forum.short_name, _PLACE),
        f"**{safe_text(said(forum.name) or forum.short_name, _TITLE)}**",
    ]
    if (count := said(forum.topic_count)) is not None:
        parts.append(ngettext("{count} topic", "{count} topics", count).format(count=count))
    parts.append(masked_link(_("open"), forum.page_url))
    return f"{' · '.join(parts)}\n{for_everybody(forum.description, limit)}".strip()


async def topics_answer(board: PhilomenaBoard, short_name: str, page: int) -> discord.Embed:
    """Return a page of a forum's topics; raises NotFound where there is no such forum.

    A list of topics alone is empty for a forum that does not exist (reference: boards, 1.1).
    """
    forum = await board.forum(short_name)
    topics = await board.topics(short_name, page=page)
    name = name_or(forum.name, _("Forum"))
    # What a topic is asked for by was its title once, and stays when that is changed.
    fit = [one for one in topics.items if _are_fit(one.title, one.slug)]

    def write(limit: int) -> list[str]:
        return [_topic_lines(topic, forum, limit) for topic in fit]

    return list_embed(
        text_embed(board.site, name, forum.page_url),
        topics,
        write,
        nothing=_("Nobody has written in this forum."),
        unfit=len(topics.items) - len(fit),
    )


def _topic_lines(topic: Topic, forum: Forum, limit: int) -> str:
    title = safe_text(said(topic.title) or "", limit) or _("(no title)")
    parts = [_("by {name}").format(name=person(topic.author))]
    if (count := said(topic.post_count)) is not None:
        parts.append(ngettext("{count} post", "{count} posts", count).format(count=count))
    if (when := said(topic.last_replied_to_at)) is not None:
        parts.append(f"<t:{int(when.timestamp())}:R>")
    parts.append(masked_link(_("open"), topic.page_url))
    place = inline_code(f"{forum.short_name}/{topic.slug}", _PLACE)
    return f"**{title}** {' · '.join(parts)}\n{place}"


async def topic_answer(board: PhilomenaBoard, place: TopicPlace, page: int) -> discord.Embed:
    """Return a page of what people wrote in a topic, oldest first.

    Raises NotFound for a topic that is hidden or not there, and NotShownError for one whose title
    is not for everybody.
    """
    topic = await board.topic(place.forum, place.topic)
    if not fit_text(said(topic.title) or ""):
        raise NotShownError(_("This topic is not for everybody, so it is not shown here."))
    posts = await board.topic_posts(place.forum, place.topic, page=page)
    unfit = [post for post in posts.items if not _is_fit(post)]

    def write(limit: int) -> list[str]:
        texts = (_written(post, limit) for post in posts.items if post not in unfit)
        return [text for text in texts if text]

    return list_embed(
        text_embed(board.site, name_or(topic.title, _("Topic")), topic.page_url),
        posts,
        write,
        nothing=_("Nobody has written in this topic."),
        unfit=len(unfit),
    )


async def post_answer(board: PhilomenaBoard, asked: str) -> discord.Embed:
    """Return one post of a forum, by its number or the address of its page.

    Only an address says in which topic it stands. Raises NotShownError for a post that is hidden
    or not for everybody.
    """
    number = _POST.fullmatch(asked.strip())
    if number is not None:
        post = await board.forum_post(int(number["id"]))
    else:
        place = topic_place(asked, board.site)
        if place.post is None:
            raise NotShownError(_("This address is of a whole topic: use `forum topic` for it."))
        post = await board.topic_post(place.forum, place.topic, place.post)
    if not _is_fit(post):
        raise NotShownError(_("This post is not for everybody, so it is not shown here."))
    text = _written(post, _WHOLE)
    if not text:
        raise NotShownError(_("This post is hidden, or has no text that can be shown."))
    embed = text_embed(board.site, _("Forum post {id}").format(id=post.id), post.page_url)
    embed.description = text
    return embed


def _are_fit(*texts: str | UnsetType | None) -> bool:
    return all(fit_text(said(text) or "") for text in texts)


def _is_fit(post: ForumPost) -> bool:
    return fit_text(beginning(post.body))


def _written(post: ForumPost, limit: int) -> str:
    return writing(post.author, post.created_at, post.page_url, post.body, limit)

"""A person of a board: what their profile says of them that is safe to show."""

import discord

from bot.catalogue import Site
from bot.posts.shown import fit_text
from bot.posts.text import safe_text
from bot.sites import PhilomenaBoard
from bot.sites.philomena_people import Award, User
from bot.sites.philomena_terms import exact
from bot.texts import _, ngettext
from bot.ui.answers import NotShownError
from bot.ui.embeds import said
from bot.ui.text_embeds import add_names, name_or, text_embed

_NAME = 60


async def find_person(board: PhilomenaBoard, known_as: str) -> User:
    """Return somebody's profile by number or by name.

    A board gives profiles by number alone. Somebody's number stands beside what they made that
    can be searched by its maker's name: comments, forum posts, galleries. Raises NotShownError
    for a name that made none of these.
    """
    name = known_as.strip()
    if name.isascii() and name.isdigit():
        return await board.profile(int(name))
    number = await _number(board, name) if name else None
    if number is None:
        raise NotShownError(
            _(
                "I found no comment, forum post or gallery of anybody called “{name}” on {site}, so"
                " I cannot tell their number. If you know it, give me that instead."
            ).format(name=safe_text(name, _NAME), site=board.site.title)
        )
    return await board.profile(number)


async def _number(board: PhilomenaBoard, name: str) -> int | None:
    wrote = exact("author", name)
    for comment in (await board.search_comments(wrote)).comments:
        if _is(comment.author, name) and (number := said(comment.user_id)):
            return number
    for post in (await board.search_posts(wrote)).items:
        if _is(said(post.author), name) and (number := said(post.user_id)):
            return number
    for gallery in (await board.search_galleries(exact("user", name))).items:
        if _is(said(gallery.creator), name) and (number := said(gallery.creator_id)):
            return number
    return None


def _is(found: str | None, name: str) -> bool:
    return found is not None and found.casefold() == name.casefold()


def profile_embed(user: User, site: Site) -> discord.Embed:
    """Return who somebody is on a board, what they did there in numbers, and their awards.

    What they wrote about themselves is left out, and so are their picture and those of awards:
    texts are unrated, and the pictures have no credit (reference: safety, 3.10).
    """
    name = name_or(user.name, _("Profile {id}").format(id=user.id))
    embed = text_embed(site, name, user.page_url)
    if (since := said(user.created_at)) is not None:
        embed.description = _("Here since <t:{stamp}:D>.").format(stamp=int(since.timestamp()))
    embed.add_field(name=_("Number"), value=str(user.id))
    if counts := _counts(user):
        embed.add_field(name=_("Has made"), value=counts)
    awards = [text for award in user.awards if (text := _award(award))]
    add_names(embed, _("Awards"), awards)
    return embed


def _counts(user: User) -> str:
    lines: list[str] = []
    if (uploads := said(user.uploads_count)) is not None:
        lines.append(ngettext("{count} upload", "{count} uploads", uploads).format(count=uploads))
    if (comments := said(user.comments_count)) is not None:
        lines.append(
            ngettext("{count} comment", "{count} comments", comments).format(count=comments)
        )
    if (topics := said(user.topics_count)) is not None:
        lines.append(ngettext("{count} topic", "{count} topics", topics).format(count=topics))
    if (posts := said(user.posts_count)) is not None:
        lines.append(
            ngettext("{count} forum post", "{count} forum posts", posts).format(count=posts)
        )
    return "\n".join(lines)


def _award(award: Award) -> str:
    title, label = said(award.title) or "", said(award.label) or ""
    if not fit_text(title):
        return ""
    return f"{title} ({label})" if label and fit_text(label) else title

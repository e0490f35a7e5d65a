"""Verified posts as a gallery message: the form in which a picture can lie behind a spoiler.

A message is an embed message or a gallery message for life (reference: safety, 3.5). A gallery
message is made of Discord's second kind of components, which excludes embeds and content.
"""

from collections.abc import Iterable, Sequence

import discord

from bot.posts.text import masked_link, plain_text, utf16_len
from bot.safety import VerifiedPost
from bot.sites.catalogue import CATALOGUE
from bot.texts import _
from bot.ui.credit_lines import credit_lines
from bot.ui.embeds import ALTERNATIVE, colour, footer, play_link, too_many_artists

#: Discord's limits for a message of this kind (reference: safety, 3.5).
TEXTS, MEDIA = 4000, 10


def gallery(
    posts: Sequence[VerifiedPost], buttons: Iterable[discord.ui.Item[discord.ui.LayoutView]] = ()
) -> discord.ui.LayoutView:
    """Return a gallery message of 1 to 10 verified posts, each credited right above its picture.

    A post to be spoilered lies behind a spoiler; the others do not. At most 5 `buttons`. Raises
    NotShownError where not every credit fits, and ValueError for too many posts or none.
    """
    if not 1 <= len(posts) <= MEDIA:
        raise ValueError("a gallery has 1 to 10 posts")
    view = discord.ui.LayoutView(timeout=None)
    room = TEXTS // len(posts)
    card: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        accent_colour=colour(posts[0].post) if len(posts) == 1 else None
    )
    for post in posts:
        card.add_item(discord.ui.TextDisplay(_text(post, room)))
        card.add_item(discord.ui.MediaGallery(_picture(post)))
    view.add_item(card)
    row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow(*buttons)
    if row.children:
        view.add_item(row)
    return view


def _picture(post: VerifiedPost) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(
        post.media.url,
        description=plain_text(post.media.alt, ALTERNATIVE) or None,
        spoiler=post.spoiler,
    )


def _text(post: VerifiedPost, room: int) -> str:
    """Return what stands above a picture: its number and page, the whole credit, the rating."""
    title = _("{site} · Post {id}").format(site=CATALOGUE[post.post.site].title, id=post.post.id)
    head = "### " + masked_link(title, post.credit.page_url)
    tail = "-# " + footer(post.post)
    if link := play_link(post):
        tail = f"{link}\n{tail}"
    try:
        lines = credit_lines(post.credit, room - utf16_len(head) - utf16_len(tail) - 2)
    except ValueError:
        raise too_many_artists() from None
    return f"{head}\n{lines}\n{tail}"

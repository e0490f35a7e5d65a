"""Verified posts as a gallery message: the form in which a picture can lie behind a spoiler.

A message is an embed message or a gallery message for life (reference: safety, 3.5). A gallery
message is made of Discord's second kind of components, which excludes embeds and content.
"""

from collections.abc import Iterable, Sequence

import discord

from bot.catalogue import CATALOGUE
from bot.posts.text import masked_link, plain_text, utf16_len
from bot.safety import VerifiedPost
from bot.texts import _
from bot.ui.credit_lines import credit_lines
from bot.ui.embeds import ALTERNATIVE, colour, footer, play_link, too_many_artists
from bot.ui.room import share_room

#: Discord's limits for a message of this kind (reference: safety, 3.5).
TEXTS, MEDIA = 4000, 10


def gallery(
    posts: Sequence[VerifiedPost],
    buttons: Iterable[discord.ui.Item[discord.ui.LayoutView]] = (),
    *,
    above: str = "",
    below: str = "",
    spoiler: bool = False,
) -> discord.ui.LayoutView:
    """Return a gallery message of 1 to 10 verified posts, each credited right above its picture.

    A post to be spoilered lies behind a spoiler; with `spoiler` all do. `above` and `below` are
    texts of our own before and after them. At most 5 `buttons`. Raises NotShownError where not
    every credit fits, and ValueError for too many posts or none.
    """
    if not 1 <= len(posts) <= MEDIA:
        raise ValueError("a gallery has 1 to 10 posts")
    view = discord.ui.LayoutView(timeout=None)
    card: discord.ui.Container[discord.ui.LayoutView] = discord.ui.Container(
        accent_colour=colour(posts[0].post) if len(posts) == 1 else None
    )
    texts = _texts(posts, TEXTS - utf16_len(above) - utf16_len(below))
    for post, text in zip(posts, texts, strict=True):
        card.add_item(discord.ui.TextDisplay(text))
        card.add_item(discord.ui.MediaGallery(_picture(post, spoiler=spoiler)))
    if above:
        view.add_item(discord.ui.TextDisplay(above))
    view.add_item(card)
    if below:
        view.add_item(discord.ui.TextDisplay(below))
    row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow(*buttons)
    if row.children:
        view.add_item(row)
    return view


def _picture(post: VerifiedPost, *, spoiler: bool) -> discord.MediaGalleryItem:
    return discord.MediaGalleryItem(
        post.media.url,
        description=plain_text(post.media.alt, ALTERNATIVE) or None,
        spoiler=spoiler or post.spoiler,
    )


def _texts(posts: Sequence[VerifiedPost], room: int) -> list[str]:
    """Return what stands above each picture: its number and page, the whole credit, the rating."""
    frames = [(_head(post), _tail(post)) for post in posts]
    room -= sum(utf16_len(head) + utf16_len(tail) + 2 for head, tail in frames)
    try:
        shares = share_room([post.credit for post in posts], room)
        return [
            f"{head}\n{credit_lines(post.credit, share)}\n{tail}"
            for post, share, (head, tail) in zip(posts, shares, frames, strict=True)
        ]
    except ValueError:
        raise too_many_artists() from None


def _head(post: VerifiedPost) -> str:
    title = _("{site} · Post {id}").format(site=CATALOGUE[post.post.site].title, id=post.post.id)
    return "### " + masked_link(title, post.credit.page_url)


def _tail(post: VerifiedPost) -> str:
    tail = "-# " + footer(post.post)
    link = play_link(post)
    return f"{link}\n{tail}" if link else tail

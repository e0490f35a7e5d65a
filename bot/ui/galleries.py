"""Galleries of a board: which there are, and the pictures of one through the pager."""

import discord

from bot.catalogue import Site
from bot.posts.shown import fit_text
from bot.posts.text import masked_link, safe_text
from bot.safety.patterns import checked_pattern
from bot.sites import PhilomenaBoard
from bot.sites.board import Page
from bot.sites.philomena_images import Gallery
from bot.sites.philomena_terms import exact, like
from bot.texts import _
from bot.ui.embeds import said
from bot.ui.search import GALLERY, Search
from bot.ui.text_embeds import list_embed, person, text_embed


async def find_galleries(board: PhilomenaBoard, title: str, maker: str, page: int) -> Page[Gallery]:
    """Return a page of the galleries with such a title, and of that maker where one is named.

    Raises QueryError for a title that is no pattern.
    """
    terms = [like("title", checked_pattern(title))] if title else []
    terms += [exact("user", name)] if (name := maker.strip()) else []
    return await board.search_galleries(", ".join(terms) or "*", page=page)


def gallery_search(site: str, number: int) -> Search:
    """Return the search for a gallery's pictures, in the order that its maker gave them."""
    return Search(site, f"gallery_id:{number}", f"{GALLERY}:{number}")


def galleries_embed(page: Page[Gallery], site: Site) -> discord.Embed:
    """Return what galleries are called, and who made them; no picture and none of their texts.

    Titles are untrusted and unrated: those that are not for everybody are left out (reference:
    safety, 3.7 and 3.10).
    """
    fit = [one for one in page.items if fit_text(said(one.title) or "")]

    def write(limit: int) -> list[str]:
        return [_line(gallery, limit) for gallery in fit]

    return list_embed(
        text_embed(site, _("Galleries"), f"https://{site.domain}/galleries"),
        page,
        write,
        nothing=_("{site} has no galleries like that.").format(site=site.title),
        unfit=len(page.items) - len(fit),
        between="\n",
    )


def _line(gallery: Gallery, limit: int) -> str:
    title = safe_text(said(gallery.title) or "", limit) or _("(no title)")
    made = _("by {name}").format(name=person(gallery.creator))
    link = masked_link(_("open"), gallery.page_url)
    return f"`{gallery.id}` **{title}** {made} · {link}"

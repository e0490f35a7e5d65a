"""A board's own filters: what one hides and spoilers, and which the site offers everybody."""

from collections.abc import Iterable, Sequence

import discord

from bot.catalogue import Site
from bot.posts.shown import fit_text
from bot.posts.text import inline_code, masked_link, safe_text, utf16_len
from bot.safety import Policy, may_name
from bot.sites import PhilomenaBoard
from bot.sites.board import Page
from bot.sites.philomena_filters import Filter
from bot.texts import _, ngettext
from bot.ui.answers import NotShownError
from bot.ui.embeds import FIELD_VALUE, said
from bot.ui.text_embeds import for_everybody, joined_names, list_embed, name_or, text_embed

_DESCRIPTION = 500
#: Tags whose names a board tells at once (reference: boards, 1.1).
_NAMED = 50
#: Lines of a filter's queries that are shown, and how much of each.
_QUERIES, _QUERY = 4, 150
#: Room kept for how many tags there are besides.
_COUNT = 100


async def filter_answer(board: PhilomenaBoard, number: int, policy: Policy) -> discord.Embed:
    """Return what a filter hides and spoilers, as far as its tags may be named here.

    A private filter is nobody else's business, though the operator's key may open one. Raises
    NotShownError for it.
    """
    found = await board.filter(number)
    if not (said(found.system) or said(found.public)):
        raise NotShownError(_("This filter is private, so it is not shown."))
    embed = text_embed(board.site, _name(found), found.page_url)
    lines = [_("One of the site's own filters.") if said(found.system) else _("A public filter.")]
    if (users := said(found.user_count)) is not None:
        lines.append(ngettext("{count} person uses it.", "{count} people use it.", users).format(
            count=users
        ))  # fmt: skip
    lines.append(for_everybody(found.description, _DESCRIPTION))
    embed.description = "\n".join(filter(None, lines))
    hidden, spoilered = said(found.hidden_tag_ids) or (), said(found.spoilered_tag_ids) or ()
    names = await _names(board, [*hidden[:_NAMED], *spoilered[:_NAMED]], policy)
    for title, ids, query in (
        (_("Hides"), hidden, said(found.hidden_complex) or ""),
        (_("Spoilers"), spoilered, said(found.spoilered_complex) or ""),
    ):
        known = [names[number] for number in ids if number in names]
        value = _effect(known, len(ids), query) or _("Nothing.")
        embed.add_field(name=title, value=value, inline=False)
    return embed


async def _names(board: PhilomenaBoard, ids: Iterable[int], policy: Policy) -> dict[int, str]:
    """Return the tags that may be named here, in no more requests than it takes."""
    numbers = list(dict.fromkeys(ids))
    names: dict[int, str] = {}
    for start in range(0, len(numbers), _NAMED):
        for tag in await board.tags_by_ids(numbers[start : start + _NAMED]):
            if may_name(tag.name, policy):
                names[tag.id] = tag.name
    return names


def _effect(names: Sequence[str], tags: int, query: str) -> str:
    """Return what a filter does: by tags, of which some are named, and by lines of a query."""
    rest = _lines(query)
    names_text, named = joined_names(names, FIELD_VALUE - utf16_len(rest) - _COUNT)
    lines = [names_text]
    if tags > named:
        text = (
            ngettext("and {count} more tag", "and {count} more tags", tags - named)
            if named
            else ngettext(
                "{count} tag that is not named here",
                "{count} tags that are not named here",
                tags,
            )
        )
        lines.append(text.format(count=tags - named))
    return "\n".join(filter(None, [*lines, rest]))


def _lines(query: str) -> str:
    """Return a filter's own queries; each line counts by itself (reference: boards, 2.9)."""
    shown = [
        (inline_code(line, _QUERY) if fit_text(line) else "") or _("(a query not shown here)")
        for line in query.splitlines()
        if line.strip()
    ]
    more = len(shown) - _QUERIES
    text = ngettext("and {count} more query", "and {count} more queries", more).format(count=more)
    return "\n".join([*shown[:_QUERIES], *([text] if more > 0 else [])])


def filters_embed(page: Page[Filter], site: Site) -> discord.Embed:
    """Return the filters that the site itself offers everybody."""
    fit = [one for one in page.items if fit_text(said(one.name) or "")]

    def write(limit: int) -> list[str]:
        return [_line(found, limit) for found in fit]

    return list_embed(
        text_embed(site, _("Filters"), f"https://{site.domain}/filters"),
        page,
        write,
        nothing=_("{site} has no filters of its own.").format(site=site.title),
        unfit=len(page.items) - len(fit),
    )


def _line(found: Filter, limit: int) -> str:
    text = for_everybody(found.description, limit)
    name = safe_text(_name(found), limit)
    return f"`{found.id}` **{name}** · {masked_link(_('open'), found.page_url)}\n{text}".strip()


def _name(found: Filter) -> str:
    return name_or(found.name, _("Filter {id}").format(id=found.id))

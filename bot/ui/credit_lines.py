"""The credit as lines of markdown: who made it, where it comes from, where it was found."""

from collections.abc import Iterable

from bot.catalogue import CATALOGUE, DERPIBOORU
from bot.posts.credit import Credit, Source
from bot.posts.text import inline_code, masked_link, safe_text, utf16_len
from bot.posts.urls import host_of, readable
from bot.texts import _, ngettext

#: More than any message takes: a name that long makes the credit not fit, and is not cut.
_NAME_LIMIT = 4096
_SOURCE_LABEL = 80
_ORIGINAL = 200
#: Room kept for "+N more on the page".
_MORE = 60


def credit_lines(credit: Credit, limit: int) -> str:
    """Return the whole credit in at most `limit` UTF-16 units.

    Every artist is named and the first source shown; further sources as they fit (rules L1-L4).
    Raises ValueError where even that does not fit: such a post is not shown.
    """
    head = list(_artist_lines(credit))
    tail = [_page_line(credit)]
    room = limit - sum(utf16_len(line) + 1 for line in (*head, *tail))
    text = "\n".join([*head, _source_line(credit.sources, room), *tail])
    if utf16_len(text) > limit:
        raise ValueError("the credit does not fit")
    return text


def plain_credit(credit: Credit, limit: int) -> str:
    """Return the whole credit with every address bare, in at most `limit` UTF-16 units.

    For a message that Discord refused in its usual form: addresses in plain text make none fail
    (rules L1-L4). Raises ValueError where the artists do not fit.
    """
    head = list(_artist_lines(credit))
    page = _("Page:") + " " + " · ".join([f"<{credit.page_url}>", *_bare_others(credit)])
    room = limit - sum(utf16_len(line) + 1 for line in (*head, page))
    text = "\n".join([*head, _bare_source_line(credit.sources, room), page])
    if utf16_len(text) > limit:
        raise ValueError("the credit does not fit")
    return text


def _bare_source_line(sources: tuple[Source, ...], room: int) -> str:
    if not sources:
        return _("Source: no source given")
    first, *others = sources
    more = " " + _("(+{count} on the page)").format(count=len(others)) if others else ""
    room -= utf16_len(_("Source:")) + 1 + utf16_len(more)
    shown = f"<{first.url}>" if first.url is not None else ""
    if not shown or utf16_len(shown) > room:
        shown = safe_text(first.text, max(0, min(room, _ORIGINAL))) or _("(not readable)")
    if first.original is not None:
        shown = _with_original(shown, first.original, room)
    return _("Source:") + " " + shown + more


def _bare_others(credit: Credit) -> Iterable[str]:
    if credit.site_url is not None:
        yield f"{_site_title(credit)} <{credit.site_url}>"
    if credit.derpi_id is not None:
        yield _("also on Derpibooru:") + f" <{DERPIBOORU.page_url(credit.derpi_id)}>"


def _artist_lines(credit: Credit) -> Iterable[str]:
    by_role: dict[str, list[str]] = {}
    for artist in credit.artists:
        name = safe_text(artist.name, _NAME_LIMIT)
        by_role.setdefault(artist.role, []).append(f"**{name}**" if name else _("(no name)"))
    if credit.note:
        yield _("Artist: {note}").format(note=credit.note_text)
    for role, names in by_role.items():
        yield _role_label(role, len(names)) + " " + ", ".join(names)


def _role_label(role: str, count: int) -> str:
    match role:
        case "photographer":
            return ngettext("Photographer:", "Photographers:", count)
        case "colorist":
            return ngettext("Colorist:", "Colorists:", count)
        case "editor":
            return ngettext("Editor:", "Editors:", count)
        case _:
            return ngettext("Artist:", "Artists:", count)


def _source_line(sources: tuple[Source, ...], room: int) -> str:
    if not sources:
        return _("Source: no source given")
    line = _("Source:") + " " + _source(sources[0], room - utf16_len(_("Source:")) - _MORE)
    for shown, source in enumerate(sources[1:], 1):
        more = ", " + _source(source, room)
        if utf16_len(line + more) > room - _MORE:
            left = len(sources) - shown
            return line + " " + _("(+{count} on the page)").format(count=left)
        line += more
    return line


def _source(source: Source, room: int) -> str:
    """Show one source: a link, with the http original beside it, or the text that it is."""
    text = safe_text(source.text, max(_SOURCE_LABEL, min(room, _ORIGINAL)))
    if source.url is None:
        return text or _("(not readable)")
    label = readable(source.url)
    short = label if len(label) <= _SOURCE_LABEL else f"{label[: _SOURCE_LABEL - 1]}…"
    link = masked_link(short, source.url, room) if room > 0 else ""
    shown = link or text
    return shown if source.original is None else _with_original(shown, source.original, room)


def _with_original(shown: str, original: str, room: int) -> str:
    """Put the http address as it was stored beside its link, where there is room (rule L3)."""
    both = f"{shown} ({inline_code(original, _ORIGINAL)})"
    return both if utf16_len(both) <= room else shown


def _page_line(credit: Credit) -> str:
    label = credit.page_url.removeprefix("https://")
    line = _("Page:") + " " + masked_link(label, credit.page_url)
    if credit.site_url is not None:
        line += " · " + masked_link(_site_title(credit), credit.site_url)
    if credit.derpi_id is not None:
        url = DERPIBOORU.page_url(credit.derpi_id)
        link = masked_link(url.removeprefix("https://"), url)
        line += " · " + _("also on Derpibooru:") + " " + link
    return line


def _site_title(credit: Credit) -> str:
    site = CATALOGUE.get(credit.site)
    return site.title if site else host_of(credit.site_url or credit.page_url)

"""What is refused here before a site is asked: it would be refused there, or silently changed."""

from bot.catalogue import Site
from bot.texts import _

from .board import MAX_PER_PAGE, MOST_SUGGESTIONS, SHORTEST_TERM
from .errors import BadRequest

#: Results that a board's index can page through (boards, 1.2).
_DEEPEST = 10_000_000
#: Ids of boards, and of the Safe Pony API (reference: safety, 5).
_BIGGEST_ID = 9_999_999_999
_BIGGEST_PONY = 2**53
#: More than any safe query needs, and less than any server refuses as an address too long.
_LONGEST_QUERY = 4_000
#: Bytes of a file that is sent (reference: safety, 5).
BIGGEST_FILE = 5 * 1024 * 1024


def check_page(site: Site, page: int, per_page: int) -> None:
    """Refuse pages that the board would silently turn into others (rule L11; boards, 1.2)."""
    if not 1 <= per_page <= MAX_PER_PAGE:
        raise BadRequest(
            site.name,
            _("A page has 1 to {most} posts.").format(most=MAX_PER_PAGE),
        )
    if not 1 <= page <= _DEEPEST // per_page:
        raise BadRequest(site.name, _("There is no such page."))


def check_id(site: Site, number: int) -> int:
    """Return an id that something can have; refuse others (reference: safety, 5)."""
    biggest = _BIGGEST_PONY if site.family == "ponyapi" else _BIGGEST_ID
    if not 1 <= number <= biggest:
        raise BadRequest(
            site.name, _("A post's number is between 1 and {most}.").format(most=biggest)
        )
    return number


def check_filter(site: Site, filter_id: int | None) -> int | None:
    """Return the filter to name: the one asked for, or else the catalogue's (safety, 3.4)."""
    return site.site_filter if filter_id is None else check_id(site, filter_id)


def check_range(
    site: Site, name: str, value: float | None, least: float, most: float
) -> float | None:
    """Return a parameter's value if it is between `least` and `most`, or none was given."""
    if value is None or least <= value <= most:
        return value
    raise BadRequest(
        site.name,
        _("“{name}” is between {least} and {most}.").format(name=name, least=least, most=most),
    )


def check_query(site: Site, text: str) -> str:
    """Return `text` where it can travel as a query: some text, not endless, valid Unicode."""
    if not text.strip():
        raise BadRequest(site.name, _("There is nothing to search for."))
    if len(text) > _LONGEST_QUERY:
        raise BadRequest(site.name, _("That is too long to search for."))
    if any("\ud800" <= c <= "\udfff" for c in text):
        raise BadRequest(site.name, _("That holds characters that cannot be sent."))
    return text


def check_beginning(site: Site, term: str, limit: int) -> str:
    """Return the beginning of a tag that can be completed; refuse what the board would."""
    check_query(site, term)
    if len(term.encode()) < SHORTEST_TERM:
        raise BadRequest(site.name, _("Type at least three letters."))
    check_range(site, "limit", limit, 1, MOST_SUGGESTIONS)
    return term

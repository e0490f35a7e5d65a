"""Many pages one after the other, as an asynchronous iterator."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Hashable
from operator import attrgetter
from secrets import randbelow
from typing import Any, TypeVar

from msgspec import structs

from bot.texts import _

from .board import MAX_PER_PAGE, Board, Paged, PostPage, Sort
from .errors import BadRequest
from .gate import Priority

P = TypeVar("P", bound=Paged)

#: Requests for pages of one list at the same time.
MOST_IN_FLIGHT = 4
#: A list that repeats itself for so many pages is over, whatever its total says (fault F39).
_MOST_REPEATED = 3
_SEEDS = 2**31


async def pages(
    ask: Callable[[int], Awaitable[P]],
    *,
    first: int = 1,
    in_flight: int = 1,
    by: Callable[[Any], Hashable] = attrgetter("id"),
) -> AsyncGenerator[P, None]:
    """Yield the pages that `ask` gives for the numbers from `first` on, each entry only once.

    It ends where the site's total says so, on an empty page, or where pages only repeat what
    came before; a short page alone is not the end (boards, 1.2). `by` tells entries apart.
    Rows move while one reads: what moved to a later page is left out there.

    `in_flight` pages, at most 4, are asked for at once; with 1, a page is asked for when the one
    before it has been used. An error of `ask` is raised in its page's place. Whoever may stop
    early closes the iterator (`contextlib.aclosing`), which ends the requests on their way.
    """
    if not 1 <= in_flight <= MOST_IN_FLIGHT:
        raise ValueError(in_flight)
    ahead: deque[asyncio.Future[P]] = deque()
    seen: set[Hashable] = set()
    number, last, most, repeated = first, first, 1, 0
    try:
        while repeated < _MOST_REPEATED:
            while len(ahead) < most and number <= last:
                ahead.append(asyncio.ensure_future(ask(number)))
                number += 1
            page = await ahead.popleft()
            fresh: dict[Hashable, Any] = {
                by(entry): entry for entry in page.entries if by(entry) not in seen
            }
            seen.update(fresh)
            repeated = 0 if fresh else repeated + 1
            yield structs.replace(page, **{page.holds: tuple(fresh.values())})
            if page.is_last:
                return
            # Only a page says how many there are; each one says it anew.
            most, last = in_flight, number + in_flight if page.pages is None else page.pages
    finally:
        for one in ahead:
            one.cancel()
        await asyncio.gather(*ahead, return_exceptions=True)


def search_pages(
    board: Board,
    q: str,
    *,
    sort: str | Sort | None = None,
    seed: int | None = None,
    per_page: int = MAX_PER_PAGE,
    in_flight: int = 1,
    priority: Priority = Priority.BACKGROUND,
) -> AsyncGenerator[PostPage, None]:
    """Yield the pages of a board's search for `q`, which the caller has made safe.

    A random order is drawn once for all pages, by `seed` where one is given (boards, 1.2).
    """
    order = _steady(board, sort, seed)

    async def ask(number: int) -> PostPage:
        return await board.search(q, sort=order, page=number, per_page=per_page, priority=priority)

    return pages(ask, in_flight=in_flight)


def _steady(board: Board, sort: str | Sort | None, seed: int | None) -> str | Sort | None:
    named = {one.name: one for one in board.sorts}
    order = named.get(sort, sort) if isinstance(sort, str) else sort
    if not isinstance(order, Sort) or order.field != "random":
        return order
    number = randbelow(_SEEDS) if seed is None else seed
    if not 0 <= number < _SEEDS:
        raise BadRequest(
            board.site.name, _("A seed is between 0 and {most}.").format(most=_SEEDS - 1)
        )
    return structs.replace(order, field=f"random:{number}")

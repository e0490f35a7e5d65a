"""The sites' filters: what one hides (reference: boards, 3)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from msgspec import UnsetType

from bot.clock import SYSTEM_CLOCK
from bot.posts.model import Post
from bot.query.canonical import read
from bot.query.errors import QueryError
from bot.query.evaluate import Verdict, evaluate
from bot.query.facts import Facts
from bot.query.fields import ANONYMOUS, Dialect, Reader
from bot.query.tree import EVERYTHING, Node


def join_lines(text: str | None) -> str:
    """Return the one query that a multi-line text means: any of its lines (boards, 2.9)."""
    lines = (text or "").replace("\r", "").split("\n")
    return " || ".join(f"({line})" for line in lines if line)


class Filter:
    """A filter's hidden part: tag ids and a query."""

    def __init__(self, hidden_tag_ids: Iterable[int], hidden: Node, *, readable: bool) -> None:
        self.hidden_tag_ids: Final = frozenset(hidden_tag_ids)
        self.hidden: Final = hidden
        #: `False` where the query could not be read, so that everything is hidden.
        self.readable: Final = readable

    def hides(self, post: Post, *, now: datetime | None = None) -> Verdict:
        """Tell whether the filter hides the post, `None` where the post does not decide it."""
        return self.hides_given(Facts(post, now=now or SYSTEM_CLOCK.now()))

    def hides_given(self, facts: Facts) -> Verdict:
        """Do the same for a post that has been looked at already."""
        by_query = evaluate(self.hidden, facts.verdict)
        ids = facts.post.tag_ids
        if isinstance(ids, UnsetType):
            by_tag: Verdict = None if self.hidden_tag_ids else False
        else:
            by_tag = not self.hidden_tag_ids.isdisjoint(ids)
        if by_tag or by_query:
            return True
        return None if by_tag is None or by_query is None else False


def parse_filter(
    hidden_tag_ids: Iterable[int],
    hidden_complex: str | None,
    *,
    dialect: Dialect = "philomena",
    reader: Reader = ANONYMOUS,
) -> Filter:
    """Return a filter from its two hidden parts; nothing is raised.

    A query that cannot be read hides everything, as on the site; an empty one hides nothing.
    """
    inside = Reader(user=reader.user, moderator=reader.moderator, inside="filter")
    try:
        hidden = read(join_lines(hidden_complex), dialect, inside)
    except QueryError:
        return Filter(hidden_tag_ids, EVERYTHING, readable=False)
    return Filter(hidden_tag_ids, hidden, readable=True)

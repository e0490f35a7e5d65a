"""A query: a tree with what can be asked of it."""

from collections.abc import Mapping
from datetime import datetime

from bot.clock import SYSTEM_CLOCK
from bot.posts.model import Post
from bot.query.canonical import BOTH, read, write_tree
from bot.query.evaluate import Verdict, evaluate
from bot.query.explain import Explanation, explain
from bot.query.facts import NO_ALIASES, NO_FILTERS, Aliases, Facts
from bot.query.fields import ANONYMOUS, NEVER_DECIDED, SOMETIMES_DECIDED, Dialect, Reader
from bot.query.filters import Filter
from bot.query.normal import Normal, normalised
from bot.query.tree import EVERYTHING, NOTHING, And, Node, Not, Or, leaves


class Query:
    """What a text of the search language means; immutable, equal to whatever means the same."""

    __slots__ = ("_normal", "tree")

    def __init__(self, tree: Node) -> None:
        self.tree = tree
        self._normal: Normal | None = None

    @property
    def normal(self) -> Normal:
        """The normal form, which equality and hash go by."""
        if self._normal is None:
            self._normal = normalised(self.tree)
        return self._normal

    def evaluate(
        self,
        post: Post,
        *,
        aliases: Aliases | Mapping[str, str] = NO_ALIASES,
        now: datetime | None = None,
        filters: Mapping[int, Filter] = NO_FILTERS,
    ) -> Verdict:
        """Tell whether the query matches, `None` where one post does not decide it.

        `aliases` gives the canonical tag of each alias, `filters` the filters by id that
        `filter_id:` may name; `now` (aware) is what relative dates count from.
        """
        facts = Facts(post, aliases=aliases, now=now or SYSTEM_CLOCK.now(), filters=filters)
        return evaluate(self.tree, facts.verdict)

    def matches(
        self,
        post: Post,
        *,
        aliases: Aliases | Mapping[str, str] = NO_ALIASES,
        now: datetime | None = None,
        filters: Mapping[int, Filter] = NO_FILTERS,
    ) -> bool:
        """Tell whether the query surely matches: an undecided one does not."""
        return self.evaluate(post, aliases=aliases, now=now, filters=filters) is True

    @property
    def undecidable(self) -> frozenset[str]:
        """The fields that it names and that one post does not decide, or not always."""
        named = {leaf.field for leaf in leaves(self.tree)}
        return frozenset(named & (NEVER_DECIDED | SOMETIMES_DECIDED))

    def explain(
        self,
        post: Post,
        *,
        aliases: Aliases | Mapping[str, str] = NO_ALIASES,
        now: datetime | None = None,
        filters: Mapping[int, Filter] = NO_FILTERS,
    ) -> Explanation:
        """Return each node's verdict and the value that it compared."""
        facts = Facts(post, aliases=aliases, now=now or SYSTEM_CLOCK.now(), filters=filters)
        return explain(self.tree, facts)

    def simplify(self) -> "Query":
        """Return an equal query without double negations, repetitions and needless parts."""
        simple = Query(self.normal.node)
        simple._normal = self._normal
        return simple

    def text(self, dialect: Dialect) -> str:
        """Return canonical text for one dialect; `QueryError` where it cannot be said there."""
        return write_tree(self.tree, (dialect,))

    def __str__(self) -> str:
        """Return canonical text that both dialects read alike; `QueryError` where there is none.

        Relative dates, for one, are not read alike (reference: boards, 2.7).
        """
        return write_tree(self.tree, BOTH)

    def __repr__(self) -> str:
        return f"<Query {self.normal.digest.hex()}>"

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Query):
            return NotImplemented
        return self.normal.digest == other.normal.digest

    def __hash__(self) -> int:
        return hash(self.normal.digest)

    def __and__(self, other: "Query") -> "Query":
        return all_of(self, other)

    def __or__(self, other: "Query") -> "Query":
        return any_of(self, other)

    def __invert__(self) -> "Query":
        return Query(Not(self.tree))


def parse(text: str, dialect: Dialect = "philomena", *, reader: Reader = ANONYMOUS) -> Query:
    """Read a query as that board's server does; raises `QueryError` with the place and a hint.

    The empty query matches nothing. `reader` says for whom it is read; by default for somebody
    who is not logged in.
    """
    return Query(read(text, dialect, reader))


def all_of(*queries: Query) -> Query:
    """Return the query that matches what every one of the queries matches."""
    if not queries:
        return Query(EVERYTHING)
    return queries[0] if len(queries) == 1 else Query(And(tuple(each.tree for each in queries)))


def any_of(*queries: Query) -> Query:
    """Return the query that matches what at least one of the queries matches."""
    if not queries:
        return Query(NOTHING)
    return queries[0] if len(queries) == 1 else Query(Or(tuple(each.tree for each in queries)))

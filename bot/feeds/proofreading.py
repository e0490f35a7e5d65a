"""Reading what a feed is to look for: what it means, and what can be made of it. Pure.

A feed's query is matched here, so it may use all of its board's language; only what is sent to
the board is held to what can be sent safely (reference: safety, 3.2).
"""

import unicodedata

from msgspec import Struct

from bot.catalogue import Site
from bot.feeds.votes import VOTE_FIELDS
from bot.posts.rating import Rating
from bot.query import Query, QueryError, all_of, parse
from bot.query.evaluate import Verdict, evaluate
from bot.query.tree import EVERYTHING, TAGS, Leaf, Term, leaves
from bot.safety import Policy, canonical, plain_tags
from bot.safety.policy import GRAPHIC, NEVER
from bot.texts import _


class Proof(Struct, frozen=True, kw_only=True):
    """What a text means as the query of a feed."""

    query: Query
    sent: str | None
    """As the board is asked it under the policy; `None` where only we can match it."""
    adult: bool
    """Whether it can bring more than safe art where the policy lets it (fault F25)."""
    voted: frozenset[str] = frozenset()
    """The fields in it that votes and comments change."""
    undecidable: frozenset[str] = frozenset()
    """The fields in it that only the board can decide."""


def read_query(text: str, site: Site) -> Query:
    """Return what a feed looks for on a board; nothing said is everything fit to be shown.

    Raises QueryError.
    """
    if site.dialect is None:
        return all_of(*(Query(Term(TAGS, name)) for name in plain_tags(text)))
    composed = unicodedata.normalize("NFC", text.strip())
    return parse(composed, site.dialect) if composed else Query(EVERYTHING)


def proofread(text: str, site: Site, policy: Policy) -> Proof:
    """Return what a text means on a board and under the policy of the place that it is for.

    Raises QueryError where it cannot be read, where neither we nor the board could decide it, and
    where it only asks for what may not be shown there.
    """
    query = read_query(text, site)
    if _never(query, policy):
        raise QueryError(_refused(policy), end=len(text))
    adult = not policy.ratings <= {Rating.SAFE} and not _safe_alone(query)
    if site.dialect is None:
        return Proof(query=query, sent=", ".join(plain_tags(text)), adult=False)
    named = {leaf.field for leaf in leaves(query.tree)}
    sent: str | None = None
    try:
        sent = canonical(text, policy, site.dialect)
    except QueryError:
        # What the board cannot be asked is matched here, unless it would have to be asked.
        if query.undecidable:
            raise
    return Proof(
        query=query,
        sent=sent,
        adult=adult,
        voted=frozenset(named & VOTE_FIELDS),
        undecidable=query.undecidable,
    )


def _refused(policy: Policy) -> str:
    if policy.ratings <= {Rating.SAFE}:
        return _(
            "That channel shows only what is safe for everybody, and this asks for something else."
        )
    return _("This asks only for what is never shown there.")


def _never(query: Query, policy: Policy) -> bool:
    """Tell whether nothing that the policy allows can match, whatever else a post is."""
    barred = {rating.value for rating in Rating if rating not in policy.ratings} | NEVER
    if not policy.graphic:
        barred |= GRAPHIC
    only_safe = policy.ratings <= {Rating.SAFE}

    def verdict(leaf: Leaf) -> Verdict:
        if not (isinstance(leaf, Term) and leaf.field == TAGS):
            return None
        if leaf.value in barred:
            return False
        return True if only_safe and leaf.value == Rating.SAFE.value else None

    return evaluate(query.tree, verdict) is False


def _safe_alone(query: Query) -> bool:
    """Tell whether only posts rated safe can match."""
    safe = Term(TAGS, Rating.SAFE.value)
    return evaluate(query.tree, lambda leaf: False if leaf == safe else None) is False

"""The policy's part of every query: terms that the site itself checks (reference: safety, 3.2)."""

from functools import lru_cache

from bot.posts.rating import Rating
from bot.query.canonical import write_tree
from bot.query.normal import normalised
from bot.query.tree import TAGS, And, Node, Not, Term
from bot.safety.policy import GRAPHIC, NEVER, NEVER_TOGETHER, ONLY_SAFE, Policy


def policy_terms(policy: Policy) -> tuple[Node, ...]:
    """Return what every query sent under the policy demands, in either dialect.

    Only ratings and hard blocks: what a server hides is found by the verifier, which can say how
    many posts that were and by which rule.
    """
    return _terms(policy.ratings, policy.graphic)


@lru_cache(maxsize=64)
def terms_text(terms: tuple[Node, ...]) -> str:
    """Return the text of the terms, which both dialects read alike."""
    return write_tree(And(terms))


@lru_cache(maxsize=64)
def terms_digests(terms: tuple[Node, ...]) -> frozenset[bytes]:
    """Return what tells each of the terms from terms of another meaning."""
    return frozenset(normalised(term).digest for term in terms)


@lru_cache(maxsize=64)
def _terms(allowed: frozenset[Rating], graphic: bool) -> tuple[Node, ...]:  # noqa: FBT001
    only_safe = allowed <= {Rating.SAFE}
    terms: list[Node] = [_tag("safe")] if only_safe else []
    denied = [
        rating.value
        for rating in Rating
        if rating not in allowed and not (only_safe and rating is Rating.SAFE)
    ]
    if not graphic:
        denied += sorted(GRAPHIC.difference(denied))
    denied += sorted(NEVER)
    terms += [Not(_tag(name)) for name in denied]
    if not only_safe:
        terms += [Not(And((_tag(name), Not(_tag("safe"))))) for name in sorted(ONLY_SAFE)]
    terms += [
        Not(And(tuple(map(_tag, sorted(pair)))))
        for pair in NEVER_TOGETHER
        if pair.isdisjoint(denied)
    ]
    return tuple(terms)


def _tag(name: str) -> Node:
    return Term(TAGS, name)

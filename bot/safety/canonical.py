"""The form in which a person's query is sent to a site (reference: safety, 3.2).

The text is read as the site reads it, and what is sent is written anew from the tree: the
policy's terms, then the person's, each in brackets of its own. Nothing is trusted to be right
because of how it was written: the result is read back in *both* dialects, and sent only where
both find the policy's terms beside everything else, and the site's own finds what was meant.

A term that the dialects read alike is written so. Where only the site's own language can say it
(`animated:true`, `created_at.gte:3 days ago`) it must still be one term to the other dialect.
"""

from typing import Literal, TypeAlias

from bot.query import Query, QueryError, parse
from bot.query.canonical import BOTH, write_tree
from bot.query.errors import mistake
from bot.query.normal import Normal, normalised
from bot.query.tree import EVERYTHING, And, Leaf, Node, Not, Nothing, Or, leaves
from bot.safety import limits
from bot.safety.policy import Policy
from bot.safety.terms import policy_terms, terms_digests, terms_text
from bot.texts import _

Dialect: TypeAlias = Literal["philomena", "twibooru"]

DIALECTS: frozenset[str] = frozenset(BOTH)
#: Ids of the boards have at most ten digits (reference: safety, 5).
MAX_POST_ID = 9_999_999_999
#: Of what is sent: round a person's own OR there is one pair of brackets more.
_DEPTH_SENT = limits.MAX_DEPTH + 1


def canonical(text: str, policy: Policy, dialect: Dialect) -> str:
    """Return what is sent to a site that speaks `dialect` for a person's query `text`.

    The policy's terms come first and bind whatever follows; an empty `text` is the policy
    alone. What is returned comes out unchanged when it is given again. Raises `QueryError` with
    the place in `text` and what to do about it.
    """
    _check_dialect(dialect)
    demanded = policy_terms(policy)
    # Even what is refused in the end is not read at any length.
    limits.check_length(text, limits.MAX_LENGTH + _extra(demanded) + _joints(limits.MAX_TERMS))
    given = limits.composed(text)
    try:
        wanted = _wanted(given, demanded, dialect) if given.strip(" ") else []
        return _written(given, demanded, wanted, dialect)
    except QueryError as error:
        raise _at_home(error, text, given) from None


def by_id(post_id: int, policy: Policy, dialect: Dialect) -> str:
    """Return the query that finds the one post `post_id` if the policy lets it through.

    Raises `QueryError` where no post of a board can have that id.
    """
    _check_dialect(dialect)
    if not 0 < post_id <= MAX_POST_ID:
        raise QueryError(_("A post's id is a whole number of at most ten digits."))
    return f"id:{post_id}, {terms_text(policy_terms(policy))}"


def _check_dialect(dialect: str) -> None:
    if dialect not in DIALECTS:
        raise ValueError(f"no such dialect: {dialect!r}")


def _extra(demanded: tuple[Node, ...]) -> int:
    """Return how many characters what is demanded takes, with the comma after it."""
    return len(terms_text(demanded)) + len(", ")


def _joints(parts: int) -> int:
    """Return how many characters our own brackets round that many parts take, with the commas."""
    return parts * len("()") + (parts - 1) * len(", ")


def _wanted(text: str, demanded: tuple[Node, ...], dialect: Dialect) -> list[Node]:
    """Read a person's text and return what it wants beyond what is demanded anyway."""
    limits.check_signs(text)
    limits.check_wildcards(text)
    limits.check_depth(text, _DEPTH_SENT)
    tree = parse(text, dialect).tree
    limits.check_fields(text, leaves(tree))
    ours = terms_digests(demanded)
    said = {normalised(node).digest for node in (tree.children if isinstance(tree, And) else ())}
    if not ours <= said:
        limits.check_length(text, limits.MAX_LENGTH)
        limits.check_depth(text)
        limits.check_terms(text, len(leaves(tree)))
    return _beyond(ours, normalised(And((*demanded, tree))))


def _beyond(ours: frozenset[bytes], normal: Normal) -> list[Node]:
    if isinstance(normal.node, Nothing):
        return [Not(EVERYTHING)]
    return [part.node for part in normal.parts if part.digest not in ours]


def _written(text: str, demanded: tuple[Node, ...], wanted: list[Node], dialect: Dialect) -> str:
    if not wanted:
        return terms_text(demanded)
    limits.check_terms(text, sum(len(leaves(node)) for node in wanted))
    sent = _said(demanded, wanted, dialect)
    if sent is None:
        raise limits.unsayable(text, _culprit(demanded, wanted, dialect))
    if len(sent) - _extra(demanded) - _joints(len(wanted)) > limits.MAX_LENGTH:
        raise mistake(
            text, 0, len(text), _("the query is too long when all of it is written out"),
            hint=_("Take something away."),
        )  # fmt: skip
    limits.check_depth(sent, _DEPTH_SENT)
    return sent


def _said(demanded: tuple[Node, ...], wanted: list[Node], dialect: Dialect) -> str | None:
    """Return the text of the tree that is safe to send, `None` where there is none."""
    tree = And((*demanded, *wanted))
    for dialects in (BOTH, (dialect,)):
        try:
            words = [f"({write_tree(node, dialects)})" for node in wanted]
        except QueryError:
            continue
        sent = ", ".join([terms_text(demanded), *words])
        if is_bound(sent, tree, len(demanded), dialect):
            return sent
    return None


def is_bound(sent: str, tree: And, demanded: int, dialect: Dialect) -> bool:
    """Tell whether the text says what the tree means, bound by the tree's first parts.

    Both dialects must read these `demanded` parts exactly and beside everything else; the site's
    own must read the rest as it is meant, the other one at least in the same shape, and neither
    may find a field in it that is not to be asked for.
    """
    if not limits.REFUSED.isdisjoint(sent) or limits.composed(sent) != sent:
        return False
    for other in BOTH:
        try:
            read = parse(sent, other)
            limits.check_fields(sent, leaves(read.tree))
        except QueryError:
            return False
        if _reads_as(tree, read.tree, exactly=True):
            continue
        if not _reads_as(tree, read.tree, exactly=False):
            return False
        assert isinstance(read.tree, And)  # noqa: S101  it has the shape of `tree`
        first = zip(tree.children[:demanded], read.tree.children, strict=False)
        if not all(_reads_as(node, found, exactly=True) for node, found in first):
            return False
        if other == dialect and read != Query(tree):
            return False
    return True


def _reads_as(node: Node, read: Node, *, exactly: bool) -> bool:
    """Tell whether both have the same operators in the same places, and `exactly` the same terms.

    Between them there is no more recursion than brackets, which are counted.
    """
    if isinstance(node, Not):
        return isinstance(read, Not) and _reads_as(node.child, read.child, exactly=exactly)
    if isinstance(node, And | Or):
        return (
            type(read) is type(node)
            and len(node.children) == len(read.children)
            and all(
                _reads_as(one, other, exactly=exactly)
                for one, other in zip(node.children, read.children, strict=True)
            )
        )
    return node == read if exactly else not isinstance(read, And | Or | Not)


def _culprit(demanded: tuple[Node, ...], wanted: list[Node], dialect: Dialect) -> Leaf | None:
    """Return the first term that cannot be written by itself, if there is one."""
    terms = (leaf for node in wanted for leaf in leaves(node))
    return next((leaf for leaf in terms if _said(demanded, [leaf], dialect) is None), None)


def _at_home(error: QueryError, text: str, given: str) -> QueryError:
    """Return the error with its place in the text as it was typed, which composing shortened."""
    if text == given:
        return error
    places = [len(limits.composed(text[:count])) for count in range(len(text) + 1)]
    start = next(at for at, place in enumerate(places) if place >= min(error.start, places[-1]))
    end = next(at for at, place in enumerate(places) if place >= min(error.end, places[-1]))
    return QueryError(
        error.message, start=start, end=end, hint=error.hint, server_message=error.server_message
    )

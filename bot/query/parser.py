"""Reads a query as Philomena's server does (reference: boards, 2.2).

The grammar is the server's; its recursion is a list here, so depth costs no stack.
"""

import re
from dataclasses import dataclass, field

from bot.query.errors import QueryError, mistake
from bot.query.fields import ANONYMOUS, Reader
from bot.query.lexer import Token, lex
from bot.query.terms import INT_MAX, TermError, read_term
from bot.query.tree import NOTHING, And, Node, Not, Or
from bot.texts import _

#: How deep brackets may be nested. The server sets no bound.
MAX_DEPTH = 1_000

_FILTER_DIGITS = 300
_FILTER = re.compile(r"\bfilter_id:([0-9]+)", re.ASCII)


@dataclass(slots=True)
class _Group:
    """One pair of brackets, or the whole text, as far as it has been read."""

    opened: Token | None = None
    negated: bool = False
    alternatives: list[Node] = field(default_factory=list)
    conjuncts: list[Node] = field(default_factory=list)

    def end_alternative(self) -> None:
        self.alternatives.append(joined(And, self.conjuncts))
        self.conjuncts = []

    def node(self) -> Node:
        self.end_alternative()
        return joined(Or, self.alternatives)


def joined(kind: type[And] | type[Or], parts: list[Node]) -> Node:
    """Return the conjunction or disjunction of the parts, a single one as it is."""
    return parts[0] if len(parts) == 1 else kind(tuple(parts))


def parse_philomena(text: str, reader: Reader = ANONYMOUS) -> Node:
    """Return the tree that Philomena's server reads in `text`; raises `QueryError`."""
    named = {
        int(found[1]): found for found in _FILTER.finditer(text)
        if len(found[1]) <= _FILTER_DIGITS and int(found[1]) <= INT_MAX
    }  # fmt: skip
    if named and reader.inside == "filter":
        # Sic: the server looks for the numbers before it reads the text, in tags and quotes too.
        start, end = next(iter(named.values())).span()
        raise mistake(
            text, start, end, _("a filter cannot refer to a filter"),
            server="Filter queries inside filters are not allowed.",
        )  # fmt: skip
    tokens = lex(text)
    if not tokens:
        return NOTHING
    return _Parser(text, tokens, reader, frozenset(named)).run()


class _Parser:
    def __init__(
        self, text: str, tokens: list[Token], reader: Reader, filters: frozenset[int]
    ) -> None:
        self.text = text
        self.tokens = tokens
        self.reader = reader
        self.filters = filters
        self.at = 0
        self.groups = [_Group()]
        self.result: Node | None = None

    def run(self) -> Node:
        while self.result is None:
            unit = self.operand()
            while unit is not None:
                unit = self.after(unit)
        return self.result

    def operand(self) -> Node | None:
        """Read a term, or open a bracket and return nothing."""
        token = self.peek()
        negated = token is not None and token.kind == "not"
        if negated:
            self.at += 1
            token = self.peek()
        if token is None:
            raise self.expected_term(None)
        if token.kind == "(":
            if len(self.groups) > MAX_DEPTH:
                raise self.wrong(token, _("the brackets are nested too deeply"), server="")
            self.at += 1
            self.groups.append(_Group(token, negated))
            return None
        if token.kind == ")":
            raise self.imbalanced(token)
        if token.kind != "term":
            raise self.expected_term(token)
        self.at += 1
        return self.boosted(self.negated(self.leaf(token), negated=negated))

    def after(self, unit: Node) -> Node | None:
        """Take a finished operand and what follows it; return a group that it ends."""
        group = self.groups[-1]
        group.conjuncts.append(unit)
        token = self.peek()
        if token is not None and token.kind in {"and", "or"}:
            self.at += 1
            if token.kind == "or":
                group.end_alternative()
            return None
        if group.opened is None:
            if token is not None:
                raise self.junk(token)
            self.result = group.node()
            return None
        if token is None or token.kind != ")":
            raise self.imbalanced(token)
        self.at += 1
        self.groups.pop()
        return self.boosted(self.negated(group.node(), negated=group.negated))

    def peek(self) -> Token | None:
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def leaf(self, token: Token) -> Node:
        try:
            return read_term(token.value, self.reader, self.filters)
        except TermError as error:
            raise mistake(
                self.text, token.start, token.end, error.reason, hint=error.hint,
                server=error.server,
            ) from None  # fmt: skip

    @staticmethod
    def negated(node: Node, *, negated: bool) -> Node:
        return Not(node) if negated else node

    def boosted(self, node: Node) -> Node:
        """Step over a boost, which orders results and decides nothing."""
        token = self.peek()
        if token is not None and token.kind == "boost":
            if token.value[0] == "-" and token.value.strip("-0."):
                raise self.wrong(
                    token,
                    _("a weight cannot be negative"),
                    hint=_("Leave the ^ and its number out."),
                    server="Boost value must be non-negative.",
                )
            self.at += 1
        return node

    def wrong(self, token: Token | None, reason: str, *, hint: str = "", server: str) -> QueryError:
        start, end = (token.start, token.end) if token else (len(self.text), len(self.text))
        return mistake(self.text, start, end, reason, hint=hint, server=server)

    def expected_term(self, token: Token | None) -> QueryError:
        before = self.tokens[self.at - 1] if self.at else None
        if before is not None and before.kind == "not" and token is not None:
            reason, hint = (
                _("only one NOT may stand before a term"),
                _("Put the inner one in brackets, as in -(-safe)."),
            )
        elif token is None:
            reason, hint = _("a term is missing at the end"), _("Add a tag, or cut the query here.")
        else:
            said = self.said(token)
            reason = _("a term is missing before “{token}”").format(token=said)
            hint = _("Write a tag here, or put “{token}” in quotes if it is one.").format(
                token=said
            )
        return self.wrong(token, reason, hint=hint, server="Expected a term.")

    def imbalanced(self, token: Token | None) -> QueryError:
        opened = self.groups[-1].opened
        server = "Imbalanced parentheses."
        if token is not None and token.kind == ")":
            if opened is None:
                return self.wrong(
                    token,
                    _("this bracket was never opened"),
                    hint=_("Cut it, or write \\) if it belongs to a tag."),
                    server=server,
                )
            reason = _("these brackets hold nothing")
            if self.tokens[self.at - 1] is not opened:
                reason = _("a term is missing before “{token}”").format(token=token.value)
            hint = _("Write a tag here.")
            return self.wrong(token, reason, hint=hint, server=server)
        if token is None:
            return self.wrong(
                opened,
                _("this bracket is never closed"),
                hint=_("Add a ) where the group ends, or write \\( if it belongs to a tag."),
                server=server,
            )
        return self.wrong(token, self.no_operator(token), hint=self.separate(token), server=server)

    def junk(self, token: Token) -> QueryError:
        rest = "".join(token.value for token in self.tokens[self.at :])
        server = f"junk at end of expression: {rest}"
        if token.kind == ")":
            reason, hint = (
                _("this bracket was never opened"),
                _("Cut it, or write \\) if it belongs to a tag."),
            )
            return self.wrong(token, reason, hint=hint, server=server)
        return self.wrong(token, self.no_operator(token), hint=self.separate(token), server=server)

    def said(self, token: Token) -> str:
        """Return the beginning of a token as it stands in the text."""
        return self.text[token.start : min(token.end, token.start + 40)]

    def no_operator(self, token: Token) -> str:
        return _("nothing joins “{token}” to what stands before it").format(token=self.said(token))

    def separate(self, token: Token) -> str:
        before = self.text[: token.start]
        if token.value[:1] == "~" and before.endswith('"'):
            return _("Put the ~ and its number inside the quotes.")
        return _("Put a comma or OR between them, or the whole tag in quotes.")

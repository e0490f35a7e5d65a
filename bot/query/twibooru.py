"""Reads a query as Twibooru's query gem does (reference: boards, 2.9).

Its lexer knows no escapes, takes a word for an operator wherever one can begin, and puts terms
and operators into postfix order; a negation stands behind what it negates.
"""

import re
from dataclasses import dataclass, field

from bot.query.errors import QueryError, mistake
from bot.query.fields import ANONYMOUS, Reader
from bot.query.parser import MAX_DEPTH
from bot.query.terms import TermError
from bot.query.tree import NOTHING, And, Node, Not, Or
from bot.query.twibooru_terms import read_term
from bot.texts import _

_TOKEN = re.compile(
    r'(?P<quoted>[ \t\n\r\v\f]*"[^"]+")|(?P<open>\()|(?P<close>\))|(?P<and>&&|AND|,)'
    r"|(?P<or>\|\||OR)|(?P<not>NOT(?:[ \t\n\r\v\f]+|(?=\())|[!-])|(?P<space>[ \t\n\r\v\f]+)"
    r"|(?P<word>[^ \t\n\r\v\f,()]+)"
)
_STRIPPED = " \t\n\r\v\f\0"


@dataclass(frozen=True, slots=True)
class _Item:
    """A term, an operator (`and`, `or`, `not`) or a bracket, with its characters."""

    kind: str
    text: str
    start: int
    end: int
    negated: bool = False


@dataclass(slots=True)
class _Shunting:
    """The state of the lexer: what is put out, what waits, and the term being collected."""

    text: str
    output: list[_Item] = field(default_factory=list)
    waiting: list[_Item] = field(default_factory=list)
    term_start: int | None = None
    brackets_in_term: int = 0
    negate: bool = False
    depth: int = 0

    def end_term(self, end: int) -> None:
        """Put the collected term out, if there is one, and its negation."""
        if self.term_start is None:
            return
        said = self.text[self.term_start : end]
        start = self.term_start + len(said) - len(said.lstrip(_STRIPPED))
        term = said.strip(_STRIPPED)
        self.output.append(_Item("term", term, start, start + len(term)))
        self.term_start = None
        self.brackets_in_term = 0
        if self.negate:
            self.output.append(_Item("not", "", end, end))
            self.negate = False

    def take(self, kind: str, start: int, end: int) -> None:
        """Take the next token."""
        if kind in {"and", "or"} or (kind == "close" and not self.brackets_in_term):
            self.end_term(start)
        match kind:
            case "and" | "or":
                binding = {"and"} if kind == "and" else {"and", "or"}
                while self.waiting and self.waiting[-1].kind in binding:
                    self.output.append(self.waiting.pop())
                self.waiting.append(_Item(kind, self.text[start:end], start, end))
            case "not" if self.term_start is None:
                self.negate = not self.negate
            case "open" if self.term_start is None:
                self.open(start, end)
            case "open":
                self.brackets_in_term += 1
            case "close" if self.brackets_in_term:
                self.brackets_in_term -= 1
            case "close":
                self.close(start, end)
            case "word" | "quoted" if self.term_start is None:
                self.term_start = start

    def open(self, start: int, end: int) -> None:
        """Begin a group."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise mistake(self.text, start, end, _("the brackets are nested too deeply"))
        self.waiting.append(_Item("open", "(", start, end, self.negate))
        self.negate = False

    def close(self, start: int, end: int) -> None:
        """End the group that was begun last."""
        while self.waiting:
            item = self.waiting.pop()
            if item.kind == "open":
                self.depth -= 1
                if item.negated:
                    self.output.append(_Item("not", "", end, end))
                return
            self.output.append(item)
        raise mistake(
            self.text, start, end, _("this bracket was never opened"),
            hint=_("Cut it, or put the tag that it belongs to in quotes."),
            server="Imbalanced parentheses.",
        )  # fmt: skip

    def finish(self) -> list[_Item]:
        """Return everything in postfix order."""
        negate = self.negate
        self.negate = False
        self.end_term(len(self.text))
        if negate:
            self.output.append(_Item("not", "", len(self.text), len(self.text)))
        for item in self.waiting:
            if item.kind == "open":
                raise mistake(
                    self.text, item.start, item.end, _("this bracket is never closed"),
                    hint=_("Add a ) where the group ends, or put the tag in quotes."),
                    server="Imbalanced parentheses.",
                )  # fmt: skip
        return self.output + self.waiting[::-1]


def last_term(text: str) -> tuple[int, str] | None:
    """Return the term that `text` ends with, and where it begins; `None` where none does."""
    try:
        state = _shunted(text)
    except QueryError:
        return None
    if state.term_start is None:
        return None
    said = text[state.term_start :].rstrip(_STRIPPED)
    term = said.lstrip(_STRIPPED)
    return state.term_start + len(said) - len(term), term


def _postfix(text: str) -> list[_Item]:
    return _shunted(text).finish()


def _shunted(text: str) -> _Shunting:
    state = _Shunting(text)
    at = len(text) - len(text.lstrip(_STRIPPED))
    end = len(text.rstrip(_STRIPPED))
    while at < end:
        token = _TOKEN.match(text, at, end)
        kind, after = (token.lastgroup or "", token.end()) if token else ("", end)
        state.take(kind, at, after)
        at = after
    return state


@dataclass(slots=True)
class _Row:
    """A conjunction or disjunction that can still grow, so that a long one stays flat."""

    kind: type[And] | type[Or]
    parts: list[Node]


def _node(operand: Node | _Row) -> Node:
    return operand.kind(tuple(operand.parts)) if isinstance(operand, _Row) else operand


def parse_twibooru(text: str, reader: Reader = ANONYMOUS) -> Node:
    """Return the tree that Twibooru reads in `text`; raises `QueryError`."""
    items = _postfix(text)
    operands: list[Node | _Row] = []
    for index, item in enumerate(items):
        if item.kind == "not":
            continue
        operand = (
            _leaf(text, item, reader) if item.kind == "term" else _joined(text, item, operands)
        )
        # Sic: however many negations follow, they count as one.
        negated = index + 1 < len(items) and items[index + 1].kind == "not"
        operands.append(Not(_node(operand)) if negated else operand)
    if len(operands) > 1:
        raise _unjoined(text, items)
    return _node(operands[0]) if operands else NOTHING


def _leaf(text: str, item: _Item, reader: Reader) -> Node:
    try:
        return read_term(item.text, reader)
    except TermError as error:
        raise mistake(
            text, item.start, item.end, error.reason, hint=error.hint, server=error.server
        ) from None


def _joined(text: str, item: _Item, operands: list[Node | _Row]) -> _Row:
    if len(operands) <= 1:
        raise mistake(
            text, item.start, item.end,
            _("a term is missing beside “{token}”").format(token=item.text),
            hint=_("Write a tag on both sides of it."),
            server="Missing operand.",
        )  # fmt: skip
    right = _node(operands.pop())
    left = operands.pop()
    kind = And if item.kind == "and" else Or
    if isinstance(left, _Row) and left.kind is kind:
        left.parts.append(right)
        return left
    return _Row(kind, [_node(left), right])


def _unjoined(text: str, items: list[_Item]) -> QueryError:
    terms = [item for item in items if item.kind == "term"]
    return mistake(
        text, terms[-1].start, terms[-1].end,
        _("nothing joins “{token}” to what stands before it").format(token=terms[-1].text[:40]),
        hint=_("Put a comma or OR between them, or the whole tag in quotes."),
        server="Missing operator.",
    )  # fmt: skip

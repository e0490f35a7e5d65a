"""Splits a query into tokens as Philomena's server does (reference: boards, 2.1).

One pass from left to right: a bracket that turned out not to belong to a term is remembered, so
that no character is looked at more than a few times, however deep the brackets.
"""

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

TokenKind: TypeAlias = Literal["and", "or", "not", "(", ")", "boost", "term"]

SPACES = " \t\n\r\v\f"
_SPACE_RUN = re.compile(r"[ \t\n\r\v\f]+")
_OPERATOR = re.compile(r"(?:(AND|&&)|(OR|\|\|))[ \t\n\r\v\f]+")
_NOT = re.compile(r"NOT[ \t\n\r\v\f]+")
_BOOST = re.compile(r"\^([-+]?[0-9]+(?:\.[0-9]+)?)")
_QUOTED = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.DOTALL)
_IN_QUOTES = re.compile(r"\\(.)", re.DOTALL)
_PLAIN = re.compile(r"[^\\(),^ \t\n\r\v\f]+")


@dataclass(frozen=True, slots=True)
class Token:
    """One token; `value` is what the server prints of it, `start` and `end` its characters."""

    kind: TokenKind
    value: str
    start: int
    end: int


def lex(text: str) -> list[Token]:
    """Return the tokens of `text`; no text is wrong to the lexer."""
    tokens: list[Token] = []
    not_in_terms: set[int] = set()
    at = 0
    while at < len(text):
        token = _operator(text, at)
        if token is None:
            space = _SPACE_RUN.match(text, at)
            if space is not None:
                at = space.end()
                continue
            token = _quoted(text, at)
        if token is None:
            end = _end_of_text(text, at, not_in_terms)
            token = Token("term", text[at:end], at, end)
        tokens.append(token)
        at = token.end
    return tokens


def _operator(text: str, at: int) -> Token | None:
    match text[at]:
        case ",":
            return Token("and", ",", at, at + 1)
        case "!" | "-" as sign:
            return Token("not", sign, at, at + 1)
        case "(":
            return Token("(", "(", at, at + 1)
        case ")":
            return Token(")", ")", at, at + 1)
        case "N":
            found = _NOT.match(text, at)
            return Token("not", "NOT", at, found.end()) if found else None
        case "^":
            found = _BOOST.match(text, at)
            return Token("boost", _weight(found[1]), at, found.end()) if found else None
        case " " | "\t" | "\n" | "\r" | "\v" | "\f":
            return _spaced_operator(text, at)
    return None


def _weight(said: str) -> str:
    """Return a number as the server prints it: without a plus sign and idle zeros."""
    whole, dot, fraction = said.lstrip("+-").partition(".")
    whole = whole.lstrip("0") or "0"
    fraction = (fraction.rstrip("0") or "0") if dot else ""
    sign = "-" if said[0] == "-" and (dot or whole != "0") else ""
    return f"{sign}{whole}{dot}{fraction}"


def _spaced_operator(text: str, at: int) -> Token | None:
    space = _SPACE_RUN.match(text, at)
    found = _OPERATOR.match(text, space.end()) if space else None
    if found is None:
        return None
    return Token("and" if found[1] else "or", found[1] or found[2], found.start(), found.end())


def _quoted(text: str, at: int) -> Token | None:
    # The look ahead keeps a row of lonely quotes from being searched to the end each.
    if text[at] != '"' or text.find('"', at + 1) < 0:
        return None
    found = _QUOTED.match(text, at)
    if found is None:
        return None
    # Only these two are unescaped here; the rest is left for the term to make sense of.
    value = _IN_QUOTES.sub(lambda pair: pair[1] if pair[1] in '"\\' else pair[0], found[1])
    return Token("term", value, at, found.end())


def _end_of_text(text: str, at: int, not_in_terms: set[int]) -> int:
    """Return where the unquoted term that begins at `at` ends."""
    open_brackets: list[int] = []
    while at < len(text):
        character = text[at]
        if character == "(" and at not in not_in_terms:
            open_brackets.append(at)
            after = at + 1
        elif character == ")" and open_brackets and open_brackets[-1] < at - 1:
            # A term holds no empty brackets.
            open_brackets.pop()
            after = at + 1
        else:
            after = _after(text, at)
        if after == at:
            break
        at = after
    if open_brackets:
        not_in_terms.update(open_brackets)
        return open_brackets[0]
    return at


def _after(text: str, at: int) -> int:
    """Return where what stands there in a term ends: at once, if it is not part of the term."""
    plain = _PLAIN.match(text, at)
    if plain is not None:
        return plain.end()
    match text[at]:
        case "\\":
            return min(at + 2, len(text))
        case "^":
            return at if _BOOST.match(text, at) else at + 1
        case "(" | ")" | ",":
            return at
    space = _SPACE_RUN.match(text, at)
    after = space.end() if space else at
    if text.startswith(")", after) or _BOOST.match(text, after) or _OPERATOR.match(text, after):
        return at
    return after

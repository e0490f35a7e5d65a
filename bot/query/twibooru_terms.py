"""Turns the text of one term into a leaf, as Twibooru's query gem does (reference: boards, 2.9)."""

import re
from dataclasses import dataclass

from bot.query.dates import DateError, parse_loose
from bot.query.fields import RANGED, TWIBOORU, Kind, Reader
from bot.query.literals import distance, lower
from bot.query.terms import TermError, bounded, read_gallery, read_my
from bot.query.tree import (
    EVERYTHING,
    TAGS,
    Everything,
    Fuzzy,
    Leaf,
    Phrase,
    Range,
    Span,
    Special,
    Term,
    Wild,
)
from bot.texts import _

#: Longer numbers are refused: they are slow to read.
_DIGITS = 300
#: Fuzziness wherever it stands, a weight at the end alone.
_FUZZ_OR_WEIGHT = re.compile(r"~([0-9]+(?:\.[0-9]+)?|\.[0-9]+)|\^[-+]?[0-9]+(?:\.[0-9]+)?\Z")
#: The gem takes them out until none is left; nobody writes so many, and the time stays linear.
_ROUNDS = 16
_SPACES = " \t\n\r\v\f"
_COLON = re.compile(r"(?<=[^\\]):")
_RANGE = re.compile(r"(.*)\.([gl]te?|eq)", re.DOTALL)
_WILD = re.compile(r"(?:\A|[^\\])[*?]", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPE_IN_WILD = re.compile(r"\\([^*?])", re.DOTALL)
_QUOTE_INSIDE = re.compile(r'(?:\A|[^\\])"', re.DOTALL)
_OCTAL = re.compile(r"[-+]?0[0-7_]*")


@dataclass(frozen=True, slots=True)
class _Said:
    """A term without its fuzziness and weight."""

    text: str
    quoted: bool
    fuzz: str | None


def read_term(text: str, reader: Reader) -> Leaf | Everything:
    """Return the leaf that a term's text means; raises `TermError`."""
    said = _said(text)
    colon = _COLON.search(said.text)
    if colon is None:
        return _text(said, TAGS, lower(said.text))
    name, value = lower(said.text[: colon.start()]), said.text[colon.end() :]
    ranged = _RANGE.fullmatch(name)
    if ranged is not None and TWIBOORU.get(ranged[1]) in RANGED:
        return _ordered(ranged[1], TWIBOORU[ranged[1]], ranged[2], value, said.fuzz)
    kind = TWIBOORU.get(name)
    if kind is None:
        return _text(said, TAGS, lower(f"{name}:{value}"))
    if kind in RANGED:
        return _ordered(name, kind, "", value, said.fuzz)
    if kind == "custom":
        value = value.strip()
        if name == "gallery_id":
            return Special(name, read_gallery(value))
        return Special(name, read_my(value, reader))
    return _text(said, name, lower(value))


def _said(text: str) -> _Said:
    fuzz = None
    # Taking one out can leave another, such as a weight before a fuzziness.
    for _round in range(_ROUNDS):
        found = [piece[1] for piece in _FUZZ_OR_WEIGHT.finditer(text)]
        if not found:
            break
        fuzz = next((said for said in reversed(found) if said), fuzz)
        text = _FUZZ_OR_WEIGHT.sub("", text)
    quoted = (
        len(text) > len('""')
        and text[0] == text[-1] == '"'
        and _QUOTE_INSIDE.search(text[1:-1]) is None
    )
    return _Said(text[1:-1] if quoted else text, quoted, fuzz)


def _text(said: _Said, field: str, value: str) -> Leaf | Everything:
    described = field == "description"
    if said.fuzz is None and not said.quoted and _WILD.search(value):
        pattern = _ESCAPE_IN_WILD.sub(r"\1", value)
        return EVERYTHING if pattern == "*" else Wild(field, pattern)
    if described and said.fuzz is None:
        return Phrase(field, value)
    plain = value.replace('\\"', '"') if said.quoted else _ESCAPE.sub(r"\1", value)
    if described:
        return Phrase(field, plain)
    return Term(field, plain) if said.fuzz is None else Fuzzy(field, plain, distance(said.fuzz))


def _ordered(field: str, kind: Kind, operator: str, value: str, fuzz: str | None) -> Range | Span:
    """Return the range of numbers or dates; no operator at all lets fuzziness widen a number."""
    if kind == "date":
        return _span(field, operator, value)
    number = _whole(field, value) if kind == "int" else _real(field, value)
    if fuzz is not None and operator == "eq":
        # Sic: the gem takes the number for a text here, and fails.
        raise _no_number(field, kind, value)
    if fuzz is not None and not operator:
        spread = float(fuzz)
        low, high = number - spread, number + spread
        if kind == "int" and spread.is_integer():
            low, high = int(low), int(high)
        return Range(field, low, high)
    return bounded(field, operator, number)


def _whole(field: str, value: str) -> int:
    text = value.strip(_SPACES)
    if text.isascii() and len(text) <= _DIGITS:
        try:
            return int(text, 8 if _OCTAL.fullmatch(text) else 0)
        except ValueError:
            pass
    raise _no_number(field, "int", value)


_REAL = re.compile(r"[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?")


def _real(field: str, value: str) -> float:
    text = value.strip(_SPACES)
    if _REAL.fullmatch(text):
        try:
            return float(text)
        except ValueError:
            pass
    raise _no_number(field, "float", value)


def _no_number(field: str, kind: Kind, value: str) -> TermError:
    if kind == "int":
        what, example = _("a whole number"), "100"
        server = f'Values of "{field}" field must be decimal integers; "{value}" is invalid.'
    else:
        what, example = _("a number"), "1.5"
        server = f'Values of "{field}" field must be decimals.'
    return TermError(
        _("the field {field} wants {what}").format(field=field, what=what),
        hint=_("For example {field}:{example}").format(field=field, example=example),
        server=server,
    )


def _span(field: str, operator: str, value: str) -> Span:
    try:
        lower, upper = parse_loose(value)
    except DateError:
        server = f'Value "{value}" is not recognized as a valid ISO 8601 date/time.'
        if not value:
            server = f'Field "{field}" missing date/time value.'
        raise TermError(
            _("the field {field} wants a date").format(field=field),
            hint=_("For example {field}:2024-05, or {field}.gte:3 days ago").format(field=field),
            server=server,
        ) from None
    match operator:
        case "gt":
            return Span(field, low=upper)
        case "gte":
            return Span(field, low=lower)
        case "lt":
            return Span(field, high=lower, high_open=True)
        case "lte":
            return Span(field, high=upper, high_open=True)
    return Span(field, lower, upper, high_open=True)

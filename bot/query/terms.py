"""Turns the text of one term into a leaf, as Philomena's server does (reference: boards, 2.3)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import IPv6Address

from bot.posts.tags import clean_tag_name
from bot.query.dates import DateError, parse_strict
from bot.query.fields import CASE_KEPT, MY_VALUES, Kind, Reader, split_field
from bot.query.literals import distance, lower, read_literal, trim
from bot.query.tree import (
    EVERYTHING,
    TAGS,
    Everything,
    Flag,
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

#: More digits than these are beyond every bound, and slow to read.
_INT_DIGITS, _NUMBER_DIGITS = 10, 300
_INT_MIN, INT_MAX = -2_147_483_648, 2_147_483_647
_INT = re.compile(r"([-+]?[0-9]+)(?:~([0-9]+))?")
_NUMERIC = re.compile(r"[0-9]+")
_FLOAT = re.compile(r"([-+]?[0-9]+(?:\.[0-9]+)?)(?:~([0-9]+(?:\.[0-9]+)?))?")
_SIGNED = re.compile(r"[-+]?[0-9]+")
_OCTET = r"(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}(?:/(?:3[0-2]|[12]?[0-9]))?")
_IPV6 = re.compile(r"([0-9a-fA-F:.]+)(?:/(?:12[0-8]|1[01][0-9]|[1-9]?[0-9]))?")


class TermError(ValueError):
    """A term with a field whose value cannot be read: what people and what servers are told."""

    def __init__(self, reason: str, *, hint: str = "", server: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint
        self.server = server


@dataclass(frozen=True, slots=True)
class Value:
    """The value of a term whose field is known."""

    field: str
    operator: str
    text: str
    reader: Reader
    #: The ids that the whole query names after `filter_id:`, without a space.
    filters: frozenset[int]


def read_term(text: str, reader: Reader, filters: frozenset[int]) -> Leaf | Everything:
    """Return the leaf that a term's text means; raises `TermError`."""
    split = split_field(text)
    kind = reader.fields("philomena").get(split[0]) if split else None
    if split is None or kind is None:
        return _literal(TAGS, text)
    name, operator, value = split
    return _READ[kind](Value(name, operator, trim(value), reader, filters))


def _literal(field: str, text: str) -> Leaf | Everything:
    read = read_literal(text)
    if read.wild and read.text == "*":
        return EVERYTHING
    if field == TAGS:
        value = clean_tag_name(read.text)
    else:
        value = trim(read.text)
        value = value if field in CASE_KEPT else lower(value)
    if read.wild:
        return Wild(field, value)
    return Term(field, value) if read.fuzz is None else Fuzzy(field, value, distance(read.fuzz))


def _read_literal(value: Value) -> Leaf | Everything:
    _refuse_range(value)
    return _literal(value.field, value.text)


def _read_text(value: Value) -> Leaf | Everything:
    _refuse_range(value)
    read = read_literal(value.text)
    if read.wild:
        return EVERYTHING if read.text == "*" else Wild(value.field, lower(trim(read.text)))
    return Phrase(value.field, lower(trim(read.text)))


def _refuse_range(value: Value) -> None:
    if value.operator != "eq":
        raise TermError(
            _("the field {field} has no order, so it takes no .{operator}").format(
                field=value.field, operator=value.operator
            ),
            hint=_("Write {field}: with the value alone.").format(field=value.field),
            server=f"range specified for {value.field}",
        )


def _wrong(value: Value, what: str, example: str, server: str, rest: str) -> TermError:
    return TermError(
        _("the field {field} wants {what}").format(field=value.field, what=what),
        hint=_("For example {field}:{example}").format(field=value.field, example=example),
        server=f"expected {server}, starting at: {rest}",
    )


def _bounds(value: Value, number: float, spread: float | None) -> Range:
    if spread is not None:
        if value.operator != "eq":
            raise TermError(
                _("the field {field} has both .{operator} and ~").format(
                    field=value.field, operator=value.operator
                ),
                hint=_("Use either one: a bound, or a value with ~ and how far off it may be."),
                server=f"multiple ranges specified for {value.field}",
            )
        return Range(value.field, number - spread, number + spread)
    return bounded(value.field, value.operator, number)


def bounded(field: str, operator: str, number: float) -> Range:
    """Return the range that `field.operator:number` means."""
    match operator:
        case "gt" | "gte":
            return Range(field, low=number, low_open=operator == "gt")
        case "lt" | "lte":
            return Range(field, high=number, high_open=operator == "lt")
    return Range(field, number, number)


def _clamped(digits: str) -> int:
    sign, digits = (-1, digits[1:]) if digits[0] == "-" else (1, digits.lstrip("+"))
    digits = digits.lstrip("0") or "0"
    number = int(digits) if len(digits) <= _INT_DIGITS else 10**_INT_DIGITS
    return max(_INT_MIN, min(INT_MAX, sign * number))


def _in_32_bits(bound: float | None) -> float | None:
    return None if bound is None else max(_INT_MIN, min(INT_MAX, bound))


def _read_int(value: Value) -> Range:
    found = _INT.match(value.text)
    rest = value.text[found.end() :] if found else value.text
    if found is None or rest:
        raise _wrong(value, _("a whole number"), "100", "a signed integer, like `3' or `-10'", rest)
    spread = min(int(found[2][:_NUMBER_DIGITS]), 2**40) if found[2] else None
    wanted = _bounds(value, _clamped(found[1]), spread)
    return replace(wanted, low=_in_32_bits(wanted.low), high=_in_32_bits(wanted.high))


def _read_numeric(value: Value) -> Range:
    found = _NUMERIC.match(value.text)
    rest = value.text[found.end() :] if found else value.text
    if found is None or rest:
        raise _wrong(value, _("a number"), "10", "a numeric value, like `3' or `10'", rest)
    _refuse_range(value)
    number = _clamped(found[0])
    return Range(value.field, number, number)


def _number(text: str) -> float:
    return float(text) if "." in text or len(text) > _NUMBER_DIGITS else int(text)


def _read_float(value: Value) -> Range:
    found = _FLOAT.match(value.text)
    rest = value.text[found.end() :] if found else value.text
    if found is None or rest:
        raise _wrong(value, _("a number"), "1.5", "a real number, like `2.7182818' or `-10'", rest)
    return _bounds(value, _number(found[1]), _number(found[2]) if found[2] else None)


def _read_date(value: Value) -> Span:
    try:
        lower_bound, upper_bound = parse_strict(value.text)
    except DateError as error:
        raise TermError(
            _("the field {field} wants a date").format(field=value.field),
            hint=_("For example {field}:2024-05, or {field}.gte:3 days ago").format(
                field=value.field
            ),
            server=str(error),
        ) from None
    match value.operator:
        case "gt" | "lte":
            # Sic: the server compares with the end of the period (reference: boards, 2.7).
            if value.operator == "gt":
                return Span(value.field, low=upper_bound, low_open=True)
            return Span(value.field, high=upper_bound)
        case "gte":
            return Span(value.field, low=lower_bound)
        case "lt":
            return Span(value.field, high=lower_bound, high_open=True)
    return Span(value.field, lower_bound, upper_bound, high_open=True)


def _read_bool(value: Value) -> Flag:
    for word in ("true", "false"):
        if value.text.startswith(word):
            rest = value.text[len(word) :]
            break
    else:
        rest = value.text
    if value.text not in {"true", "false"}:
        raise _wrong(value, _("true or false"), "true", "a boolean, like `true' or `false'", rest)
    _refuse_range(value)
    return Flag(value.field, value.text == "true")


def _is_address(text: str) -> bool:
    sixth = _IPV6.fullmatch(text)
    if sixth is None or ":" not in sixth[1]:
        return _IPV4.fullmatch(text) is not None
    try:
        IPv6Address(sixth[1])
    except ValueError:
        return False
    return True


def _read_address(value: Value) -> Special:
    if not _is_address(value.text):
        what = "a valid IPv4 or IPv6 address and optional CIDR prefix"
        raise _wrong(value, _("an internet address"), "127.0.0.1", what, value.text)
    _refuse_range(value)
    return Special(value.field, value.text)


def _read_custom(value: Value) -> Special:
    _refuse_range(value)
    match value.field:
        case "gallery_id":
            return Special(value.field, read_gallery(value.text))
        case "filter_id":
            return Special(value.field, _filter_id(value))
    return Special(value.field, read_my(value.text, value.reader))


def read_gallery(text: str) -> str:
    """Return a gallery's number, written plainly; raises `TermError`."""
    if not _SIGNED.fullmatch(text) or (text[0] == "-" and text.strip("-0")):
        raise TermError(
            _("a gallery is named by its number"),
            hint=_("It is in the gallery's address."),
            server=f"Invalid gallery `{text}'.",
        )
    return text.lstrip("+-0") or "0"


def _filter_id(value: Value) -> str:
    if value.reader.inside == "filter":
        raise TermError(
            _("a filter cannot refer to a filter"),
            server="Filter queries inside filters are not allowed.",
        )
    text = value.text
    # Sic: the server looks for the numbers in the whole text before it reads it, and finds none
    # behind a space or a sign.
    number = int(text) if _SIGNED.fullmatch(text) and len(text) <= _NUMBER_DIGITS else -1
    known = value.reader.filters
    if number not in value.filters or (known is not None and number not in known):
        raise TermError(
            _("there is no filter {text} to be seen").format(text=text[:20]),
            hint=_("A filter is named by its number, right after the colon."),
            server=f"Invalid filter `{text}`.",
        )
    return str(number)


def read_my(text: str, reader: Reader) -> str:
    """Return which of one's own posts are meant; raises `TermError`."""
    if not reader.user:
        raise TermError(
            _("only a member of the site who is logged in can ask for my:"),
            hint=_("Leave this term out."),
            server="You must be logged in to use `my' queries.",
        )
    if text not in MY_VALUES:
        raise TermError(
            _("there is no such list of one's own"),
            hint=_("It is one of {names}.").format(names=", ".join(sorted(MY_VALUES))),
            server="Unknown `my' value.",
        )
    if text == "watched" and reader.inside == "watchlist":
        raise TermError(
            _("a watch list cannot refer to itself"),
            server="Recursive watchlists are not allowed.",
        )
    return text


_READ: dict[Kind, Callable[[Value], Leaf | Everything]] = {
    "int": _read_int,
    "numeric": _read_numeric,
    "float": _read_float,
    "date": _read_date,
    "literal": _read_literal,
    "bool": _read_bool,
    "text": _read_text,
    "custom": _read_custom,
    "ip": _read_address,
}

"""Reads the text of a term: escapes, wildcards, fuzziness (reference: boards, 2.4)."""

import re
from dataclasses import dataclass

#: What Unicode calls white space, which is what the server trims.
_TRIMMED = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
_FUZZ = re.compile(r"~([0-9]+(?:\.[0-9]+)?)\Z")
_PIECE = re.compile(r"\\(.)|([*?])", re.DOTALL)
_WILD_PIECE = re.compile(r"\\(.)|\*+", re.DOTALL)


def trim(text: str) -> str:
    """Return `text` without the white space at its ends, as the server trims."""
    return text.strip(_TRIMMED)


def lower(text: str) -> str:
    """Return `text` in lower case as the server does it: each character by itself."""
    return "".join(map(str.lower, text)) if "\u03a3" in text else text.lower()


@dataclass(frozen=True, slots=True)
class Literal:
    """A term's text, read: `wild` says that `text` is a pattern, `fuzz` the fuzziness as said."""

    text: str
    wild: bool = False
    fuzz: str | None = None


def read_literal(value: str) -> Literal:
    """Read the value of a term that is text: every value can be read."""
    fuzz = _fuzz(value)
    body = value if fuzz is None else value[: fuzz.start()]
    if any(piece[2] for piece in _PIECE.finditer(body)):
        pattern = _WILD_PIECE.sub(lambda piece: piece[1] or "*", body)
        return Literal(pattern, wild=True)
    text = _PIECE.sub(lambda piece: piece[1], body)
    return Literal(text, fuzz=None if fuzz is None else fuzz[1])


def _fuzz(value: str) -> re.Match[str] | None:
    at = value.rfind("~")
    found = _FUZZ.match(value, at) if at >= 0 else None
    if found is None:
        return None
    backslashes = at - len(value[:at].rstrip("\\"))
    return None if backslashes % 2 else found


def distance(fuzz: str) -> int:
    """Return the edits that a fuzziness allows: 0, 1 or 2 (reference: boards, 0.2)."""
    whole = fuzz.partition(".")[0].lstrip("0")
    return {"": 0, "1": 1}.get(whole, 2)

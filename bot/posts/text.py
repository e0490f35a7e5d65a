"""Text that strangers wrote, made harmless for Discord (reference: safety, 4)."""

import re
import unicodedata
from collections.abc import Iterator

#: What is longer is cut before anything else, so that no text costs more than a moment.
_LONGEST = 65_536
_MARKS_IN_A_ROW = 4
_ELLIPSIS = "\u2026"

_DROPPED = frozenset({"Cc", "Cf", "Co"})
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0\u2800")
_SURROGATE = re.compile("[\ud800-\udfff]")
#: Characters that are none, and those not yet given out that no eye is to see (Unicode, Default
#: Ignorable): their category tells neither from a letter that is merely newer than this Python.
NO_CHARACTER = re.compile(
    "[\ufdd0-\ufdef\u2065\ufff0-\ufff8\U000e0000-\U000e0fff"
    + "".join(f"{chr(p * 0x10000 + 0xFFFE)}-{chr(p * 0x10000 + 0xFFFF)}" for p in range(17))
    + "]"
)
#: Most texts are plain letters, for which two substitutions do what takes a loop for the others.
_ASCII_DROPPED = re.compile(r"[\x00-\x08\x0e-\x1b\x7f]")
_ASCII_SPACES = re.compile(r"\s+")
_EVERYBODY = re.compile("@(?=everyone|here)", re.IGNORECASE)
_MARKUP = frozenset("\\*_~`|<>#[]():@/")
_LIST_MARKERS = frozenset("-+")


def utf16_len(text: str) -> int:
    """Return the length of `text` in UTF-16 units, the strictest way that Discord may count."""
    if text.isascii():
        return len(text)
    return len(text) + sum(character > "\uffff" for character in text)


def plain_text(text: str, limit: int) -> str:
    """Return `text` on one line and without tricks, for places that show no markup.

    Footers, author names, button labels, alternative texts. At most `limit` UTF-16 units; may
    be empty, which Discord refuses in names and values of fields.
    """
    return _cut(list(_clusters(_cleaned(text))), limit)


def safe_text(text: str, limit: int) -> str:
    """Return `text` on one line, with every markup starter escaped, for places with markup.

    Links, mentions, commands, timestamps, emojis and list markers come out as dead text. At
    most `limit` UTF-16 units, backslashes included, cut between whole characters.
    """
    pieces = []
    numbered = True
    for position, cluster in enumerate(_clusters(_cleaned(text))):
        escape = (
            cluster[0] in _MARKUP
            or (position == 0 and cluster[0] in _LIST_MARKERS)
            or (cluster[0] == "." and numbered and position > 0)
        )
        numbered = numbered and cluster[0].isdecimal()
        pieces.append("\\" + cluster if escape else cluster)
    return _cut(pieces, limit)


def inline_code(text: str, limit: int) -> str:
    """Return `text` as inline code, backticks included in `limit`; empty where nothing is left."""
    inner = plain_text(text.replace("`", "'"), limit - 2)
    return f"`{inner}`" if inner else ""


def masked_link(label: str, url: str, limit: int = 4096) -> str:
    """Return a link to a gated `url`, its label made safe; the label yields where space is short.

    Empty where the URL alone does not fit `limit`.
    """
    target = url.replace("(", "%28").replace(")", "%29")
    room = limit - utf16_len(target) - len("[]()")
    text = safe_text(label, room)
    return f"[{text}]({target})" if text else ""


def _cleaned(text: str) -> str:
    if text.isascii():
        text = _ASCII_SPACES.sub(" ", _ASCII_DROPPED.sub("", text[:_LONGEST]))
        return _EVERYBODY.sub("\uff20", text.strip(" "))
    text = NO_CHARACTER.sub("", _SURROGATE.sub("\ufffd", text[:_LONGEST]))
    text = unicodedata.normalize("NFC", text)
    kept: list[str] = []
    marks = 0
    for character in text:
        category = unicodedata.category(character)
        if character.isspace() or category in {"Zl", "Zp", "Zs"}:
            character = " "  # noqa: PLW2901
        elif category in _DROPPED or character in _FILLERS:
            continue
        marks = marks + 1 if category[0] == "M" else 0
        if marks <= _MARKS_IN_A_ROW and not (character == " " and kept and kept[-1] == " "):
            kept.append(character)
    return _EVERYBODY.sub("\uff20", "".join(kept).strip(" "))


def _clusters(text: str) -> Iterator[str]:
    """Split cleaned text where it may be cut: marks, skin tones and flags stay whole."""
    if text.isascii():
        yield from text
        return
    cluster = ""
    for character in text:
        if cluster and (_extends(character) or (_is_flag(character) and _is_half_flag(cluster))):
            cluster += character
            continue
        if cluster:
            yield cluster
        cluster = character
    if cluster:
        yield cluster


def _extends(character: str) -> bool:
    return unicodedata.category(character)[0] == "M" or "\U0001f3fb" <= character <= "\U0001f3ff"


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _is_half_flag(cluster: str) -> bool:
    return len(cluster) == 1 and _is_flag(cluster)


def _cut(pieces: list[str], limit: int) -> str:
    whole = "".join(pieces)
    if utf16_len(whole) <= limit:
        return whole
    used = count = 0
    while used <= limit:
        used += utf16_len(pieces[count])
        count += 1
    return _shortened(pieces[: count - 1], limit - 1)


def _shortened(pieces: list[str], room: int) -> str:
    if room < 0:
        return ""
    while utf16_len("".join(pieces)) > room or (pieces and pieces[-1] == " "):
        pieces.pop()
    return "".join(pieces) + _ELLIPSIS

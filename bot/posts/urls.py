"""The gate before every URL field that Discord reads (reference: safety, 4)."""

import re
import unicodedata
from functools import lru_cache
from urllib.parse import unquote

import idna

from bot.posts.rating import fold

#: Discord refuses a longer one, and with it the whole message.
MAX_URL = 2048

_PARTS = re.compile(r"(https?)://([^/?#\\]*)(/[^?#]*)?(\?[^#]*)?(#.*)?", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AUTHORITY = re.compile(r"([^:@\[\]%]+)(?::([0-9]*))?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HEX_PAIR = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?#%]")
_ESCAPES = re.compile("(?:%[0-9A-Fa-f]{2})+")
#: Letters with their marks, without those that pass for plain ones.
_LATIN = re.compile("[A-Za-z\u00c0-\u0130\u0132-\u0137\u0139-\u017e]+")
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_DEFAULT_PORTS = {"https": ("", "443"), "http": ("", "80")}


def gate(url: str) -> str | None:
    """Return `url` in the form that any Discord URL field takes, or `None` where it has none.

    https only; a dotted host that is no address, in punycode; no userinfo; default port;
    percent-encoded; no control characters; at most 2048 characters. What is refused is shown
    as text instead.
    """
    return _gated(url, ("https",))


def upgrade(url: str) -> str | None:
    """Return the https form of an http or https `url`, same host and path (rule L3)."""
    return _gated(url, ("https", "http"))


def is_plain_http(url: str) -> bool:
    """Tell whether `url` asks for http, so that its original is shown beside the link (L3)."""
    return url.strip()[:7].lower() == "http://"


def host_of(gated: str) -> str:
    """Return the host of a URL that came out of the gate."""
    return gated.removeprefix("https://").partition("/")[0].partition("?")[0].partition("#")[0]


def path_of(gated: str) -> str:
    """Return the path of a URL that came out of the gate, empty where it has none."""
    bare = gated.partition("#")[0].partition("?")[0]
    return bare.removeprefix("https://" + host_of(gated))


def readable(gated: str) -> str:
    """Return a URL that came out of the gate as a label: no scheme, letters instead of codes.

    A part stays encoded where its letters are of several scripts, all pass for Latin ones, or
    run from right to left: it could be taken for another address.
    """
    host = host_of(gated)
    rest = gated.removeprefix("https://" + host)
    shown = ".".join(map(_readable_label, host.split(".")))
    return (shown + _ESCAPES.sub(lambda found: _readable_escape(found[0]), rest)).removesuffix("/")


def _readable_label(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        text = idna.decode(label)
    except (idna.IDNAError, UnicodeError):
        return label
    return text if _is_plain_script(text) else label


def _readable_escape(codes: str) -> str:
    try:
        text = unquote(codes, errors="strict")
    except UnicodeDecodeError:
        return codes
    return text if text.isalpha() and not text.isascii() and _is_plain_script(text) else codes


def _is_plain_script(text: str) -> bool:
    letters = [letter for letter in text if not (letter.isascii() and not letter.isalpha())]
    scripts = {unicodedata.name(letter, "?").partition(" ")[0] for letter in letters}
    if len(scripts) != 1 or any(unicodedata.bidirectional(one) in _RIGHT_TO_LEFT for one in text):
        return False
    if scripts == {"LATIN"}:
        return _LATIN.fullmatch("".join(letters)) is not None
    return not fold("".join(letters)).isascii()


def _gated(url: str, schemes: tuple[str, ...]) -> str | None:
    url = url.strip(" ")
    parts = None if _CONTROL.search(url) else _PARTS.fullmatch(url)
    if parts is None or (scheme := parts[1].lower()) not in schemes:
        return None
    authority = _AUTHORITY.fullmatch(parts[2])
    if authority is None or (authority[2] or "") not in _DEFAULT_PORTS[scheme]:
        return None
    host = _host(authority[1]) if len(authority[1]) < MAX_URL else None
    if host is None:
        return None
    rest = (parts[3] or "") + (parts[4] or "")
    # A fragment keeps one `#`: a second one is no URL by the standard.
    fragment = "#" + parts[5][1:].replace("#", "%23") if parts[5] else ""
    gated = f"https://{host}{_encoded(rest)}{_encoded(fragment)}"
    return gated if len(gated) <= MAX_URL else None


@lru_cache(maxsize=1024)
def _host(text: str) -> str | None:
    try:
        host = idna.encode(text.removesuffix("."), uts46=True, std3_rules=True).decode("ascii")
    except (idna.IDNAError, UnicodeError):
        return None
    labels = host.lower().split(".")
    # A host that ends in a number is an address in one of its many spellings.
    if len(labels) < 2 or not all(labels) or _NUMBER.fullmatch(labels[-1]):  # noqa: PLR2004
        return None
    return ".".join(labels)


def _encoded(text: str) -> str:
    text = _HEX_PAIR.sub("%25", text)
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), text)

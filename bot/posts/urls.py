"""The gate before every URL field that Discord reads (reference: safety, 4)."""

import re
from functools import lru_cache

import idna

#: Discord refuses a longer one, and with it the whole message.
MAX_URL = 2048

_PARTS = re.compile(r"(https?)://([^/?#\\]*)(/[^?#]*)?(\?[^#]*)?(#.*)?", re.IGNORECASE)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_AUTHORITY = re.compile(r"([^:@\[\]%]+)(?::([0-9]*))?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_HEX_PAIR = re.compile(r"%(?![0-9A-Fa-f]{2})")
_UNSAFE = re.compile(r"[^A-Za-z0-9\-._~!$&'()*+,;=:@/?#%]")
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

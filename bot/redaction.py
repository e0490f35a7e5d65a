"""What no log line may hold, and how it is taken out (reference: safety, 6).

It works on the finished line, so that messages, values and tracebacks pass through alike. Every
pattern reads a line once from left to right: a long hostile line costs no more than its length.
"""

import json
import re
from collections.abc import Iterable
from urllib.parse import quote

MASK = "[redacted]"

_NAMES = (
    "key|api_?key|access_?key|secret|client_?secret|password|passwd|token|access_?token"
    "|refresh_?token|cf_?token|turnstile|session|signature"
)
# What stands between a name and its value: `=`, `: `, the comma of a pair, and the quotes of JSON,
# of Python, and of JSON inside JSON.
_JOINT = (
    r"""(?:[\\"']{0,4}\s{0,3}(?:[:=]|%3[Dd])\s{0,3}(?:b(?=["']))?[\\"']{0,4}"""
    r"""|[\\"']{1,4},\s{0,3}b?[\\"']{1,4})"""
)
# Where a name begins: not inside a word, unless that is the end of `%3F` or of a written `\n`.
_START = r"(?:(?<![a-z])|(?<=%[0-9a-f]{2})|(?<=\\[nrt]))"

_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(
            rf"(?i){_START}((?:proxy-)?authorization{_JOINT})(?:(?:bot|bearer|basic)\s+)?"
            r"""[^\s"',;)}>\]\\]+"""
        ),
        rf"\1{MASK}",
    ),
    (re.compile(r"(?i)(?<![a-z])((?:bearer|basic)\s+)[a-z0-9._~+/=-]{8,}"), rf"\1{MASK}"),
    (re.compile(r"(?i)((?:set-)?cookie" + _JOINT + r""")[^\s"'\\][^"'\\\r\n]*"""), rf"\1{MASK}"),
    (re.compile(r"(/(?:webhooks|interactions)/[0-9]{1,20}/)[A-Za-z0-9_.~%=-]+"), rf"\1{MASK}"),
    # The Base64 of "interaction:", with which an interaction's token begins.
    (re.compile(r"aW50ZXJhY3Rpb246[A-Za-z0-9+/=_-]+"), MASK),
    (
        re.compile(r"(?<![\w-])[A-Za-z0-9_-]{18,}\.[A-Za-z0-9_-]{5,7}\.[A-Za-z0-9_-]{25,}"),
        MASK,
    ),
    (
        re.compile(rf"(?i){_START}((?:{_NAMES}){_JOINT})" + r"""[^\s"'&,;)}>\]\\]+"""),
        rf"\1{MASK}",
    ),
)
_URL = re.compile(r"""[a-z]{2,5}://[^\s"'<>\\]+""")
_SIGNED = re.compile(
    r"(?i)[?&](?:x-amz-|x-goog-|awsaccesskeyid=|signature=|sig=|hm=|policy=|key-pair-id=)"
)
_USER = re.compile(r"(?<=://)[^/@?#]*@")
_SHORTEST_LITERAL = 6


class Redactor:
    """Takes secrets out of text: the given ones by value, others by what they look like."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        forms: set[str] = set()
        for secret in secrets:
            # A shorter one would tear ordinary words apart.
            if len(secret) >= _SHORTEST_LITERAL:
                forms |= {
                    secret,
                    json.dumps(secret)[1:-1],
                    repr(secret)[1:-1],
                    quote(secret, safe=""),
                    quote(secret),
                }
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._literals = (
            re.compile("|".join(map(re.escape, longest_first))) if longest_first else None
        )

    def __call__(self, text: str) -> str:
        """Return `text` with each secret replaced by `MASK`."""
        if self._literals:
            text = self._literals.sub(MASK, text)
        text = _URL.sub(_bare_url, text)
        for pattern, replacement in _PATTERNS:
            text = pattern.sub(replacement, text)
        return text


def _bare_url(match: re.Match[str]) -> str:
    """Cut the query off a presigned address, and the user off any address."""
    url = _USER.sub(f"{MASK}@", match[0])
    return url.partition("?")[0] + f"?{MASK}" if _SIGNED.search(url) else url

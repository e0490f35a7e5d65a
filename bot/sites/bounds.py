"""How much of an answer is taken: its size, its nesting, and that it is JSON at all."""

import re

from aiohttp import ClientResponse
from msgspec import MsgspecError, json

#: Bytes of a body, after decompression (reference: safety, 5).
MAX_BODY = 5 * 1024 * 1024
#: Levels of arrays and objects in a body (design: recipes, Decoding).
MAX_DEPTH = 64
_CHUNK = 64 * 1024

# A string that never ends runs to the end of the body, so that the scan stays linear.
_STRING = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_NO_BRACKET = bytes(set(range(256)) - set(b"[]{}"))
_ALIKE = bytes.maketrans(b"{}", b"[]")
_OPENS = ord("[")


class Unusable(Exception):
    """A body that is too big, too deep or not JSON; the text says which, in a word or two."""


async def read_bounded(response: ClientResponse, most: int = MAX_BODY) -> bytes:
    """Return the body, read as a stream and given up as soon as it is longer than `most`.

    Raises `Unusable`. A compressed body is counted as it unfolds, a chunk at a time (fault F16).
    """
    if (response.content_length or 0) > most:
        raise Unusable("size")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > most:
            raise Unusable("size")
    return bytes(body)


def parse(body: bytes) -> object:
    """Return the JSON value of `body`; raise `Unusable` for anything else (fault F17).

    NaN, a byte order mark, bad UTF-8, text after the value and numbers out of range are refused;
    of duplicate keys the last wins.
    """
    if too_deep(body):
        raise Unusable("depth")
    try:
        return json.decode(body)
    except (MsgspecError, UnicodeDecodeError, RecursionError):
        raise Unusable("JSON") from None


def too_deep(body: bytes, most: int = MAX_DEPTH) -> bool:
    """Tell whether brackets outside of strings nest deeper than `most`.

    Where they do not match, the body is no JSON, and how deep it was meant to be does not count.
    """
    brackets = _STRING.sub(b"", body).translate(_ALIKE, _NO_BRACKET)
    removed = 0
    # The innermost pairs go, one level a pass, for as long as that leaves much less to count.
    while len(shorter := brackets.replace(b"[]", b"")) * 2 < len(brackets):
        brackets = shorter
        removed += 1
    depth = 0
    for bracket in brackets:
        depth += 1 if bracket == _OPENS else -1
        if depth < 0:
            return False
        if depth > most - removed:
            return True
    return False

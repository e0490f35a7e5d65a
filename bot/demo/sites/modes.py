"""How a simulated site misbehaves on demand."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Kind: TypeAlias = Literal[
    "ok",
    "slow",
    "down_501",
    "down_500_empty",
    "500",
    "502",
    "503",
    "504",
    "401",
    "403_html",
    "403_empty",
    "404_empty",
    "429",
    "drop",
    "cut",
    "truncated",
    "html200",
    "redirect",
    "endless",
    "huge",
    "gzip_bomb",
    "deep",
    "one_byte",
    "bad_utf8",
    "bom",
    "nan",
    "duplicate_keys",
    "evil",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mode:
    """One misbehaviour, of the routes whose path begins with `path`."""

    kind: Kind = "ok"
    seconds: float = 0.0
    """`slow`: how long to wait before answering; `one_byte`: between two bytes."""
    retry_after: str | None = None
    """The `Retry-After` header of 429 and 503."""
    reset: str | None = None
    """An `X-RL-Reset` header to send with 429 instead of the true one."""
    times: int | None = None
    """After that many requests the site is well again; `None` is for good."""
    path: str = "/"
    location: str = "http://example.com/"
    """Where `redirect` points."""


OK = Mode()

"""One term of a Philomena search, written so that nothing in a text can end it.

The field stands inside the quotes, as quotes count only where a term begins, and wildcards stay
alive inside them (boards, 0.4, 2.1, 2.3, 2.4).
"""

_LIVE = "\\*?~"


def exact(field: str, text: str) -> str:
    """Return the query for the very text, for the lexer and then the literal's own escapes."""
    return _quoted(field, "".join(f"\\{c}" if c in _LIVE else c for c in text))


def like(field: str, pattern: str) -> str:
    """Return the query for a pattern, of which `*` is any text and `?` any one sign.

    Its other signs must be plain: `bot.safety.patterns` says which are.
    """
    return _quoted(field, pattern)


def _quoted(field: str, value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{field}:{escaped}"'

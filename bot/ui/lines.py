"""What answers in the bot's own words have in common: their colour, and lists that fit."""

from collections.abc import Iterable

from bot.posts.text import utf16_len
from bot.texts import _

COLOUR = 0x8A6FB3
#: What a list is kept to, in UTF-16 units, with room for how many more there are: an embed's
#: description has 4096, a message 2000, a field of an embed 1024.
LIST, CONTENT, FIELD = 3800, 1900, 950


def fitting(lines: Iterable[str], limit: int) -> str:
    """Return as many lines as fit in `limit` UTF-16 units, and how many did not."""
    lines = list(lines)
    text = ""
    for number, line in enumerate(lines):
        longer = f"{text}\n{line}" if text else line
        if utf16_len(longer) > limit:
            return f"{text}\n" + _("and {count} more").format(count=len(lines) - number)
        text = longer
    return text

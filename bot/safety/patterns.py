"""The pattern of a name that a person types, before it is sent to a site (reference: safety, 3.2).

It is no query: it becomes one term of one field, whatever stands in it.
"""

from bot.query.errors import mistake
from bot.safety import limits
from bot.texts import _

LONGEST_PATTERN = 100
#: Below that nearly everything fits.
_LETTERS = 2
_WILD = frozenset("*?")


def checked_pattern(text: str) -> str:
    """Return the pattern that `text` means; without a wildcard, names that have it in them.

    Raises `QueryError` with the place in `text` that is wrong.
    """
    limits.check_length(text, LONGEST_PATTERN)
    limits.check_signs(text)
    limits.check_wildcards(text)
    pattern = limits.composed(text).strip()
    if sum(map(str.isalnum, pattern)) < _LETTERS:
        raise mistake(
            text,
            0,
            len(text),
            _("a pattern needs {count} letters or digits at least").format(count=_LETTERS),
            hint=_("Write a part of the name, or put * where anything may stand: star*light."),
        )
    return pattern if _WILD.intersection(pattern) else f"*{pattern}*"

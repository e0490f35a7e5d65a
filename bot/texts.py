"""The one catalogue of texts that people see.

Message ids are the English texts themselves, so a missing catalogue still speaks English.
`bot/locale/` holds the template and the English catalogue; `make check` refuses a text that is
not in them.
"""

import gettext
from contextvars import ContextVar
from functools import cache
from pathlib import Path

DOMAIN = "mailmare"
LOCALE_DIR = Path(__file__).parent / "locale"

#: The language of whoever is being answered, a name of `bot/locale`.
language: ContextVar[str] = ContextVar("language", default="en")


@cache
def _catalogue(name: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, LOCALE_DIR, [name], fallback=True)


def _(message: str) -> str:
    """Return the text for `message` in the language of whoever is being answered."""
    return _catalogue(language.get()).gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the singular or plural text for `count`, its `{count}` not yet filled in."""
    return _catalogue(language.get()).ngettext(one, many, count)

"""The one catalogue of texts that people see.

Message ids are the English texts themselves, so a missing catalogue still speaks English.
`bot/locale/` holds the template, which is the English catalogue, and those of other languages;
`make check` refuses a text that is not in the template.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from pathlib import Path

DOMAIN = "mailmare"
LOCALE_DIR = Path(__file__).parent / "locale"
#: The language of the sources, which needs no catalogue.
ENGLISH = "en"

#: What whoever is being answered is spoken to in; English where nobody said otherwise.
_speaking: ContextVar[gettext.NullTranslations] = ContextVar(
    "speaking",
    default=gettext.NullTranslations(),  # noqa: B039  nothing ever changes it
)


def _(message: str) -> str:
    """Return the text for `message` in the language of whoever is being answered."""
    return _speaking.get().gettext(message)


def ngettext(one: str, many: str, count: int) -> str:
    """Return the singular or plural text for `count`, its `{count}` not yet filled in."""
    return _speaking.get().ngettext(one, many, count)


class RefusedError(Exception):
    """Something is not as somebody wished; `message` tells them why and what to do."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Languages:
    """The languages that can be spoken: English, and those with a catalogue in `folder`.

    A catalogue is `<name>/LC_MESSAGES/mailmare.mo`, its name as in `de` or `pt-BR`.
    """

    def __init__(self, folder: Path = LOCALE_DIR) -> None:
        self._folder = folder

    @cached_property
    def _catalogues(self) -> dict[str, gettext.NullTranslations]:
        found: dict[str, gettext.NullTranslations] = {ENGLISH: gettext.NullTranslations()}
        for path in sorted(self._folder.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")):
            with path.open("rb") as file:
                found[path.parent.parent.name] = gettext.GNUTranslations(file)
        return found

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all of them, English first."""
        return tuple(self._catalogues)

    def nearest(self, wished: str) -> str | None:
        """Return the language that is wished for, also without its region; `None`: not spoken."""
        for name in (wished, wished.partition("-")[0]):
            if name in self._catalogues:
                return name
        return None

    def speak(self, name: str) -> None:
        """Speak this language from now on in the present task; English if it is not spoken."""
        _speaking.set(self._catalogues[self.nearest(name) or ENGLISH])

    @contextmanager
    def speaking(self, name: str) -> Iterator[None]:
        """Speak this language inside, and what was spoken before afterwards."""
        before = _speaking.get()
        self.speak(name)
        try:
            yield
        finally:
            _speaking.set(before)

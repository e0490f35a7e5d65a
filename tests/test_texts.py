"""The texts that people see: one catalogue, complete."""

from bot.texts import _, language, ngettext
from tests.catalogue import stale


def test_english_holds_every_text_of_the_sources_and_no_other() -> None:
    assert stale() == ([], [])


def test_a_language_without_a_catalogue_speaks_english() -> None:
    token = language.set("xx")
    try:
        assert _("A text nobody has translated") == "A text nobody has translated"
        assert ngettext("{count} pony", "{count} ponies", 2) == "{count} ponies"
    finally:
        language.reset(token)

"""The texts that people see: one catalogue, complete, and languages beside it."""

from collections.abc import Mapping
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo

from bot.texts import ENGLISH, Languages, _, ngettext
from tests.catalogue import stale


def put_language(folder: Path, name: str, texts: Mapping[str | tuple[str, str], str]) -> None:
    """Make a catalogue of a language with a few texts; a plural has the same for both."""
    catalogue = Catalog(locale=name.replace("-", "_"), domain="mailmare", fuzzy=False)
    for message, text in texts.items():
        catalogue.add(message, text if isinstance(message, str) else (text, text))
    path = folder / name / "LC_MESSAGES" / "mailmare.mo"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_mo(file, catalogue)


def test_english_holds_every_text_of_the_sources_and_no_other() -> None:
    assert stale() == ([], [])


def test_a_language_that_is_not_spoken_is_answered_in_english(tmp_path: Path) -> None:
    put_language(tmp_path, "de", {"Done:": "Fertig:"})
    languages = Languages(tmp_path)
    with languages.speaking("de"), languages.speaking("xx"):
        assert _("Done:") == "Done:"
        assert ngettext("{count} pony", "{count} ponies", 2) == "{count} ponies"


def test_texts_are_in_the_language_that_is_spoken_and_english_where_they_are_missing(
    tmp_path: Path,
) -> None:
    put_language(
        tmp_path, "de", {"Done:": "Fertig:", ("{count} pony", "{count} ponies"): "{count} Ponys"}
    )
    languages = Languages(tmp_path)
    with languages.speaking("de"):
        assert _("Done:") == "Fertig:"
        assert ngettext("{count} pony", "{count} ponies", 3) == "{count} Ponys"
        assert _("A text nobody has translated") == "A text nobody has translated"
    assert _("Done:") == "Done:"


def test_only_languages_with_a_catalogue_are_there(tmp_path: Path) -> None:
    (tmp_path / "fr" / "LC_MESSAGES").mkdir(parents=True)
    put_language(tmp_path, "pt-BR", {"Done:": "Pronto:"})
    put_language(tmp_path, "de", {"Done:": "Fertig:"})
    languages = Languages(tmp_path)
    assert languages.names == (ENGLISH, "de", "pt-BR")
    assert [languages.nearest(name) for name in ("de", "de-AT", "pt-BR", "pt", "fr")] == [
        "de", "de", "pt-BR", None, None,
    ]  # fmt: skip
    assert ENGLISH in Languages().names

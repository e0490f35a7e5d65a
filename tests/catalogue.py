"""Bring the texts' catalogue up to date with the sources, or say where it is not.

`python -m tests.catalogue` rewrites it, `--check` only compares. English is the language of the
sources, so its catalogue is complete when it holds each message with itself as the text.
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from bot import PROJECT_URL, __version__

ROOT = Path(__file__).parent.parent
ENGLISH = ROOT / "bot" / "locale" / "en" / "LC_MESSAGES" / "mailmare.po"


def messages() -> Catalog:
    """Return an English catalogue of every message that the sources mark for translation."""
    catalogue = Catalog(
        locale="en",
        domain="mailmare",
        project="Mailmare",
        version=__version__,
        header_comment="# Texts of Mailmare, in English. Made by `make texts`.",
        msgid_bugs_address=PROJECT_URL,
        last_translator="the sources",
        # A date would differ at each making of the same messages.
        creation_date=datetime(2026, 11, 22, tzinfo=UTC),
        revision_date=datetime(2026, 11, 22, tzinfo=UTC),
        fuzzy=False,
    )
    for room in ("bot", "cogs"):
        found = extract_from_dir(ROOT / room, method_map=[("**.py", "python")])
        for path, line, message, comments, context in sorted(found, key=lambda row: row[:2]):
            text = message if isinstance(message, str) else tuple(message)
            place = [(f"{room}/{Path(path).as_posix()}", line)]
            catalogue.add(text, text, locations=place, auto_comments=comments, context=context)
    return catalogue


def render(catalogue: Catalog) -> bytes:
    """Return the catalogue as a .po file that is the same for the same messages."""
    out = io.BytesIO()
    # Files without lines: a line moves with every edit and says nothing to a translator.
    write_po(out, catalogue, sort_output=True, include_previous=False, include_lineno=False)
    return out.getvalue()


def stale() -> tuple[list[str], list[str]]:
    """Return the messages that the catalogue lacks, and those that no source has any more."""
    with ENGLISH.open("rb") as text:
        held = {str(message.id) for message in read_po(text) if message.id and message.string}
    wanted = {str(message.id) for message in messages() if message.id}
    return sorted(wanted - held), sorted(held - wanted)


def main(arguments: list[str]) -> int:
    """Check or rewrite the English catalogue; return the exit code."""
    if "--check" not in arguments:
        ENGLISH.parent.mkdir(parents=True, exist_ok=True)
        ENGLISH.write_bytes(render(messages()))
        return 0
    missing, unused = stale()
    for message in missing:
        print(f"not in the catalogue: {message!r}")
    for message in unused:
        print(f"in no source any more: {message!r}")
    if missing or unused:
        print("run `make texts`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

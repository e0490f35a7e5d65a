"""What the documents say, held against the program."""

import re
from pathlib import Path

from bot.exit_codes import Exit
from bot.invite import PERMISSIONS
from bot.settings_doc import readme_table

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_settings_page_is_what_the_program_prints() -> None:
    assert readme_table() in (ROOT / "docs" / "settings.md").read_text()


def test_the_readme_names_each_permission_that_the_invitation_asks_for_and_no_other() -> None:
    section = README.split("### Permissions")[1].split("###")[0]
    rows = re.findall(r"^\| ([A-Z][^|]+) \| ([^|]+) \|$", section, re.MULTILINE)
    assert rows == [(permission.name, permission.reason) for permission in PERMISSIONS]


def test_the_readme_names_each_exit_status() -> None:
    section = README.split("### Exit status")[1].split("##")[0]
    named = {int(status) for status in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)}
    assert named == {int(status) for status in Exit}


def test_links_between_the_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"

"""What is pinned, linted and shipped."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PINS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("path", PINS, ids=lambda path: path.name)
def test_every_pinned_package_has_a_hash_and_no_registry_address(path: Path) -> None:
    text = path.read_text()
    assert "://" not in text
    assert "--index" not in text
    packages = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert packages
    for package in packages:
        assert "--hash=sha256:" in package, package.splitlines()[0]


def test_the_same_package_has_the_same_version_in_every_pin_file() -> None:
    versions: dict[str, set[str]] = {}
    for path in PINS:
        for name, version in re.findall(r"^([a-z0-9._-]+)==(\S+)", path.read_text(), re.MULTILINE):
            versions.setdefault(name, set()).add(version)
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_build_pins_are_what_the_project_says_it_is_built_with() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = {re.split(r"[><=]", name)[0] for name in project["build-system"]["requires"]}
    lines = (ROOT / "requirements" / "build.in").read_text().splitlines()
    assert {line for line in lines if not line.startswith("#")} == wanted

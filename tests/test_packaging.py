"""What is pinned, linted and shipped."""

import re
import tomllib
from pathlib import Path

import pytest

from bot.settings import load

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


def test_the_compose_file_and_a_dotenv_with_a_token_go_together(tmp_path: Path) -> None:
    """Compose reads `.env` and its own `environment` on top, which must not contradict it."""
    section = (ROOT / "compose.yaml").read_text().split("    environment:\n")[1]
    own = dict(
        re.findall(r"^      ([A-Z_]+): (.*)$", section.split("    secrets:")[0], re.MULTILINE)
    )
    secret = tmp_path / "discord_token"
    secret.write_text("MTIwMDAwMDAwMDAwMDAwMDAw.GabcDE.from-the-secret-file-0123456789abcdef")
    environ = {
        "DISCORD_TOKEN": "MTIwMDAwMDAwMDAwMDAwMDAw.GabcDE.from-the-dotenv-file-0123456789abcdef",
        **{name: value.strip('"') for name, value in own.items()},
        "DISCORD_TOKEN_FILE": str(secret),
    }
    settings = load(environ, None)
    assert settings.discord_token is not None
    assert "from-the-secret-file" in settings.discord_token.reveal()
    assert settings.data_dir == Path("/data")

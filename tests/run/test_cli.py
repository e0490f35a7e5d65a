"""The command line as people and supervisors meet it: answers, exit statuses, start-up."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import bot
from bot.exit_codes import Exit
from bot.settings_doc import env_example
from tests.discord_loopback import APPLICATION_ID, TOKEN, LoopbackDiscord

Environ = Callable[..., dict[str, str]]


def mailmare(
    *arguments: str, env: dict[str, str], cwd: Path | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=env | {"PYTHONPATH": str(Path(bot.__file__).parents[1])},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_the_help_lists_every_command_and_every_exit_status(environ: Environ) -> None:
    done = mailmare("--help", env=environ(COLUMNS="300"))
    assert done.returncode == Exit.OK
    for name in ("run", "demo", "doctor", "health", "invite", "settings", "version"):
        assert f" {name} " in done.stdout
    for status in Exit:
        assert f"{int(status)} " in done.stdout


def test_a_wrong_command_line_ends_with_its_status(environ: Environ) -> None:
    assert mailmare("fly", env=environ()).returncode == Exit.USAGE
    assert mailmare("demo", "--port", "70000", env=environ()).returncode == Exit.USAGE


def test_settings_prints_the_example_file(environ: Environ) -> None:
    assert mailmare("settings", env=environ()).stdout == env_example()


def test_the_dotenv_of_the_working_directory_is_read(environ: Environ, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MAILMARE_TYPO=1\n")
    done = mailmare("health", env=environ(), cwd=tmp_path)
    assert done.returncode == Exit.CONFIGURATION
    assert done.stderr.startswith("MAILMARE_TYPO: there is no such setting.")


def test_a_port_that_is_taken_is_told_in_one_line(environ: Environ) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = mailmare("demo", "--port", str(port), env=environ())
    assert done.returncode == Exit.FAILED
    (line,) = done.stderr.splitlines()
    assert f"cannot have port {port}: Address already in use" in line
    assert "--port" in line


def test_the_doctor_answers_with_its_lines_alone(environ: Environ) -> None:
    """Nothing of the parts below it, which tell the log of each request that fails."""
    nowhere = {
        f"MAILMARE_{name}_URL": "http://127.0.0.1:9"
        for name in ("DERPIBOORU", "PONYBOORU", "TWIBOORU", "PONYAPI", "PONYAGGREGATE")
    }
    env = environ(
        MAILMARE_ALLOW_LOOPBACK_SITES="true",
        MAILMARE_DISCORD_API_URL="http://127.0.0.1:9/api/v10",
        **nowhere,
    )
    done = mailmare("doctor", env=env)
    assert done.returncode == Exit.FAILED
    assert "Derpibooru" in done.stdout
    assert done.stderr == ""


def test_health_loads_nothing_of_discord_nor_of_the_sites(environ: Environ) -> None:
    script = (
        "import runpy, sys\n"
        "sys.argv = ['bot', 'health']\n"
        "try:\n    runpy.run_module('bot', run_name='__main__')\n"
        "except SystemExit as end:\n    print(end.code)\n"
        "heavy = {'discord', 'aiohttp', 'structlog', 'simcord', 'prometheus_client'}\n"
        "print(sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env=environ(),
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    assert done.stdout.splitlines()[-2:] == ["1", "[]"]


def test_health_needs_to_write_nothing(environ: Environ, tmp_path: Path) -> None:
    done = mailmare("health", env=environ(MAILMARE_DATA_DIR=str(tmp_path / "none")))
    assert (done.returncode, done.stdout[:11]) == (Exit.FAILED, "not running")
    assert list(tmp_path.iterdir()) == []


class TestInvite:
    def test_takes_an_application_id(self, environ: Environ) -> None:
        done = mailmare("invite", "--application-id", "42", env=environ())
        assert done.returncode == Exit.OK
        assert "client_id=42&" in done.stdout
        assert "Embed Links: " in done.stderr

    def test_says_what_it_needs_where_it_has_nothing(self, environ: Environ) -> None:
        done = mailmare("invite", env=environ())
        assert done.returncode == Exit.CONFIGURATION
        assert "--application-id" in done.stderr

    @pytest.mark.parametrize("number", ["0", "-1", "99999999999999999999"])
    def test_refuses_a_number_that_is_no_id(self, environ: Environ, number: str) -> None:
        done = mailmare("invite", "--application-id", number, env=environ())
        assert (done.returncode, done.stdout) == (Exit.USAGE, "")
        assert "up to 19 digits" in done.stderr

    async def test_asks_discord_whose_token_it_is(
        self, environ: Environ, discord: LoopbackDiscord, tmp_path: Path
    ) -> None:
        env = environ(**discord.environ(tmp_path))
        done = await asyncio.to_thread(mailmare, "invite", env=env)
        assert done.returncode == Exit.OK
        assert f"client_id={APPLICATION_ID}&" in done.stdout
        assert discord.paths("GET") == ["/oauth2/applications/@me"]
        assert TOKEN not in done.stdout + done.stderr

    def test_reads_the_id_from_the_token_where_discord_is_out_of_reach(
        self, environ: Environ
    ) -> None:
        env = environ(DISCORD_TOKEN=TOKEN, MAILMARE_DISCORD_API_URL="http://127.0.0.1:9/api")
        done = mailmare("invite", env=env)
        assert done.returncode == Exit.OK
        assert f"client_id={APPLICATION_ID}&" in done.stdout
        assert "could not be reached" in done.stderr
        assert TOKEN not in done.stdout + done.stderr


def test_the_version_is_the_packages(environ: Environ) -> None:
    assert mailmare("version", env=environ()).stdout == f"{bot.__version__}\n"

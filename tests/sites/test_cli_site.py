"""`mailmare site …` asks any route that reads, and prints what it says or what is wrong."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from bot.cli_site import UsageError, read_arguments, usage
from bot.demo.sites import Mode, SimulatedSites
from bot.demo.sites.keys import BOARD_KEY
from bot.exit_codes import Exit
from bot.sites import Sort
from bot.sites.api import CLIENTS, ROUTES
from tests.sites.simulated import file, in_a_thread, lead_to, shown, world

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def simulated() -> Iterator[SimulatedSites]:
    with in_a_thread() as sites:
        yield sites


@pytest.fixture
def run(simulated: SimulatedSites, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    lead_to(simulated, tmp_path, monkeypatch)

    def invoke(*arguments: str) -> Result:
        return CliRunner().invoke(app, ["site", *arguments])

    return invoke


def test_alone_it_lists_every_site_and_every_route_that_reads(run: Run) -> None:
    found = run()
    assert found.exit_code == 0
    for name, client in CLIENTS.items():
        for route in ROUTES[name]:
            assert (route.title in found.stdout) == route.reads, route.title
            assert callable(getattr(client, route.call))
    one = run("ponyapi")
    assert "/api/v1/pony/random" in one.stdout
    assert "derpibooru" not in one.stdout


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("derpibooru", "image", str(shown().id)), str(shown().id)),
        (("derpibooru", "search", "safe", "sort=score", "per_page=2", "page=2"), "posts:"),
        (("derpibooru", "topic", "art", "sfw-artists-group-chat"), "sfw-artists-group-chat"),
        (("derpibooru", "tags-by-ids", "1,2"), ""),
        (("derpibooru", "reverse", f"url={file(shown())}", "distance=0.1"), str(shown().id)),
        (("ponybooru", "forums"), "short_name: art"),
        (("twibooru", "featured"), "page_url: https://twibooru.org/"),
        (("ponyapi", "random", "pony,safe", "no_stem=true"), "page_url: https://theponyapi.com"),
    ],
)
def test_a_route_is_printed_for_people_or_as_json(
    run: Run, arguments: tuple[str, ...], told: str
) -> None:
    plain = run(*arguments)
    assert plain.exit_code == 0, plain.output
    assert told in plain.stdout
    assert json.loads(run(*arguments, "--json").stdout) is not None


def test_a_file_is_read_and_sent(run: Run, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    picture.write_bytes(world().picture(file(shown()))[1])
    found = run("derpibooru", "reverse", f"file={picture}", "--json")
    assert shown().id in [post["id"] for post in json.loads(found.stdout)["posts"]]


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        (("nowhere",), Exit.USAGE, "derpibooru"),
        (("nowhere", "search"), Exit.USAGE, "no site"),
        (("derpibooru", "dance"), Exit.USAGE, "no route"),
        (("derpibooru", "upload", "https://a.example/1.png"), Exit.USAGE, "no route"),
        (("derpibooru", "image"), Exit.USAGE, "image_id"),
        (("derpibooru", "image", "x"), Exit.USAGE, "image_id"),
        (("derpibooru", "image", "1", "2"), Exit.USAGE, "too much"),
        (("derpibooru", "forums", "2"), Exit.USAGE, "nothing"),
        (("derpibooru", "image", "0"), Exit.USAGE, "between"),
        (("derpibooru", "reverse", "file=/no/such/file"), Exit.USAGE, "/no/such/file"),
        (("derpibooru", "user-filters"), Exit.USAGE, "key"),
        (("ponyaggregate", "users-me"), Exit.USAGE, "key"),
        (("derpibooru", "image", "9"), Exit.FAILED, "nothing like that"),
        (("derpibooru", "search", ")"), Exit.FAILED, "does not understand"),
    ],
)
def test_what_is_wrong_is_said_without_a_stack(
    run: Run, arguments: tuple[str, ...], status: Exit, told: str
) -> None:
    found = run(*arguments)
    assert found.exit_code == status, found.output
    assert told in found.stderr
    assert "Traceback" not in found.output


def test_a_cool_down_is_told_with_its_end_and_kept(run: Run, simulated: SimulatedSites) -> None:
    simulated.set_mode("twibooru", Mode(kind="429", retry_after="600"))
    try:
        found = run("twibooru", "featured")
        assert found.exit_code == Exit.UNAVAILABLE
        assert "Not before" in found.stderr
        before = len(simulated.requests["twibooru"])
        assert run("twibooru", "featured").exit_code == Exit.UNAVAILABLE
        assert len(simulated.requests["twibooru"]) == before
    finally:
        simulated.set_mode("twibooru")


def test_the_operators_key_opens_what_is_the_owners(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAILMARE_DERPIBOORU_KEY", BOARD_KEY)
    found = run("derpibooru", "user-filters", "--json")
    assert found.exit_code == 0, found.output
    assert json.loads(found.stdout)["items"]
    assert BOARD_KEY not in found.output


def test_a_wrong_setting_is_refused_by_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILMARE_LOG_LEVEL", "shouting")
    found = run()
    assert found.exit_code == Exit.CONFIGURATION
    assert "MAILMARE_LOG_LEVEL" in found.stderr


def test_text_of_a_site_cannot_steer_the_terminal(run: Run) -> None:
    from bot.cli_site import _lines

    text = "\n".join(_lines({"body": "a\x1b[2Jb\x9b\u202e", "of": [{"x": 1, "y": []}], "none": ""}))
    assert text == "body: a [2Jb  \nof:\n  - x: 1"


async def _route(
    one: int, rest: str = "", *, sort: str | Sort | None = None, size: float = 0.5
) -> Any:
    return one, rest, sort, size


def test_arguments_are_read_by_the_clients_own_types() -> None:
    assert read_arguments(_route, ["7", "a=b"]) == ([7, "a=b"], {})
    assert read_arguments(_route, ["7", "sort=null", "size=1"]) == (
        [7],
        {"sort": "null", "size": 1.0},
    )
    assert read_arguments(_route, ["one=7"]) == ([], {"one": 7})
    assert usage(_route) == ["<one>", "<rest>", "sort=…", "size=…"]
    with pytest.raises(UsageError):
        read_arguments(_route, [])


def test_health_does_not_load_the_sites() -> None:
    code = "import bot.cli, sys; sys.exit('bot.sites' in sys.modules or 'aiohttp' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

"""Canaries: secrets go through every error path, and are found nowhere (reference: safety, 6)."""

import logging
import os
import sqlite3
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import aiohttp
import pytest
import structlog
from yarl import URL

from bot import logs
from bot.clock import Clock
from bot.demo.sites import Mode
from bot.demo.sites.keys import BOARD_KEY
from bot.settings import Secret
from bot.sites.errors import SiteError
from bot.store import FILE_NAME
from tests.discord_loopback import TOKEN
from tests.discord_stage import Stage, set_stage
from tests.process_log import put_back

#: The sites take the first; the second they refuse.
KEYS = {
    "derpibooru": BOARD_KEY,
    "ponybooru": BOARD_KEY,
    "twibooru": "Canary+Key/0123456789=&?%",
}
BROKEN = (
    "500", "502", "401", "403_html", "404_empty", "429", "drop", "cut", "truncated", "html200",
    "redirect", "deep", "bad_utf8", "evil", "down_501",
)  # fmt: skip
#: What Discord answers with: the interaction ran out, the body is wrong, no permission, an outage.
REFUSALS = ((404, 10062), (401, 50027), (400, 50035), (403, 50013), (500, 0))


async def through_a_library(stage: Stage) -> None:
    """Log what an HTTP library's own errors quote: whole addresses, with all that is in them."""
    origin = stage.sites.urls["derpibooru"]
    callback = next(one.path for one in stage.env.http_requests if one.path.endswith("/callback"))
    addresses = [URL(origin) / "nothing" % {"key": key} for key in KEYS.values()]
    async with aiohttp.ClientSession(raise_for_status=True) as session:
        for address in [*addresses, URL(origin + callback)]:
            try:
                await session.get(address)
            except aiohttp.ClientResponseError:
                logging.getLogger("aiohttp.client").exception("a request failed")


@pytest.fixture
def unredacted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What the log would be if nothing took the secrets out of it, in a file elsewhere."""
    path = tmp_path_factory.mktemp("unredacted") / "log"
    handler = logging.FileHandler(path)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(
                    colors=False, exception_formatter=structlog.dev.plain_traceback
                ),
            ]
        )
    )
    logging.getLogger().addHandler(handler)
    yield path
    logging.getLogger().removeHandler(handler)
    handler.close()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The process's log at its most talkative, in a file; what that changes is put back."""
    path = tmp_path / "log"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with put_back():
        logs.configure(level="debug", secrets=[TOKEN, *KEYS.values()], descriptor=descriptor)
        yield path
    os.close(descriptor)


class LeapingClock(Clock):
    """The real time, moved on at will."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead)

    def monotonic(self) -> float:
        return super().monotonic() + self._ahead

    def leap(self, seconds: float) -> None:
        self._ahead += seconds


async def through_the_sites(stage: Stage, clock: LeapingClock) -> None:
    """Ask sites that answer with each kind of nonsense, with the keys in the requests."""
    commands: dict[str, tuple[str, dict[str, Any]]] = {
        "derpibooru": ("derpibooru featured", {}),
        "ponybooru": ("ponybooru search", {"query": "mare"}),
        "twibooru": ("twibooru post", {"id": 7}),
    }
    for kind in BROKEN:
        clock.leap(3 * 3600)  # No site is being left alone any more.
        for site, (command, options) in commands.items():
            stage.sites.set_mode(site, Mode(kind=kind))  # type: ignore[arg-type]
            await stage.ask(command, **options)
            try:
                await stage.app.sites.boards[site].post(7, q="safe")
            except SiteError:
                logging.getLogger("bot.canary").exception("a site failed")
    for site in commands:
        stage.sites.set_mode(site, Mode())
    clock.leap(3 * 3600)


async def through_discord(stage: Stage) -> None:
    """Let Discord refuse commands, presses and their answers at each step."""
    for status, code in REFUSALS:
        for path in ("/interactions/*/callback", "/webhooks/*"):
            shown = await stage.ask("derpibooru random")
            stage.env.inject_error("*", path, status=status, code=code)
            await stage.press(shown, "Another")
            stage.env.inject_error("*", path, status=status, code=code)
            await stage.ask("derpibooru random")
            stage.env.backend.faults.clear()


async def through_the_store(stage: Stage) -> None:
    """Take a table away from the program while it runs."""
    asked = await stage.ask("forget-me")
    path = stage.app.settings.data_dir / FILE_NAME
    for change in ("audit RENAME TO elsewhere", "elsewhere RENAME TO audit"):
        with sqlite3.connect(path) as other:
            other.execute(f"ALTER TABLE {change}")
        other.close()
        await stage.press(asked, "Forget me")


async def test_no_secret_is_found_in_logs_database_or_replies(
    tmp_path: Path, log: Path, unredacted: Path
) -> None:
    data_dir = tmp_path / "data"
    data_dir.mkdir()
    clock = LeapingClock()
    async with set_stage(data_dir, clock=clock, keys=KEYS, discord_token=Secret(TOKEN)) as stage:
        stage.errors_expected = True
        await through_the_sites(stage, clock)
        await through_discord(stage)
        await through_the_store(stage)
        stage.app.client.tree.remove_command("about")
        await stage.ask("about")
        await through_a_library(stage)
        logging.getLogger("discord.client").error("Login with %s", TOKEN)

        secrets = {TOKEN, *KEYS.values()} | {
            request.path.split("/")[3]
            for request in stage.env.http_requests
            if request.path.startswith(("/webhooks/", "/interactions/"))
        }
        sent = "\n".join(str(body) for _method, _path, body in stage.bodies())
        asked = str([request for site in KEYS for request in stage.sites.requests[site]])
        kept = {
            str(path.relative_to(tmp_path)): path.read_bytes()
            for path in tmp_path.rglob("*")
            if path.is_file()
        }

    # The canaries were there to be found, and the paths that could lose them were taken.
    assert any(KEYS["derpibooru"] in text for text in (asked, quote(asked)))
    assert len(secrets) > 50
    assert {"log", f"data/{FILE_NAME}", f"data/{FILE_NAME}-wal"} <= set(kept)
    assert b"Traceback" in kept["log"]
    # The same errors through a formatter that takes nothing out: each kind of canary is in it.
    bare = unredacted.read_text("utf-8")
    interactions = secrets - {TOKEN, *KEYS.values()}
    for kind in ({TOKEN}, set(KEYS.values()), interactions):
        assert any(form in bare for secret in kind for form in (secret, quote(secret, safe="")))
    for secret in secrets:
        for form in {secret, quote(secret), quote(secret, safe="")}:
            assert form not in sent
            assert [name for name, data in kept.items() if form.encode() in data] == []

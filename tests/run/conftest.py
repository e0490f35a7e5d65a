"""What the tests of the process share: a log to read back, and a Discord to run against."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Literal

import pytest

from bot import logs
from tests.discord_loopback import LoopbackDiscord
from tests.process_log import put_back


class Log:
    """The process's log, sent to a file."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    def configure(
        self,
        level: str = "debug",
        format: Literal["text", "json"] = "text",
        secrets: tuple[str, ...] = (),
    ) -> None:
        logs.configure(level=level, format=format, secrets=secrets, descriptor=self._descriptor)

    def text(self) -> str:
        return self._path.read_text("utf-8")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    """A log in a file; everything that `configure` changes is put back afterwards."""
    path = tmp_path / "log"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    with put_back():
        yield Log(path, descriptor)
    os.close(descriptor)


@pytest.fixture
async def discord() -> AsyncIterator[LoopbackDiscord]:
    async with LoopbackDiscord() as server:
        yield server


@pytest.fixture
def environ(tmp_path: Path) -> Callable[..., dict[str, str]]:
    """An environment for a process of ours: this one's, without settings of its own."""

    def make(**settings: str) -> dict[str, str]:
        own = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("MAILMARE_", "DISCORD_"))
        }
        return own | {"MAILMARE_DATA_DIR": str(tmp_path / "data")} | settings

    return make


@pytest.fixture
def settings(
    discord: LoopbackDiscord, environ: Callable[..., dict[str, str]], tmp_path: Path
) -> dict[str, str]:
    """The environment of a bot that is to run against the loopback Discord."""
    return environ(**discord.environ(tmp_path / "data"))

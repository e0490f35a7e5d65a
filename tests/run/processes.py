"""Processes of ours: started, listened to, waited for and ended."""

import asyncio
import signal
import socket
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp

from bot.clock import SYSTEM_CLOCK
from bot.health import FILE_NAME, State, check
from tests.discord_loopback import TOKEN

#: Seconds until a process is taken to hang; a busy machine takes long to start one.
HANGS = 60.0

T = TypeVar("T")


class Bot:
    """One process of ours and everything it wrote."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._changed = asyncio.Condition()
        self._silent = False
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            async with self._changed:
                self.lines.append(line.decode())
                self._changed.notify_all()
        async with self._changed:
            self._silent = True
            self._changed.notify_all()

    @property
    def text(self) -> str:
        return "".join(self.lines)

    async def says(self, part: str) -> None:
        """Wait until it has written a line with `part` in it; fail where it ends without."""
        async with asyncio.timeout(HANGS), self._changed:
            await self._changed.wait_for(lambda: self._silent or part in self.text)
        assert part in self.text

    async def until(self, happened: Coroutine[Any, Any, T]) -> T:
        """Wait for something that this process brings about; fail where it ends before."""
        waiting = asyncio.create_task(happened)
        over = asyncio.create_task(self.process.wait())
        try:
            async with asyncio.timeout(HANGS):
                await asyncio.wait({waiting, over}, return_when=asyncio.FIRST_COMPLETED)
            if waiting.done():
                return waiting.result()
            raise AssertionError(f"ended with {await self.ended()} too soon:\n{self.text}")
        finally:
            for task in (waiting, over):
                task.cancel()
            await asyncio.wait({waiting, over})

    async def ended(self) -> int:
        """Wait for its end and return its exit status."""
        async with asyncio.timeout(HANGS):
            await asyncio.gather(self.process.wait(), self._reading)
        assert self.process.returncode is not None
        return self.process.returncode

    async def stop(self) -> int:
        """Ask it to stop as a supervisor does, and return its exit status (F34).

        That is not 0 where it took longer than `LONGEST_STOP`: then it has ended itself by force.
        """
        self.process.send_signal(signal.SIGTERM)
        return await self.ended()


@asynccontextmanager
async def started(
    settings: dict[str, str], command: str = "run", *, through: tuple[str, ...] = ()
) -> AsyncIterator[Bot]:
    """Run a command of ours with an environment, `through` another program that becomes it."""
    process = await asyncio.create_subprocess_exec(
        *through,
        sys.executable,
        "-m",
        "bot",
        command,
        env=settings,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    bot = Bot(process)
    try:
        yield bot
    finally:
        if process.returncode is None:
            process.kill()
        await bot.ended()
        print(bot.text)
        assert TOKEN not in bot.text


async def health(settings: dict[str, str]) -> tuple[int, str]:
    """Run `mailmare health` and return its exit status and its answer."""
    async with started(settings, "health") as other:
        assert other.process.stdout is not None
        answer = await other.process.stdout.read()
        return await other.ended(), answer.decode()


async def beats(settings: dict[str, str], state: State) -> None:
    """Return when the heartbeat of whoever runs with these settings tells of that state."""
    path = Path(settings["MAILMARE_DATA_DIR"]) / FILE_NAME
    while check(path, SYSTEM_CLOCK.now()).state != state:  # noqa: ASYNC110 (a file tells nobody)
        await asyncio.sleep(0.05)


def a_free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


async def get(port: int, path: str) -> tuple[int, str]:
    """Ask the endpoint, and return status and answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{port}{path}") as reply,
    ):
        return reply.status, await reply.text()

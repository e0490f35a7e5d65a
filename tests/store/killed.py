"""Opens a database again and again, killed a few statements later each time.

Prints how many times it was killed until it came through. A parent that has imported everything
forks the victims: `killed STRIDE FOLDER LOCATION REVISION… [DATABASE]`. The n-th database is in
FOLDER/n.
"""

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any, NoReturn

import alembic.command
import alembic.config  # noqa: F401
import sqlalchemy.dialects.sqlite.aiosqlite  # noqa: F401
from sqlalchemy import Engine, event

from bot.clock import SYSTEM_CLOCK
from bot.store import FILE_NAME, Store
from bot.store.migrate import Migrations


def victim(path: Path, migrations: Migrations, steps: int) -> NoReturn:
    left = steps

    def step(*_: Any) -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    event.listen(Engine, "before_cursor_execute", step)
    event.listen(Engine, "commit", step)

    async def open_store() -> None:
        async with Store(path, SYSTEM_CLOCK, migrations=migrations):
            pass

    asyncio.run(open_store())
    os._exit(0)


def main(stride: int, folder: Path, location: str, rest: list[str]) -> int:
    given = Path(rest.pop()) if rest[-1].endswith(FILE_NAME) else None
    migrations = Migrations(revisions=tuple(rest), location=location)
    number = 0
    while True:
        number += 1
        path = folder / str(number) / FILE_NAME
        path.parent.mkdir()
        if given:
            shutil.copy(given, path)
        child = os.fork()
        if child == 0:
            victim(path, migrations, number * stride)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return number - 1
        assert os.WTERMSIG(status) == signal.SIGKILL


if __name__ == "__main__":
    print(main(int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4:]))

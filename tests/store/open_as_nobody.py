"""Opens each database of its arguments as a user without rights, and prints what came of it."""

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from bot.clock import SYSTEM_CLOCK
from bot.store import FILE_NAME, Store, StoreError

NOBODY = 65534


def become_nobody() -> bool:
    if os.getuid() != 0:
        return True
    try:
        os.setgroups([])
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    except PermissionError:
        return False
    return True


def attempt(path: Path) -> tuple[str, str]:
    async def open_store() -> None:
        async with Store(path, SYSTEM_CLOCK):
            pass

    try:
        asyncio.run(open_store())
    except StoreError as error:
        return type(error).__name__, str(error)
    return "opened", ""


def main(paths: list[str]) -> dict[str, tuple[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        # Imports everything that is needed, while the sources can still be read.
        attempt(Path(folder, FILE_NAME))
    if not become_nobody():
        return {}
    return {path: attempt(Path(path)) for path in paths}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1:])))

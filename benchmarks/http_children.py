"""Runs one client to its end in a process of its own; no import of ours, only the client's.

`python http_children.py CLIENT BASE WANTED` asks for WANTED posts, as the client's own way of
reading many posts does, and prints what came of it as JSON. Where a client knows no other host
than the real one, the address is rewritten here, below the client: nothing leaves the machine.
"""

import asyncio
import importlib
import json
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from typing import Any

REAL = ("https://derpibooru.org", "https://www.derpibooru.org")
PER_PAGE = 50


def redirect_requests(base: str) -> None:
    """Send what `requests` would send to the real site to `base`, and nothing anywhere else."""
    sessions = importlib.import_module("requests.sessions")
    original = sessions.Session.request

    def request(self: Any, method: str, url: str, *rest: Any, **named: Any) -> Any:
        return original(self, method, moved(url, base), *rest, **named)

    sessions.Session.request = request


def moved(url: str, base: str) -> str:
    """Return `url` on the machine's own site; refuse any other host."""
    for real in REAL:
        if url.startswith(real):
            return base + url.removeprefix(real)
    if not url.startswith(base):
        raise RuntimeError(url)
    return url


def derpybooru(base: str, wanted: int) -> Iterator[Any]:
    """DerPyBooru knows one host; its search is an iterator with a limit."""
    redirect_requests(base)
    yield from importlib.import_module("derpibooru").Search().query("safe").limit(wanted)


def derpybooruphi(base: str, wanted: int) -> Iterator[Any]:
    """DerPyBooruPhi takes the host."""
    redirect_requests(base)
    search = importlib.import_module("derpibooru").Search
    yield from search(q={"safe"}, limit=wanted, per_page=PER_PAGE, url_domain=base)


def pylomena(base: str, wanted: int) -> Iterator[Any]:
    """Pylomena takes the host; its results end where a page is empty."""
    redirect_requests(base)
    results = (
        importlib.import_module("pylomena").Site(base).search_images("safe", per_page=PER_PAGE)
    )
    for _number, image in zip(range(wanted), results, strict=False):
        yield image


def booru(base: str, wanted: int) -> Iterator[Any]:
    """Booru gives one page at a time; whoever uses it counts the pages."""
    module = importlib.import_module("booru.client.derpibooru")
    module.Booru.derpibooru = moved(module.Booru.derpibooru, base)
    client = module.Derpibooru()
    for number in range(1, wanted // PER_PAGE + 1):
        page = asyncio.run(client.search("safe", limit=PER_PAGE, page=number, random=False))
        yield from json.loads(page) if isinstance(page, str) else page


def derpi(base: str, wanted: int) -> Iterator[Any]:
    """Derpi gives one page at a time too."""
    redirect_requests(base)
    client = importlib.import_module("derpi.syncrounous.client")
    for number in range(1, wanted // PER_PAGE + 1):
        yield from client.search_images("safe", page=number, per_page=PER_PAGE)


CLIENTS: dict[str, Callable[[str, int], Iterable[Any]]] = {
    "derpybooru": derpybooru,
    "derpybooruphi": derpybooruphi,
    "pylomena": pylomena,
    "booru": booru,
    "derpi": derpi,
}


def main(name: str, base: str, wanted: str) -> None:
    """Print posts obtained, seconds taken, and the error that ended it, if one did."""
    posts = 0
    error = ""
    # What a client imports is no part of what it takes to read.
    for module in ("derpibooru", "pylomena", "booru", "derpi.syncrounous.client"):
        with suppress(ImportError):
            importlib.import_module(module)
    # Whoever hangs is ended by this, and tells how far it came.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit())
    began = time.perf_counter()
    try:
        for _post in CLIENTS[name](base, int(wanted)):
            posts += 1
    # Whatever a client raises is what its user sees, so that it is reported and not judged.
    except BaseException as failure:  # noqa: BLE001
        error = type(failure).__name__
    seconds = time.perf_counter() - began
    print(json.dumps({"posts": posts, "seconds": seconds, "error": error}))


if __name__ == "__main__":
    main(*sys.argv[1:])

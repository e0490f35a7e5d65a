"""Reading 1,000 posts from a site with one fault: ours beside the Python clients that there are.

The site is on loopback, answers after 50 ms and holds exactly 1,000 posts, 50 a page. Its one
fault happens at the eighth page; afterwards it is well. Each client runs in a process and an
environment of its own, installed by pip from the package registry into a temporary folder, and
is stopped after a while where it hangs. Nothing here passes or fails.

    python -m benchmarks.http_clients [--json] [--only mailmare,pylomena]
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from msgspec import Struct, structs, to_builtins

from bot.catalogue import Limit
from bot.clock import SYSTEM_CLOCK
from bot.sites import CATALOGUE, PostPage, Priority, Sites, Transport
from bot.sites.pages import pages
from bot.sites.patience import patiently

POSTS = 1_000
PER_PAGE = 50
LATENCY = 0.05
#: A request that was on its way while the answer was did not come too early: nobody knew yet.
ON_ITS_WAY = LATENCY / 2
#: The page that the fault happens to.
FAULTY = 8
RETRY_AFTER = 2.0
#: A client that takes longer than this is stopped.
PATIENCE = 25.0
#: The short limit of the last column.
SHORT = Limit("/", 15, 5.0)

FAULTS = ("clean", "429", "500", "dropped", "truncated", "hang", "15 per 5 s")
#: What pip installs for each; `derpi` says nowhere that it needs another package.
PACKAGES = {
    "derpybooru": ("derpybooru",),
    "derpybooruphi": ("derpybooruphi",),
    "pylomena": ("pylomena",),
    "booru": ("booru",),
    "derpi": ("derpi", "requests"),
}
OURS = "mailmare"


class Outcome(Struct, frozen=True):
    """One client under one fault."""

    client: str
    fault: str
    posts: int
    early: int
    """Requests that came after the site asked for peace and before that was over."""
    requests: int
    seconds: float
    error: str
    """What ended it early; empty where nothing did."""

    def __str__(self) -> str:
        """Return the cell of the table."""
        ended = f" {self.error}" if self.error else ""
        return f"{self.posts} / {self.early} / {self.seconds:.2f}{ended}"


class FaultySite:
    """A Philomena board with 1,000 posts and one fault."""

    def __init__(self, fault: str) -> None:
        self._fault = fault
        self._struck = False
        self._times: deque[float] = deque()
        self._peace_from = self._peace_until = 0.0
        # Made before, so that what is measured is not the making.
        self._pages = [json.dumps(body(page)) for page in range(1, POSTS // PER_PAGE + 2)]
        self._closing = asyncio.Event()
        self.early = 0
        self.requests = 0
        self.url = ""
        app = web.Application()
        app.router.add_get("/api/v1/json/search/images", self._search)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._closing.set()
        await self._runner.cleanup()

    async def _search(self, request: web.Request) -> web.StreamResponse:
        self.requests += 1
        now = time.monotonic()
        refused = now < self._peace_until or self._over_limit()
        self.early += self._peace_from + ON_ITS_WAY <= now < self._peace_until
        await asyncio.sleep(LATENCY)
        if refused:
            return self._go_away(SHORT.seconds if self._fault == FAULTS[-1] else RETRY_AFTER)
        page = int(request.query.get("page", "1"))
        if page == FAULTY and not self._struck and self._fault != FAULTS[0]:
            self._struck = True
            return await self._strike(request)
        return self._page(page)

    def _page(self, number: int) -> web.Response:
        text = self._pages[min(number, len(self._pages)) - 1]
        return web.Response(text=text, content_type="application/json")

    def _over_limit(self) -> bool:
        if self._fault != FAULTS[-1]:
            return False
        now = time.monotonic()
        while self._times and self._times[0] <= now - SHORT.seconds:
            self._times.popleft()
        if len(self._times) >= SHORT.requests:
            return True
        self._times.append(now)
        return False

    def _go_away(self, seconds: float) -> web.Response:
        now = time.monotonic()
        if now >= self._peace_until:
            self._peace_from = now
        self._peace_until = max(self._peace_until, now + seconds)
        return web.Response(status=429, headers={"Retry-After": str(int(seconds))})

    async def _strike(self, request: web.Request) -> web.StreamResponse:
        if self._fault == "429":
            return self._go_away(RETRY_AFTER)
        if self._fault == "500":
            return web.json_response({"error": "Internal Error"}, status=500)
        if self._fault == "truncated":
            whole = self._pages[FAULTY - 1]
            return web.Response(text=whole[: len(whole) // 2], content_type="application/json")
        if self._fault == "dropped":
            if request.transport is not None:
                request.transport.abort()
        elif self._fault == "hang":
            await self._closing.wait()
        return self._page(FAULTY)


def body(page: int) -> dict[str, Any]:
    """Return a page of the search, newest first."""
    first = POSTS - (page - 1) * PER_PAGE
    images = [image(number) for number in range(first, max(0, first - PER_PAGE), -1)]
    return {"images": images, "total": POSTS, "interactions": []}


def image(number: int) -> dict[str, Any]:
    """Return a post with the fields that a Philomena board sends."""
    day = "2026-01-02T03:04:05Z"
    return {
        "id": number, "created_at": day, "updated_at": day, "first_seen_at": day,
        "width": 800, "height": 600, "mime_type": "image/png", "size": 100_000,
        "orig_size": 100_000, "duration": 0.04, "animated": False, "format": "png",
        "aspect_ratio": 1.3333, "name": "pony.png", "sha512_hash": "0" * 128,
        "orig_sha512_hash": "0" * 128, "tags": ["safe", "artist:somebody", "pony", "solo"],
        "tag_ids": [40482, 1, 2, 3], "uploader": "somebody", "uploader_id": 1,
        "wilson_score": 0.9, "intensities": {"ne": 1.0, "nw": 1.0, "se": 1.0, "sw": 1.0},
        "score": 10, "upvotes": 10, "downvotes": 0, "faves": 5, "hides": 0, "comment_count": 0,
        "tag_count": 4, "description": "", "source_url": "https://example.org/1",
        "source_urls": ["https://example.org/1"], "deletion_reason": None, "duplicate_of": None,
        "view_url": f"https://derpicdn.net/img/view/2026/1/2/{number}.png",
        "representations": {"full": f"https://derpicdn.net/img/view/2026/1/2/{number}.png"},
        "thumbnails_generated": True, "processed": True, "hidden_from_users": False,
        "spoilered": False,
    }  # fmt: skip


async def read_ours(base: str, fault: str) -> dict[str, Any]:
    """Read all posts with the API layer as another program would use it."""
    limits = (SHORT,) if fault == FAULTS[-1] else CATALOGUE["derpibooru"].limits
    site = structs.replace(CATALOGUE["derpibooru"], base_url=base, limits=limits)
    transport = Transport(SYSTEM_CLOCK, allow_loopback_http=True)
    async with Sites({"derpibooru": site}, transport) as sites:
        board = sites.boards["derpibooru"]

        async def ask(number: int) -> PostPage:
            return await patiently(
                lambda: board.search(
                    "safe", page=number, per_page=PER_PAGE, priority=Priority.BACKGROUND
                ),
                SYSTEM_CLOCK,
            )

        began = time.perf_counter()
        posts = [post async for page in pages(ask, in_flight=4) for post in page.posts]
        seconds = time.perf_counter() - began
    return {"posts": len({post.id for post in posts}), "seconds": seconds, "error": ""}


def install(client: str, folder: Path) -> Path | None:
    """Install a client into an environment of its own; return its Python, `None` if it fails."""
    place = folder / client
    done = subprocess.run([sys.executable, "-m", "venv", place], check=False, capture_output=True)
    python = place / "bin" / "python"
    if done.returncode == 0:
        pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check"]
        pip += ["install", "--quiet", *PACKAGES[client]]
        done = subprocess.run(pip, check=False, capture_output=True)
    return python if done.returncode == 0 else None


async def measure(client: str, command: list[str | Path], fault: str) -> Outcome:
    """Let one client read everything under one fault."""
    async with FaultySite(fault) as site:
        filled = [str(part).replace("BASE", site.url) for part in command]
        process = await asyncio.create_subprocess_exec(
            *filled, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        began = time.perf_counter()
        hangs = False
        try:
            await asyncio.wait_for(process.wait(), PATIENCE)
        except TimeoutError:
            hangs = True
            process.terminate()
        out, _err = await process.communicate()
        try:
            told = json.loads(out.splitlines()[-1])
        except (IndexError, ValueError):
            told = {"posts": 0, "seconds": time.perf_counter() - began, "error": "no answer"}
        error = "hangs" if hangs else told["error"]
        return Outcome(client, fault, told["posts"], site.early, site.requests,
                       told["seconds"], error)  # fmt: skip


async def run(only: set[str]) -> tuple[list[Outcome], list[str]]:
    """Measure all clients under all faults; return the outcomes and who could not be installed."""
    outcomes: list[Outcome] = []
    missing: list[str] = []
    child = Path(__file__).with_name("http_children.py")
    with tempfile.TemporaryDirectory(prefix="mailmare-bench-") as folder:
        for client in (OURS, *PACKAGES):
            if only and client not in only:
                continue
            command: list[str | Path] = [sys.executable, "-m", __spec__.name, "--read", "BASE"]
            if client != OURS:
                python = await asyncio.to_thread(install, client, Path(folder))
                if python is None:
                    missing.append(client)
                    continue
                command = [python, child, client, "BASE", str(POSTS)]
            for fault in FAULTS:
                more: list[str | Path] = ["--fault", fault] if client == OURS else []
                outcomes.append(await measure(client, [*command, *more], fault))
                print(f"{client}, {fault}: {outcomes[-1]}", file=sys.stderr)
    return outcomes, missing


def table(outcomes: list[Outcome], missing: list[str]) -> str:
    """Return the outcomes as a Markdown table."""
    cells = {(one.client, one.fault): str(one) for one in outcomes}
    clients = list(dict.fromkeys(one.client for one in outcomes))
    lines = [
        f"Posts obtained of {POSTS} / requests before Retry-After ended / seconds",
        "",
        f"| client | {' | '.join(FAULTS)} |",
        "|---" * (len(FAULTS) + 1) + "|",
    ]
    lines += [
        f"| {client} | {' | '.join(cells[client, fault] for fault in FAULTS)} |"
        for client in clients
    ]
    lines += [f"| {client} | could not be installed |" for client in missing]
    return "\n".join(lines)


def main() -> None:
    """Print the table, or as `--read` be the process in which ours runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--read", default="", help=argparse.SUPPRESS)
    parser.add_argument("--fault", default=FAULTS[0], help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.read:
        print(json.dumps(asyncio.run(read_ours(chosen.read, chosen.fault))))
        return
    outcomes, missing = asyncio.run(run(set(filter(None, chosen.only.split(",")))))
    if chosen.json:
        print(json.dumps({"outcomes": to_builtins(outcomes), "missing": missing}, indent=2))
    else:
        print(table(outcomes, missing))


if __name__ == "__main__":
    main()

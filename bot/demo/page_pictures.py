"""All pictures that the demo's page can come to show, drawn before it opens."""

import asyncio
import os
import signal
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context

from bot.demo.world import World

#: Sizes in which a picture is handed to the page for all of its sizes, the best first.
_SIZES = ("medium", "large", "small", "thumb")
_AT_ONCE = 8


async def page_pictures(world: World) -> dict[str, tuple[str, bytes]]:
    """Return (file name, bytes) by URL for every picture of a post that may be shown.

    Each takes a core some 30 ms, so all cores take part; what several URLs show is drawn once.
    """
    urls: dict[tuple[int, tuple[str, ...], str], dict[str, str]] = {}
    for url, (post, size, form) in world.media.items():
        if post.safe and form not in {"webm", "mp4"}:
            urls.setdefault((post.seed, post.tags, form), {})[url] = size
    pictures = await _draw_all(world, [_best(same) for same in urls.values()])
    return {
        url: picture for same, picture in zip(urls.values(), pictures, strict=True) for url in same
    }


def _best(sizes: Mapping[str, str]) -> str:
    """Return the URL of the size to draw."""
    order = {size: place for place, size in enumerate(_SIZES)}
    return min(sizes, key=lambda url: order.get(sizes[url], len(order)))


async def _draw_all(world: World, urls: Sequence[str]) -> list[tuple[str, bytes]]:
    pool = ProcessPoolExecutor(
        os.cpu_count(),
        # Not forked: this process already runs an event loop.
        mp_context=get_context("spawn"),
        # Ctrl-C reaches them too; the parent ends them.
        initializer=signal.signal,
        initargs=(signal.SIGINT, signal.SIG_IGN),
    )
    loop = asyncio.get_running_loop()
    try:
        drawn = await asyncio.gather(
            *(
                loop.run_in_executor(
                    pool, _draw, world.seed, world.future, urls[start : start + _AT_ONCE]
                )
                for start in range(0, len(urls), _AT_ONCE)
            )
        )
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [picture for some in drawn for picture in some]


@cache
def _world(seed: int, future: int) -> World:
    return World(seed, future=future)


def _draw(seed: int, future: int, urls: Sequence[str]) -> list[tuple[str, bytes]]:
    """Draw in a process of its own; a picture's file name tells the page its kind."""
    pictures = (_world(seed, future).picture(url) for url in urls)
    return [
        ("picture." + mime.partition("/")[2].partition("+")[0], data) for mime, data in pictures
    ]

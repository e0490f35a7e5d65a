"""`mailmare demo`: the real bot on simulated sites and a simulated Discord, in a browser page."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from simcord import Preview

from bot.app import App
from bot.catalogue import CATALOGUE
from bot.clock import SYSTEM_CLOCK, Clock
from bot.demo.life import AHEAD, live, subscribe
from bot.demo.page_pictures import page_pictures
from bot.demo.simcord_stage import SimulatedAttachments, check_port, stage
from bot.demo.sites import SimulatedSites
from bot.demo.world import World
from bot.logs import configure
from bot.loops import end, start
from bot.settings import Settings, SiteOverride
from bot.texts import _


def welcome_text() -> str:
    """Return what the demo's channel begins with: what this is, and what to try."""
    return _(
        "Welcome! Everything here runs on your machine: the real bot, made-up sites, made-up"
        " ponies. The links lead to the real sites, where these ponies are not. Type `/` and"
        " try:\n"
        "- `/pony random` for a pony, and its button for another\n"
        "- `/derpibooru search` with `cute`, then ◀ ▶ through the results\n"
        "- `/twibooru featured`, `/ponybooru tag` with `pegasus`, `/help`, `/about`\n"
        "- `/feed list`: the feeds that announce new posts here. The made-up boards get one every"
        " few seconds; watch, or add a feed of your own with `/feed add`"
    )


async def run(*, port: int = 0, say: Callable[[str], None] = print) -> None:
    """Serve the demo until Ctrl-C, SIGTERM, or the end of its session in the page.

    Raises PortError where the page cannot have that port.
    """
    configure(level="warning", format="text")
    serving = asyncio.ensure_future(_serve(port, say))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    with suppress(asyncio.CancelledError):
        await serving
    say(_("The demo has ended."))


async def _serve(port: int, say: Callable[[str], None]) -> None:
    say(_("Drawing the pictures…"))
    async with serve_demo(port=port) as preview:
        say(preview.url)
        say(_("Open this address and try: /pony random, /derpibooru search. Ctrl-C ends it."))
        await preview.wait_closed()


@asynccontextmanager
async def serve_demo(port: int = 0, clock: Clock = SYSTEM_CLOCK) -> AsyncIterator[Preview]:
    """Start sites, bot and page; `port` 0 takes a free one. Leaving ends them all."""
    check_port(port)
    with TemporaryDirectory(prefix="mailmare-demo-") as folder:
        world = World(future=AHEAD)
        async with SimulatedSites(world, clock=clock, rules=True) as sites:
            settings = demo_settings(sites, Path(folder))
            assets = await page_pictures(world)
            async with (
                App(settings, clock) as app,
                stage(
                    app.client, clock=clock, assets=assets, welcome=welcome_text(), port=port
                ) as preview,
            ):
                app.client.attachments = SimulatedAttachments()
                channel = preview.channel
                if channel.guild is not None:
                    await subscribe(app, channel.guild.id, channel.id)
                living = start(live(sites, clock, app.feeds.hasten))
                try:
                    yield preview
                finally:
                    await end([living])


def demo_settings(sites: SimulatedSites, data_dir: Path) -> Settings:
    """Return the settings of a bot that asks the simulated sites instead of the real ones."""
    return Settings(
        data_dir=data_dir,
        # A site that is not simulated is not asked at all: nothing leaves the machine.
        sites={
            name: SiteOverride(url=sites.urls.get(name), enabled=name in sites.urls)
            for name in CATALOGUE
        },
        allow_loopback_sites=True,
    )

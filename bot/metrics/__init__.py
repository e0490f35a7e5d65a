"""What a monitoring program asks of the running bot over HTTP: `/health` and `/metrics`.

The other rooms count in plain numbers; only here they become Prometheus's.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import TypeAlias

from bot.app import App
from bot.clock import Clock
from bot.health import FILE_NAME
from bot.settings import Settings

#: Lets the endpoint tell of an app for as long as the app is entered; the function says whether
#: it is connected to Discord.
Watch: TypeAlias = Callable[[App, Callable[[], bool]], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def serving(settings: Settings, clock: Clock) -> AsyncIterator[Watch]:
    """Serve the endpoint where the settings ask for it, before there is an app, and after it.

    Raises EndpointError where its address cannot be had.
    """
    if settings.metrics_port is None:
        yield _unwatched
        return
    # Whoever has no endpoint does not pay for the library.
    from .endpoint import Endpoint  # noqa: PLC0415

    heartbeat = settings.data_dir / FILE_NAME
    async with Endpoint(
        heartbeat, clock, host=settings.metrics_host, port=settings.metrics_port
    ) as endpoint:
        yield endpoint.watching


@asynccontextmanager
async def _unwatched(_app: App, _connected: Callable[[], bool]) -> AsyncIterator[None]:
    yield

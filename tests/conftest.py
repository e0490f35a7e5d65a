"""What holds for every test: none leaves this machine (rule L16), none is judged by the clock."""

import asyncio
import gc
import os
import socket
import sys
from collections.abc import Callable, Iterator
from ipaddress import ip_address

import pytest
import structlog
from hypothesis import HealthCheck, settings

from tests.process_log import put_back

# A busy machine is slow, not wrong; and each property is short on examples rather than left out.
# Where `CI` is set the examples are the same each time, so that red means the change.
settings.register_profile(
    "mailmare",
    deadline=None,
    max_examples=36,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
#: For runs that only measure which lines the tests reach.
settings.register_profile("brief", settings.get_profile("mailmare"), max_examples=10)
settings.load_profile("mailmare")

# structlog's own choice, where the library rich is installed, takes seconds to draw one traceback
# with all its variables.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what all tests share: it went through it a second at a time."""
    gc.freeze()


_CONNECTING = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_ASKING_FOR_NAMES = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})


class LeavingError(Exception):
    """A test wanted to speak with another machine."""


class Border:
    """Hears of each connection and look-up before it is made, and lets none out."""

    def __init__(self) -> None:
        self.caught: list[str] = []
        """What was wanted: the code under test may take the error for a site that is down."""

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if event in _CONNECTING:
            # Addresses of IP alone are pairs or longer; others, such as a path, are local.
            address = arguments[1]
            host = address[0] if isinstance(address, tuple) else None
        elif event in _ASKING_FOR_NAMES:
            host = arguments[0]
        else:
            return
        if isinstance(host, bytes):
            host = host.decode("ascii", "replace")
        if isinstance(host, str) and host.endswith(".invalid"):
            # What every resolver says of such a name (RFC 6761), without one being asked.
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if isinstance(host, str) and not _is_here(host):
            self.caught.append(host)
            raise LeavingError(f"{event} with {host}")


def _is_here(host: str) -> bool:
    if host in {"", "localhost"}:
        return True
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have a bot set up; what is asked of the tests is read before."""
    for name in tuple(os.environ):
        if name.startswith(("MAILMARE_", "DISCORD_")):
            monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """A command that is run in this process configures its log, and the next test has the same."""
    with put_back():
        yield


@pytest.fixture
async def leap(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let the loop's own time, by which HTTP times out, jump ahead by so many seconds.

    So a time-out comes when the test says so, and not when this machine is slow.
    """
    loop = asyncio.get_running_loop()
    time, ahead = loop.time, [0.0]
    monkeypatch.setattr(loop, "time", lambda: time() + sum(ahead))
    return ahead.append


_BORDER = Border()
# Python's own hook, which cannot be taken back: everything that opens a socket passes it.
sys.addaudithook(_BORDER)


@pytest.fixture
def border() -> Iterator[Border]:
    """Give the border itself; what it catches in this test is for the test to expect."""
    yield _BORDER
    _BORDER.caught.clear()


@pytest.fixture(autouse=True)
def _stays_on_this_machine(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail each test that tried to leave, whatever it made of being held back."""
    yield
    if "border" not in request.fixturenames:
        caught, _BORDER.caught[:] = list(_BORDER.caught), []
        assert caught == [], "a test leaves this machine"

"""Rule L16: no test leaves this machine, and none gets away with trying."""

import asyncio
import socket

import pytest

from bot.clock import SYSTEM_CLOCK
from bot.sites import CATALOGUE, Transport
from tests.conftest import Border, LeavingError

#: An address for documentation: even without the border nobody would be there (RFC 5737).
ELSEWHERE = "192.0.2.1"


def test_a_socket_connects_to_this_machine_alone(border: Border) -> None:
    with socket.socket() as one, pytest.raises(LeavingError):
        one.connect((ELSEWHERE, 443))
    with socket.socket(type=socket.SOCK_DGRAM) as one, pytest.raises(LeavingError):
        one.sendto(b"?", (ELSEWHERE, 53))
    with socket.socket(socket.AF_INET6) as one, pytest.raises(LeavingError):
        one.connect(("2001:db8::1", 443))
    with socket.socket() as listener, socket.socket() as one:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        one.connect(listener.getsockname())
    assert border.caught == [ELSEWHERE, ELSEWHERE, "2001:db8::1"]


def test_nobody_is_asked_for_a_name(border: Border) -> None:
    with pytest.raises(LeavingError):
        socket.getaddrinfo("derpibooru.org", 443)
    assert border.caught == ["derpibooru.org"]


async def test_the_real_sites_are_out_of_reach(border: Border) -> None:
    async with Transport(SYSTEM_CLOCK) as transport:
        with pytest.raises(LeavingError):
            await transport.get(CATALOGUE["derpibooru"], "/api/v1/json/filters/1")
    assert border.caught


async def test_processes_and_their_pipes_are_let_through() -> None:
    """Chromium is one of them, and speaks through pipes and this machine's own sockets."""
    process = await asyncio.create_subprocess_exec("true")
    assert await process.wait() == 0
    here, there = socket.socketpair()
    with here, there:
        here.sendall(b"!")
        assert there.recv(1) == b"!"

"""Where requests go, over which connections, and what they carry (F19; L8, L17)."""

import errno
import socket
import struct

import aiohttp
import pytest
from aiohttp import web
from msgspec import structs

from bot.catalogue import Site
from bot.sites import BadRequest, Transport, Unavailable, Unconfirmed
from bot.sites.agent import user_agent
from bot.sites.answers import Kind
from bot.sites.wire import meaning, was_cut
from tests.clock import MovableClock
from tests.sites.conftest import PATIENCE, Server


async def test_a_connection_that_is_reset_is_asked_again(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    async def reset(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        connection = request.transport.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        request.transport.abort()
        return web.Response()

    server.script = [reset]
    assert (await clock.hurry(transport.get(site, "/x"))).status == 200
    assert server.count >= 2


@pytest.mark.parametrize(
    ("error", "cut"),
    [
        (ConnectionResetError(errno.ECONNRESET, "reset"), True),
        (aiohttp.ClientOSError(errno.EPIPE, "pipe"), True),
        (aiohttp.ClientOSError(errno.EHOSTUNREACH, "no way"), False),
        (aiohttp.ServerDisconnectedError(), True),
        (aiohttp.InvalidURL("x"), False),
    ],
)
def test_only_a_connection_that_stood_is_worth_another_try(error: Exception, *, cut: bool) -> None:
    assert was_cut(error) is cut


@pytest.mark.parametrize("kind", list(Kind))
def test_an_address_that_is_none_says_nothing_of_what_was_done(kind: Kind) -> None:
    assert meaning(aiohttp.InvalidURL("x"), kind) is Unavailable


async def test_f19_a_host_that_lets_nobody_in_is_given_up_soon(
    clock: MovableClock, site: Site
) -> None:
    """A queue of connections that is full: the one that waits was never made."""
    with socket.socket() as listener, socket.socket() as first, socket.socket() as second:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for waiting in (first, second):
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        full = structs.replace(site, base_url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        async with Transport(
            clock, allow_loopback_http=True, total_seconds=PATIENCE, connect_seconds=0.2
        ) as transport:
            with pytest.raises(Unavailable, match="too long") as caught:
                await transport.send(full, "POST", "/x")
    assert not isinstance(caught.value, Unconfirmed)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_f19_a_redirect_is_a_failure_and_not_followed(
    transport: Transport, server: Server, site: Site, status: int
) -> None:
    server.says(status, "", Location=f"{server.url}/elsewhere")
    with pytest.raises(Unavailable, match="another address"):
        await transport.get(site, "/x")
    assert server.count == 1


async def test_f19_a_site_that_cannot_be_reached_is_a_failure(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    nowhere = structs.replace(site, base_url="http://127.0.0.1:1")
    with pytest.raises(Unavailable, match="reached"):
        await transport.get(nowhere, "/x", key="5ecret")
    spoken = structs.replace(site, base_url=server.url.replace("http:", "https:"))
    with pytest.raises(Unavailable):
        await transport.get(spoken, "/x")
    assert server.count == 0


@pytest.mark.parametrize(
    "address",
    [
        "http://derpibooru.org",
        "http://10.0.0.1",
        "ftp://127.0.0.1",
        "https://user@derpibooru.org",
        "https://derpibooru.org/api",
        "https://derpibooru.org?q=1",
        "https://",
        "https://derpibooru.org:99999",
        "https://derpibooru.org:https",
        "https://[::1",
        "https://xn--/",
        "derpibooru.org",
        "",
    ],
)
async def test_only_https_and_loopback_are_ever_asked(
    transport: Transport, site: Site, address: str
) -> None:
    with pytest.raises(BadRequest):
        await transport.get(structs.replace(site, base_url=address), "/x")


async def test_loopback_without_tls_needs_its_own_leave(site: Site, clock: MovableClock) -> None:
    async with Transport(clock) as strict:
        with pytest.raises(BadRequest):
            await strict.get(site, "/x")
    async with Transport(clock, allow_loopback_http=True) as lenient:
        lenient.admit(structs.replace(site, base_url="http://localhost:80"))
        lenient.admit(structs.replace(site, base_url="http://[::1]:80"))


@pytest.mark.parametrize("path", ["x", "@evil.example/x", ".evil.example/", ":81/x", ":port/x", ""])
async def test_a_path_cannot_lead_to_another_host(
    transport: Transport, server: Server, site: Site, path: str
) -> None:
    with pytest.raises(BadRequest):
        await transport.get(site, path)
    assert server.count == 0


async def test_l8_no_cookies_are_kept_or_sent(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(200, Set_Cookie="session=1; Path=/")
    await transport.get(site, "/x", {"n": "1"})
    await transport.get(site, "/x", {"n": "2"})
    assert "Cookie" not in server.requests[1].headers


async def test_proxies_of_the_environment_are_not_used(
    transport: Transport, server: Server, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert (await transport.get(site, "/x")).status == 200


async def test_l17_the_user_agent_names_program_version_project_and_contact(
    server: Server, site: Site, clock: MovableClock
) -> None:
    name = user_agent("pony (me)\r\nX: 1 é <a@b.example>")
    async with Transport(clock, allow_loopback_http=True, user_agent=name) as transport:
        await transport.get(site, "/x")
    sent = server.requests[0].headers["User-Agent"]
    assert sent.startswith("Mailmare/")
    assert "+https://" in sent
    assert sent.endswith("; contact: pony meX: 1  <a@b.example>)")
    assert "contact" not in user_agent()


async def test_user_text_stays_inside_its_parameter(
    transport: Transport, server: Server, site: Site
) -> None:
    awkward = "a&key=1#x+y %26 ü=/?"
    await transport.get(site, "/x", {"q": awkward})
    assert dict(server.requests[0].query) == {"q": awkward}

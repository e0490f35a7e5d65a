"""Fault F19: names that lead nowhere, certificates that prove nothing, and no way down to http."""

import asyncio
import json
import os
import shutil
import ssl
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import web
from msgspec import structs

from bot.catalogue import Site
from bot.sites import Sites, Transport, Unavailable, Unconfirmed
from tests.clock import MovableClock
from tests.sites.conftest import Server, body

#: Asks each of the addresses given as its arguments, and says what came of it. A process of its
#: own, as which authorities are trusted is settled when it starts.
_CHILD = """
import asyncio, json, sys
from msgspec import structs
from bot.catalogue import CATALOGUE
from bot.clock import SYSTEM_CLOCK
from bot.sites import SiteError, Transport

async def main():
    outcomes = []
    async with Transport(SYSTEM_CLOCK, total_seconds=60, connect_seconds=60) as transport:
        for address in sys.argv[1:]:
            site = structs.replace(CATALOGUE["derpibooru"], base_url=address)
            try:
                outcomes.append((await transport.get(site, "/x", key="5ecret")).value)
            except SiteError as error:
                outcomes.append([type(error).__name__, error.message])
    print(json.dumps(outcomes))

asyncio.run(main())
"""


@dataclass
class Secure:
    """A server on this machine that speaks https with one certificate."""

    url: str = ""
    location: str = ""
    """Where it sends whoever asks; empty for a good answer."""
    paths: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.paths.append(request.path)
        if self.location:
            return web.Response(status=302, headers={"Location": self.location})
        return web.json_response({"ok": True})


class Authority:
    """Issues certificates, with the system's openssl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.certificate = folder / "authority.pem"
        self._run(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -batch "
            "-subj /CN=authority -addext keyUsage=critical,keyCertSign "
            "-keyout authority.key -out authority.pem"
        )

    def issue(self, name: str, *, host: str = "localhost", days: int = 1) -> ssl.SSLContext:
        """Return the server's side of a certificate for `host` that ends `days` from now."""
        extensions = self._folder / f"{name}.ext"
        extensions.write_text(
            f"subjectAltName=DNS:{host}\nbasicConstraints=CA:FALSE\n"
            "subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        )
        self._run(
            "req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -batch "
            f"-subj /CN={host} -keyout {name}.key -out {name}.csr"
        )
        self._run(
            f"x509 -req -in {name}.csr -CA authority.pem -CAkey authority.key -set_serial 7 "
            f"-days {days} -extfile {name}.ext -out {name}.pem"
        )
        return self._context(name)

    def self_signed(self) -> ssl.SSLContext:
        """Return the server's side of a certificate that nobody vouches for."""
        self._run(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -batch "
            "-subj /CN=localhost -addext subjectAltName=DNS:localhost -keyout own.key -out own.pem"
        )
        return self._context("own")

    def _context(self, name: str) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self._folder / f"{name}.pem", self._folder / f"{name}.key")
        return context

    def _run(self, arguments: str) -> None:
        subprocess.run(
            ["openssl", *arguments.split()], cwd=self._folder, check=True, capture_output=True
        )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    if shutil.which("openssl") is None:
        pytest.skip("the openssl command is not here to make certificates with")
    return Authority(tmp_path_factory.mktemp("authority"))


async def serving(*contexts: ssl.SSLContext) -> AsyncIterator[list[Secure]]:
    servers, runners = [], []
    for context in contexts:
        secure = Secure()
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", secure.answer)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
        secure.url = f"https://localhost:{runner.addresses[0][1]}"
        servers.append(secure)
        runners.append(runner)
    yield servers
    for runner in runners:
        await runner.cleanup()


async def asked(authority: Authority, *addresses: str) -> list[object]:
    """Return what a process that trusts the authority gets from each of the addresses."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _CHILD, *addresses,
        env=os.environ | {"SSL_CERT_FILE": str(authority.certificate)},
        stdout=asyncio.subprocess.PIPE, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    out, _err = await child.communicate()
    assert child.returncode == 0
    outcomes: list[object] = json.loads(out)
    return outcomes


async def test_f19_a_certificate_must_be_in_force_and_for_that_very_host(
    authority: Authority, server: Server
) -> None:
    """The one that is both is taken, so the others fail for what is wrong with them alone."""
    good, sends_down = authority.issue("good"), authority.issue("down")
    expired = authority.issue("expired", days=-1)
    elsewhere = authority.issue("elsewhere", host="derpibooru.org")
    async for servers in serving(good, expired, elsewhere, sends_down):
        servers[3].location = f"{server.url}/x"
        outcomes = await asked(authority, *(one.url for one in servers))

        assert outcomes[0] == {"ok": True}
        for outcome in outcomes[1:3]:
            assert outcome == [
                "Unavailable",
                "Derpibooru is not working at the moment. It could not be reached.",
            ]
        # Nobody was told anything, the key included, before the certificate was looked at.
        assert [one.paths for one in servers[:3]] == [["/x"], [], []]
        # Nor does a host that proved itself lead down to plain http.
        assert outcomes[3] == [
            "Unavailable",
            "Derpibooru is not working at the moment. It sent us to another address.",
        ]
        assert server.count == 0


async def test_f19_a_certificate_that_nobody_vouches_for_is_not_taken(
    authority: Authority, transport: Transport, site: Site, clock: MovableClock
) -> None:
    async for servers in serving(authority.self_signed()):
        own = structs.replace(site, base_url=servers[0].url)
        with pytest.raises(Unavailable, match="could not be reached"):
            await transport.get(own, "/x", key="5ecret")
        clock.advance(60)
        with pytest.raises(Unavailable) as caught:
            await transport.send(own, "POST", "/x", bearer="5ecret")

        assert not isinstance(caught.value, Unconfirmed)
        assert servers[0].paths == []


async def test_f19_plain_http_where_https_is_spoken_is_a_failure_and_no_way_down(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(200, body(images=[], total=0))
    spoken = structs.replace(site, base_url=server.url.replace("http:", "https:"))
    async with Sites({"derpibooru": spoken}, transport) as sites:
        with pytest.raises(Unavailable, match="could not be reached"):
            await sites.boards["derpibooru"].search("safe")
        (status,) = sites.status()

    assert not status.ok
    assert server.count == 0


async def test_f19_a_name_that_leads_nowhere_is_a_failure(
    transport: Transport, site: Site, clock: MovableClock
) -> None:
    """The name is one that no resolver knows (RFC 6761); the tests' border answers for it."""
    nowhere = structs.replace(site, base_url="https://derpibooru.invalid")
    with pytest.raises(Unavailable, match="could not be reached") as caught:
        await transport.get(nowhere, "/x", key="5ecret")

    assert caught.value.until is not None
    assert "invalid" not in caught.value.message
    clock.advance(60)
    with pytest.raises(Unavailable) as changed:
        await transport.send(nowhere, "POST", "/x", bearer="5ecret")
    assert not isinstance(changed.value, Unconfirmed)

"""`/health` and `/metrics` over HTTP: what they answer, when, and where they may be."""

import asyncio
import json
import re
import socket
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec import json as msgspec_json

import bot
from bot.app import App
from bot.health import Heartbeat, check
from bot.metrics.address import EndpointError, is_meant
from bot.metrics.door import MOST
from bot.metrics.endpoint import Endpoint
from bot.metrics.outbox import PATIENCE
from tests.clock import MovableClock
from tests.metrics.conftest import Monitor

#: What an error may quote.
SECRET = "query:my_private_tag"


@pytest.mark.parametrize(
    ("beat", "status", "state"),
    [
        (None, 503, "stopped"),
        ({"alive": 0.0}, 200, "running"),
        ({"alive": None}, 503, "starting"),
        ({"alive": -100.0}, 503, "disconnected"),
        ({"alive": 0.0, "troubles": [f"tail: failed. KeyError: {SECRET}"]}, 503, "in_trouble"),
        ({"alive": None, "waits": 60.0}, 503, "waiting"),
        ({"alive": 0.0, "at": -600.0}, 503, "stopped"),
        ({"text": b"{"}, 503, "unknown"),
    ],
)
async def test_health_judges_as_the_command_does_and_quotes_nothing(
    monitor: Monitor,
    heartbeat: Path,
    clock: MovableClock,
    beat: dict[str, Any] | None,
    status: int,
    state: str,
) -> None:
    def instant(name: str) -> Any:
        seconds = (beat or {}).get(name)
        return None if seconds is None else clock.now() + timedelta(seconds=seconds)

    if beat is not None:
        made = Heartbeat(
            pid=1,
            at=instant("at") or clock.now(),
            alive_at=instant("alive"),
            interval=15.0,
            waiting_until=instant("waits"),
            troubles=beat.get("troubles", ()),
        )
        heartbeat.write_bytes(beat.get("text") or msgspec_json.encode(made))
    answered, text = await monitor.ask("/health")
    assert (answered, json.loads(text)) == (status, {"ok": status == 200, "state": state})
    assert (status == 200) == check(heartbeat, clock.now()).ok
    assert await monitor.ask("/health", "HEAD") == (status, "")
    assert (await monitor.scrape()).find("mailmare_healthy") == (status == 200)


async def test_there_is_nothing_else_to_ask_for(monitor: Monitor) -> None:
    for path in ("/", "/metrics/", "/health/x", "/debug", "/metricsx"):
        assert (await monitor.ask(path))[0] == 404, path
    for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH"):
        for path in ("/health", "/metrics"):
            assert (await monitor.ask(path, method))[0] == 405, method
    assert (await monitor.ask("/metrics", "HEAD")) == (200, "")


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ("localhost:9464", 200),
        ("LOCALHOST", 200),
        ("127.0.0.1:9464", 200),
        ("[::1]:9464", 200),
        ("elsewhere.example", 421),
        ("elsewhere.example:9464", 421),
        ("localhost.elsewhere.example", 421),
        ("127.0.0.1.elsewhere.example", 421),
        ("elsewhere.example@127.0.0.1:port", 421),
        ("", 421),
    ],
)
async def test_a_page_whose_name_leads_here_reads_nothing(
    monitor: Monitor, named: str, status: int
) -> None:
    """A browser takes a name that leads to this machine for the page's own (DNS rebinding)."""
    url = f"http://127.0.0.1:{monitor.endpoint.port}/metrics"
    async with monitor.session.get(url, headers={"Host": named}) as reply:
        assert reply.status == status
        assert ("mailmare_healthy" in await reply.text()) == (status == 200)


async def test_whoever_gives_no_name_is_no_browser_and_is_answered(monitor: Monitor) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", monitor.endpoint.port)
    writer.write(b"GET /health HTTP/1.0\r\n\r\n")
    assert b'"state":"stopped"' in await asyncio.wait_for(reader.read(), 5)
    writer.close()


def test_where_other_machines_ask_any_name_may_be_its_own() -> None:
    for listening in ("10.0.0.5", "::", "fd00::5"):
        assert is_meant(listening, "mailmare:9464")
    for listening in ("127.0.0.1", "127.0.0.53", "::1"):
        assert not is_meant(listening, "mailmare:9464")


async def test_before_there_is_a_bot_the_process_is_told_of(monitor: Monitor) -> None:
    before = await monitor.scrape()
    assert before.find("mailmare_healthy") == 0
    assert before.find("process_start_time_seconds")
    assert before.of("mailmare_build_info")
    assert before.of("mailmare_site_ok") == {}


async def test_the_database_is_left_alone_once_the_bot_is_not_watched(
    app: App, monitor: Monitor
) -> None:
    """Otherwise a scrape would open it anew while the bot ends."""
    async with monitor.watching(app):
        assert (await monitor.scrape()).find("mailmare_database_up") == 1
    after = await monitor.scrape()
    assert after.find("mailmare_database_up") is None
    assert after.of("mailmare_site_ok") == {}


async def test_a_database_that_does_not_answer_holds_up_nothing(
    app: App, monitor: Monitor, clock: MovableClock
) -> None:
    """All its readers are taken: the rest is told, and it again once it answers."""
    taken, enough = asyncio.Barrier(4), asyncio.Event()

    async def read() -> None:
        async with app.store.read() as tx:
            await tx.history.outbox()
            await taken.wait()
            await enough.wait()

    readers = [asyncio.create_task(read()) for _reader in range(3)]
    await taken.wait()
    began = clock.monotonic()
    scrapes = await clock.hurry(asyncio.gather(*(monitor.scrape() for _scrape in range(3))))
    assert clock.monotonic() - began <= PATIENCE
    for scrape in scrapes:
        assert scrape.find("mailmare_database_up") == 0
        assert scrape.of("mailmare_outbox_announcements") == {}
        assert scrape.find("mailmare_site_ok", site="derpibooru") == 1
    enough.set()
    await asyncio.gather(*readers)
    assert (await monitor.scrape()).find("mailmare_database_up") == 1


async def test_a_port_that_is_in_use_is_refused_by_name_with_what_to_do(
    monitor: Monitor, heartbeat: Path, clock: MovableClock
) -> None:
    port = monitor.endpoint.port
    with pytest.raises(EndpointError) as caught:
        async with Endpoint(heartbeat, clock, host="127.0.0.1", port=port):
            pass
    assert caught.value.in_use
    said = str(caught.value)
    assert said.startswith(f"MAILMARE_METRICS_PORT: another program uses port {port} of 127.0.0.1")
    assert "choose another port" in said


async def test_an_address_of_another_machine_is_refused_by_name(
    heartbeat: Path, clock: MovableClock
) -> None:
    with pytest.raises(EndpointError, match=r"MAILMARE_METRICS_HOST: 203\.0\.113\.9 is no address"):
        async with Endpoint(heartbeat, clock, host="203.0.113.9", port=0):
            pass


async def test_f16_many_connections_that_say_nothing_leave_the_bot_its_file_descriptors(
    monitor: Monitor,
) -> None:
    opened = [
        await asyncio.open_connection("127.0.0.1", monitor.endpoint.port)
        for _connection in range(MOST + 5)
    ]
    for reader, _writer in opened[MOST:]:
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
    for _reader, writer in opened[: MOST // 2]:
        writer.close()
        await writer.wait_closed()
    assert (await monitor.ask("/health"))[0] == 503
    for _reader, writer in opened[MOST // 2 :]:
        writer.close()


@pytest.mark.parametrize("said", [b"", b"GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Slow: "])
async def test_f16_a_connection_is_not_held_for_ever(
    heartbeat: Path, clock: MovableClock, said: bytes
) -> None:
    async with Endpoint(
        heartbeat, clock, host="127.0.0.1", port=0, longest=0.05, grace=0.05
    ) as endpoint:
        reader, writer = await asyncio.open_connection("127.0.0.1", endpoint.port)
        writer.write(said)
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_f16_whoever_never_reads_the_answer_is_cut_off(
    heartbeat: Path, clock: MovableClock
) -> None:
    async with Endpoint(
        heartbeat, clock, host="127.0.0.1", port=0, longest=0.2, grace=0.05
    ) as endpoint:
        asked = socket.create_connection(("127.0.0.1", endpoint.port))
        with asked:
            asked.setblocking(False)
            asked.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            loop = asyncio.get_running_loop()

            async def ask_on() -> None:
                while True:
                    await loop.sock_sendall(
                        asked, b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n" * 500
                    )

            with pytest.raises(ConnectionError):
                await asyncio.wait_for(ask_on(), 10)


async def test_its_port_is_free_again_after_it(heartbeat: Path, clock: MovableClock) -> None:
    async with Endpoint(heartbeat, clock, host="127.0.0.1", port=0) as endpoint:
        port = endpoint.port
    socket.create_server(("127.0.0.1", port)).close()


def test_whoever_has_no_endpoint_does_not_pay_for_the_library() -> None:
    """What imports it is itself imported only inside the function that needs it."""
    costly = r"^(?:from|import) .*\b(?:prometheus_client|families|endpoint)\b"
    at_once = re.compile(costly, re.MULTILINE)
    files = Path(bot.__file__).parent.rglob("*.py")
    importing = {path.name for path in files if at_once.search(path.read_text())}
    assert importing == {"families.py", "endpoint.py"}

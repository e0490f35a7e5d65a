"""Files on their way to PonyAggregate's storage (seed S0; boards, 4b)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from msgspec import structs

from bot.demo.sites import SimulatedSites
from bot.sites import (
    BadQuery,
    BadRequest,
    BadResponse,
    PonyAggregate,
    Refused,
    Transport,
    Unavailable,
)
from bot.sites.ponyaggregate import (
    Attachment,
    PendingAttachment,
)
from bot.sites.upload import CHUNK
from tests.clock import MovableClock
from tests.sites.archive import PMV, UUID, archives, pieces
from tests.sites.conftest import Server, at, says


async def test_a_file_is_announced_put_and_finalised(
    archive: PonyAggregate, simulated: SimulatedSites, tmp_path: Path
) -> None:
    """Rule L8: the key goes to the site's own host and not to the storage."""
    file = tmp_path / "pony.png"
    file.write_bytes(bytes(range(256)) * 1000)
    seen: list[tuple[int, int]] = []
    attachment = await archive.attach(
        file,
        name="pony.png",
        mime="image/png",
        size=256_000,
        progress=lambda sent, size: seen.append((sent, size)),
    )
    assert simulated.world.archive.attachments[attachment.uuid].received == 256_000
    assert simulated.world.archive.attachments[attachment.uuid].finalized
    assert seen[0] == (0, 256_000)
    assert seen[-1] == (256_000, 256_000)
    assert [sent for sent, _size in seen] == sorted({sent for sent, _size in seen})
    (put,) = simulated.ponyaggregate.storage.requests
    assert "Authorization" not in put.headers
    assert put.headers["Content-Type"] == "image/png"
    assert "Cookie" not in put.headers
    made = await archive.submission_new(structs.replace(PMV, attachments=(attachment.uuid,)))
    assert made in simulated.world.archive.submissions


async def test_a_file_that_was_not_put_is_not_finalised(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    pending = await archive.attachment_create("pony.png", "image/png", 4)
    assert pending.presigned_url.startswith(simulated.ponyaggregate.storage.url)
    with pytest.raises(BadQuery):
        await archive.attachment_finalize(pending.uuid)
    await archive.attachment_put(pending, pieces(b"po", b"ny"), mime="image/png", size=4)
    await archive.attachment_finalize(pending.uuid)
    assert simulated.world.archive.attachments[pending.uuid].finalized


async def test_a_broken_upload_starts_again_from_its_beginning(
    archive: PonyAggregate, simulated: SimulatedSites, tmp_path: Path
) -> None:
    file = tmp_path / "pony.png"
    file.write_bytes(bytes(1_000_000))
    simulated.ponyaggregate.storage.mode = "fails_midway"
    seen: list[int] = []
    attachment = await archive.attach(
        file,
        name="a",
        mime="image/png",
        size=1_000_000,
        progress=lambda sent, _size: seen.append(sent),
    )
    assert seen.count(0) == 2
    assert simulated.world.archive.attachments[attachment.uuid].received == 1_000_000
    assert len(simulated.ponyaggregate.storage.requests) == 2


async def test_what_can_be_read_once_only_is_put_once(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    simulated.ponyaggregate.storage.mode = "fails_midway"
    with pytest.raises(Unavailable):
        await archive.attach(
            pieces(bytes(500_000), bytes(500_000)), name="a", mime="image/png", size=1_000_000
        )
    assert len(simulated.ponyaggregate.storage.requests) == 1


async def test_an_upload_that_stands_still_is_given_up(simulated: SimulatedSites) -> None:
    simulated.ponyaggregate.storage.mode = "stall"
    async for impatient in archives(simulated, stall_seconds=0.4):
        with pytest.raises(Unavailable, match="too long"):
            await impatient.attach(pieces(bytes(500_000)), name="a", mime="image/png", size=500_000)


async def test_an_upload_takes_as_long_as_it_moves(
    archive: PonyAggregate, simulated: SimulatedSites, leap: Callable[[float], None]
) -> None:
    async def slow() -> AsyncIterator[bytes]:
        for _part in range(5):
            leap(25)
            await asyncio.sleep(0.001)
            yield bytes(100)

    attachment = await archive.attach(slow(), name="a", mime="image/png", size=500)
    assert simulated.world.archive.attachments[attachment.uuid].received == 500


@pytest.mark.parametrize(
    ("size", "told"), [(CHUNK, "shorter"), (3 * CHUNK, "longer"), (1, "longer")]
)
async def test_a_file_of_another_size_than_announced_is_never_put_whole(
    archive: PonyAggregate, simulated: SimulatedSites, size: int, told: str
) -> None:
    content = bytes(CHUNK - 1) if told == "shorter" else bytes(4 * CHUNK)
    with pytest.raises(BadRequest, match=told):
        await archive.attach(pieces(content), name="a", mime="image/png", size=size)
    (attachment,) = list(simulated.world.archive.attachments.values())[-1:]
    assert attachment.received is None


async def test_a_file_that_cannot_be_read_is_told(archive: PonyAggregate, tmp_path: Path) -> None:
    with pytest.raises(BadRequest, match="cannot be read"):
        await archive.attach(tmp_path / "none", name="a", mime="image/png", size=5)


async def test_content_that_gives_out_is_told_and_not_the_hosts_fault(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    async def torn() -> AsyncIterator[bytes]:
        yield b"half"
        raise OSError("gone")

    for _often in range(3):
        with pytest.raises(BadRequest, match="cannot be read"):
            await archive.attach(torn(), name="a", mime="image/png", size=8)
    # The storage is not left alone for it.
    await archive.attach(pieces(b"po", b"ny"), name="a", mime="image/png", size=4)


async def test_an_upload_ends_with_its_caller(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    waits = asyncio.Event()
    ended = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            yield bytes(10)
            waits.set()
            await asyncio.Event().wait()
        finally:
            ended.set()

    call = asyncio.create_task(archive.attach(endless(), name="a", mime="image/png", size=500))
    await waits.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    await asyncio.wait_for(ended.wait(), 30)


@pytest.mark.parametrize(
    "url",
    [
        "http://storage.example.org/x",
        "https://user@storage.example.org/x",
        "https://storage.example.org:8443/x",
        "https://elsewhere.example.org/x",
        "https://storage.example.org.evil.example/x",
        "ftp://storage.example.org/x",
        "/x",
        "https://",
        "https://[::1",
        "https://storage.example.org:99999/x",
        "https://storage.example.org:https/x",
        "https://storage。example.org/x",
        "https://xn--/x",
        "https://storage.example.org/x\r\nCookie: a",
        "https://storage.example.org/\ud800",
    ],
)
async def test_a_file_is_put_on_no_host_but_those_of_the_setting(
    server: Server, transport: Transport, url: str
) -> None:
    hosts = frozenset({"storage.example.org"})
    site = structs.replace(at(server, "ponyaggregate"), upload_hosts=hosts)
    client = PonyAggregate(site, transport, key="our-own-key")
    with pytest.raises((BadRequest, BadResponse)) as caught:
        await client.attachment_put(
            PendingAttachment(url, UUID), pieces(b"x"), mime="image/png", size=1
        )
    if "elsewhere" in url:
        assert "MAILMARE_PONYAGGREGATE_UPLOAD_HOSTS" in caught.value.message
        assert "elsewhere.example.org" in caught.value.message
    assert server.count == 0


async def test_a_real_site_leads_no_file_to_this_machine(
    server: Server, transport: Transport
) -> None:
    site = structs.replace(at(server, "ponyaggregate"), base_url="https://ponyaggregate.com")
    with pytest.raises(BadResponse):
        await transport.upload(site, f"{server.url}/x", pieces(b"x"), size=1, mime="image/png")
    assert server.count == 0


async def test_an_upload_that_is_refused_is_an_answer_and_keeps_nobody_away(
    server: Server, transport: Transport, clock: MovableClock
) -> None:
    site = at(server, "ponyaggregate")

    async def put() -> None:
        await transport.upload(site, f"{server.url}/x", pieces(b"x"), size=1, mime="image/png")

    server.says(403, "<Error/>", "application/xml")
    with pytest.raises(Refused):
        await put()
    server.says(307, "", Location=f"{server.url}/elsewhere")
    with pytest.raises(Unavailable, match="another address"):
        await put()
    server.says(204, "")
    clock.advance(60)
    await put()
    assert server.count == 3


async def test_an_upload_that_meets_a_busy_storage_begins_again(
    server: Server, transport: Transport, clock: MovableClock, tmp_path: Path
) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"pony")
    server.script = [says(503, "<Error/>", "application/xml")]
    server.says(200, "")
    await clock.hurry(
        transport.upload(
            at(server, "ponyaggregate"), f"{server.url}/x", file, size=4, mime="image/png"
        )
    )
    assert server.count == 2


async def test_a_pending_attachment_does_not_show_where_it_is_put() -> None:
    assert "Signature" not in repr(PendingAttachment("https://x.example/?Signature=1", UUID))
    assert repr(Attachment(UUID))

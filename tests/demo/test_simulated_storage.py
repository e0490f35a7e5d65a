"""Files go to PonyAggregate's storage, a host of its own (seed S0; reference: safety, 5)."""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

import aiohttp
import pytest

from .conftest import BEARER, Operator


async def test_a_file_goes_to_another_host_and_is_finalised(operator: Operator) -> None:
    """Seed S0; reference: safety, 5."""
    made = await operator.attach()
    url = made["presignedUrl"]
    storage = operator.sites.ponyaggregate.storage
    assert url.startswith(storage.url)
    assert storage.url != operator.sites.urls["ponyaggregate"]
    path = f"attachments/{made['uuid']}/finalize"
    await operator.send("PUT", path, None, 400)
    assert await operator.put(url) == 200
    await operator.send("PUT", path)
    file = operator.sites.world.archive.attachments[made["uuid"]]
    assert (file.received, file.finalized) == (12, True)
    assert [request.method for request in storage.requests] == ["PUT"]
    await operator.send("PUT", "attachments/no-such/finalize", None, 404)
    file.owner = 11
    await operator.send("PUT", path, None, 403)


async def test_the_storage_lets_in_the_signature_alone(operator: Operator) -> None:
    """Safety, 5: no Authorization goes to a presigned address."""
    url = (await operator.attach())["presignedUrl"]
    assert await operator.put(url, headers=BEARER) == 400
    assert await operator.put(url.partition("?")[0]) == 403
    assert await operator.put(url + "0") == 403
    assert await operator.put(url, b"short") == 400
    assert await operator.put(url, b"longer than it was said to be") == 400
    assert await operator.put(url) == 200


async def test_an_upload_that_breaks_midway_starts_again(operator: Operator) -> None:
    data = b"x" * 300_000
    made = await operator.attach(data)
    storage = operator.sites.ponyaggregate.storage
    storage.mode = "fails_midway"
    # The connection breaks, and aiohttp tries a PUT of bytes once more by itself.
    assert await operator.put(made["presignedUrl"], data) == 200
    assert [request.method for request in storage.requests] == ["PUT", "PUT"]
    await operator.send("PUT", f"attachments/{made['uuid']}/finalize")


async def test_a_stream_that_breaks_midway_is_not_there(operator: Operator) -> None:
    data = b"x" * 300_000
    made = await operator.attach(data)
    operator.sites.ponyaggregate.storage.mode = "fails_midway"
    reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(made["presignedUrl"]).port)
    target = made["presignedUrl"].removeprefix(operator.sites.ponyaggregate.storage.url)
    head = f"PUT {target} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(data)}\r\n\r\n"
    writer.write(head.encode())
    writer.write(data[:200_000])
    with suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()
    await operator.send("PUT", f"attachments/{made['uuid']}/finalize", None, 400)


async def test_an_upload_can_stall(operator: Operator) -> None:
    made = await operator.attach()
    operator.sites.ponyaggregate.storage.mode = "stall"
    with pytest.raises(TimeoutError):
        await operator.put(made["presignedUrl"], timeout=aiohttp.ClientTimeout(sock_read=0.1))


async def test_a_file_that_arrives_short_cannot_be_finalised(operator: Operator) -> None:
    made = await operator.attach()
    operator.sites.ponyaggregate.storage.mode = "wrong_size"
    assert await operator.put(made["presignedUrl"]) == 200
    await operator.send("PUT", f"attachments/{made['uuid']}/finalize", None, 400)

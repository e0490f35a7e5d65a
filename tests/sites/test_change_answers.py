"""What a site says to a change: made, not so, ask a person, not with that key."""

import pytest

from bot.catalogue import Site
from bot.sites import (
    BadQuery,
    BadRequest,
    KeyRefused,
    NeedsBrowser,
    NotFound,
    Refused,
    SiteError,
    Transport,
    Unavailable,
    Unconfirmed,
)
from bot.sites.bounds import MAX_BODY
from tests.clock import MovableClock
from tests.sites.conftest import OK, Server, at


@pytest.mark.parametrize(
    ("status", "text"), [(200, ""), (201, '{"id": 1}'), (202, "{"), (204, ""), (200, "OK")]
)
async def test_a_change_may_be_answered_in_any_way_that_says_it_was_made(
    transport: Transport, server: Server, site: Site, status: int, text: str
) -> None:
    server.says(status, text, "text/plain")
    reply = await transport.send(site, "DELETE", "/x")
    assert reply.value == ({"id": 1} if status == 201 else None)
    assert transport.standing(site).circuit.failures == 0


@pytest.mark.parametrize(
    ("status", "text", "mime"),
    [
        (200, "<html>", "text/html"),
        (206, "", "text/plain"),
        (302, "", "text/html"),
        (500, "", "text/plain"),
        (200, "x" * (MAX_BODY + 1), "text/plain"),
    ],
)
async def test_f17_a_change_that_is_answered_with_nothing_usable_is_not_known_to_be_made(
    transport: Transport, server: Server, site: Site, status: int, text: str, mime: str
) -> None:
    server.says(status, text, mime)
    with pytest.raises(Unconfirmed, match="look before you try again"):
        await transport.send(site, "POST", "/x")
    assert server.count == 1
    assert transport.standing(site).circuit.failures == 1


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BadQuery), (404, NotFound), (403, Refused), (401, Refused)]
)
async def test_what_a_site_answers_to_a_change_is_an_answer_and_no_failure(
    transport: Transport, server: Server, site: Site, status: int, kind: type[SiteError]
) -> None:
    server.says(status, '{"error": "because"}')
    with pytest.raises(kind) as caught:
        await transport.send(site, "POST", "/x")
    assert type(caught.value) is kind
    assert transport.standing(site).circuit.failures == 0
    if status == 400:
        assert "because" in caught.value.message


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"errors": {"image": ["is too big", 7], "tags": "missing"}}', "image: is too big; tags"),
        ('{"message": "not so"}', "not so"),
        ('{"errors": []}', "understand that."),
    ],
)
async def test_the_reasons_of_a_refused_change_are_told(
    transport: Transport, server: Server, site: Site, body: str, told: str
) -> None:
    server.says(400, body)
    with pytest.raises(BadQuery, match=told):
        await transport.send(site, "POST", "/x")


@pytest.mark.parametrize("status", [400, 401, 403, 422])
async def test_l15_a_site_that_wants_a_person_is_told_apart_from_one_that_refuses_the_key(
    transport: Transport, server: Server, site: Site, status: int
) -> None:
    server.says(status, '{"error": "Turnstile verification failed"}')
    with pytest.raises(NeedsBrowser, match=r"browser, on derpibooru\.org"):
        await transport.send(site, "POST", "/x", bearer="5ecret")
    assert not transport.standing(site).circuit.key_refused
    with pytest.raises(SiteError) as caught:
        await transport.send(site, "POST", "/x", idempotent=True)
    assert not isinstance(caught.value, NeedsBrowser)


@pytest.mark.parametrize("status", [401, 403])
async def test_l8_f15_a_refused_key_is_marked_and_told_once(
    transport: Transport,
    server: Server,
    site: Site,
    status: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    server.says(status, "{}")
    for _time in range(3):
        with pytest.raises(KeyRefused):
            await transport.send(site, "POST", "/x", bearer="5ecret")
    assert transport.standing(site).circuit.key_refused
    assert [record.getMessage() for record in caplog.records] == [
        "derpibooru refuses the operator's key; it is not used again"
    ]
    assert "5ecret" not in caplog.text


async def test_l8_a_bearer_goes_to_its_host_and_over_no_redirect(
    transport: Transport, server: Server, site: Site, clock: MovableClock
) -> None:
    await transport.send(site, "POST", "/x", bearer="5ecret")
    assert server.requests[0].headers["Authorization"] == "Bearer 5ecret"
    assert "5ecret" not in str(server.requests[0].rel_url)
    server.says(307, "", Location=f"{server.url}/elsewhere")
    with pytest.raises(Unavailable, match="another address"):
        await transport.send(site, "POST", "/x", bearer="5ecret")
    assert server.count == 2
    server.answer = OK
    clock.advance(1)
    await transport.get(at(server, "ponybooru"), "/x")
    assert "Authorization" not in server.requests[2].headers


async def test_l8_no_cookie_of_an_answer_is_ever_sent_back(
    transport: Transport, server: Server, site: Site
) -> None:
    server.says(200, Set_Cookie="session=1; Path=/")
    reply = await transport.send(site, "POST", "/login")
    assert reply.headers["Set-Cookie"] == "session=1; Path=/"
    await transport.send(site, "POST", "/x")
    await transport.get(site, "/x")
    assert all("Cookie" not in request.headers for request in server.requests)


@pytest.mark.parametrize("bearer", ["", "a b", "a\r\nX: 1", "é"])
async def test_a_key_that_no_header_carries_is_refused_before_any_request(
    transport: Transport, server: Server, site: Site, bearer: str
) -> None:
    with pytest.raises(BadRequest):
        await transport.send(site, "POST", "/x", bearer=bearer)
    with pytest.raises(BadRequest):
        await transport.send(site, "POST", "/x", body={"a": "\ud800"})
    assert server.count == 0

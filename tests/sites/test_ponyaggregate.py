"""PonyAggregate's client against the simulated site and its storage (seed S0; boards, 4b)."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from msgspec import UNSET, structs

from bot.clock import SYSTEM_CLOCK
from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import LOGIN, PONYAGGREGATE_KEY, TURNSTILE_TOKEN
from bot.demo.world_archive import KEEPER, VIDEOS
from bot.secret import Secret
from bot.sites import (
    BadQuery,
    BadRequest,
    BadResponse,
    KeyRefused,
    NeedsBrowser,
    NotFound,
    PonyAggregate,
    Refused,
    Sites,
    Transport,
    Unavailable,
)
from bot.sites.ponyaggregate import (
    Attachment,
    NewSubmissionList,
    PendingAttachment,
    Rating,
    Revision,
    Submission,
    SubmissionList,
    SubmissionType,
)
from bot.sites.ponyaggregate_bodies import read_import, read_made, read_session, read_user
from bot.sites.ponyaggregate_routes import ROUTES
from bot.sites.upload import CHUNK
from tests.clock import MovableClock
from tests.sites.conftest import Server, at, says

UUID = "0b6f3c52-7a55-4d8e-9d7e-8a1f6f0f5a11"
PMV = Submission(
    name="Beat It PMV",
    description="A video.",
    tags=("pmv",),
    rating=Rating.SAFE,
    submission_type=SubmissionType.ANIMATION,
    original_date=datetime(2020, 1, 1, tzinfo=UTC),
)
FAVOURITES = NewSubmissionList(name="Favourites", description="", rating=Rating.SAFE)


@pytest.fixture
async def simulated() -> AsyncIterator[SimulatedSites]:
    async with SimulatedSites() as simulated:
        yield simulated


@pytest.fixture
async def archive(simulated: SimulatedSites) -> AsyncIterator[PonyAggregate]:
    async for archive in archives(simulated):
        yield archive


async def archives(
    simulated: SimulatedSites, stall_seconds: float = 60.0
) -> AsyncIterator[PonyAggregate]:
    transport = Transport(
        SYSTEM_CLOCK, allow_loopback_http=True, total_seconds=60.0, connect_seconds=60.0,
        stall_seconds=stall_seconds, jitter=lambda: 0.0,
    )  # fmt: skip
    keys = {"ponyaggregate": PONYAGGREGATE_KEY}
    async with Sites(simulated.catalogue, transport, keys=keys) as sites:
        yield sites.ponyaggregate


@pytest.fixture
def client(server: Server, transport: Transport) -> PonyAggregate:
    return PonyAggregate(at(server, "ponyaggregate"), transport, key="our-own-key")


async def pieces(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def test_the_key_belongs_to_somebody(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    user = await archive.users_me()
    assert user.id == KEEPER
    assert user.username
    assert user.body["role"] == "user"
    (request,) = simulated.requests["ponyaggregate"]
    assert (request.method, request.path) == ("POST", "/api/users/me")
    assert request.headers["Authorization"] == f"Bearer {PONYAGGREGATE_KEY}"


async def test_l8_d9_login_returns_the_cookie_and_its_end_and_stores_nothing(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    name, password = LOGIN
    session = await archive.login(name, Secret(password), turnstile=TURNSTILE_TOKEN)
    assert (session.name, session.value.reveal()) == ("session", "demo-session")
    assert "demo-session" not in repr(session)
    assert session.expires is not None
    assert timedelta(days=115) < session.expires - SYSTEM_CLOCK.now() < timedelta(days=125)
    assert "Authorization" not in simulated.requests["ponyaggregate"][0].headers
    await archive.users_me()
    assert all("Cookie" not in one.headers for one in simulated.requests["ponyaggregate"])
    with pytest.raises(Refused):
        await archive.login(name, Secret("wrong password"), turnstile=TURNSTILE_TOKEN)
    with pytest.raises(NeedsBrowser):
        await archive.login(name, Secret(password))


async def test_a_submission_is_made_revised_and_deleted(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    made = await archive.submission_new(PMV)
    assert isinstance(made, int)
    kept = simulated.world.archive.submissions[made].fields
    assert kept["submissionType"] == "Animation"
    assert kept["originalDate"] == 1577836800
    await archive.submission_revise(made, Revision(name="Another name"))
    assert simulated.world.archive.submissions[made].fields["name"] == "Another name"
    assert simulated.world.archive.submissions[made].fields["description"] == "A video."
    await archive.submission_delete(made)
    with pytest.raises(NotFound):
        await archive.submission_delete(made)


async def test_somebody_elses_submission_is_refused_and_the_key_goes_on(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    """Rule L8: a 403 that the document explains says nothing against the key."""
    made = await archive.submission_new(PMV)
    assert isinstance(made, int)
    simulated.world.archive.submissions[made].owner = KEEPER + 1
    with pytest.raises(Refused) as caught:
        await archive.submission_delete(made)
    assert not isinstance(caught.value, KeyRefused)
    assert simulated.requests["ponyaggregate"][-1].path == "/api/users/me"
    assert (await archive.users_me()).id == KEEPER


async def test_l1_an_import_from_derpibooru_credits_the_artists_and_not_the_uploader(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    post = next(
        post
        for post in simulated.world.posts("derpibooru").values()
        if any(tag.startswith("artist:") for tag in post.tags) and post.uploader and not post.hidden
    )
    imported = await archive.import_derpibooru(post.id)
    found = imported.submission
    assert found.creator_name == post.uploader
    names = [artist.name for artist in found.artists]
    assert names
    assert [f"artist:{name}" for name in names if f"artist:{name}" in post.tags]
    assert found.source == f"https://derpibooru.org/images/{post.id}"
    assert found.original_date == post.created_at.replace(microsecond=0)
    assert found.thumbnail
    submission = imported.as_submission()
    assert submission.creator == ", ".join(names)
    assert post.uploader not in str(submission.creator).split(", ")
    assert submission.attachments == (imported.attachment.uuid,)
    made = await archive.submission_new(submission)
    assert made in simulated.world.archive.submissions
    with pytest.raises(NotFound):
        await archive.import_derpibooru(9_999_999_999)


async def test_an_import_from_ponytube_keeps_whoever_published_it(archive: PonyAggregate) -> None:
    video, known = next(iter(VIDEOS.items()))
    imported = await archive.import_ponytube(video)
    assert imported.submission.type is SubmissionType.VIDEO
    assert imported.as_submission().creator == known.uploader
    assert await archive.submission_new(imported.as_submission()) is not None
    with pytest.raises(NotFound):
        await archive.import_ponytube("unknown")


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


async def test_f18_an_announced_file_needs_an_address_and_a_uuid(
    client: PonyAggregate, server: Server
) -> None:
    for body in ('{"uuid": "x", "presignedUrl": "https://x.example/"}', '{"uuid": "x"}', ""):
        server.says(200, body)
        with pytest.raises(BadResponse):
            await client.attachment_create("pony.png", "image/png", 4)


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


async def test_lists_are_made_edited_filled_and_shared(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    made = await archive.submission_new(PMV)
    assert isinstance(made, int)
    listed = await archive.list_new(FAVOURITES)
    assert isinstance(listed, int)
    known = simulated.world.archive.lists[listed]
    await archive.list_edit(listed, SubmissionList(name="Best", public=True))
    assert (known.fields["name"], known.fields["public"]) == ("Best", True)
    await archive.list_add(listed, [made])
    assert known.submissions == [made]
    await archive.list_remove(listed, [made])
    assert known.submissions == []
    friend = (await archive.users_me()).username
    assert friend
    await archive.collaborators_add(listed, [friend])
    assert known.collaborators == [friend]
    await archive.collaborators_remove(listed, [friend])
    assert known.collaborators == []
    with pytest.raises(BadQuery, match="nobody"):
        await archive.collaborators_add(listed, ["nobody"])
    with pytest.raises(NotFound):
        await archive.list_add(999_999, [made])


async def test_l15_a_token_is_passed_on_where_given_and_never_made_up(
    archive: PonyAggregate, simulated: SimulatedSites
) -> None:
    simulated.ponyaggregate.demands_turnstile = True
    with pytest.raises(NeedsBrowser, match="browser") as caught:
        await archive.submission_new(PMV)
    assert "ponyaggregate.com" in caught.value.message
    assert await archive.submission_new(PMV, turnstile=TURNSTILE_TOKEN) is not None
    assert (await archive.users_me()).id == KEEPER


@pytest.mark.parametrize("status", [401, 403])
async def test_l8_a_refused_key_is_used_no_more(
    client: PonyAggregate, server: Server, status: int
) -> None:
    server.says(status, "{}")
    with pytest.raises(KeyRefused):
        await client.list_new(FAVOURITES)
    with pytest.raises(KeyRefused):
        await client.list_new(FAVOURITES)
    with pytest.raises(KeyRefused):
        await client.submission_delete(1)
    assert server.count == 1


async def test_l8_a_403_about_one_thing_asks_whether_it_is_the_key(
    client: PonyAggregate, server: Server
) -> None:
    server.says(403, "{}")
    with pytest.raises(KeyRefused):
        await client.list_add("a-list", ["1"])
    assert [request.path for request in server.requests] == [
        "/api/lists/a-list/submissions/add",
        "/api/users/me",
    ]


async def test_without_a_key_the_operator_is_told_what_to_set(
    server: Server, transport: Transport
) -> None:
    client = PonyAggregate(at(server, "ponyaggregate"), transport)
    with pytest.raises(BadRequest, match="MAILMARE_PONYAGGREGATE_KEY"):
        await client.users_me()
    assert server.count == 0


WRONG: list[Any] = [
    lambda c: c.submission_new(Submission(name="x", rating=Rating.SAFE)),
    lambda c: c.submission_new(Submission(name="x", description="y", rating=Rating.SAFE)),
    lambda c: c.submission_new(structs.replace(PMV, name=" ")),
    lambda c: c.submission_new(structs.replace(PMV, description=UNSET)),
    lambda c: c.submission_new(structs.replace(PMV, thumbnail=b"x")),
    lambda c: c.submission_new(
        structs.replace(PMV, thumbnail=bytes(4_000_000), thumbnail_mime="image/png")
    ),
    lambda c: c.submission_new(structs.replace(PMV, original_date=datetime(2020, 1, 1))),  # noqa: DTZ001
    lambda c: c.submission_new(structs.replace(PMV, attachments=("x",))),
    lambda c: c.submission_new(structs.replace(PMV, tags=("x" * 100_001,))),
    lambda c: c.submission_revise(1, Revision(removed_attachments=("../x",))),
    lambda c: c.submission_revise("../me", Revision(name="x")),
    lambda c: c.submission_delete(""),
    lambda c: c.import_derpibooru(0),
    lambda c: c.import_ponytube("a/b"),
    lambda c: c.attachment_create("", "image/png", 1),
    lambda c: c.attachment_create("a/b", "image/png", 1),
    lambda c: c.attachment_create("a", "png", 1),
    lambda c: c.attachment_create("a", "image/png", 0),
    lambda c: c.attachment_finalize("me"),
    lambda c: c.list_new(NewSubmissionList(rating=Rating.SAFE)),
    lambda c: c.list_new(NewSubmissionList(name="x")),
    lambda c: c.list_new(structs.replace(FAVOURITES, name="x" * 101)),
    lambda c: c.list_new(structs.replace(FAVOURITES, description="x" * 10_001)),
    lambda c: c.list_edit(1, FAVOURITES),
    lambda c: c.list_edit(1, SubmissionList(name="")),
    lambda c: c.list_add(1, []),
    lambda c: c.collaborators_add(1, [""]),
    lambda c: c.collaborators_remove(1, ["x"] * 1001),
]


@pytest.mark.parametrize("wrong", WRONG)
async def test_what_the_site_does_not_take_is_refused_before_any_request(
    client: PonyAggregate, server: Server, wrong: Any
) -> None:
    with pytest.raises(BadRequest):
        await wrong(client)
    assert server.count == 0


async def test_the_longest_texts_that_are_allowed_are_sent(
    client: PonyAggregate, server: Server
) -> None:
    await client.list_new(structs.replace(FAVOURITES, name="x" * 100, description="y" * 10_000))
    assert server.count == 1


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


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (1_577_836_800, datetime(2020, 1, 1, tzinfo=UTC)),
        (1_577_836_800_000, datetime(2020, 1, 1, tzinfo=UTC)),
        ("2020-01-01T00:00:00.000Z", datetime(2020, 1, 1, tzinfo=UTC)),
        ("2020-01-01T00:00:00", datetime(2020, 1, 1, tzinfo=UTC)),
        (None, None),
    ],
)
def test_the_date_of_an_import_may_be_a_number_or_a_text(
    server: Server, sent: object, expected: datetime | None
) -> None:
    submission = {"name": "x", "type": "Aniumation", "rating": "Safe", "originalDate": sent}
    body = {"attachment": {"uuid": UUID}, "submission": submission}
    imported = read_import(body, at(server, "ponyaggregate"), creator_is_uploader=True)
    assert imported.submission.original_date == expected
    assert imported.submission.type is SubmissionType.ANIMATION
    assert imported.as_submission().description == "x"


@pytest.mark.parametrize(
    "changed",
    [
        {"originalDate": True},
        {"originalDate": 1e300},
        {"originalDate": "yesterday"},
        {"rating": "Explicit"},
        {"type": "Song"},
        {"tags": "safe"},
        {"thumbnail": "not base64!"},
        {"name": None},
    ],
)
def test_f18_an_import_that_is_not_as_documented_is_a_bad_response(
    server: Server, changed: dict[str, object]
) -> None:
    submission = {"name": "x", "type": "Artwork", "rating": "Safe", **changed}
    body = {"attachment": {"uuid": UUID}, "submission": submission}
    with pytest.raises(BadResponse):
        read_import(body, at(server, "ponyaggregate"), creator_is_uploader=True)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"id": 7}, 7),
        ({"uuid": UUID}, UUID),
        ({"submission": {"id": "a"}}, "a"),
        ({"list": {"id": 3}}, 3),
        ({"list": []}, None),
        ({"success": True}, None),
        (None, None),
        ([1], None),
        ({"id": {}}, None),
    ],
)
def test_the_id_of_something_new_is_found_where_it_may_stand(
    server: Server, body: object, expected: object
) -> None:
    assert read_made(body, at(server, "ponyaggregate")) == expected


def test_a_user_may_stand_alone(server: Server) -> None:
    site = at(server, "ponyaggregate")
    assert read_user({"username": "mare"}, site).username == "mare"
    with pytest.raises(BadResponse):
        read_user([], site)
    with pytest.raises(BadResponse):
        read_user({"user": {"id": []}}, site)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("session=a; Max-Age=60", timedelta(seconds=60)),
        ("session=a; Expires=Sun, 22 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("session=a; Max-Age=" + "9" * 12, None),
        ("session=a", None),
    ],
)
def test_the_end_of_a_session_is_read_from_its_cookie(
    clock: MovableClock, line: str, expected: timedelta | None
) -> None:
    session = read_session({"Set-Cookie": line}, clock.now())
    assert session is not None
    assert session.expires == (None if expected is None else clock.now() + expected)


async def test_of_several_cookies_the_accounts_own_is_returned(
    client: PonyAggregate, server: Server
) -> None:
    async def cookies(_request: web.Request) -> web.StreamResponse:
        response = web.json_response({})
        response.headers.add("Set-Cookie", "__cf_bm=1; Max-Age=99999999")
        response.headers.add("Set-Cookie", "theme=dark; Max-Age=60")
        response.headers.add("Set-Cookie", "sid=secret; Max-Age=10368000; HttpOnly")
        response.headers.add("Set-Cookie", "gone=; Max-Age=0")
        response.headers.add("Set-Cookie", "a/b=1")
        return response

    server.answer = cookies
    session = await client.login("mare", Secret("password"))
    assert session.name == "sid"
    server.says(200, "{}")
    with pytest.raises(BadResponse):
        await client.login("mare", Secret("password"))


def test_every_route_of_the_document_has_its_method() -> None:
    assert len(ROUTES) == 15
    assert all(callable(getattr(PonyAggregate, route.call)) for route in ROUTES)

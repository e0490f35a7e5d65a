"""What PonyAggregate's client refuses to send, and what it makes of odd answers (boards, 4b)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from msgspec import UNSET, structs

from bot.secret import Secret
from bot.sites import (
    BadRequest,
    BadResponse,
    KeyRefused,
    PonyAggregate,
    Transport,
)
from bot.sites.ponyaggregate import (
    NewSubmissionList,
    Rating,
    Revision,
    Submission,
    SubmissionList,
    SubmissionType,
)
from bot.sites.ponyaggregate_bodies import read_import, read_made, read_session, read_user
from tests.clock import MovableClock
from tests.sites.archive import FAVOURITES, PMV, UUID
from tests.sites.conftest import Server, at


@pytest.fixture
def client(server: Server, transport: Transport) -> PonyAggregate:
    return PonyAggregate(at(server, "ponyaggregate"), transport, key="our-own-key")


async def test_f18_an_announced_file_needs_an_address_and_a_uuid(
    client: PonyAggregate, server: Server
) -> None:
    for body in ('{"uuid": "x", "presignedUrl": "https://x.example/"}', '{"uuid": "x"}', ""):
        server.says(200, body)
        with pytest.raises(BadResponse):
            await client.attachment_create("pony.png", "image/png", 4)


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

"""The simulated PonyAggregate does what seed S0 describes, and keeps what it is given."""

import base64
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import pytest

from bot.demo.sites import SimulatedSites
from bot.demo.sites.keys import LOGIN, PONYAGGREGATE_KEY, TURNSTILE_TOKEN
from bot.demo.world import World
from tests.clock import MovableClock

from .conftest import BEARER, Operator, Visitor

SUBMISSION = {
    "name": "Beat It PMV",
    "description": "A video.",
    "tags": ["pmv"],
    "source": "https://www.example.com/watch?v=gmJ2Bkx2C5A",
    "attachments": [],
    "thumbnailMime": "image/webp",
    "thumbnail": base64.b64encode(b"x").decode(),
    "rating": "Safe",
    "creator": "animated james",
    "submissionType": "Video",
    "originalDate": 1_700_000_000,
    "cfKey": "invisible",
}
LIST = {
    "name": "A list",
    "description": "",
    "rating": "Safe",
    "public": True,
    "collaborative": True,
    "collaborativeUsernames": ["hoofnote"],
    "cfKey": "invisible",
}


WRITES = [
    ("POST", "submissions/new", SUBMISSION, True),
    ("POST", "submissions/import/derpibooru", {"imageId": 2_000_000_001}, True),
    ("POST", "submissions/import/ponytube", {"videoId": "rVf3bWmPqk2xS9tYcD7uGh"}, True),
    ("POST", "submissions/{mine}/revise", {"name": "New"}, True),
    ("DELETE", "submissions/{mine}/delete", None, False),
    ("POST", "attachments/create", {"name": "a", "mime": "image/png", "size": 3}, True),
    ("PUT", "attachments/{file}/finalize", None, False),
    ("POST", "lists/new", LIST, True),
    ("PUT", "lists/{list}/edit", {"name": "Newer"}, True),
    ("PUT", "lists/{list}/submissions/add", {"submissionIds": [101]}, False),
    ("DELETE", "lists/{list}/submissions/remove", {"submissionIds": [101]}, False),
    ("PUT", "lists/{list}/collaborators/add", {"collaboratorUsernames": ["hoofnote"]}, False),
    ("DELETE", "lists/{list}/collaborators/remove", {"collaboratorUsernames": ["x"]}, False),
]


async def filled(operator: Operator, path: str) -> str:
    names = {"mine": "", "file": "", "list": ""}
    if "{mine}" in path:
        names["mine"] = str((await operator.send("POST", "submissions/new", SUBMISSION))["id"])
    if "{file}" in path:
        names["file"] = await operator.file()
    if "{list}" in path:
        names["list"] = str((await operator.send("POST", "lists/new", LIST))["id"])
    return path.format(**names)


@pytest.mark.parametrize(("method", "path", "body", "checked"), WRITES)
async def test_each_route_wants_the_key_as_bearer_and_no_cookie(
    operator: Operator, method: str, path: str, body: Any, *, checked: bool
) -> None:
    """Rule L8."""
    path = await filled(operator, path)
    for headers in (
        {},
        {"Authorization": PONYAGGREGATE_KEY},
        {"Authorization": "Bearer other"},
        BEARER | {"Cookie": "session=demo-session"},
    ):
        await operator.send(method, path, body, 401, headers=headers)
    await operator.send(method, path, body)


@pytest.mark.parametrize(("method", "path", "body", "checked"), WRITES)
async def test_a_token_is_demanded_where_the_document_shows_one(
    operator: Operator, method: str, path: str, body: Any, *, checked: bool
) -> None:
    """Rule L15."""
    path = await filled(operator, path)
    operator.sites.ponyaggregate.demands_turnstile = True
    if checked:
        error = await operator.send(method, path, body, 400)
        assert error == {"error": "Turnstile verification failed"}
        await operator.send(method, path, body | {"cfToken": "invented"}, 400)
        body = body | {"cfToken": TURNSTILE_TOKEN}
    await operator.send(method, path, body)


async def test_login_gives_a_session_of_four_months_to_who_has_a_token(world: World) -> None:
    """Seed S0."""
    clock = MovableClock(datetime(2026, 10, 31, 12, tzinfo=UTC))
    name, password = LOGIN
    body = {"identifier": name, "password": password, "cfKey": "auth", "cfToken": TURNSTILE_TOKEN}
    async with (
        SimulatedSites(world, clock=clock) as sites,
        aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session,
    ):
        visitor = Visitor(sites, session)

        async def login(sent: Any) -> tuple[int, aiohttp.ClientResponse]:
            status, response, _ = await visitor.raw(
                "ponyaggregate", "/api/auth/login", "POST", json=sent
            )
            return status, response

        status, response = await login(body)
        assert status == 200
        cookie = response.cookies["session"]
        assert parsedate_to_datetime(cookie["expires"]) == datetime(2027, 2, 28, 12, tzinfo=UTC)
        for lacking in ("cfToken", "cfKey", "password"):
            sent = {key: value for key, value in body.items() if key != lacking}
            assert (await login(sent))[0] == 400
        assert (await login(body | {"password": "wrong"}))[0] == 401


async def test_a_submission_is_kept_revised_and_deleted(operator: Operator) -> None:
    archive = operator.sites.world.archive
    one, two = await operator.file(), await operator.file()
    body = SUBMISSION | {"attachments": [one]}
    number = (await operator.send("POST", "submissions/new", body))["id"]
    kept = archive.submissions[number]
    assert kept.fields["submissionType"] == "Video"
    assert not {"cfKey", "cfToken"} & kept.fields.keys()
    change = {"name": "Renamed", "newAttachments": [two], "removedAttachments": [one]}
    await operator.send("POST", f"submissions/{number}/revise", change)
    assert kept.fields["name"] == "Renamed"
    assert kept.fields["description"] == "A video."
    assert kept.fields["attachments"] == [two]
    await operator.send("POST", f"submissions/{number}/revise", {"removedAttachments": [one]}, 400)
    await operator.send("DELETE", f"submissions/{number}/delete")
    assert number not in archive.submissions
    await operator.send("DELETE", f"submissions/{number}/delete", None, 404)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "submissions/{}/delete", None),
        ("POST", "submissions/{}/revise", {"name": "x"}),
    ],
)
async def test_what_is_anothers_is_forbidden_and_what_is_not_there_is_not_found(
    operator: Operator, method: str, path: str, body: Any
) -> None:
    """Seed S0: 403 and 404."""
    await operator.send(method, path.format(101), body, 403)
    await operator.send(method, path.format(999), body, 404)
    await operator.send(method, path.format("abc"), body, 404)


@pytest.mark.parametrize(
    "changes",
    [
        {"description": ""}, {"description": None}, {"rating": "Explicit"},
        {"submissionType": "Poem"}, {"originalDate": "yesterday"}, {"tags": "pmv"},
        {"attachments": ["no-such"]}, {"unheard": 1},
    ],
)  # fmt: skip
async def test_a_wrong_submission_is_a_bad_request(
    operator: Operator, changes: dict[str, Any]
) -> None:
    error = await operator.send("POST", "submissions/new", SUBMISSION | changes, 400)
    assert error.keys() == {"error"}
    for options in ({"data": "{}"}, {"data": b"\xff"}):
        headers = BEARER | {"Content-Type": "application/json"}
        await operator.send("POST", "submissions/new", None, 400, headers=headers, **options)


async def test_both_spellings_of_animation_are_taken(operator: Operator) -> None:
    """Reference: boards, 4b."""
    for kind in ("Animation", "Aniumation"):
        await operator.send("POST", "submissions/new", SUBMISSION | {"submissionType": kind})


async def test_imports_bring_the_file_and_say_what_to_submit(operator: Operator) -> None:
    """Seed S0; the creator of an import is the uploader (boards, 4b)."""
    world = operator.sites.world
    for label, rating, kind in (
        ("two artists", "Safe", "Artwork"),
        ("suggestive", "Suggestive", "Artwork"),
        ("grimdark", "Mature", "Artwork"),
        ("webm", "Safe", "Animation"),
    ):
        post = world.odd("derpibooru", label)
        body = await operator.send("POST", "submissions/import/derpibooru", {"imageId": post.id})
        submission = body["submission"]
        assert submission.keys() == {
            "name", "type", "description", "rating", "tags", "creatorName", "source",
            "originalDate", "thumbnail", "thumbnailMime",
        }  # fmt: skip
        assert (submission["rating"], submission["type"]) == (rating, kind)
        assert submission["creatorName"] == (post.uploader or "Anonymous")
        assert base64.b64decode(submission["thumbnail"])
        assert body["attachment"].keys() == {"uuid", "mime"}
        uuid = body["attachment"]["uuid"]
        await operator.send("POST", "submissions/new", SUBMISSION | {"attachments": [uuid]})
    gone = world.odd("derpibooru", "deleted").id
    await operator.send("POST", "submissions/import/derpibooru", {"imageId": gone}, 404)


async def test_a_video_is_imported_from_ponytube(operator: Operator) -> None:
    video = {"videoId": "kQz8NnL4vT1pEwXy6RsAfB"}
    body = await operator.send("POST", "submissions/import/ponytube", video)
    assert body["submission"]["tags"] == ["pony.tube import", "pmv"]
    assert body["submission"]["type"] == "Video"
    assert body["submission"]["rating"] == "Mature"
    assert body["submission"]["source"] == f"https://pony.tube/w/{video['videoId']}"
    await operator.send("POST", "submissions/import/ponytube", {"videoId": "none"}, 404)


async def test_a_list_is_kept_edited_and_filled(operator: Operator) -> None:
    archive = operator.sites.world.archive
    number = (await operator.send("POST", "lists/new", LIST))["id"]
    kept = archive.lists[number]
    assert kept.collaborators == ["hoofnote"]
    await operator.send("PUT", f"lists/{number}/edit", {"public": False})
    assert (kept.fields["public"], kept.fields["name"]) == (False, "A list")
    await operator.send("PUT", f"lists/{number}/submissions/add", {"submissionIds": [101, 102]})
    await operator.send("PUT", f"lists/{number}/submissions/add", {"submissionIds": ["102", 103]})
    assert kept.submissions == [101, 102, 103]
    gone = {"submissionIds": [102, 999]}
    await operator.send("DELETE", f"lists/{number}/submissions/remove", gone)
    assert kept.submissions == [101, 103]
    people = {"collaboratorUsernames": ["tealtrotter", "hoofnote"]}
    await operator.send("PUT", f"lists/{number}/collaborators/add", people)
    assert kept.collaborators == ["hoofnote", "tealtrotter"]
    people = {"collaboratorUsernames": ["hoofnote"]}
    await operator.send("DELETE", f"lists/{number}/collaborators/remove", people)
    assert kept.collaborators == ["tealtrotter"]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "lists/new", LIST | {"name": ""}, 400),
        ("POST", "lists/new", LIST | {"name": "x" * 101}, 400),
        ("POST", "lists/new", LIST | {"description": "x" * 10_001}, 400),
        ("POST", "lists/new", LIST | {"collaborativeUsernames": ["nobody"]}, 400),
        ("PUT", "lists/31/edit", {"name": "Mine now"}, 403),
        ("PUT", "lists/99/edit", {"name": "Nothing"}, 404),
        ("PUT", "lists/31/submissions/add", {"submissionIds": [101]}, 403),
        ("PUT", "lists/31/collaborators/add", {"collaboratorUsernames": ["hoofnote"]}, 403),
    ],
)
async def test_lists_have_bounds_and_owners(
    operator: Operator, method: str, path: str, body: Any, status: int
) -> None:
    """Seed S0."""
    await operator.send(method, path, body, status)


async def test_a_collaborator_may_fill_a_list_but_not_edit_it(operator: Operator) -> None:
    operator.sites.world.archive.lists[31].collaborators.append("mailmare")
    await operator.send("PUT", "lists/31/submissions/add", {"submissionIds": [101]})
    await operator.send("PUT", "lists/31/submissions/add", {"submissionIds": [999]}, 404)
    await operator.send("PUT", "lists/31/edit", {"name": "x"}, 403)


async def test_seventy_requests_in_five_seconds_and_no_more(world: World) -> None:
    """Rule L8."""
    clock = MovableClock()
    async with (
        SimulatedSites(world, rules=True, clock=clock) as sites,
        aiohttp.ClientSession() as session,
    ):
        operator = Operator(sites, session)
        for _ in range(70):
            await operator.send("POST", "users/me")
        await operator.send("POST", "users/me", None, 429)
        clock.advance(5.1)
        await operator.send("POST", "users/me")

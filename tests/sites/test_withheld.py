"""A post that a search under a policy does not bring: the board says why, and shows nothing."""

from typing import Any

import pytest

from bot.catalogue import Limit
from bot.sites import BadResponse, NotFound, PhilomenaBoard, Transport, Withheld
from tests.sites.bodies import IMAGE
from tests.sites.conftest import Answer, Server, at, body, says

NOTHING = says(200, body(images=[], total=0))
BY_ID = "/api/v1/json/images/102"
STUB = {key: IMAGE[key] for key in ("created_at", "updated_at", "first_seen_at")}
STUB |= {"id": 102, "deletion_reason": None, "duplicate_of": None, "hidden_from_users": True}
EXPLICIT = IMAGE | {"id": 102, "tags": ["explicit", "penetration"]}


async def missing(board: PhilomenaBoard) -> NotFound:
    with pytest.raises(NotFound) as caught:
        await board.post(102, q="id:102, safe")
    return caught.value


@pytest.mark.parametrize(
    "found",
    [EXPLICIT, STUB | {"duplicate_of": 99}, STUB | {"deletion_reason": "explicit penetration"}],
)
async def test_what_the_board_has_but_does_not_bring_is_told_apart_and_names_no_tag(
    board: PhilomenaBoard, server: Server, found: dict[str, Any]
) -> None:
    """Reference: safety, 3.4: the body by id is for its reason alone."""
    server.script = [NOTHING, says(200, body(image=found, interactions=[]))]
    error = await missing(board)

    assert isinstance(error, Withheld)
    assert error.post.id == 102
    assert error.post.duplicate_of == found["duplicate_of"]
    assert "Derpibooru has post 102" in error.message
    assert not {"explicit", "penetration"} & set(error.message.split())
    assert [one.path for one in server.requests] == ["/api/v1/json/search/images", BY_ID]


async def test_a_post_that_the_board_does_not_have_is_said_not_to_be_there(
    board: PhilomenaBoard, server: Server
) -> None:
    server.script = [NOTHING, says(404, body(error="Not found"))]
    error = await missing(board)

    assert not isinstance(error, Withheld)
    assert error.message == "Derpibooru has no post 102."


async def test_a_board_that_answers_with_other_posts_shows_none_of_them(
    board: PhilomenaBoard, server: Server
) -> None:
    """Rule D7: the board ignores both the query and the id."""
    server.script = [
        says(200, body(images=[IMAGE | {"tags": ["explicit"]}], total=1)),
        says(200, body(image=IMAGE | {"id": 103, "tags": ["explicit"]})),
    ]
    error = await missing(board)

    assert not isinstance(error, Withheld)
    assert "it does not exist, is hidden, or is rated other" in error.message
    assert server.count == 2


async def test_the_body_of_another_image_than_was_asked_for_is_not_taken_for_it(
    board: PhilomenaBoard, server: Server
) -> None:
    """After-care asks by id, and would put another picture into a message."""
    server.says(200, body(image=IMAGE | {"id": 103}))
    with pytest.raises(BadResponse) as caught:
        await board.image(102)
    assert caught.value.field == "image.id"


@pytest.mark.parametrize(
    "failure",
    [
        says(500, body(error="Internal Error")),
        says(501, "<form>", "text/html"),
        says(500, ""),
        says(403, "<h1>no</h1>", "text/html"),
        says(429, ""),
        says(200, "<html>", "text/html"),
        says(200, body(image={"id": "102"})),
    ],
)
async def test_a_board_that_fails_to_give_the_reason_is_not_asked_again_for_it(
    board: PhilomenaBoard, server: Server, failure: Answer
) -> None:
    """Faults F11 to F17: the search was answered, so its answer is told."""
    server.script = [NOTHING, failure]
    error = await missing(board)

    assert not isinstance(error, Withheld)
    assert "it does not exist, is hidden, or is rated other" in error.message
    assert server.count == 2


async def test_a_reason_that_our_share_of_the_limit_has_no_room_for_is_not_waited_for(
    server: Server, transport: Transport
) -> None:
    """Rule L9: the reason has no right of way, and nobody waits a minute for it."""
    limits = (Limit("/api/v1/json/search", 20, 10.0), Limit("/", 1, 60.0))
    board = PhilomenaBoard(at(server, "derpibooru", *limits), transport)
    server.script = [says(200, body(image=EXPLICIT)), NOTHING]
    await board.image(102)
    error = await missing(board)

    assert not isinstance(error, Withheld)
    assert server.count == 2

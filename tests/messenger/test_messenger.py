"""What is sent arrives once and complete, is found again, edited and removed."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial

import pytest

from bot.clock import SYSTEM_CLOCK
from bot.feeds.destination import (
    AlreadyGoneError,
    Delivered,
    UncertainError,
    UnreadableError,
)
from bot.messenger import Messenger
from bot.safety import ChannelFacts
from tests.discord_loopback import GUILD_ID, LoopbackDiscord
from tests.loopback_faults import Fault
from tests.loopback_rooms import custom_ids
from tests.messenger.conftest import (
    PATIENCE,
    POST,
    TEXT_ID,
    THREAD_ID,
    MakeMessage,
    verified,
)


async def test_a_message_arrives_with_credit_marker_and_nobody_mentioned(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    sent = await messenger.send(make_message())

    room = loopback.channels.rooms[TEXT_ID]
    (message,) = room.messages
    assert sent == Delivered(int(message["id"]), TEXT_ID, "embed")
    assert "painter" in str(message)
    assert "https://art.example.org/7" in str(message)
    assert "m1:report:derpibooru:7:5" in list(custom_ids(message))
    ((_channel, body),) = loopback.channels.posted
    assert body["nonce"] == "abcdef-5"
    assert body["enforce_nonce"] is True
    assert body["allowed_mentions"] == {"parse": []}
    assert loopback.channels.problems == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(POST, status=500, arrives=True),
        Fault(POST, status=503, arrives=True),
        Fault(POST, reset=True, arrives=True),
        Fault(POST, hangs=True, arrives=True),
        Fault(POST, status=502),
        Fault(POST, reset=True),
    ],
    ids=["F06 500", "F07 503", "F08 reset", "F08 time-out", "502 lost", "reset before"],
)
async def test_a_repeat_with_the_same_nonce_makes_one_message(
    messenger: Messenger,
    loopback: LoopbackDiscord,
    make_message: MakeMessage,
    leap: Callable[[float], None],
    fault: Fault,
) -> None:
    """Faults F06-F09. The library's own repeats are kept from it: one call, one request."""
    if fault.hangs:
        fault.after = partial(leap, PATIENCE + 1)
    loopback.channels.fault(fault)
    with pytest.raises(UncertainError):
        await messenger.send(make_message())
    assert len(loopback.paths("POST")) == 1

    sent = await messenger.send(make_message())
    (message,) = loopback.channels.rooms[TEXT_ID].messages
    assert sent.message_id == int(message["id"])
    assert sent.form == "embed"


async def test_without_embed_links_the_credit_comes_as_text(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Fault F26; without a gateway Discord's refusal is all that is known."""
    room = loopback.channels.rooms[TEXT_ID]
    room.may.remove("embed")
    sent = await messenger.send(make_message())

    assert sent.form == "text"
    (message,) = room.messages
    assert not message["embeds"]
    assert "painter" in message["content"]
    assert "https://art.example.org/7" in message["content"]
    assert "https://derpibooru.org/images/7" in message["content"]
    assert "m1:report:derpibooru:7:5" in list(custom_ids(message))


async def test_our_own_messages_are_found_by_their_markers(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Fault F32: also far back in a busy channel, and of every form."""
    began = SYSTEM_CLOCK.now() - timedelta(seconds=1)
    room = loopback.channels.rooms[TEXT_ID]
    single = await messenger.send(make_message(marker=5, nonce="a-5"))
    hidden = await messenger.send(make_message(marker=6, nonce="a-6", spoiler=True))
    digest = await messenger.send(
        make_message(marker=7, nonce="a-7", posts=(verified(id=8), verified(id=9)))
    )
    more = await messenger.send(make_message(marker=8, nonce="a-8", posts=(), more=3))
    for _number in range(150):
        room.messages.append(
            room.messages[0] | {"id": str(loopback.channels._snowflake()), "author": {"id": "1"}}
        )

    found = await messenger.find(TEXT_ID, [5, 6, 7, 8, 9], began)
    assert found == {5: single, 6: hidden, 7: digest, 8: more}
    assert [one.form for one in found.values()].count("gallery") == 1
    later = SYSTEM_CLOCK.now() + timedelta(minutes=1)
    assert await messenger.find(TEXT_ID, [5], later) == {}


async def test_a_history_that_may_not_be_read_is_no_proof(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Discord answers whoever may not read it with an empty list."""
    await messenger.send(make_message())
    room = loopback.channels.rooms[TEXT_ID]
    room.may.remove("history")
    with pytest.raises(UnreadableError):
        await messenger.find(TEXT_ID, [5], SYSTEM_CLOCK.now())
    room.may.remove("view")
    with pytest.raises(UnreadableError):
        await messenger.find(TEXT_ID, [5], SYSTEM_CLOCK.now())


async def test_a_message_is_edited_into_a_gallery_and_removed(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Reference: safety, 3.8."""
    room = loopback.channels.rooms[TEXT_ID]
    sent = await messenger.send(make_message(matched=("pony", "cute")))
    assert room.messages[0]["content"]
    sent = await messenger.edit(sent, make_message(matched=("pony", "cute"), spoiler=True))
    assert sent.form == "gallery"
    assert not room.messages[0]["embeds"]
    assert not room.messages[0]["content"]
    sent = await messenger.edit(sent, make_message())
    assert sent.form == "gallery"

    await messenger.remove(sent)
    assert room.messages == []
    await messenger.remove(sent)
    with pytest.raises(AlreadyGoneError):
        await messenger.edit(sent, make_message())
    assert loopback.channels.problems == []


async def test_discord_itself_is_asked_whether_a_channel_exists(
    messenger: Messenger, loopback: LoopbackDiscord
) -> None:
    """Fault F20."""
    assert await messenger.exists(TEXT_ID)
    loopback.channels.rooms[TEXT_ID].may.clear()
    assert await messenger.exists(TEXT_ID)
    assert not await messenger.exists(404)
    loopback.channels.fault(Fault(r"/channels/\d+", "GET", status=503))
    with pytest.raises(UncertainError):
        await messenger.exists(TEXT_ID)


async def test_a_notice_goes_where_it_is_taken_with_a_button_to_resume(
    messenger: Messenger, loopback: LoopbackDiscord
) -> None:
    """Fault F21."""
    loopback.channels.rooms[TEXT_ID].may.remove("send")
    told = await messenger.notify(GUILD_ID, [404, TEXT_ID, THREAD_ID], "It paused.", resume=9)

    assert told
    (message,) = loopback.channels.rooms[THREAD_ID].messages
    assert message["content"] == "It paused."
    assert list(custom_ids(message)) == ["m1:resume:9"]
    # A repeat, because the answer was lost, says nothing twice.
    await messenger.notify(GUILD_ID, [THREAD_ID], "It paused.", resume=9)
    assert len(loopback.channels.rooms[THREAD_ID].messages) == 1
    assert not await messenger.notify(GUILD_ID, [404, TEXT_ID], "It paused.")


def test_without_a_gateway_every_place_is_safe_and_reachable(messenger: Messenger) -> None:
    """Rule D6, fault F02."""
    assert messenger.where(GUILD_ID, TEXT_ID).facts == ChannelFacts()
    assert messenger.is_reachable(GUILD_ID)

"""A message is passed on to the followers of an announcement channel once."""

import pytest

from bot.feeds.destination import (
    AlreadyGoneError,
    Delivered,
    DeliveryError,
    NoAccessError,
    RefusedError,
    UncertainError,
)
from bot.messenger import Messenger
from tests.discord_loopback import LoopbackDiscord
from tests.loopback_faults import Fault
from tests.messenger.conftest import NEWS_ID, TEXT_ID, MakeMessage

CROSSPOST = r".*/crosspost"


async def test_a_repeat_is_taken_for_done(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Whoever died before noting it asks again; Discord answers with 40033."""
    sent = await messenger.send(make_message(NEWS_ID))
    assert loopback.channels.published == []
    loopback.channels.fault(Fault(CROSSPOST, reset=True, arrives=True))
    with pytest.raises(UncertainError):
        await messenger.publish(sent)
    await messenger.publish(sent)
    assert loopback.channels.published == [sent.message_id]
    assert sum(path.endswith("/crosspost") for path in loopback.paths("POST")) == 2


@pytest.mark.parametrize(
    ("channel_id", "fault", "expected"),
    [
        (TEXT_ID, None, RefusedError),
        (NEWS_ID, Fault(CROSSPOST, status=403, code=50013), NoAccessError),
        (NEWS_ID, Fault(CROSSPOST, status=404, code=10008), AlreadyGoneError),
        (NEWS_ID, Fault(CROSSPOST, status=503), UncertainError),
    ],
    ids=["no announcement channel", "403", "404", "503"],
)
async def test_what_discord_does_not_take_is_told(
    messenger: Messenger,
    loopback: LoopbackDiscord,
    make_message: MakeMessage,
    channel_id: int,
    fault: Fault | None,
    expected: type[DeliveryError],
) -> None:
    sent: Delivered = await messenger.send(make_message(channel_id))
    if fault is not None:
        loopback.channels.fault(fault)
    with pytest.raises(expected):
        await messenger.publish(sent)
    assert loopback.channels.published == []

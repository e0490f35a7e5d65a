"""Limits, bans and refusals: every failure is what it is, and holds up no other channel."""

import asyncio
from collections.abc import Callable

import pytest

from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    DeliveryError,
    HeldError,
    LaterError,
    NoAccessError,
    RefusedError,
    UncertainError,
)
from bot.messenger import Messenger
from tests.clock import MovableClock
from tests.discord_loopback import LoopbackDiscord
from tests.loopback_faults import Fault
from tests.messenger.conftest import (
    PATIENCE,
    POST,
    TEXT_ID,
    THREAD_ID,
    MakeMessage,
)


@pytest.mark.parametrize("scope", ["user", "global", "shared"])
async def test_a_limit_is_waited_out_and_loses_nothing(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage, scope: str
) -> None:
    """Fault F04."""
    loopback.channels.fault(Fault(POST, status=429, retry_after=0.05, scope=scope))
    await messenger.send(make_message())
    assert len(loopback.channels.rooms[TEXT_ID].messages) == 1


async def test_a_limit_that_does_not_end_is_no_doubt(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Fault F04: nothing arrived, and Discord says when it may."""
    loopback.channels.fault(Fault(POST, status=429, retry_after=0.01, times=5))
    with pytest.raises(LaterError):
        await messenger.send(make_message())


async def test_a_ban_of_the_address_stops_every_request(
    messenger: Messenger,
    loopback: LoopbackDiscord,
    make_message: MakeMessage,
    clock: MovableClock,
) -> None:
    """Fault F05."""
    loopback.channels.fault(Fault(POST, status=429, via=False))
    with pytest.raises(HeldError) as held:
        await messenger.send(make_message())
    assert held.value.seconds >= 600

    asked = len(loopback.asked)
    clock.advance(599)
    for ask in (messenger.send(make_message(THREAD_ID)), messenger.exists(TEXT_ID)):
        with pytest.raises(HeldError):
            await ask
    assert len(loopback.asked) == asked
    clock.advance(2)
    await messenger.send(make_message())


async def test_the_ban_of_the_address_is_not_waited_for(
    messenger: Messenger, loopback: LoopbackDiscord, clock: MovableClock
) -> None:
    """Rule D12: far from 10,000 bad answers in ten minutes, nothing is asked any more."""
    loopback.channels.fault(Fault(r"/channels/99", "GET", times=10_000, status=403, code=50013))
    for _round in range(5000 - 2):
        messenger._wire._bad.count(0)
    assert await messenger.exists(99)
    with pytest.raises(HeldError):
        await messenger.exists(99)


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (404, 10003, ChannelGoneError),
        (404, 10004, ChannelGoneError),
        (404, 10008, AlreadyGoneError),
        (403, 50001, NoAccessError),
        (403, 50013, NoAccessError),
        (403, 20009, RefusedError),
        (403, 0, HeldError),
        (401, 0, HeldError),
        (400, 50035, RefusedError),
        (400, 200000, RefusedError),
        (400, 160006, LaterError),
        (504, 0, UncertainError),
        (408, 0, UncertainError),
    ],
)
async def test_each_refusal_is_told_for_what_it_is(
    messenger: Messenger,
    loopback: LoopbackDiscord,
    make_message: MakeMessage,
    status: int,
    code: int,
    error: type[DeliveryError],
) -> None:
    """Faults F05-F08, F20, F21, F41; rule D12: none of them is asked again by itself."""
    loopback.channels.fault(Fault(POST, status=status, code=code, times=9))
    with pytest.raises(error):
        await messenger.send(make_message(minimal=True))
    assert len(loopback.paths("POST")) == 1


async def test_slow_channels_do_not_hold_up_others(
    messenger: Messenger,
    loopback: LoopbackDiscord,
    make_message: MakeMessage,
    leap: Callable[[float], None],
) -> None:
    """Fault F09."""
    came = asyncio.Event()
    fault = Fault(rf"/channels/{TEXT_ID}/messages", hangs=True, before=came.set)
    loopback.channels.fault(fault)
    hanging = asyncio.create_task(messenger.send(make_message()))
    await came.wait()
    await messenger.send(make_message(THREAD_ID))
    assert not hanging.done()
    leap(PATIENCE + 1)
    with pytest.raises(UncertainError):
        await hanging


async def test_a_channel_that_waits_for_its_limit_holds_up_no_other(
    messenger: Messenger,
    loopback: LoopbackDiscord,
    make_message: MakeMessage,
    leap: Callable[[float], None],
) -> None:
    """Fault F04."""
    loopback.channels.fault(
        Fault(rf"/channels/{TEXT_ID}/messages", status=429, retry_after=30, scope="shared")
    )
    waiting = asyncio.create_task(messenger.send(make_message()))
    await loopback.until(lambda: loopback.paths("POST"))
    await messenger.send(make_message(THREAD_ID))
    assert not waiting.done()
    leap(31)
    await waiting
    assert len(loopback.channels.rooms[TEXT_ID].messages) == 1

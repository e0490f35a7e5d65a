"""Forums and threads: one for each post, opened where it is archived (fault F24)."""

from datetime import timedelta

import pytest
from msgspec import structs

from bot.clock import SYSTEM_CLOCK
from bot.feeds.destination import (
    Delivered,
    ThreadClosedError,
    UncertainError,
)
from bot.messenger import Messenger
from tests.discord_loopback import LoopbackDiscord
from tests.loopback_faults import Fault
from tests.messenger.conftest import (
    FORUM_ID,
    TAG,
    THREAD_ID,
    MakeMessage,
)


async def test_a_forum_gets_one_thread_per_post_with_its_tags(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Fault F24."""
    sent = await messenger.send(make_message(FORUM_ID, forum_tags=(TAG,)))

    (thread,) = loopback.channels.in_forum(FORUM_ID)
    assert sent == Delivered(thread.id, thread.id, "embed")
    assert thread.applied_tags == [str(TAG)]
    assert "7" in thread.name
    assert "painter" in thread.name
    assert len(thread.messages) == 1


async def test_a_forums_tag_that_is_gone_keeps_no_post_back(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    await messenger.send(make_message(FORUM_ID, forum_tags=(TAG, 404)))
    (thread,) = loopback.channels.in_forum(FORUM_ID)
    assert thread.applied_tags == []


@pytest.mark.parametrize("status", [500, 503])
async def test_a_thread_without_an_answer_is_not_made_twice(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage, status: int
) -> None:
    """A new thread has no nonce, so it is found by its marker."""
    began = SYSTEM_CLOCK.now()
    message = make_message(FORUM_ID)
    await messenger.send(structs.replace(message, marker=4))
    assert len(loopback.channels.in_forum(FORUM_ID)) == 1
    loopback.channels.fault(Fault(r"/channels/\d+/threads", status=status, arrives=True))
    with pytest.raises(UncertainError):
        await messenger.send(message)

    threads = loopback.channels.in_forum(FORUM_ID)
    assert len(threads) == 2
    found = await messenger.find(FORUM_ID, [5], began - timedelta(minutes=1))
    assert found == {5: Delivered(threads[1].id, threads[1].id, "embed")}
    threads[1].archived = True
    assert await messenger.find(FORUM_ID, [5], began - timedelta(minutes=1)) == found


async def test_an_archived_thread_is_opened(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Fault F24."""
    thread = loopback.channels.rooms[THREAD_ID]
    thread.archived, thread.wakes = True, False
    await messenger.send(make_message(THREAD_ID))
    assert not thread.archived
    assert len(thread.messages) == 1


async def test_a_locked_thread_is_closed(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage
) -> None:
    """Fault F24."""
    thread = loopback.channels.rooms[THREAD_ID]
    thread.archived = thread.locked = True
    with pytest.raises(ThreadClosedError):
        await messenger.send(make_message(THREAD_ID))
    thread.may.add("manage_threads")
    await messenger.send(make_message(THREAD_ID))


@pytest.mark.parametrize("allowed", [True, False])
async def test_a_forums_post_is_removed_whole_where_that_is_allowed(
    messenger: Messenger, loopback: LoopbackDiscord, make_message: MakeMessage, *, allowed: bool
) -> None:
    if allowed:
        loopback.channels.rooms[FORUM_ID].may.add("manage_threads")
    sent = await messenger.send(make_message(FORUM_ID))
    await messenger.remove(sent)
    assert [room.messages for room in loopback.channels.in_forum(FORUM_ID)] == (
        [] if allowed else [[]]
    )

"""After-care: what becomes of an edit or a removal that Discord does not make (safety, 3.8)."""

from typing import Any

import pytest

from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    Delivered,
    DeliveryError,
    HeldError,
    NoAccessError,
    RefusedError,
    UncertainError,
)
from bot.feeds.recheck import AfterCare
from bot.safety import Action
from bot.store import Announcement, Status
from tests.feeds.after_care import Care
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import CHANNEL, GUILD, Subscribe


@pytest.mark.parametrize("error", [AlreadyGoneError("x"), ChannelGoneError("x")])
async def test_a_message_or_channel_that_is_gone_is_looked_at_no_more(
    care: Care, subscribe: Subscribe, error: DeliveryError
) -> None:
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.retag(post, "artist:second")
    care.discord.fail(error, "edit")

    await care.turn()

    assert (await care.row(row)).recheck_at is None


@pytest.mark.parametrize("urgent", [False, True])
async def test_without_access_only_what_must_go_is_tried_again(
    care: Care, subscribe: Subscribe, *, urgent: bool
) -> None:
    """Fault F21."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.retag(post, *(["explicit"] if urgent else ["artist:second"]))
    for method in ("edit", "remove"):
        care.discord.fail(NoAccessError("Missing Access"), method)

    await care.turn()
    assert ((await care.row(row)).recheck_at is None) is not urgent
    await care.turn(3600)
    assert len(care.discord.messages) == (0 if urgent else 1)


@pytest.mark.parametrize("error", [UncertainError("timed out"), HeldError("held", 900.0)])
async def test_what_discord_does_not_answer_is_tried_again(
    care: Care, subscribe: Subscribe, error: DeliveryError
) -> None:
    """Faults F05 to F09."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.retag(post, "explicit", drop=["safe"])
    care.discord.fail(error, "remove")

    await care.turn()
    assert await care.status(row) == [Status.SENT]
    await care.turn(10)
    assert await care.status(row) == [Status.SENT]
    await care.turn(900)
    assert await care.status(row) == [Status.REMOVED]


async def test_an_edit_that_discord_refuses_is_made_smaller(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 4."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.retag(post, "artist:second")
    care.discord.fail(RefusedError("50035"), "edit")

    await care.turn()

    (kept,) = care.discord.messages
    assert kept.outgoing.minimal
    assert "second" in care.artists
    assert await care.status(row) == [Status.SENT]


async def test_what_cannot_be_spoilered_with_the_others_leaves_its_digest(
    care: Care, subscribe: Subscribe
) -> None:
    await care.hide("spiders", Action.SPOILER)
    posts = care.plain(2)
    rows = await care.announce(await subscribe(), *posts)
    care.retag(posts[0], "spiders")
    care.discord.fail(RefusedError("more artists than fit"), "edit")

    await care.turn()

    assert care.discord.posts(CHANNEL) == [f"derpibooru:{posts[1].id}"]
    assert await care.status(*rows) == [Status.REMOVED, Status.SENT]


async def test_what_must_be_spoilered_and_cannot_is_taken_back(
    care: Care, subscribe: Subscribe
) -> None:
    await care.hide("spiders", Action.SPOILER)
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.retag(post, "spiders")
    care.discord.fail(RefusedError("50035"), "edit", times=2)

    await care.turn()

    assert care.discord.messages == []
    assert await care.status(row) == [Status.REMOVED]


async def test_an_edit_of_credit_alone_that_is_always_refused_changes_nothing(
    care: Care, subscribe: Subscribe
) -> None:
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.retag(post, "artist:second")
    care.discord.fail(RefusedError("50035"), "edit", times=2)

    await care.turn()

    assert len(care.discord.messages) == 1
    looked = await care.row(row)
    assert (looked.status, looked.rechecks) == (Status.SENT, 1)


async def test_a_server_in_an_outage_is_waited_for(care: Care, subscribe: Subscribe) -> None:
    """Fault F23."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.retag(post, "explicit", drop=["safe"])
    care.discord.unreachable.add(GUILD)

    await care.turn()
    assert await care.status(row) == [Status.SENT]
    care.discord.unreachable.clear()
    await care.turn()
    assert await care.status(row) == [Status.REMOVED]


async def test_what_fails_for_one_message_holds_up_no_other(
    care: Care, subscribe: Subscribe
) -> None:
    """Fault F42: the others are looked at, and it is put off."""
    wish = await subscribe()
    posts = care.plain(2)
    (broken,) = await care.announce(wish, posts[0])
    (other,) = await care.announce(wish, posts[1])
    await care.change_rows([broken], recheck_at=care.clock.now())
    for post in posts:
        care.retag(post, "explicit", drop=["safe"])
    failing = FailingOnce(care.discord, broken)
    care.care = AfterCare(
        care.store, care.reader, care.policies, failing, care.composer, care.clock
    )
    with pytest.raises(KeyError):
        await care.turn()
    assert await care.status(broken, other) == [Status.SENT, Status.REMOVED]
    await care.turn()
    assert await care.status(broken, other) == [Status.REMOVED, Status.REMOVED]


class FailingOnce:
    """A Discord whose client has a mistake that one message meets, once."""

    def __init__(self, discord: MemoryDiscord, row: Announcement) -> None:
        self._discord = discord
        self._message_id = row.message_id

    def __getattr__(self, name: str) -> Any:
        return getattr(self._discord, name)

    async def remove(self, delivered: Delivered) -> None:
        if delivered.message_id == self._message_id:
            self._message_id = None
            raise KeyError(delivered.message_id)
        await self._discord.remove(delivered)

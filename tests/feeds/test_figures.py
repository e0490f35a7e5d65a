"""The numbers that feeds tell of themselves follow what they do."""

from datetime import timedelta

from bot.demo.sites.modes import Mode
from bot.feeds.destination import AlreadyGoneError, LaterError, RefusedError, UncertainError
from bot.policies import Policies
from bot.store import Pause, Store
from tests.clock import MovableClock
from tests.feeds.delivery import Delivery
from tests.feeds.following import following
from tests.feeds.memory_bodies import MemoryBodies
from tests.feeds.memory_discord import MemoryDiscord
from tests.feeds.owed import MakePost, Subscribe


async def test_what_becomes_of_what_is_owed_is_counted_by_posts(
    delivery: Delivery, subscribe: Subscribe, make_post: MakePost, bodies: MemoryBodies
) -> None:
    await delivery.owe(await subscribe(), 1, 2, 3)
    bodies.put(make_post(1, tags=("explicit", "artist:painter")))
    delivery.discord.fail(RefusedError("no"), times=2)
    await delivery.turn()
    ends = delivery.deliverer.outcomes.ends
    assert ends == {"dropped": 1, "aside": 1, "sent": 1, "hidden": 0}


async def test_what_discord_does_not_take_is_counted_by_kind(
    delivery: Delivery, subscribe: Subscribe
) -> None:
    """What it took before and was removed since is none of that."""
    await delivery.owe(await subscribe(), 1)
    delivery.discord.fail(UncertainError("time-out"))
    delivery.discord.fail(LaterError("429", 1.0))
    delivery.discord.fail(AlreadyGoneError("removed"))
    for _round in range(9):
        await delivery.turn(10)
    outcomes = delivery.deliverer.outcomes
    assert +outcomes.failures == {"uncertain": 1, "later": 1}
    assert +outcomes.ends == {"sent": 1}


async def test_how_long_a_site_was_not_read_is_told_while_somebody_waits_for_it(
    store: Store, policies: Policies, discord: MemoryDiscord, clock: MovableClock
) -> None:
    """Fault F11: the time since it was last read well, or since it first was to be."""
    async with following(store, policies, discord, clock) as stage:

        def silence() -> float | None:
            return stage.tails["derpibooru"].silence

        await stage.turn()
        assert silence() is None
        stage.simulated.set_mode("derpibooru", Mode(kind="500"))
        wish = await stage.subscribe()
        assert stage.roster.followed()["derpibooru"] == 1
        await stage.turn()
        await stage.pass_by(timedelta(seconds=600))
        assert (silence() or 0) >= 600
        stage.simulated.set_mode("derpibooru")
        await stage.pass_by(timedelta(hours=1))
        since = silence()
        assert since is not None
        assert since < 300
        clock.advance(42)
        assert silence() == since + 42

        async with store.write() as tx:
            await tx.subscriptions.pause(wish.id, Pause.NO_ACCESS)
        await stage.roster.changed(wish.id)
        await stage.turn()
        assert stage.roster.followed()["derpibooru"] == 0
        assert silence() is None

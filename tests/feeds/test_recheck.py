"""After-care: what was announced is put right, or taken back, for three days (safety, 3.8)."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from msgspec import structs
from sqlalchemy import update

from bot.demo.sites import SimulatedSites
from bot.demo.sites.modes import Mode
from bot.demo.world import World, WorldPost
from bot.feeds.composing import Composer
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
from bot.feeds.reading import Reader
from bot.feeds.recheck import LADDER, LONGEST, AfterCare, next_look
from bot.feeds.shown import shown
from bot.policies import Policies
from bot.safety import VerifiedPost, verify
from bot.sites import Sites, Transport
from bot.store import Announcement, Filter, Guild, Kind, Status, Store, Subject, Subscription
from bot.store.feed_tables import announcements
from tests.clock import MovableClock
from tests.feeds.conftest import CHANNEL, GUILD, Owe, Subscribe, announcement
from tests.feeds.memory_discord import PLAIN, RESTRICTED, MemoryDiscord

MINUTES_10 = 600.0


class Care:
    """What was announced of a simulated board, and whoever looks at it again."""

    def __init__(
        self,
        simulated: SimulatedSites,
        reader: Reader,
        store: Store,
        policies: Policies,
        discord: MemoryDiscord,
        clock: MovableClock,
        owe: Owe,
    ) -> None:
        self.simulated = simulated
        self.world = simulated.world
        self.reader = reader
        self.store = store
        self.policies = policies
        self.discord = discord
        self.clock = clock
        self._owe = owe
        self.composer = Composer(store, discord, policies, reader, clock)
        self.care = AfterCare(store, reader, policies, discord, self.composer, clock)

    def plain(self, count: int, site: str = "derpibooru") -> list[WorldPost]:
        """Return ordinary posts of the world."""
        posts = self.world.posts(site).values()
        return [one for one in posts if one.safe and not one.awkward and not one.animated][:count]

    async def announce(
        self, wish: Subscription, *posts: WorldPost, more: int = 0
    ) -> list[Announcement]:
        """Have posts stand in the wish's channel, several in one message."""
        found = [await self.reader.current(wish.site, post.id) for post in posts]
        where = self.discord.where(wish.guild_id, wish.channel_id)
        policy = await self.policies.of(where)
        verified = [verify(post, policy, clock=self.clock) for post in found if post is not None]
        fit = [one for one in verified if isinstance(one, VerifiedPost)]
        assert len(fit) == len(posts)
        rows = [
            await self._owe(
                wish,
                one.post,
                status=Status.SENT,
                sent_at=self.clock.now(),
                recheck_at=self.clock.now() + LADDER[0],
                shown=shown(one, spoiler=wish.spoiler),
                more=more if number == 0 else 0,
            )
            for number, one in enumerate(fit)
        ]
        if len(rows) > 1:
            rows = await self.change_rows(rows, lead_id=rows[0].id)
        sent = await self.discord.send(await self.composer(rows, fit))
        return await self.change_rows(
            rows,
            message_id=sent.message_id,
            message_channel_id=sent.channel_id,
            form=sent.form,
        )

    async def change_rows(self, rows: Sequence[Announcement], **changes: Any) -> list[Announcement]:
        async with self.store.write() as tx:
            for row in rows:
                await tx.connection.execute(
                    update(announcements).where(announcements.c.id == row.id).values(changes)
                )
        return [structs.replace(row, **changes) for row in rows]

    def retag(self, post: WorldPost, *add: str, drop: Sequence[str] = ()) -> None:
        tags = (*(tag for tag in post.tags if tag not in drop), *add)
        self.edit(post, tags=tags)

    def edit(self, post: WorldPost, **changes: Any) -> None:
        changed = replace(post, **changes)
        self.world.tags[post.site].count(changed.tags)
        self.world.change(post.site, changed)

    async def turn(self, seconds: float = MINUTES_10) -> None:
        """Let time pass and look at what is due then; the sites' waits take no time."""
        self.clock.advance(seconds)
        await self.clock.hurry(self.care.turn())

    async def row(self, row: Announcement) -> Announcement:
        return await announcement(self.store, row.id)

    async def status(self, *rows: Announcement) -> list[Status]:
        return [(await self.row(row)).status for row in rows]

    async def hide(self, tag: str, kind: Kind = Kind.HIDE) -> None:
        """Have the server hide or spoiler a tag from now on."""
        async with self.store.write() as tx:
            await tx.filters.put(
                [Filter(guild_id=GUILD, kind=kind, subject=Subject.TAG, expression=tag)]
            )
        self.policies.forget(GUILD)

    @property
    def artists(self) -> list[str]:
        """Name who is credited in the only message."""
        (kept,) = self.discord.messages
        return [one.name for post in kept.outgoing.posts for one in post.credit.artists]


@pytest.fixture(scope="session")
def world() -> World:
    """A world that each test leaves as it was."""
    return World()


@pytest.fixture
async def care(
    store: Store,
    policies: Policies,
    discord: MemoryDiscord,
    clock: MovableClock,
    owe: Owe,
    world: World,
) -> AsyncIterator[Care]:
    before = {site: dict(world.posts(site)) for site in ("derpibooru", "ponybooru")}
    async with SimulatedSites(world, clock=clock) as simulated:
        transport = Transport(
            clock, allow_loopback_http=True, total_seconds=60.0, connect_seconds=60.0,
            jitter=lambda: 0.0,
        )  # fmt: skip
        async with Sites(simulated.catalogue, transport) as sites:
            reader = Reader(sites, store, clock)
            yield Care(simulated, reader, store, policies, discord, clock, owe)
            await reader.close()
    for site, posts in before.items():
        for post in posts.values():
            if world.posts(site).get(post.id) is not post:
                world.change(site, post)


async def test_where_nothing_changed_nothing_is_sent(care: Care, subscribe: Subscribe) -> None:
    (row,) = await care.announce(await subscribe(), *care.plain(1))
    before = list(care.discord.messages)
    care.discord.fail(UncertainError("must not be asked"), "edit", times=99)

    await care.turn()

    assert care.discord.messages == before
    looked = await care.row(row)
    assert looked.status is Status.SENT
    assert looked.rechecks == 1
    assert looked.recheck_at == looked.sent_at + LADDER[1] if looked.sent_at else False


async def test_it_is_looked_at_five_times_in_three_days(care: Care, subscribe: Subscribe) -> None:
    """Reference: safety, 3.8."""
    (row,) = await care.announce(await subscribe(), *care.plain(1))
    looks = 0
    for hours in (1 / 6, 1, *[5] * 40):
        asked = len(care.simulated.requests["derpibooru"])
        await care.turn(hours * 3600)
        looks += len(care.simulated.requests["derpibooru"]) > asked

    assert looks == 5
    assert (await care.row(row)).recheck_at is None


def test_looks_that_a_long_stop_left_out_are_not_made_up_for(clock: MovableClock) -> None:
    sent = clock.now()
    stages = [next_look(sent, sent + later) for later in (*LADDER, timedelta(hours=30))]

    assert [stage for stage, _at in stages] == [1, 2, 3, 4, 5, 4]
    assert stages[4][1] is None
    assert stages[5][1] == sent + LADDER[4]


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"tags": ("explicit", "artist:a", "pony")}, "safety 3.5 rating"),
        ({"tags": ("safe", "explicit", "artist:a", "pony")}, "safety 3.5 rating"),
        ({"tags": ("safe", "foalcon", "artist:a")}, "D3"),
        ({"tags": ("safe", "grimdark", "artist:a")}, "D2"),
        ({"hidden": True, "deletion_reason": "Artist's wish"}, "safety 3.5 deleted"),
        ({"hidden": True, "duplicate_of": 2_000_000_001}, "safety 3.5 merged"),
    ],
)
async def test_what_may_not_be_shown_any_more_is_taken_back(
    care: Care, subscribe: Subscribe, changes: dict[str, Any], rule: str
) -> None:
    """Retag, takedown, merge (reference: safety, 3.8)."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.edit(post, **changes)

    await care.turn()

    assert care.discord.messages == []
    removed = await care.row(row)
    assert removed.status is Status.REMOVED
    assert removed.rule == rule
    assert removed.reason
    assert removed.recheck_at is None


async def test_what_its_site_does_not_know_any_more_is_taken_back(
    care: Care, subscribe: Subscribe
) -> None:
    """Fault F50: asked for by itself first."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    gone = post.id + 1
    assert gone not in care.world.posts("derpibooru")
    await care.change_rows([row], post_id=gone)

    await care.turn()

    assert care.discord.messages == []
    assert (await care.row(row)).rule == "safety 3.8 gone"
    paths = [request.path for request in care.simulated.requests["derpibooru"]]
    assert any(path.endswith(f"/images/{gone}") for path in paths)


@pytest.mark.parametrize("mode", ["500", "503", "html200", "truncated", "drop"])
async def test_a_site_that_fails_never_counts_as_a_deletion(
    care: Care, subscribe: Subscribe, mode: str
) -> None:
    """Reference: safety, 3.8; the look is made up for when the site is well again."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.simulated.set_mode("derpibooru", Mode(kind=mode))  # type: ignore[arg-type]

    await care.turn()
    for _try in range(3):
        await care.turn(1800)

    assert len(care.discord.messages) == 1
    waiting = await care.row(row)
    assert (waiting.status, waiting.rechecks) == (Status.SENT, 0)
    assert waiting.recheck_at is not None

    care.simulated.set_mode("derpibooru")
    care.retag(post, "explicit", drop=["safe"])
    await care.turn(3600)
    assert care.discord.messages == []


async def test_a_body_that_cannot_be_read_never_counts_as_a_deletion(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.8; faults F18, F50: the site has it, and says so in no known way."""
    wish = await subscribe()
    alone, odd, other = care.plain(3)
    (row,) = await care.announce(wish, alone)
    digest = await care.announce(wish, odd, other)
    for post in (alone, odd):
        care.edit(post, sha512_hash=7)

    await care.turn()
    await care.turn()

    assert [kept.posts for kept in care.discord.messages] == [
        [f"derpibooru:{alone.id}"],
        [f"derpibooru:{odd.id}", f"derpibooru:{other.id}"],
    ]
    waiting = await care.row(row)
    assert (waiting.status, waiting.rechecks) == (Status.SENT, 0)
    assert waiting.recheck_at is not None

    # What must go from beside it does not wait for it.
    care.retag(other, "explicit", drop=["safe"])
    await care.turn()
    assert (await care.row(digest[1])).status is Status.REMOVED
    assert f"derpibooru:{other.id}" not in care.discord.posts(CHANNEL)

    care.edit(alone, sha512_hash="07", tags=("explicit", "mare"))
    await care.turn()
    assert (await care.row(row)).status is Status.REMOVED


async def test_a_failing_site_holds_up_no_other(care: Care, subscribe: Subscribe) -> None:
    (post,), (other,) = care.plain(1), care.plain(1, "ponybooru")
    (row,) = await care.announce(await subscribe(), post)
    (second,) = await care.announce(await subscribe(site="ponybooru"), other)
    care.simulated.set_mode("derpibooru", Mode(kind="500"))
    care.retag(other, "explicit", drop=["safe"])

    await care.turn()

    assert await care.status(row, second) == [Status.SENT, Status.REMOVED]


async def test_what_a_server_spoilers_lies_behind_a_spoiler_after_a_retag(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.5: embed to gallery."""
    await care.hide("spiders", Kind.SPOILER)
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    assert care.discord.messages[0].form == "embed"
    care.retag(post, "spiders")

    await care.turn()

    (kept,) = care.discord.messages
    assert kept.form == "gallery"
    assert kept.outgoing.posts[0].spoiler
    assert (await care.row(row)).form == "gallery"
    care.discord.fail(UncertainError("must not be asked"), "edit")
    await care.turn(3600)
    assert (await care.row(row)).rechecks == 2


async def test_an_artist_added_later_is_credited(care: Care, subscribe: Subscribe) -> None:
    """Rule L1."""
    (post,) = care.plain(1)
    care.edit(post, tags=("safe", "artist needed", "pony"), sources=())
    (row,) = await care.announce(await subscribe(), care.world.posts("derpibooru")[post.id])
    care.edit(post, tags=("safe", "artist:late comer", "pony"), sources=("https://a.example/1",))

    await care.turn()

    assert care.artists == ["late comer"]
    assert (await care.row(row)).status is Status.SENT
    (kept,) = care.discord.messages
    assert kept.outgoing.posts[0].credit.sources[0].url == "https://a.example/1"
    assert kept.outgoing.marker == row.id


async def test_what_its_subscription_spoilered_stays_so_when_that_is_removed(
    care: Care, subscribe: Subscribe
) -> None:
    wish = await subscribe(spoiler=True)
    (post,) = care.plain(1)
    await care.announce(wish, post)
    async with care.store.write() as tx:
        await tx.subscriptions.remove(GUILD, wish.id)
    care.retag(post, "artist:second")

    await care.turn()

    (kept,) = care.discord.messages
    assert kept.outgoing.spoiler
    assert "second" in care.artists


async def test_a_digest_loses_the_one_post_and_keeps_the_others(
    care: Care, subscribe: Subscribe
) -> None:
    posts = care.plain(3)
    rows = await care.announce(await subscribe(), *posts, more=4)
    care.retag(posts[1], "explicit", drop=["safe"])

    await care.turn()

    assert care.discord.posts(CHANNEL) == [
        f"derpibooru:{posts[0].id}",
        f"derpibooru:{posts[2].id}",
    ]
    assert await care.status(*rows) == [Status.SENT, Status.REMOVED, Status.SENT]
    (kept,) = care.discord.messages
    assert (kept.outgoing.marker, kept.outgoing.more) == (rows[0].id, 4)

    for post in posts:
        care.edit(post, hidden=True, deletion_reason="gone")
    await care.turn(3600)
    assert care.discord.messages == []
    assert await care.status(*rows) == [Status.REMOVED] * 3


async def test_a_digest_whose_first_post_goes_keeps_its_marker(
    care: Care, subscribe: Subscribe
) -> None:
    posts = care.plain(2)
    rows = await care.announce(await subscribe(), *posts)
    care.retag(posts[0], "explicit", drop=["safe"])

    await care.turn()

    (kept,) = care.discord.messages
    assert kept.posts == [f"derpibooru:{posts[1].id}"]
    assert kept.outgoing.marker == rows[0].id


async def test_a_post_that_was_reported_leaves_its_digest_even_if_its_site_is_down(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.9."""
    posts = care.plain(2)
    rows = await care.announce(await subscribe(), *posts)
    async with care.store.write() as tx:
        found, _unreadable = await care.reader.read("derpibooru", [post.id for post in posts])
        for post in found.values():
            await tx.posts.keep_body(post, care.clock.now())
        await tx.rechecks.remove(
            [rows[0].id], "safety 3.9 report", "reported", still_shown_until=care.clock.now()
        )
    care.simulated.set_mode("derpibooru", Mode(kind="500"))

    await care.turn(0)

    assert care.discord.posts(CHANNEL) == [f"derpibooru:{posts[1].id}"]
    gone = await care.row(rows[0])
    assert (gone.status, gone.recheck_at) == (Status.REMOVED, None)
    assert (await care.row(rows[1])).status is Status.SENT


async def test_a_new_rule_of_the_server_takes_nothing_back(
    care: Care, subscribe: Subscribe
) -> None:
    """It is about what comes; what a retag brings under it goes."""
    posts = care.plain(2)
    rows = [(await care.announce(await subscribe(), post))[0] for post in posts]
    await care.hide("pony")
    care.retag(posts[1], "new tag")

    await care.turn()

    assert await care.status(*rows) == [Status.SENT, Status.REMOVED]
    assert (await care.row(rows[1])).rule == "safety 3.5 hidden tag"


@pytest.mark.parametrize("denied", ["post", "artist"])
async def test_what_the_operator_denies_is_taken_back(
    care: Care, subscribe: Subscribe, denied: str
) -> None:
    """Reference: safety, 3.9."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    artist = next(tag for tag in post.tags if tag.startswith("artist:"))
    async with care.store.write() as tx:
        if denied == "post":
            await tx.denials.deny_post(post.site, post.id, by=None)
        else:
            await tx.denials.opt_out(artist, by=None)
    care.policies.forget_switches()

    await care.turn()

    assert care.discord.messages == []
    assert (await care.row(row)).rule == f"safety 3.9 {denied}"


async def test_while_all_pictures_are_stopped_nothing_is_shown_anew_but_what_must_go_goes(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 3.9."""
    posts = care.plain(2)
    rows = [(await care.announce(await subscribe(), post))[0] for post in posts]
    async with care.store.write() as tx:
        await tx.denials.panic(by=None)
    care.policies.forget_switches()
    care.retag(posts[0], "artist:second")
    care.retag(posts[1], "explicit", drop=["safe"])

    await care.turn()

    assert await care.status(*rows) == [Status.SENT, Status.REMOVED]
    assert "second" not in care.artists


async def test_a_channel_that_loses_its_flag_loses_what_does_not_fit_it(
    store: Store, care: Care, subscribe: Subscribe
) -> None:
    """Rule D4; but a channel of which nothing is known yet loses nothing (rule D6, fault F02)."""
    full = Policies(store, profile="full")
    care.policies = full
    care.composer = Composer(store, care.discord, full, care.reader, care.clock)
    care.care = AfterCare(store, care.reader, full, care.discord, care.composer, care.clock)
    care.discord.facts[CHANNEL] = RESTRICTED
    wish = await subscribe(adult=True)
    async with store.write() as tx:
        await tx.guilds.put(Guild(id=GUILD, adult=True))
    (post,) = care.plain(1)
    care.retag(post, "suggestive", drop=["safe"])
    (row,) = await care.announce(wish, care.world.posts("derpibooru")[post.id])

    care.discord.facts[CHANNEL] = structs.replace(RESTRICTED, guild_available=False)
    await care.turn()
    assert await care.status(row) == [Status.SENT]

    care.discord.facts[CHANNEL] = PLAIN
    await care.turn(3600)
    assert await care.status(row) == [Status.REMOVED]


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
    await care.hide("spiders", Kind.SPOILER)
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
    await care.hide("spiders", Kind.SPOILER)
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


async def test_after_care_ends_even_where_no_look_succeeds(
    care: Care, subscribe: Subscribe
) -> None:
    (row,) = await care.announce(await subscribe(), *care.plain(1))
    care.discord.unreachable.add(GUILD)
    await care.turn()
    await care.turn(LONGEST.total_seconds())

    assert (await care.row(row)).recheck_at is None


async def test_posts_that_changed_are_looked_at_at_once(care: Care, subscribe: Subscribe) -> None:
    posts = care.plain(2)
    rows = [(await care.announce(await subscribe(), post))[0] for post in posts]
    for post in posts:
        care.retag(post, "explicit", drop=["safe"])
    edited, _unreadable = await care.reader.read("derpibooru", [posts[0].id])
    async with care.store.write() as tx:
        await tx.posts.edited(list(edited.values()), care.clock.now())

    await care.turn(0)

    assert await care.status(*rows) == [Status.REMOVED, Status.SENT]


async def test_a_turn_is_bounded_and_reads_many_posts_at_once(
    care: Care, subscribe: Subscribe
) -> None:
    care.care = AfterCare(
        care.store, care.reader, care.policies, care.discord, care.composer, care.clock, per_turn=8
    )
    wish, posts = await subscribe(), care.plain(12)
    await care.reader.read("derpibooru", [post.id for post in posts])
    rows = [(await care.announce(wish, post))[0] for post in posts]
    care.simulated.requests["derpibooru"].clear()

    await care.turn()
    assert len(care.simulated.requests["derpibooru"]) == 1
    assert sum([(await care.row(row)).rechecks for row in rows]) == 8
    await care.turn(0)
    assert sum([(await care.row(row)).rechecks for row in rows]) == 12


async def test_an_evil_sites_texts_change_nothing_but_the_credit(
    care: Care, subscribe: Subscribe
) -> None:
    """Reference: safety, 4 and 5."""
    (post,) = care.plain(1)
    (row,) = await care.announce(await subscribe(), post)
    care.simulated.set_mode("derpibooru", Mode(kind="evil"))

    await care.turn()

    # What it says now either may be shown, or is taken back: nothing of it goes through unseen.
    now = await care.row(row)
    for kept in care.discord.messages:
        for shown_post in kept.outgoing.posts:
            assert all(url.startswith("https://") for url in shown_post.media.urls)
            assert "safe" in shown_post.post.tags
    assert (now.status is Status.REMOVED) is (care.discord.messages == [])


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

"""Changing what a server's channels are brought: checked, counted, audited, and told at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import structs

from bot.catalogue import CATALOGUE
from bot.clock import Clock
from bot.feeds import pauses
from bot.feeds.backfill import backfill as backfill_with
from bot.feeds.preflight import Preflight, off_text, preflight
from bot.feeds.proofreading import proofread, read_query
from bot.feeds.wishes import FeedRefusedError, checked, first_time
from bot.policies import Policies, Where
from bot.posts.model import Post
from bot.posts.rating import Rating
from bot.quotas import FEEDS
from bot.safety import VerifiedPost, verify
from bot.sites import Sites
from bot.store import FeedKind, Pause, Store, Subscription, Transaction
from bot.texts import _, ngettext

from .portable import FeedPart, wish_of
from .rules import (
    FIELDS,
    MOST_BACKFILL,
    Added,
    Edited,
    Overview,
    Running,
    changed,
    check_twin,
    note,
    owe_anew,
    own,
    schedules_beside,
    times,
    told,
)


class GuildFeeds:
    """The changes, each written with its line in the audit list.

    `most` is how many feeds and schedules a server has at most. Methods that change something
    raise FeedRefusedError, and StoreError with nothing changed.
    """

    def __init__(
        self,
        store: Store,
        policies: Policies,
        sites: Sites,
        running: Running,
        clock: Clock,
        *,
        most: int = FEEDS,
    ) -> None:
        self._store = store
        self._policies = policies
        self._sites = sites
        self._running = running
        self._clock = clock
        self._most = most

    async def of_guild(self, guild_id: int) -> tuple[Subscription, ...]:
        """Return a server's feeds and schedules, oldest first."""
        async with self._store.read() as tx:
            return await tx.subscriptions.of_guild(guild_id)

    async def overview(self, guild_id: int) -> Overview:
        """Return a server's feeds and schedules with how they do."""
        async with self._store.read() as tx:
            out = {tail.site: tail.failing_since for tail in await tx.tails.all()}
            return Overview(
                panic=(await self._policies.switches()).panic,
                out={site: since for site, since in out.items() if since is not None},
                subscriptions=await tx.subscriptions.of_guild(guild_id),
                zone=(await tx.guilds.get(guild_id)).time_zone,
                told=await tx.history.last_told(guild_id),
                owed=await tx.history.owed(guild_id),
            )

    async def find(self, guild_id: int, subscription_id: int) -> Subscription:
        """Return one of a server's own; raises FeedRefusedError where it has none such."""
        async with self._store.read() as tx:
            return await own(tx, guild_id, subscription_id)

    async def preflight(self, wish: Subscription, where: Where) -> Preflight:
        """Return what a wish would bring; raises as the function of that name does."""
        return await preflight(wish, await self._policies.of(where), self._sites, self._clock)

    async def add(
        self, wish: Subscription, where: Where, *, actor_id: int, backfill: int = 0
    ) -> Added:
        """Keep a new wish for the channel that `where` is, from now on; `backfill` adds posts.

        Raises also QueryError and BadQuery, as `preflight` does.
        """
        wish = checked(wish)
        async with self._store.read() as tx:
            await self._check_quota(tx, wish)
        found = await self.preflight(wish, where)
        now = self._clock.now()
        async with self._store.write() as tx:
            await self._check_quota(tx, wish)
            zone = (await tx.guilds.get(wish.guild_id)).time_zone
            kept = await tx.subscriptions.add(
                structs.replace(
                    wish,
                    adult=found.proof.adult,
                    since=await tx.tails.beginning(wish.site),
                    next_at=first_time(wish, now, zone),
                    created_by=actor_id,
                    created_at=now,
                )
            )
            await note(tx, kept, "add", actor_id, after=told(kept))
            beside = await schedules_beside(tx, kept)
        await self.work_with(kept.id)
        backfilled = 0
        if backfill > 0 and kept.kind is FeedKind.FEED:
            posts = await self._fit(found.newest, kept, where, min(backfill, MOST_BACKFILL))
            backfilled = await backfill_with(
                posts, kept, self._store, self._running.announcer, self._clock
            )
        return Added(
            subscription=kept, preflight=found, zone=zone, backfilled=backfilled, beside=beside
        )

    async def edit(
        self,
        guild_id: int,
        subscription_id: int,
        changes: Mapping[str, Any],
        where: Where,
        *,
        actor_id: int,
    ) -> Edited:
        """Change the named fields of one; `where` is the channel that it is for from now on.

        Raises also QueryError and BadQuery where the query or the channel is another.
        """
        old = await self.find(guild_id, subscription_id)
        wish = changed(old, changes)
        asked = None
        if (wish.query, wish.channel_id) != (old.query, old.channel_id):
            asked = await self.preflight(wish, where)
        now = self._clock.now()
        async with self._store.write() as tx:
            old = await own(tx, guild_id, subscription_id)
            new = changed(old, changes)
            await check_twin(tx, new)
            if asked is not None:
                new = structs.replace(new, adult=asked.proof.adult)
            if times(new) != times(old):
                zone = (await tx.guilds.get(guild_id)).time_zone
                new = structs.replace(new, next_at=first_time(new, now, zone))
            if new != old:
                await tx.subscriptions.put(new)
                await owe_anew(tx, old, new)
                before, after = told(old), told(new)
                names = [name for name in FIELDS if before.get(name) != after.get(name)]
                await note(
                    tx, new, "edit", actor_id,
                    before={name: before.get(name) for name in names},
                    after={name: after.get(name) for name in names},
                )  # fmt: skip
        await self.work_with(new.id)
        return Edited(before=old, after=new, preflight=asked)

    async def pause(self, guild_id: int, subscription_id: int, *, actor_id: int) -> Subscription:
        """Pause one until a person resumes it; what is owed already waits."""
        async with self._store.write() as tx:
            old = await own(tx, guild_id, subscription_id)
            if old.pause is Pause.PERSON:
                raise FeedRefusedError(_("It is paused already."))
            await tx.subscriptions.pause(subscription_id, Pause.PERSON)
            await note(tx, old, "pause", actor_id)
            new = await own(tx, guild_id, subscription_id)
        await self._running.changed(subscription_id)
        return new

    async def resume(
        self, guild_id: int, subscription_id: int, where: Where, *, actor_id: int
    ) -> tuple[Subscription, ...]:
        """Let a paused one run again in the channel that `where` is.

        What came while nothing was matched for it is not new to it. Where the channel was in the
        way, the others that go there run again too. Raises also QueryError.
        """
        policy = await self._policies.of(where)
        async with self._store.write() as tx:
            old = await own(tx, guild_id, subscription_id)
            if old.runs:
                raise FeedRefusedError(_("It is not paused."))
            if old.site not in self._sites or old.site in policy.sites_off:
                raise FeedRefusedError(off_text(old.site))
            proofread(old.query, self._sites[old.site].site, policy)
            if old.adult and policy.ratings <= {Rating.SAFE}:
                raise FeedRefusedError(
                    _(
                        "It was made for a channel with more than safe pictures, and that channel"
                        " may show only safe ones now. Edit its query so that it asks for those."
                    )
                )
            ids = await pauses.resume(tx, subscription_id)
            zone = (await tx.guilds.get(guild_id)).time_zone
            for one in (await tx.subscriptions.get_many(ids)).values():
                await tx.subscriptions.advance(one.id, first_time(one, self._clock.now(), zone))
            resumed = tuple((await tx.subscriptions.get_many(ids)).values())
            await note(tx, old, "resume", actor_id, before=old.pause)
        await self._running.changed(*ids)
        return resumed

    async def remove(self, guild_id: int, subscription_id: int, *, actor_id: int) -> Subscription:
        """Delete one; what is owed for it alone is not owed any more. Return what it was."""
        async with self._store.write() as tx:
            old = await own(tx, guild_id, subscription_id)
            await tx.announcements.drop_queued(subscription_id, "feed", _("Its feed was removed."))
            await tx.subscriptions.remove(guild_id, subscription_id)
            await note(tx, old, "remove", actor_id, before=told(old))
        await self._running.changed(subscription_id)
        return old

    async def read_file(
        self, guild_id: int, parts: Sequence[FeedPart], place: Callable[[int], Where]
    ) -> tuple[Subscription, ...]:
        """Return what the feeds of a settings file are in this server; nothing is changed yet.

        `place` tells of a channel what it is. Raises FeedRefusedError where there are too many or
        one cannot be, and QueryError where it only asks for what may not be shown in its channel.
        """
        if len(parts) > self._most:
            raise self._too_many()
        wishes = []
        for part in parts:
            wish = wish_of(part, guild_id, self._clock.now())
            policy = await self._policies.of(place(part.channel_id))
            proof = proofread(wish.query, CATALOGUE[wish.site], policy)
            wishes.append(structs.replace(wish, adult=proof.adult))
        return tuple(wishes)

    async def work_with(self, *subscription_ids: int) -> None:
        """Work with these from now on as they are kept, also where they are gone."""
        # First of all, so that no post passes by while the site is asked about tags.
        await self._running.changed(*subscription_ids)
        async with self._store.read() as tx:
            kept = await tx.subscriptions.get_many(subscription_ids)
        for one in kept.values():
            if one.kind is FeedKind.FEED and one.site in self._sites:
                query = read_query(one.query, self._sites[one.site].site)
                await self._running.aliases.learn(one.site, query)

    async def _check_quota(self, tx: Transaction, wish: Subscription) -> None:
        if await tx.subscriptions.count(wish.guild_id) >= self._most:
            raise self._too_many()
        await check_twin(tx, wish)

    def _too_many(self) -> FeedRefusedError:
        text = ngettext(
            "A server has at most {count} feed or schedule. Remove it first.",
            "A server has at most {count} feeds and schedules. Remove one first.",
            self._most,
        )
        return FeedRefusedError(text.format(count=self._most))

    async def _fit(
        self, newest: Sequence[Post], kept: Subscription, where: Where, most: int
    ) -> tuple[Post, ...]:
        """Return the newest posts that may be shown there, at most so many, oldest first."""
        policy = await self._policies.of(where)
        least = kept.min_score
        fit = [
            post
            for post in newest
            if (least is None or (isinstance(post.score, int) and post.score >= least))
            and isinstance(verify(post, policy, clock=self._clock), VerifiedPost)
        ]
        return tuple(reversed(fit[:most]))

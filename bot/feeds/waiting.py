"""The posts of one site that wait: read again by their ids when they are due, many at once."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec import structs

from bot.clock import Clock
from bot.feeds.answers import Answers
from bot.feeds.decide import FIRST_THUMBNAILS, LADDER, LONGEST_THUMBNAILS
from bot.feeds.decisions import Changes, Decisions, Looked
from bot.feeds.reading import Reader
from bot.sites.board import MAX_PER_PAGE
from bot.store import Pending, Store

#: When a post is looked at again for which the site could not be asked everything at once.
ANOTHER_TURN = timedelta(seconds=30)


class WaitingPosts:
    """Decides what is due; `searches` is how many searches of the site one turn may take."""

    def __init__(
        self,
        site: str,
        store: Store,
        reader: Reader,
        decisions: Decisions,
        answers: Answers,
        clock: Clock,
        *,
        searches: int,
    ) -> None:
        self._site = site
        self._store = store
        self._reader = reader
        self._decisions = decisions
        self._answers = answers
        self._clock = clock
        self._searches = searches

    async def turn(self) -> None:
        """Decide the posts that have been due for longest. Raises SiteError, StoreError.

        What is not decided stays pending, so that nothing is lost (fault F49).
        """
        now = self._clock.now()
        async with self._store.read() as tx:
            due = await tx.pending.due(self._site, now, limit=MAX_PER_PAGE)
            rows = {row.post_id: row for row in due}
            seen = await tx.posts.seen(self._site, rows)
        if not rows:
            return
        posts, unreadable = await self._reader.read(self._site, rows)
        looked = {
            post_id: Looked(post=post, seen_at=seen[post_id].seen_at, tries=rows[post_id].tries + 1)
            for post_id, post in posts.items()
        }
        asks = {
            post_id: made.asks
            for post_id, one in looked.items()
            if (made := await self._decisions.decide(one)).asks
        }
        plain = [one for post_id, one in looked.items() if post_id not in asks]
        # What cannot be read may be again: it waits on, though not for ever (fault F18).
        hopeful = {one for one in unreadable if now < seen[one].seen_at + LADDER[-1]}
        gone = rows.keys() - looked.keys() - hopeful
        self._answers.forget(rows.keys() - asks.keys())
        if plain or gone:
            await self._decisions.keep(plain, Changes(gone=gone))
        if hopeful:
            async with self._store.write() as tx:
                await tx.pending.put(_later(rows[one], now) for one in sorted(hopeful))
        if asks:
            await self._ask(asks, looked, rows)

    async def _ask(
        self,
        asks: Mapping[int, tuple[int, ...]],
        looked: Mapping[int, Looked],
        rows: Mapping[int, Pending],
    ) -> None:
        # The reading by ids was one search.
        answered = await self._answers.ask(asks, self._searches - 1)
        if answered:
            done = [
                structs.replace(
                    looked[post_id], answered=self._answers.taken(post_id, asks[post_id])
                )
                for post_id in answered
            ]
            await self._decisions.keep(done, Changes())
        again = self._clock.now() + ANOTHER_TURN
        later = [structs.replace(rows[post_id], due_at=again) for post_id in asks.keys() - answered]
        if later:
            # Behind what else is due, which must not wait for this.
            async with self._store.write() as tx:
                await tx.pending.put(later)


def _later(row: Pending, now: datetime) -> Pending:
    """Return a post that waits on because nothing can be said of it, as for its thumbnails."""
    pause = min(LONGEST_THUMBNAILS, FIRST_THUMBNAILS * 2.0 ** min(row.tries, 20))
    return structs.replace(row, due_at=now + pause, tries=row.tries + 1)

"""What becomes of what is owed: folded, gathered, dropped, and in time forgotten."""

from collections.abc import Collection
from datetime import timedelta

from msgspec import structs
from sqlalchemy import and_, delete, exists, func, or_, select

from .announcement_rows import Announcement, Status
from .feed_tables import announcements, subscriptions
from .outbox import OWED, Outbox
from .statements import chunks
from .subscription_rows import Rhythm

#: How long is remembered what went to Discord, and what never did.
KEPT = timedelta(days=90)
KEPT_UNSENT = timedelta(days=30)
_UNSENT = (Status.HIDDEN, Status.TWIN, Status.DROPPED, Status.FOLDED)
#: Deleted at a time, so that nobody waits long for the database.
FORGOTTEN = 500


class Announcements(Outbox):
    """The outbox, and what becomes of what is in it."""

    async def drop_queued(self, subscription_id: int, rule: str, reason: str) -> int:
        """Owe nothing for a subscription any more; return how many announcements that were.

        What another subscription of the channel matches too is owed for that one from now on.
        `rule` and `reason` say why, as in an announcement. Not for what is on its way.
        """
        rows = await self._select(
            announcements.c.subscription_id == subscription_id,
            announcements.c.status == Status.QUEUED,
        )
        heirs = await self._rhythms({one for row in rows for one in row.matched})
        heirs.pop(subscription_id, None)
        changed, dropped = [], 0
        for row in rows:
            matched = tuple(one for one in row.matched if one != subscription_id)
            able = [one for one in matched if heirs.get(one, (0, ""))[0] == row.channel_id]
            if able and row.post_id is not None:
                heir = min(able, key=lambda one: (heirs[one][1] != Rhythm.EACH, one))
                changed.append(
                    structs.replace(
                        row,
                        subscription_id=heir,
                        matched=matched,
                        digest=heirs[heir][1] != Rhythm.EACH,
                        lead_id=None,
                        more=0,
                        due_at=self._now(),
                    )
                )
            else:
                dropped += 1
                changed.append(
                    structs.replace(row, status=Status.DROPPED, rule=rule, reason=reason)
                )
        await self.change(changed)
        return dropped

    async def release_twins(self, announcement_id: int) -> bool:
        """Owe the same picture from another post, as this one will not be announced after all.

        Return whether there is such a post. Of several the one first seen comes, the others stay
        its twins.
        """
        row = await self.get(announcement_id)
        if row is None:
            return False
        twins = await self._select(
            announcements.c.channel_id == row.channel_id,
            announcements.c.status == Status.TWIN,
            announcements.c.reason == row.key,
        )
        if not twins:
            return False
        first, *others = sorted(twins, key=lambda row: (row.first_seen_at, row.id))
        await self.change(
            [
                structs.replace(
                    first, status=Status.QUEUED, rule="", reason="", due_at=self._now()
                ),
                *(structs.replace(row, reason=first.key) for row in others),
            ]
        )
        return True

    async def longest_queues(self, subscription_ids: Collection[int], over: int) -> tuple[int, ...]:
        """Return which of these subscriptions are owed more than `over` single posts."""
        crowded: list[int] = []
        for chunk in chunks(subscription_ids):
            found = await self._connection.execute(
                select(announcements.c.subscription_id)
                .where(announcements.c.subscription_id.in_(chunk), *_SINGLES)
                .group_by(announcements.c.subscription_id)
                .having(func.count() > over)
            )
            crowded += found.scalars()
        return tuple(sorted(crowded))

    async def fold(self, subscription_id: int, at_most: int) -> int:
        """Only count a subscription's oldest single posts, so that `at_most` are owed (fault F38).

        Word of how many more there are is put at the end of what its channel is owed, together
        with such word that was not told yet. Return how many posts were folded now.
        """
        rows = await self._select(
            announcements.c.subscription_id == subscription_id,
            *_SINGLES,
            order=(announcements.c.first_seen_at.desc(), announcements.c.id.desc()),
        )
        folded = rows[at_most:]
        if not folded:
            return 0
        await self.change([structs.replace(row, status=Status.FOLDED) for row in folded])
        untold = and_(
            announcements.c.subscription_id == subscription_id,
            announcements.c.status == Status.QUEUED,
            announcements.c.post_id.is_(None),
            announcements.c.sending_at.is_(None),
        )
        more = sum(row.more for row in await self._select(untold))
        await self._connection.execute(delete(announcements).where(untold))
        last, now = folded[0], self._now()
        await self.add(
            [
                Announcement(
                    guild_id=last.guild_id,
                    channel_id=last.channel_id,
                    site=last.site,
                    post_id=None,
                    subscription_id=subscription_id,
                    matched=(subscription_id,),
                    more=more + len(folded),
                    first_seen_at=last.first_seen_at,
                    created_at=now,
                    due_at=now,
                )
            ]
        )
        return len(folded)

    async def close_digest(self, subscription_id: int, at_most: int) -> int | None:
        """Make one message of what a subscription was owed since its last; return the lead's id.

        The newest `at_most` posts, the oldest of them first, name the first as their lead, whose
        `more` counts the rest. A message that was made so before and never handed to Discord
        becomes part of it. `None`: there is nothing to tell.
        """
        rows = await self._select(
            announcements.c.subscription_id == subscription_id,
            announcements.c.status.in_(OWED),
            announcements.c.digest,
            order=(announcements.c.first_seen_at, announcements.c.id),
        )
        # All of a message is on its way as soon as one of its posts is.
        on_its_way = {
            row.lead_id for row in rows if row.lead_id is not None and not _is_waiting(row)
        }
        waiting = [row for row in rows if _is_waiting(row) and row.lead_id not in on_its_way]
        if not waiting:
            return None
        # The first of an earlier message may have been dropped, with the count that it carries.
        counting = await self._select(
            announcements.c.id.in_({row.lead_id for row in waiting if row.lead_id is not None}),
            announcements.c.status.not_in(OWED),
            announcements.c.more > 0,
        )
        folded, told = waiting[:-at_most], waiting[-at_most:]
        lead = told[0].id
        more = len(folded) + sum(row.more for row in [*waiting, *counting])
        now = self._now()
        await self.change(
            [
                *(structs.replace(row, more=0) for row in counting),
                *(
                    structs.replace(row, status=Status.FOLDED, lead_id=None, more=0)
                    for row in folded
                ),
                *(
                    structs.replace(
                        row, lead_id=lead, more=more if row.id == lead else 0, due_at=now
                    )
                    for row in told
                ),
            ]
        )
        return lead

    async def forget_old(self, *, limit: int = FORGOTTEN) -> int:
        """Delete at most `limit` of what is over for long enough; return how many.

        Long enough is `KEPT`, and `KEPT_UNSENT` since it was sent or where it never was; also
        where it is still owed for a subscription that was removed meanwhile.
        """
        now = self._now()
        orphaned = ~exists().where(subscriptions.c.id == announcements.c.subscription_id)
        over = and_(
            or_(announcements.c.status.not_in(OWED), orphaned),
            announcements.c.recheck_at.is_(None),
            or_(
                and_(
                    announcements.c.status.in_([*_UNSENT, *OWED]),
                    announcements.c.created_at < now - KEPT_UNSENT,
                ),
                and_(
                    announcements.c.created_at < now - KEPT,
                    or_(
                        announcements.c.sent_at.is_(None),
                        announcements.c.sent_at < now - KEPT_UNSENT,
                    ),
                ),
            ),
            announcements.c.created_at < now - KEPT_UNSENT,
        )
        oldest = select(announcements.c.id).where(over).order_by(announcements.c.created_at)
        return await self._change(
            delete(announcements).where(announcements.c.id.in_(oldest.limit(limit)))
        )

    async def _rhythms(self, ids: Collection[int]) -> dict[int, tuple[int, str]]:
        """Return the channel and the rhythm of those of these subscriptions that exist."""
        known: dict[int, tuple[int, str]] = {}
        for chunk in chunks(ids):
            found = await self._connection.execute(
                select(
                    subscriptions.c.id, subscriptions.c.channel_id, subscriptions.c.rhythm
                ).where(subscriptions.c.id.in_(chunk))
            )
            known |= {row.id: (row.channel_id, row.rhythm) for row in found}
        return known


#: What waits to be sent by itself.
_SINGLES = (
    announcements.c.status == Status.QUEUED,
    ~announcements.c.digest,
    announcements.c.post_id.is_not(None),
    announcements.c.sending_at.is_(None),
)


def _is_waiting(row: Announcement) -> bool:
    return row.status is Status.QUEUED and row.sending_at is None

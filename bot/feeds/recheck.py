"""After-care: announcements are looked at again for three days (reference: safety, 3.8).

A look reads the posts again, many in one request, and holds them against the policy of their
channel as it is now; `bot.feeds.judging` says what follows. What may not be shown any more goes:
the message, or its part of it. What is to be spoilered lies behind a spoiler from then on, and
credit that changed is corrected. Where nothing changed nothing is sent. A site that does not
answer never counts as a deletion, and its posts keep their place on the ladder.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias, cast

import structlog

from bot.clock import Clock
from bot.feeds.destination import (
    AlreadyGoneError,
    ChannelGoneError,
    Delivered,
    DeliveryError,
    Destination,
    Form,
    HeldError,
    NoAccessError,
    ThreadClosedError,
)
from bot.feeds.judging import Judgement, Leave, judge
from bot.feeds.mending import Composes, Mended, Plan, mend
from bot.feeds.shown import Shown, seen_of, shown
from bot.policies import Policies
from bot.posts.model import Post
from bot.safety import Refusal, VerifiedPost
from bot.sites import SiteError
from bot.store import Announcement, Status, Store, StoreError
from bot.store.rechecks import Looked
from bot.texts import Languages, _

#: How long after it was sent a message is looked at.
LADDER = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=72),
)
#: Until when a look that fails is tried again: then after-care is over all the same.
LONGEST = timedelta(days=7)
#: The pause after a look that failed: for a site, in doubt about Discord, without access, by us.
SITE_PAUSE = timedelta(minutes=10)
FAULT_PAUSE = timedelta(minutes=10)
DOUBT_PAUSE = timedelta(minutes=1)
STORE_PAUSE = timedelta(minutes=1)
ACCESS_PAUSE = timedelta(hours=1)
#: Messages looked at in a turn, and posts read at a time. What many channels show is read once.
PER_TURN = 500
BATCH = 50

_log = structlog.get_logger(__name__)

Rows: TypeAlias = Sequence[Announcement]
#: What posts say now by site and id; `None`: gone, `Leave`: they may well be there and cannot be
#: read. What is not there is not known.
Bodies: TypeAlias = Mapping[tuple[str, int], Post | Leave | None]


class Reads(Protocol):
    """The way to the posts; `bot.feeds.reading.Reader` is one."""

    async def read(
        self, site: str, ids: Collection[int]
    ) -> tuple[Mapping[int, Post], Collection[int]]:
        """Return the posts, and those that may exist and cannot be read (fault F18).

        What is in neither does not exist (fault F50). Raises SiteError.
        """


class _Notes:
    """What a turn found that is kept together at its end: until then nobody misses it."""

    def __init__(self) -> None:
        self.unchanged: list[Announcement] = []
        self.pauses: dict[timedelta | None, list[int]] = {}

    def wait(self, rows: Rows, pause: timedelta | None) -> None:
        """Look again later, from the same place on the ladder; `None`: never."""
        self.pauses.setdefault(pause, []).extend(row.id for row in rows)


class AfterCare:
    """Looks at what was announced; one turn does what is due now."""

    def __init__(
        self,
        store: Store,
        reader: Reads,
        policies: Policies,
        destination: Destination,
        compose: Composes,
        clock: Clock,
        *,
        languages: Languages | None = None,
        per_turn: int = PER_TURN,
    ) -> None:
        self._store = store
        self._reader = reader
        self._policies = policies
        self._destination = destination
        self._compose = compose
        self._clock = clock
        self._languages = languages or Languages()
        self._per_turn = per_turn
        self._held_until = clock.monotonic()

    async def turn(self) -> None:
        """Look at the messages that are due, a bounded number; raises StoreError.

        And what one message failed with, when all had their turn: it is put off (fault F42).
        """
        if self._clock.monotonic() < self._held_until:
            return
        now = self._clock.now()
        async with self._store.read() as tx:
            due = await tx.rechecks.due(now, self._per_turn)
        notes = _Notes()
        ready = [rows for rows in due if self._is_ready(rows, notes)]
        # After an error of the database too the sites are not asked at once again.
        self._held_until = self._clock.monotonic() + STORE_PAUSE.total_seconds()
        bodies = await self._read(ready)
        held = 0.0
        troubled: set[int] = set()
        failures: list[BaseException] = []
        for rows in ready:
            channel_id = rows[0].channel_id
            # Where Discord was slow or in doubt once, the others need not wait for it.
            if channel_id in troubled:
                continue
            look = self._look_and_speak(rows, bodies, notes)
            (error,) = await asyncio.gather(look, return_exceptions=True)
            if isinstance(error, StoreError):
                raise error
            if isinstance(error, HeldError):
                held = error.seconds
                break
            if isinstance(error, DeliveryError):
                _log.info("after-care waits", channel=channel_id, reason=error.reason)
                troubled.add(channel_id)
                notes.wait(rows, DOUBT_PAUSE)
            elif error is not None:
                failures.append(error)
                notes.wait(rows, FAULT_PAUSE)
        await self._write(notes)
        self._held_until = self._clock.monotonic() + held
        if failures:
            raise failures[0]

    async def _look_and_speak(self, rows: Rows, bodies: Bodies, notes: _Notes) -> None:
        guild = await self._policies.guild(rows[0].guild_id)
        with self._languages.speaking(guild.language):
            await self._look(rows, bodies, notes)

    async def _write(self, notes: _Notes) -> None:
        if not notes.unchanged and not notes.pauses:
            return
        now = self._clock.now()
        async with self._store.write() as tx:
            await tx.rechecks.looked(
                self._looked(row, row.form, row.shown) for row in notes.unchanged
            )
            for pause, ids in notes.pauses.items():
                await tx.rechecks.postpone(ids, None if pause is None else now + pause)

    def _is_ready(self, rows: Rows, notes: _Notes) -> bool:
        """Tell whether a message can be looked at now; what can never be is done with."""
        first = rows[0]
        if first.message_id is None or self._clock.now() - _sent_at(first) > LONGEST:
            notes.wait(rows, None)
            return False
        if not self._destination.is_reachable(first.guild_id):
            notes.wait(rows, SITE_PAUSE)
            return False
        return True

    async def _read(self, messages: Iterable[Rows]) -> Bodies:
        wanted: dict[str, set[int]] = {}
        for row in (row for rows in messages for row in rows if row.status is Status.SENT):
            site, post_id = _key(row)
            wanted.setdefault(site, set()).add(post_id)
        bodies: dict[tuple[str, int], Post | Leave | None] = {}
        unread = Leave(Refusal("F18", _("What its site says of it cannot be read.")), again=True)
        for site, ids in wanted.items():
            listed = sorted(ids)
            try:
                for start in range(0, len(listed), BATCH):
                    batch = listed[start : start + BATCH]
                    found, unreadable = await self._reader.read(site, batch)
                    bodies |= {(site, post_id): found.get(post_id) for post_id in batch}
                    bodies |= {(site, post_id): unread for post_id in unreadable}
            except SiteError as error:
                _log.info("after-care waits for a site", site=site, reason=error.message)
        return bodies

    async def _look(self, rows: Rows, bodies: Bodies, notes: _Notes) -> None:
        sent = [row for row in rows if row.status is Status.SENT]
        withdrawn = len(sent) < len(rows)
        if withdrawn:
            # What was taken back does not wait for the site if that can be helped.
            unknown = [row for row in sent if _key(row) not in bodies]
            bodies = {**bodies, **await self._known_bodies(unknown)}
        if any(_key(row) not in bodies for row in sent):
            notes.wait(rows, SITE_PAUSE)
            return
        judged = [(row, await self._judge(row, bodies)) for row in sent]
        plan = Plan(
            delivered_of(rows[0]),
            tuple((row, one) for row, one in judged if isinstance(one, VerifiedPost)),
            {row.id: one for row, one in judged if isinstance(one, Refusal)},
            {row.id: one.refusal for row, one in judged if isinstance(one, Leave)},
            withdrawn,
        )
        if not plan.is_urgent and any(isinstance(one, Leave) and one.again for _row, one in judged):
            notes.wait(rows, SITE_PAUSE)
        elif plan.is_urgent or any(_is_changed(row, post) for row, post in plan.showing):
            await self._change(rows, plan, notes)
        else:
            notes.unchanged += sent

    async def _known_bodies(self, rows: Rows) -> Bodies:
        """Return what posts said when they were last read."""
        async with self._store.read() as tx:
            kept = [(_key(row), await tx.posts.body(*_key(row))) for row in rows]
        return {key: body.post for key, body in kept if body is not None and body.post is not None}

    async def _judge(self, row: Announcement, bodies: Bodies) -> Judgement:
        body = bodies[_key(row)]
        if isinstance(body, Leave):
            return body
        where = self._destination.where(row.guild_id, row.channel_id)
        return judge(
            body,
            await self._policies.of(where),
            Shown.read(row.shown),
            place_known=self._policies.is_sure_of(where),
            clock=self._clock,
        )

    async def _change(self, rows: Rows, plan: Plan, notes: _Notes) -> None:
        try:
            mended = await mend(plan, self._destination, self._compose)
        except AlreadyGoneError:
            mended = Mended(form=plan.delivered.form, removed=plan.gone)
        except (NoAccessError, ThreadClosedError) as error:
            _log.warning("cannot change a message", reason=error.reason, urgent=plan.is_urgent)
            notes.wait(rows, ACCESS_PAUSE if plan.is_urgent else None)
            return
        except ChannelGoneError:
            notes.wait(rows, None)
            return
        if mended is None:
            notes.unchanged += rows
        else:
            await self._keep(rows, mended)

    async def _keep(self, rows: Rows, mended: Mended) -> None:
        """Note what a message shows now; all else of it is over."""
        shown_now = {row.id for row, _post in mended.showing}
        async with self._store.write() as tx:
            for row_id, refusal in mended.removed.items():
                await tx.rechecks.remove([row_id], refusal.rule, refusal.reason)
            await tx.rechecks.postpone([row.id for row in rows if row.id not in shown_now], None)
            await tx.rechecks.looked(
                self._looked(row, mended.form, shown(post, spoiler=mended.spoiler))
                for row, post in mended.showing
            )
        for row_id, refusal in mended.removed.items():
            _log.info("an announcement was taken back", announcement=row_id, rule=refusal.rule)

    def _looked(self, row: Announcement, form: str, seen: str) -> Looked:
        stage, next_at = next_look(_sent_at(row), self._clock.now())
        return Looked(announcement=row, form=form, shown=seen, recheck_at=next_at, rechecks=stage)


def next_look(sent_at: datetime, now: datetime) -> tuple[int, datetime | None]:
    """Return how many looks are over, and when the next is due; `None`: there is none.

    Looks that a long stop of the program left out are not made up for.
    """
    left = [sent_at + step for step in LADDER if sent_at + step > now]
    return len(LADDER) - len(left), left[0] if left else None


def _is_changed(row: Announcement, post: VerifiedPost) -> bool:
    return seen_of(post) != Shown.read(row.shown).seen


def _key(row: Announcement) -> tuple[str, int]:
    # Word of how many more there are has no after-care: it shows nothing.
    return row.site, cast("int", row.post_id)


def _sent_at(row: Announcement) -> datetime:
    return row.sent_at or row.created_at


def delivered_of(row: Announcement) -> Delivered:
    """Return the message that an announcement was sent in; its id is known."""
    channel_id = row.message_channel_id or row.channel_id
    return Delivered(cast("int", row.message_id), channel_id, cast("Form", row.form))

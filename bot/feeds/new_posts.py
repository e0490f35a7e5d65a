"""The newest posts of one site, read once for everybody (reference: faults, design 1)."""

from datetime import datetime, timedelta

from msgspec import Struct, structs

from bot.clock import Clock
from bot.feeds.decisions import Changes, Decisions, Looked, Told
from bot.feeds.identity import first_seen
from bot.feeds.listing import Listed, read_back
from bot.feeds.reading import Reader
from bot.feeds.roster import Roster
from bot.posts.model import Post
from bot.safety import Policy, Profile, Verdict, Wishes, canonical, policy_for
from bot.sites import Board
from bot.store import Store, Tail

#: How far behind the newest post that was handled a list is read again: a site's index is not
#: always in order (reference: boards, 7).
OVERLAP = timedelta(minutes=5)
#: How far behind it an unknown post still counts as new, where it happens to be listed: a site's
#: clock can be set back (fault F39).
LATE = timedelta(days=1)
#: Pages that are read back after a silence: some days of a busy board (fault F38).
MOST_PAGES = 60


def broadest(profile: Profile | str, *, graphic: bool = False) -> Policy:
    """Return the policy under which everything is read that any channel may be shown.

    `graphic` is the operator's opt-in (rule D2).
    """
    wishes = Wishes(adult=True, graphic=True)
    return policy_for(profile, Verdict.ADULT, wishes, graphic=graphic)


class Read(Struct, frozen=True, kw_only=True):
    """What came of one reading."""

    tail: Tail
    """How far the site was read by now."""
    first_seen_at: tuple[datetime, ...]
    """When the site first showed what it lists first, for the pace."""
    owed: int = 0
    """How many announcements it made."""


class NewPosts:
    """Reads, decides and keeps a site's new posts.

    The number of requests depends on how much the site published, not on how many wait for it.
    At most `most_pages` are read back; what is left then, its servers are told of.
    """

    def __init__(
        self,
        board: Board,
        store: Store,
        roster: Roster,
        reader: Reader,
        decisions: Decisions,
        clock: Clock,
        policy: Policy,
        *,
        most_pages: int = MOST_PAGES,
    ) -> None:
        self._board = board
        self._site = board.site.name
        self._store = store
        self._roster = roster
        self._reader = reader
        self._decisions = decisions
        self._most_pages = most_pages
        self._clock = clock
        self._q = canonical("", policy, board.site.dialect or "philomena")

    async def begin(self) -> Read:
        """Read a site for the first time. Raises SiteError, StoreError.

        What was there before somebody subscribed is new to nobody.
        """
        now = self._clock.now()
        page = await self._list(floor=now, most_pages=1)
        instants = _instants(page.posts)
        newest = min(now, max(instants, default=now))
        tail = Tail(site=self._site, cursor=newest, updated_cursor=now)
        looked = [Looked(post=post, seen_at=now) for post in page.posts]
        changes = Changes(tail=tail, new={post.id for post in page.posts})
        owed = await self._decisions.keep(looked, changes)
        return Read(tail=tail, first_seen_at=instants, owed=owed)

    async def read(self, tail: Tail) -> Read:
        """Read what is new since the last time. Raises SiteError, StoreError; then nothing is kept.

        The cursor stays where more than half of a page could not be read (fault F18).
        """
        now = self._clock.now()
        wanted_since = self._roster.since(self._site) or now
        floor = max(tail.cursor, wanted_since) - OVERLAP
        listed = await self._list(floor=floor, most_pages=self._most_pages)
        self._reader.learned(listed.posts)
        async with self._store.read() as tx:
            known = await tx.posts.known(self._site, [post.id for post in listed.posts])
        oldest = tail.cursor - LATE
        new = [
            post
            for post in listed.posts
            if post.id not in known and first_seen(post, now) >= oldest
        ]
        instants = _instants(listed.posts)
        cursor = tail.cursor
        if listed.sound:
            # A site whose clock is ahead must not hide what it shows once that is set right.
            cursor = max(cursor, min(now, max(instants, default=cursor)))
        well = structs.replace(tail, cursor=cursor, failing_since=None, outage_told=False)
        owed = 0
        if new or well != tail:
            changes = Changes(tail=well, new={post.id for post in new}, told=_told(tail, listed))
            looked = [Looked(post=post, seen_at=now) for post in new]
            owed = await self._decisions.keep(looked, changes)
        return Read(tail=well, first_seen_at=instants, owed=owed)

    async def _list(self, *, floor: datetime, most_pages: int) -> Listed:
        return await read_back(
            self._board,
            self._q,
            sort="newest",
            instant=_first_seen_at,
            floor=floor,
            most_pages=most_pages,
        )


def _told(tail: Tail, listed: Listed) -> list[Told]:
    """Return what servers are told with what was read; while the cursor stays, nothing is over."""
    told = [Told(kind="outage over")] if tail.outage_told else []
    if listed.sound and listed.ends_at is not None:
        end = listed.ends_at
        told.append(Told(kind="unread", detail=end.isoformat(), begun_before=end))
    return told


def _first_seen_at(post: Post) -> datetime | None:
    return post.first_seen_at if isinstance(post.first_seen_at, datetime) else None


def _instants(posts: tuple[Post, ...]) -> tuple[datetime, ...]:
    return tuple(at for post in posts if (at := _first_seen_at(post)) is not None)

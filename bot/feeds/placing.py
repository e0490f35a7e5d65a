"""What becomes of the posts that channels are owed: announced, kept back, or known already. Pure.

A channel has one announcement of a post, and one of a picture: whatever else matches later is
added to it (reference: faults, the contract).
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import Struct, structs

from bot.posts.model import Post
from bot.safety import Refusal
from bot.store import Announcement, Pictured, Rhythm, Status, Subscription

from .identity import first_seen, is_source

#: The `rule` of an announcement whose picture was announced from another post.
ONCE = "one picture once"

#: What may still be announced, where Discord was never handed it.
KEPT_BACK = (Status.HIDDEN, Status.DROPPED)


class Owed(Struct, frozen=True, kw_only=True):
    """One post that a channel is owed, or would be if its policy let it through."""

    channel_id: int
    post: Post
    subscriptions: tuple[Subscription, ...]
    """All of the channel that it matches; at least one."""
    refusal: Refusal | None = None


class _Place(Struct, frozen=True):
    """What a channel has one announcement for."""

    channel_id: int
    site: str
    post_id: int


class Places:
    """The announcements of some posts and pictures, those that are there and those to come.

    `known` are of the posts themselves, `pictured` of the same pictures; `sharing` says which
    posts have each identity that is a source, the new ones included.
    """

    def __init__(
        self,
        known: Iterable[Announcement],
        pictured: Iterable[Pictured],
        sharing: Mapping[str, Iterable[tuple[str, int]]],
        now: datetime,
    ) -> None:
        self._now = now
        self._rows: dict[_Place, Announcement] = {}
        self._before: dict[_Place, Announcement] = {}
        self._same: dict[tuple[int, str], list[_Place]] = {}
        self._vague = {identity for identity, posts in sharing.items() if _is_vague(posts)}
        for row in known:
            self._know(row)
        for found in pictured:
            self._picture(found.identity, self._know(found.announcement))

    @property
    def added(self) -> list[Announcement]:
        """Return the new announcements, in the order in which they came."""
        return [row for place, row in self._rows.items() if place not in self._before]

    @property
    def changed(self) -> list[Announcement]:
        """Return those that were there and are different now."""
        return [row for place, row in self._rows.items() if row != self._before.get(place, row)]

    @property
    def queued(self) -> list[Announcement]:
        """Return those that are owed now and were not before."""
        return [row for row in self.added + self.changed if self._is_newly_queued(row)]

    def put(self, owed: Owed, identities: Iterable[str]) -> None:
        """Find the place of one post that a channel is owed; oldest first."""
        place = _Place(owed.channel_id, owed.post.site, owed.post.id)
        row = self._rows.get(place)
        known = sorted(identities)
        if row is not None:
            self._rows[place] = self._met_again(row, owed, known)
        elif owed.refusal is not None:
            self._rows[place] = _refused(self._new(owed), owed.refusal)
        else:
            self._rows[place] = self._once(place, self._new(owed), owed, known)
        if self._rows[place].status not in KEPT_BACK:
            for identity in known:
                self._picture(identity, place)

    def _met_again(self, row: Announcement, owed: Owed, known: list[str]) -> Announcement:
        row = _joined(row, owed.subscriptions, self._now)
        if row.status is Status.TWIN and (first := twin_of(row)) in self._rows:
            self._twin(first, row, owed)
        if row.status not in KEPT_BACK or not row.is_untouched:
            return row
        if owed.refusal is not None:
            return _refused(row, owed.refusal) if row.status is Status.HIDDEN else row
        # It was retagged, or the server's wishes changed: it is owed after all.
        wanted = self._new(owed)
        row = structs.replace(
            row,
            subscription_id=wanted.subscription_id,
            digest=wanted.digest,
            status=Status.QUEUED,
            rule="",
            reason="",
            due_at=self._now,
            lead_id=None,
            more=0,
        )
        return self._once(_place(row), row, owed, known)

    def _once(self, place: _Place, row: Announcement, owed: Owed, known: list[str]) -> Announcement:
        """Return the announcement, or its twin's form where its picture has one already."""
        other = self._other(place, known)
        if other is None:
            return row
        first = self._rows[other]
        self._twin(other, row, owed)
        return structs.replace(row, status=Status.TWIN, rule=ONCE, reason=first.key)

    def _twin(self, first: _Place, row: Announcement, owed: Owed) -> None:
        """Let what is announced name whatever its twin matched, now and before."""
        joined = _joined(self._rows[first], owed.subscriptions, self._now)
        matched = tuple(sorted({*joined.matched, *row.matched}))
        self._rows[first] = structs.replace(joined, matched=matched)

    def _other(self, place: _Place, known: list[str]) -> _Place | None:
        """Return where the same picture is announced, the post of which others are twins."""
        for identity in known:
            for other in self._same.get((place.channel_id, identity), ()):
                weak = is_source(identity) and (other.site == place.site or identity in self._vague)
                if other != place and not weak:
                    return self._first(other)
        return None

    def _first(self, place: _Place) -> _Place:
        row = self._rows[place]
        if row.status is not Status.TWIN:
            return place
        first = twin_of(row)
        return first if first in self._rows else place

    def _new(self, owed: Owed) -> Announcement:
        chosen = preferred(owed.subscriptions)
        return Announcement(
            guild_id=chosen.guild_id,
            channel_id=owed.channel_id,
            site=owed.post.site,
            post_id=owed.post.id,
            subscription_id=chosen.id,
            matched=_ids(owed.subscriptions),
            digest=_is_digest(chosen),
            first_seen_at=first_seen(owed.post, self._now),
            created_at=self._now,
            due_at=self._now,
        )

    def _know(self, row: Announcement) -> _Place:
        place = _place(row)
        self._rows.setdefault(place, row)
        self._before.setdefault(place, row)
        return place

    def _picture(self, identity: str, place: _Place) -> None:
        places = self._same.setdefault((place.channel_id, identity), [])
        if place not in places:
            places.append(place)

    def _is_newly_queued(self, row: Announcement) -> bool:
        before = self._before.get(_place(row))
        return row.status is Status.QUEUED and (before is None or before.status != row.status)


def preferred(subscriptions: Iterable[Subscription]) -> Subscription:
    """Return whose wishes hold: one that runs, then each post by itself, then the oldest."""
    return min(subscriptions, key=lambda one: (not one.runs, _is_digest(one), one.id))


def first_of(row: Announcement) -> tuple[str, int]:
    """Return site and id of the post that was announced instead of a twin."""
    site, _colon, post_id = row.reason.rpartition(":")
    return site, int(post_id)


def twin_of(row: Announcement) -> _Place:
    """Return the place of the post that was announced instead of a twin."""
    return _Place(row.channel_id, *first_of(row))


def _place(row: Announcement) -> _Place:
    assert row.post_id is not None  # noqa: S101  word of how many more has no place here
    return _Place(row.channel_id, row.site, row.post_id)


def _is_digest(subscription: Subscription) -> bool:
    return subscription.rhythm is not Rhythm.EACH


def _ids(subscriptions: Iterable[Subscription]) -> tuple[int, ...]:
    return tuple(sorted({one.id for one in subscriptions}))


def _is_vague(posts: Iterable[tuple[str, int]]) -> bool:
    """Tell whether some site has two posts from one source: then it tells no picture."""
    different = set(posts)
    return len(different) > len({site for site, _post_id in different})


def _refused(row: Announcement, refusal: Refusal) -> Announcement:
    return structs.replace(row, status=Status.HIDDEN, rule=refusal.rule, reason=refusal.reason)


def _joined(
    row: Announcement, subscriptions: tuple[Subscription, ...], now: datetime
) -> Announcement:
    """Return an announcement that these subscriptions match too."""
    matched = tuple(sorted({*row.matched, *_ids(subscriptions)}))
    row = structs.replace(row, matched=matched)
    sooner = [one for one in subscriptions if not _is_digest(one)]
    waits = row.status is Status.QUEUED and row.digest and row.lead_id is None
    if not sooner or not waits or not row.is_untouched:
        return row
    # It need not wait for its period to end: somebody there wants it at once.
    return structs.replace(row, subscription_id=preferred(sooner).id, digest=False, due_at=now)

"""Which subscriptions a post satisfies now, and when to look at it again. Pure.

A post is decided when it appears, and again while something may still change: its score, an
answer that only the site can give, its thumbnails, the time that a subscription lets it mature.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from msgspec import UNSET, Struct, structs

from bot.feeds.identity import first_seen
from bot.feeds.roster import Roster
from bot.feeds.votes import VOTE_FIELDS
from bot.posts.model import Post
from bot.query import Matches
from bot.store import Subscription, Waiting

#: The ages at which a post is looked at whose score counts, or of which the site is asked.
LADDER = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(hours=72),
)
#: Looks are put off to the next of these, so that many posts share one request.
TOGETHER = timedelta(minutes=5)
#: How long thumbnails are waited for at first, at most, and in all.
FIRST_THUMBNAILS = timedelta(seconds=30)
LONGEST_THUMBNAILS = timedelta(hours=1)
#: A site without thumbnail state of its own is not waited for (rule L13).
WITHOUT_THUMBNAILS = frozenset({"ponyapi"})

_UNVOTED = dict.fromkeys(VOTE_FIELDS, UNSET)
_EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")


class Decision(Struct, frozen=True, kw_only=True):
    """What became of a post for now; the subscriptions are named by their ids."""

    matched: tuple[int, ...] = ()
    """Those that it satisfies."""
    asks: tuple[int, ...] = ()
    """Those whose query only the site can decide, and that would be satisfied then."""
    waiting: Waiting | None = None
    """Why it is looked at again; `None` where it is not."""
    due_at: datetime | None = None
    """When; the earliest, where there are several reasons."""


def born(post: Post, seen_at: datetime) -> datetime:
    """Return from when on a post's age counts: when its site first showed it.

    A site whose clock is ahead of ours shows posts of the future (fault F39).
    """
    return min(first_seen(post, seen_at), seen_at)


def is_gone(post: Post) -> bool:
    """Tell whether a post was merged or deleted: nothing about it will change."""
    return (
        post.hidden_from_users is True
        or post.duplicate_of not in (UNSET, None)
        or post.deletion_reason not in (UNSET, None, "")
    )


def decide(
    post: Post,
    roster: Roster,
    now: datetime,
    *,
    seen_at: datetime,
    tries: int = 0,
    answered: Collection[int] | None = None,
) -> Decision:
    """Return which subscriptions a post satisfies, and when to look again.

    `seen_at` is when we first saw it, `tries` how often it was looked at again; `answered` are
    the subscriptions that the site, asked just now, says it satisfies, `None` where it was not
    asked. Whether the post may be shown is not decided here.
    """
    look = _Look(post, now, seen_at=seen_at, tries=tries, answered=answered)
    if not post.tags:
        return look.untold()
    found = roster.match(post, now)
    unvoted = set[int]()
    if roster.voting(post.site) and not is_gone(post):
        unvoted = roster.match(structs.replace(post, **_UNVOTED), now).undecided
    for one in sorted(found.matched | found.undecided | unvoted):
        subscription = roster.get(one)
        if subscription is not None and first_seen(post, seen_at) > subscription.since:
            look.consider(subscription, found)
    return look.decision()


class _Look:
    """One look at a post, subscription by subscription."""

    def __init__(
        self,
        post: Post,
        now: datetime,
        *,
        seen_at: datetime,
        tries: int,
        answered: Collection[int] | None,
    ) -> None:
        self._post = post
        self._now = now
        self._from = born(post, seen_at)
        self._tries = tries
        self._answered = answered
        self._matched: list[int] = []
        self._asks: list[int] = []
        self._reason: Waiting | None = None
        self._due_at: datetime | None = None

    def consider(self, subscription: Subscription, found: Matches[int]) -> None:
        """Decide about a subscription that the post may satisfy, now or later."""
        one = subscription.id
        settled_at = self._from + timedelta(minutes=subscription.settle)
        if settled_at > self._now:
            self._wait(settled_at, Waiting.SETTLING)
            return
        enough = _is_enough(self._post, subscription)
        undecided = one in found.undecided
        if enough and (one in found.matched or one in (self._answered or ())):
            self._matched.append(one)
            return
        if undecided and enough and self._answered is None:
            self._asks.append(one)
        if undecided:
            self._wait(self._next_question(), Waiting.ANSWER)
        else:
            self._wait(next_look(self._from, self._now), Waiting.VOTES)

    def untold(self) -> Decision:
        """Return what becomes of a post whose body does not say its tags.

        A deleted one's never does (boards, 1.5). No query is asked about it: to all of them it
        would have none, which is not so.
        """
        due_at = None if is_gone(self._post) else self._next_thumbnails()
        return Decision(waiting=None if due_at is None else Waiting.ANSWER, due_at=due_at)

    def decision(self) -> Decision:
        """Return what became of it."""
        matched = tuple(self._matched)
        if is_gone(self._post):
            return Decision(matched=matched)
        if (matched or self._asks or self._reason) and not has_thumbnails(self._post):
            due_at = self._next_thumbnails()
            if due_at is not None:
                return Decision(waiting=Waiting.THUMBNAILS, due_at=due_at)
        return Decision(
            matched=matched, asks=tuple(self._asks), waiting=self._reason, due_at=self._due_at
        )

    def _wait(self, due_at: datetime | None, reason: Waiting) -> None:
        if due_at is not None and (self._due_at is None or due_at < self._due_at):
            self._due_at = due_at
            self._reason = reason

    def _next_question(self) -> datetime | None:
        due_at = next_look(self._from, self._now)
        if due_at is None and self._answered is None and not self._tries:
            # Seen only now, after a long silence: the site is asked once all the same.
            return self._now
        return due_at

    def _next_thumbnails(self) -> datetime | None:
        """Return when thumbnails are looked for again; `None` once they will not come."""
        if self._tries and self._now >= self._from + LADDER[-1]:
            return None
        pause = min(LONGEST_THUMBNAILS, FIRST_THUMBNAILS * 2.0 ** min(self._tries, 20))
        return self._now + pause


def has_thumbnails(post: Post) -> bool:
    """Tell whether the site has made a post's thumbnails, or makes none for it (rule L12)."""
    if post.site in WITHOUT_THUMBNAILS or post.media_type != "image":
        return True
    return post.thumbnails_generated is True


def next_look(age_from: datetime, now: datetime) -> datetime | None:
    """Return when the next look at a post's votes is due; `None` after the last one."""
    for step in LADDER:
        due_at = together(age_from + step)
        if due_at > now:
            return due_at
    return None


def together(instant: datetime) -> datetime:
    """Return the next instant at which looks are made."""
    return instant + (_EPOCH - instant) % TOGETHER


def _is_enough(post: Post, subscription: Subscription) -> bool:
    if subscription.min_score is None:
        return True
    return isinstance(post.score, int) and post.score >= subscription.min_score

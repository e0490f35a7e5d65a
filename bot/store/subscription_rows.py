"""A subscription, in the shape in which it is kept."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec import Struct, json, structs
from sqlalchemy import RowMapping

from .feed_tables import subscriptions


class FeedKind(StrEnum):
    """What a subscription brings."""

    FEED = "feed"
    """New posts of a site."""
    RANDOM = "random"
    """One drawn at random each time (rule D11)."""


class Rhythm(StrEnum):
    """When a subscription's posts come."""

    EACH = "each"
    """Each by itself, as soon as it may."""
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"


class Pause(StrEnum):
    """Why a subscription does not run; kept in the database, so never renamed."""

    NONE = ""
    PERSON = "person"
    """Somebody paused it."""
    NO_ACCESS = "no access"
    """Permissions are missing (fault F21)."""
    CHANNEL_GONE = "channel gone"
    """The channel does not exist any more (fault F20)."""
    THREAD_CLOSED = "thread closed"
    """The thread is archived or locked (fault F24)."""
    AGE = "age"
    """It wants more than the channel may show now (fault F25)."""
    QUERY = "query"
    """Its query cannot be read any more, or may not be asked."""
    SITE = "site"
    """The operator switched its site off."""


class Subscription(Struct, frozen=True, kw_only=True):
    """One wish; `architecture.md` calls it so, people call it a feed or a schedule."""

    id: int = 0
    """0 before it is kept."""
    guild_id: int
    channel_id: int
    """A channel, a thread or a forum."""
    kind: FeedKind = FeedKind.FEED
    site: str
    query: str = ""
    """As it was written; empty: everything that may be shown."""
    rhythm: Rhythm = Rhythm.EACH
    at_minute: int | None = None
    """Minute of the local day; `None`: at the full hour."""
    weekday: int | None = None
    """0 is Monday."""
    settle: int = 0
    """Minutes that a post matures before it is decided."""
    min_score: int | None = None
    quiet_from: int | None = None
    """Minutes of the local day between which nothing is sent; both or neither."""
    quiet_until: int | None = None
    cap: int | None = None
    """Messages an hour; `None`: as many as come."""
    role_id: int | None = None
    """The one role that its messages mention."""
    forum_tags: tuple[int, ...] = ()
    adult: bool = False
    """Whether it was made where more than safe art may be shown (fault F25)."""
    publish: bool = False
    """Whether followers of an announcement channel get it too; only what is safe."""
    spoiler: bool = False
    """Whether every picture lies behind a spoiler."""
    template: str = ""
    """What stands above the credit; the placeholders are documented in `bot.feeds.template`."""
    since: datetime
    """Posts that the site first saw before are not new to it."""
    next_at: datetime | None = None
    """When its period next ends; `None` for each post by itself."""
    paused_at: datetime | None = None
    pause: Pause = Pause.NONE
    pause_detail: str = ""
    retry_at: datetime | None = None
    """When the pause is tried again by itself; `None`: only a person resumes it."""
    failures: int = 0
    created_by: int | None = None
    created_at: datetime

    @property
    def runs(self) -> bool:
        """Tell whether it is not paused."""
        return self.pause is Pause.NONE

    @property
    def matches(self) -> bool:
        """Tell whether new posts are still matched: not once a person has to resume it.

        During a pause that ends by itself posts are collected, so that none is lost (F21).
        """
        return self.kind is FeedKind.FEED and (self.runs or self.retry_at is not None)


COLUMNS = [subscriptions.c[name] for name in Subscription.__struct_fields__]


def row_of(subscription: Subscription) -> dict[str, Any]:
    """Return what is kept of one, all but its id."""
    values = structs.asdict(subscription)
    del values["id"]
    return values | {"forum_tags": json.encode(subscription.forum_tags).decode()}


def subscription_of(row: RowMapping) -> Subscription:
    """Return the subscription in a row that has all `COLUMNS`."""
    made = {
        "kind": FeedKind(row["kind"]),
        "rhythm": Rhythm(row["rhythm"]),
        "pause": Pause(row["pause"]),
        "forum_tags": json.decode(row["forum_tags"], type=tuple[int, ...]),
    }
    return Subscription(**{**row, **made})

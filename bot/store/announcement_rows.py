"""An announcement, in the shape in which the outbox keeps it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, json
from sqlalchemy import RowMapping

from .feed_tables import announcements


class Status(StrEnum):
    """How far an announcement is; kept in the database, so never renamed."""

    QUEUED = "queued"
    """Owed."""
    SENDING = "sending"
    """Handed to Discord; whether it arrived is not known yet (reference: faults, design 2)."""
    SENT = "sent"
    HIDDEN = "hidden"
    """A rule of the policy kept it back; `rule` and `reason` say which."""
    TWIN = "twin"
    """The same picture was announced there already, from another post."""
    DROPPED = "dropped"
    """No longer owed when its turn came: retagged, merged, gone (fault F40)."""
    FOLDED = "folded"
    """Only counted, in "and N more" (fault F38)."""
    ASIDE = "aside"
    """Discord always refuses it (fault F41)."""
    REMOVED = "removed"
    """Sent, and taken back in after-care (reference: safety, 3.8)."""


class Announcement(Struct, frozen=True, kw_only=True):
    """One post owed to one channel, or word of how many more there are."""

    id: int = 0
    """0 before it is kept. Never given twice: the nonce and the marker are made of it."""
    guild_id: int
    channel_id: int
    site: str
    post_id: int | None
    """`None`: no post, but word of `more`."""
    subscription_id: int
    """Whose wishes hold for how it is announced."""
    matched: tuple[int, ...] = ()
    """All subscriptions of the channel that it matches."""
    digest: bool = False
    """Whether it goes in one message with others of its subscription."""
    more: int = 0
    """How many posts are only counted."""
    status: Status = Status.QUEUED
    rule: str = ""
    """What kept it back, such as `safety 3.5 rating`."""
    reason: str = ""
    """The same for people; of a twin the `key` of the post that was announced."""
    first_seen_at: datetime
    created_at: datetime
    due_at: datetime
    attempts: int = 0
    lead_id: int | None = None
    """The first announcement of the message that it is in."""
    sending_at: datetime | None = None
    sent_at: datetime | None = None
    message_id: int | None = None
    message_channel_id: int | None = None
    form: str = ""
    """Of its message: `embed`, `gallery` or `text`; empty before it is sent."""
    shown: str = ""
    """Fingerprint of what was shown, to find in after-care whether that changed."""
    recheck_at: datetime | None = None
    rechecks: int = 0

    @property
    def key(self) -> str:
        """Name its post, such as `derpibooru:1024`; a twin's `reason` names another so."""
        return f"{self.site}:{self.post_id}"

    @property
    def is_untouched(self) -> bool:
        """Tell whether Discord was never handed it, so that it may still become something else."""
        return not self.attempts and self.message_id is None


COLUMNS = [announcements.c[name] for name in Announcement.__struct_fields__]


def announcement_of(row: RowMapping) -> Announcement:
    """Return the announcement in a row that has all `COLUMNS`, and perhaps others."""
    values = {name: row[name] for name in Announcement.__struct_fields__}
    values["status"] = Status(values["status"])
    values["matched"] = json.decode(values["matched"], type=tuple[int, ...])
    return Announcement(**values)

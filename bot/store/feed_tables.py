"""The tables of feeds: what servers wished for, what was seen, what is owed and what was sent.

What was seen is kept per site, what is owed per channel: they grow with posts and announcements,
never with posts times subscriptions. The rest of the tables, and what holds for all, is in
`tables`.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    UniqueConstraint,
    text,
)

from .columns import Instant, OwnKey, Snowflake, Words
from .tables import metadata

# A server's wish: new posts of a site that match a query, or a random one at local times, in a
# channel. Owned by the server: whoever set it up may leave.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", OwnKey, primary_key=True),
    Column("guild_id", ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False),
    Column("channel_id", Snowflake, nullable=False),  # a channel, thread or forum
    Column("kind", Words, nullable=False),
    Column("site", Words, nullable=False),
    Column("query", Words, nullable=False),  # as it was written; '': everything fit to show
    Column("rhythm", Words, nullable=False),  # `each` new post, or all of a period together
    Column("at_minute", Integer),  # of the local day; empty: on the hour
    Column("weekday", Integer),  # 0 is Monday; empty: every day
    Column("settle", Integer, nullable=False),  # minutes that a post matures first
    Column("min_score", Integer),
    Column("quiet_from", Integer),  # minutes of the local day; both or neither
    Column("quiet_until", Integer),
    Column("cap", Integer),  # messages an hour; empty: as many as come
    Column("role_id", Snowflake),  # mentioned with each message
    Column("forum_tags", Words, nullable=False),  # JSON: ids of a forum's tags
    # Made where more than safe art may be shown: does not run where it may not (fault F25).
    Column("adult", Boolean, nullable=False),
    Column("publish", Boolean, nullable=False),  # to the followers of an announcement channel
    Column("spoiler", Boolean, nullable=False),  # every picture behind a spoiler
    Column("template", Words, nullable=False),  # '': none
    # Posts first seen by the site before this are not new to it: set when made or resumed.
    Column("since", Instant, nullable=False),
    Column("next_at", Instant),  # of a period: when it next ends
    Column("paused_at", Instant),  # empty: it runs
    Column("pause", Words, nullable=False),  # '': it runs; else why not
    Column("pause_detail", Words, nullable=False),
    Column("retry_at", Instant),  # when a pause is tried again; empty: only a person resumes it
    Column("failures", Integer, nullable=False),  # in a row; the next pause grows with them
    Column("created_by", Snowflake),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("kind IN ('feed', 'random')", name="kind"),
    CheckConstraint("rhythm IN ('each', 'hourly', 'daily', 'weekly')", name="rhythm"),
    Index("ix_subscriptions_guild_id", "guild_id"),
    Index("ix_subscriptions_next_at", "next_at"),
    Index("ix_subscriptions_retry_at", "retry_at"),
    # An id that comes back would bring its announcements with it.
    sqlite_autoincrement=True,
)

# How far each site was read.
tails = Table(
    "tails",
    metadata,
    Column("site", Words, primary_key=True),
    Column("cursor", Instant, nullable=False),  # the newest `first_seen_at` that was handled
    Column("updated_cursor", Instant, nullable=False),  # the newest `updated_at` that was handled
    Column("failing_since", Instant),  # empty: its last reading succeeded
    Column("outage_told", Boolean, nullable=False),  # this outage was told to the servers
)

# What each alias of a site's tags stands for, as far as a subscription names it.
aliases = Table(
    "aliases",
    metadata,
    Column("site", Words, primary_key=True),
    Column("name", Words, primary_key=True),  # as a query has it
    Column("canonical", Words, nullable=False),  # itself where it is no alias
    Column("refreshed_at", Instant, nullable=False),
    Index("ix_aliases_refreshed_at", "refreshed_at"),
)

# Every post that a tail has seen, for as long as one may come again.
posts = Table(
    "posts",
    metadata,
    Column("site", Words, primary_key=True),
    Column("id", BigInteger, primary_key=True),
    Column("first_seen_at", Instant, nullable=False),  # the site's word
    Column("seen_at", Instant, nullable=False),  # ours
    # What it said when it was last read; empty where nothing is owed of it any more.
    Column("body", LargeBinary),
    Column("read_at", Instant),
    Index("ix_posts_seen_at", "seen_at"),
)

# What tells a picture from others on whatever board it is, of the posts that were announced.
pictures = Table(
    "pictures",
    metadata,
    Column("identity", Words, primary_key=True),  # such as `sha512:…` or `derpibooru:123`
    Column("site", Words, primary_key=True),
    Column("post_id", BigInteger, primary_key=True),
    ForeignKeyConstraint(["site", "post_id"], ["posts.site", "posts.id"], ondelete="CASCADE"),
    Index("ix_pictures_site_post_id", "site", "post_id"),
)

# Posts that are not decided yet: without thumbnails, maturing, waiting for the site's answer, or
# set aside because something of ours went wrong with them.
pending = Table(
    "pending",
    metadata,
    Column("site", Words, primary_key=True),
    Column("post_id", BigInteger, primary_key=True),
    Column("reason", Words, nullable=False),
    Column("due_at", Instant, nullable=False),  # when it is read again
    Column("tries", Integer, nullable=False),
    ForeignKeyConstraint(["site", "post_id"], ["posts.site", "posts.id"], ondelete="CASCADE"),
    CheckConstraint(
        "reason IN ('thumbnails', 'settling', 'votes', 'answer', 'fault')", name="reason"
    ),
    Index("ix_pending_site_due_at", "site", "due_at"),
)

# The outbox: what is owed to each channel, what was delivered, and what was kept back and why.
announcements = Table(
    "announcements",
    metadata,
    Column("id", OwnKey, primary_key=True),
    Column("guild_id", ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False),
    Column("channel_id", Snowflake, nullable=False),
    Column("site", Words, nullable=False),
    Column("post_id", BigInteger),  # empty: no post, but word of how many more there are
    Column("subscription_id", BigInteger, nullable=False),  # whose wishes hold for it
    Column("matched", Words, nullable=False),  # JSON: ids of all subscriptions that it matches
    Column("digest", Boolean, nullable=False),  # goes with others of its subscription
    Column("more", Integer, nullable=False),  # posts that are only counted
    Column("status", Words, nullable=False),
    Column("rule", Words, nullable=False),  # '': none; else what kept it back
    Column("reason", Words, nullable=False),  # the same for people
    Column("first_seen_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),  # not sent before
    Column("attempts", Integer, nullable=False),
    # Posts that share a message name the first of them; the nonce and the marker are its id.
    Column("lead_id", BigInteger),
    Column("sending_at", Instant),
    Column("sent_at", Instant),
    Column("message_id", Snowflake),
    Column("message_channel_id", Snowflake),  # a forum's new thread, else the channel
    Column("form", Words, nullable=False),  # of the message: '', `embed`, `gallery` or `text`
    Column("shown", Words, nullable=False),  # fingerprint of what was shown, credit included
    Column("recheck_at", Instant),  # empty: its after-care is over
    Column("rechecks", Integer, nullable=False),
    CheckConstraint(
        "status IN ('queued', 'sending', 'sent', 'hidden', 'twin', 'dropped', 'folded', 'aside',"
        " 'removed')",
        name="status",
    ),
    UniqueConstraint("channel_id", "site", "post_id"),
    Index("ix_announcements_guild_id_id", "guild_id", "id"),
    Index("ix_announcements_site_post_id", "site", "post_id"),
    Index("ix_announcements_subscription_id_status", "subscription_id", "status"),
    Index("ix_announcements_created_at", "created_at"),
    Index(
        "ix_announcements_owed",
        "channel_id",
        "id",
        sqlite_where=text("status IN ('queued', 'sending')"),
        postgresql_where=text("status IN ('queued', 'sending')"),
    ),
    Index(
        "ix_announcements_recheck_at",
        "recheck_at",
        sqlite_where=text("recheck_at IS NOT NULL"),
        postgresql_where=text("recheck_at IS NOT NULL"),
    ),
    Index(
        "ix_announcements_lead_id",
        "lead_id",
        sqlite_where=text("lead_id IS NOT NULL"),
        postgresql_where=text("lead_id IS NOT NULL"),
    ),
    # A deleted id that came back would bring its nonce with it.
    sqlite_autoincrement=True,
)

# Messages that are still to be passed on to the followers of their announcement channel, each by
# the first announcement in it.
publications = Table(
    "publications",
    metadata,
    Column("announcement_id", ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True),
    Column("due_at", Instant, nullable=False),  # not tried before
)

# What a server is to be told once: a pause, an outage of a site.
notices = Table(
    "notices",
    metadata,
    Column("id", OwnKey, primary_key=True),
    Column("guild_id", ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False),
    Column("subscription_id", BigInteger),  # empty: it is about a site
    Column("site", Words, nullable=False),
    Column("kind", Words, nullable=False),  # such as `paused` or `outage`
    Column("detail", Words, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("told_at", Instant),  # empty: not yet
    Column("attempts", Integer, nullable=False),
    Column("retry_at", Instant, nullable=False),
    Index("ix_notices_guild_id", "guild_id"),
    Index(
        "ix_notices_untold",
        "retry_at",
        sqlite_where=text("told_at IS NULL"),
        postgresql_where=text("told_at IS NULL"),
    ),
)

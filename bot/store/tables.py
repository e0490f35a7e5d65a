"""The tables: this file is the documentation of what Mailmare keeps, and why.

Everything about a server hangs on its row of `guilds` and goes with it (rule D10). A member's id
is kept only where it says who changed something, and can be emptied. Nothing secret is kept.

A change here needs a migration in `migrations/versions`; a test compares the two.
"""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
    text,
)

from .columns import Instant, OwnKey, Snowflake, Words

#: SQLite changes a table by copying it, and finds its constraints again only by name.
metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# Small facts about the database and the deployment: `database_id` (six characters, new after a
# restore, so that no nonce is ever used twice), `commands` (fingerprint of what is registered).
meta = Table(
    "meta",
    metadata,
    Column("key", Words, primary_key=True),
    Column("value", Words, nullable=False),
)

# A server and its settings. There is a row as soon as anything about the server is kept.
guilds = Table(
    "guilds",
    metadata,
    Column("id", Snowflake, primary_key=True, autoincrement=False),
    Column("time_zone", Words, nullable=False),  # IANA name, for schedules and quiet hours
    Column("language", Words, nullable=False),  # of what is said in its channels
    Column("manager_role_id", Snowflake),  # who holds it may do what Manage Server may
    Column("notice_channel_id", Snowflake),  # where the server is told that something is wrong
    Column("adult", Boolean, nullable=False),  # wants more than safe art where Discord allows it
    Column("graphic", Boolean, nullable=False),  # wants violent art where the operator allows it
    # When the bot was removed; after a grace all of it is deleted. Empty while it is there,
    # during an outage too.
    Column("removed_at", Instant),
    Index("ix_guilds_removed_at", "removed_at"),
)

# A channel that has settings of its own.
channels = Table(
    "channels",
    metadata,
    Column("id", Snowflake, primary_key=True, autoincrement=False),
    Column("guild_id", ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False),
    Column("adult", Boolean),  # empty: as the server has it
    Column("graphic", Boolean),  # empty: as the server has it
    # For the foreign keys that hold a channel to its server.
    UniqueConstraint("guild_id", "id"),
)


def _of_channel() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(
        ["guild_id", "channel_id"], ["channels.guild_id", "channels.id"], ondelete="CASCADE"
    )


# What a server or one of its channels hides or puts behind a spoiler. A tag or query has at most
# one row in each place; `show` in a channel lifts what the server says.
filters = Table(
    "filters",
    metadata,
    Column("id", OwnKey, primary_key=True),
    Column("guild_id", ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False),
    Column("channel_id", Snowflake),  # empty: the whole server
    Column("kind", Words, nullable=False),
    Column("subject", Words, nullable=False),  # what `expression` is
    Column("expression", Words, nullable=False),  # a canonical tag name, or a query
    Column("site", Words, nullable=False),  # '': every site
    Column("created_by", Snowflake),  # empty: forgotten, or the bot itself
    Column("created_at", Instant, nullable=False),
    _of_channel(),
    CheckConstraint("kind IN ('hide', 'show', 'spoiler')", name="kind"),
    CheckConstraint("subject IN ('tag', 'query')", name="subject"),
    Index("ix_filters_guild_id_channel_id", "guild_id", "channel_id"),
    # Two, because an empty value equals no other.
    Index(
        "uq_filters_of_guild",
        "guild_id",
        "subject",
        "expression",
        "site",
        unique=True,
        sqlite_where=text("channel_id IS NULL"),
        postgresql_where=text("channel_id IS NULL"),
    ),
    Index(
        "uq_filters_of_channel",
        "guild_id",
        "channel_id",
        "subject",
        "expression",
        "site",
        unique=True,
        sqlite_where=text("channel_id IS NOT NULL"),
        postgresql_where=text("channel_id IS NOT NULL"),
    ),
)

# A public filter of a site that a server or channel uses, with what it said when last read.
site_filters = Table(
    "site_filters",
    metadata,
    Column("id", OwnKey, primary_key=True),
    Column("guild_id", ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False),
    Column("channel_id", Snowflake),  # empty: the whole server
    Column("site", Words, nullable=False),
    Column("filter_id", Snowflake, nullable=False),  # the site's number
    Column("name", Words, nullable=False),
    Column("hidden_tags", Words, nullable=False),  # JSON: a list of canonical names
    Column("spoilered_tags", Words, nullable=False),  # JSON: a list of canonical names
    Column("hidden_query", Words, nullable=False),  # '': none
    Column("spoilered_query", Words, nullable=False),  # '': none
    Column("refreshed_at", Instant, nullable=False),
    Column("created_by", Snowflake),
    Column("created_at", Instant, nullable=False),
    _of_channel(),
    Index(
        "uq_site_filters_of_guild",
        "guild_id",
        "site",
        "filter_id",
        unique=True,
        sqlite_where=text("channel_id IS NULL"),
        postgresql_where=text("channel_id IS NULL"),
    ),
    Index(
        "uq_site_filters_of_channel",
        "guild_id",
        "channel_id",
        "site",
        "filter_id",
        unique=True,
        sqlite_where=text("channel_id IS NOT NULL"),
        postgresql_where=text("channel_id IS NOT NULL"),
    ),
    Index("ix_site_filters_guild_id_channel_id", "guild_id", "channel_id"),
    Index("ix_site_filters_refreshed_at", "refreshed_at"),
)

# Who changed what in a server. Only the latest rows of each server are kept.
audit = Table(
    "audit",
    metadata,
    Column("id", OwnKey, primary_key=True),
    Column("guild_id", ForeignKey("guilds.id", ondelete="CASCADE"), nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor_id", Snowflake),  # empty: forgotten, or the bot itself
    Column("action", Words, nullable=False),  # such as `filter.hide`
    Column("subject", Words, nullable=False),  # what it was done to; '' for the server itself
    Column("before", Words),  # JSON, bounded; empty: there was nothing
    Column("after", Words),  # JSON, bounded; empty: there is nothing any more
    Index("ix_audit_guild_id_id", "guild_id", "id"),
)

# The operator's switches: a post denied, a site off, an artist who opted out, all media stopped.
denials = Table(
    "denials",
    metadata,
    Column("kind", Words, primary_key=True),
    Column("site", Words, primary_key=True),  # '': every site
    Column("subject", Words, primary_key=True),  # a post's id, an artist tag, or ''
    Column("reason", Words, nullable=False),
    Column("created_by", Snowflake),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("kind IN ('post', 'site', 'artist', 'panic')", name="kind"),
)

# Until when a site's host asked us to stay away; kept so that a restart is no way round it.
cooldowns = Table(
    "cooldowns",
    metadata,
    Column("host", Words, primary_key=True),
    Column("until", Instant, nullable=False),
    Column("failures", Integer, nullable=False),  # in a row; the next back-off builds on it
    Column("reason", Words, nullable=False),
)

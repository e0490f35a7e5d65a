"""The first tables: servers, their filters and audit, the operator's switches, cool-downs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# A migration never changes once it is out: it spells types out, whatever the columns' kinds
# become later.
_OWN_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create them."""
    op.create_table(
        "cooldowns",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("host", name=op.f("pk_cooldowns")),
    )
    op.create_table(
        "denials",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('post', 'site', 'artist', 'panic')", name=op.f("ck_denials_kind")
        ),
        sa.PrimaryKeyConstraint("kind", "site", "subject", name=op.f("pk_denials")),
    )
    op.create_table(
        "guilds",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("manager_role_id", sa.BigInteger(), nullable=True),
        sa.Column("notice_channel_id", sa.BigInteger(), nullable=True),
        sa.Column("adult", sa.Boolean(), nullable=False),
        sa.Column("graphic", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guilds")),
    )
    op.create_index("ix_guilds_removed_at", "guilds", ["removed_at"])
    op.create_table(
        "meta",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_meta")),
    )
    op.create_table(
        "audit",
        sa.Column("id", _OWN_KEY, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.Column("after", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name=op.f("fk_audit_guild_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_guild_id_id", "audit", ["guild_id", "id"])
    op.create_table(
        "channels",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("adult", sa.Boolean(), nullable=True),
        sa.Column("graphic", sa.Boolean(), nullable=True),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name=op.f("fk_channels_guild_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channels")),
        sa.UniqueConstraint("guild_id", "id", name=op.f("uq_channels_guild_id_id")),
    )
    op.create_table(
        "filters",
        sa.Column("id", _OWN_KEY, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("expression", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("kind IN ('hide', 'show', 'spoiler')", name=op.f("ck_filters_kind")),
        sa.CheckConstraint("subject IN ('tag', 'query')", name=op.f("ck_filters_subject")),
        sa.ForeignKeyConstraint(
            ["guild_id", "channel_id"],
            ["channels.guild_id", "channels.id"],
            name=op.f("fk_filters_guild_id_channel_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name=op.f("fk_filters_guild_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_filters")),
    )
    op.create_index("ix_filters_guild_id_channel_id", "filters", ["guild_id", "channel_id"])
    op.create_index(
        "uq_filters_of_channel",
        "filters",
        ["guild_id", "channel_id", "subject", "expression", "site"],
        unique=True,
        sqlite_where=sa.text("channel_id IS NOT NULL"),
        postgresql_where=sa.text("channel_id IS NOT NULL"),
    )
    op.create_index(
        "uq_filters_of_guild",
        "filters",
        ["guild_id", "subject", "expression", "site"],
        unique=True,
        sqlite_where=sa.text("channel_id IS NULL"),
        postgresql_where=sa.text("channel_id IS NULL"),
    )
    op.create_table(
        "site_filters",
        sa.Column("id", _OWN_KEY, nullable=False),
        sa.Column("guild_id", sa.BigInteger(), nullable=False),
        sa.Column("channel_id", sa.BigInteger(), nullable=True),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("filter_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("hidden_tags", sa.Text(), nullable=False),
        sa.Column("spoilered_tags", sa.Text(), nullable=False),
        sa.Column("hidden_query", sa.Text(), nullable=False),
        sa.Column("spoilered_query", sa.Text(), nullable=False),
        sa.Column("refreshed_at", sa.BigInteger(), nullable=False),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["guild_id", "channel_id"],
            ["channels.guild_id", "channels.id"],
            name=op.f("fk_site_filters_guild_id_channel_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["guild_id"], ["guilds.id"], name=op.f("fk_site_filters_guild_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_filters")),
    )
    op.create_index(
        "ix_site_filters_guild_id_channel_id", "site_filters", ["guild_id", "channel_id"]
    )
    op.create_index("ix_site_filters_refreshed_at", "site_filters", ["refreshed_at"])
    op.create_index(
        "uq_site_filters_of_channel",
        "site_filters",
        ["guild_id", "channel_id", "site", "filter_id"],
        unique=True,
        sqlite_where=sa.text("channel_id IS NOT NULL"),
        postgresql_where=sa.text("channel_id IS NOT NULL"),
    )
    op.create_index(
        "uq_site_filters_of_guild",
        "site_filters",
        ["guild_id", "site", "filter_id"],
        unique=True,
        sqlite_where=sa.text("channel_id IS NULL"),
        postgresql_where=sa.text("channel_id IS NULL"),
    )

"""What the followers of announcement channels are still owed."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_OWN_KEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create the table for it."""
    op.create_table(
        "publications",
        sa.Column("announcement_id", _OWN_KEY, nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["announcement_id"],
            ["announcements.id"],
            name=op.f("fk_publications_announcement_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("announcement_id", name=op.f("pk_publications")),
    )

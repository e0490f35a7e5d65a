"""Posts that something went wrong with wait, too."""

from alembic import op

revision = "0003"
down_revision = "0002"

_NAME = "ck_pending_reason"


def upgrade() -> None:
    """Let them."""
    if op.get_bind().dialect.name != "sqlite":
        # There the table is made anew, without the conditions that it had.
        op.drop_constraint(_NAME, "pending")
    with op.batch_alter_table("pending") as pending:
        pending.create_check_constraint(
            op.f(_NAME), "reason IN ('thumbnails', 'settling', 'votes', 'answer', 'fault')"
        )

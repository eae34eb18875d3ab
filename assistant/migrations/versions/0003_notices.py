"""Notices of an alarm, delivered by the same outbox as booking requests.

Revision ID: 0003
Revises: 0002
"""
import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the table, and lets an outbox entry belong to a notice instead of a request."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "notice",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("conversation_id", sa.String(255), nullable=False),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("contact", sa.String(254), nullable=False),
        sa.Column("code", sa.String(8)),
        sa.Column("created_at", moment, nullable=False, index=True),
        sa.UniqueConstraint("conversation_id", "level", name="uq_notice_conversation_level"),
    )
    with op.batch_alter_table("outbox") as outbox:
        outbox.alter_column("booking_id", existing_type=sa.Integer, nullable=True)
        outbox.add_column(sa.Column("notice_id", sa.Integer))
        outbox.create_foreign_key("fk_outbox_notice", "notice", ["notice_id"], ["id"], ondelete="CASCADE")
        outbox.create_unique_constraint("uq_outbox_notice_kind", ["notice_id", "kind"])


def downgrade() -> None:
    """Removes notices and their entries."""
    op.execute("DELETE FROM outbox WHERE booking_id IS NULL")
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_constraint("uq_outbox_notice_kind", type_="unique")
        outbox.drop_constraint("fk_outbox_notice", type_="foreignkey")
        outbox.drop_column("notice_id")
        outbox.alter_column("booking_id", existing_type=sa.Integer, nullable=False)
    op.drop_table("notice")

"""Conversations and their turns.

Revision ID: 0002
Revises: 0001
"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds the two tables."""
    op.create_table(
        "conversations",
        sa.Column("id", sa.String(128), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("last_n", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Float, nullable=False),
        sa.Column("forgotten", sa.Integer, nullable=True),
    )
    op.create_index("ix_conversations_last_at", "conversations", ["last_at"])
    op.create_table(
        "turns",
        sa.Column(
            "conversation_id",
            sa.String(128),
            sa.ForeignKey("conversations.id", ondelete="CASCADE"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("message_id", sa.String(64), nullable=True),
        sa.Column("session", sa.Integer, nullable=False),
        sa.Column("first_n", sa.Integer, nullable=False),
        sa.Column("last_n", sa.Integer, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("heard", sa.Boolean, nullable=False),
        sa.Column("events", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=True),
        sa.UniqueConstraint("conversation_id", "message_id", name="one_turn_per_message"),
    )


def downgrade() -> None:
    """Removes the two tables with everything in them."""
    op.drop_table("turns")
    op.drop_index("ix_conversations_last_at", "conversations")
    op.drop_table("conversations")

"""Booking requests and their outbox."""
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the tables booking and outbox (assistant.booking.model)."""
    moment = sa.DateTime(timezone=True)
    op.create_table(
        "booking",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(8), nullable=False, unique=True),
        sa.Column("idempotency_key", sa.String(64), nullable=False, unique=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("contact", sa.String(254), nullable=False),
        sa.Column("contact_kind", sa.String(8), nullable=False),
        sa.Column("contact_key", sa.String(254), nullable=False, index=True),
        sa.Column("preferred_time", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(80)),
        sa.Column("visitor_kind", sa.String(16)),
        sa.Column("age_and_consent_at", moment, nullable=False),
        sa.Column("created_at", moment, nullable=False, index=True),
        sa.Column("conversation_id", sa.String(255), nullable=False, index=True),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column(
            "booking_id",
            sa.Integer,
            sa.ForeignKey("booking.id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("created_at", moment, nullable=False),
        sa.Column("delivered_at", moment, index=True),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.UniqueConstraint("booking_id", "kind", "reason", name="uq_outbox_booking_kind_reason"),
    )


def downgrade() -> None:
    """Removes both tables and what they hold."""
    op.drop_table("outbox")
    op.drop_table("booking")

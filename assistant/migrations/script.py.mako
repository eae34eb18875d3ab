"""${message}"""
from alembic import op
import sqlalchemy as sa
${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Adds what this step brings."""
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    """Takes it away again."""
    ${downgrades if downgrades else "pass"}
